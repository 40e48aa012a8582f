"""Contract: what a mini-program and a host promise each other.

The single source of truth for both sides: the capability table and its consent scopes, the shapes
of arguments, answers and events, the error codes, the manifest, and the form of a finding.  Needs
nothing but the standard library and msgspec, so any tool can read it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from sdk.contract.arguments import bind_args, validate_args
from sdk.contract.capabilities import CAPABILITIES, Capability
from sdk.contract.errors import CALL_ERRORS, ArgumentRefusedError
from sdk.contract.findings import Finding, has_errors
from sdk.contract.scopes import LANGUAGES, SCOPES, Scope

if TYPE_CHECKING:
    from sdk.contract.manifest import HOST_CODE, Manifest, validate_manifest

__all__ = [
    "CALL_ERRORS",
    "CAPABILITIES",
    "HOST_CODE",
    "LANGUAGES",
    "SCOPES",
    "ArgumentRefusedError",
    "Capability",
    "Finding",
    "Manifest",
    "Scope",
    "bind_args",
    "has_errors",
    "validate_args",
    "validate_manifest",
]


def __getattr__(name: str) -> Any:
    """Import what reads manifests when somebody asks for it: no worker of a host ever does."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("sdk.contract.manifest"), name)
