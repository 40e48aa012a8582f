"""Contract: what a mini-program and a host promise each other.

The single source of truth for both sides: the capability table and its consent scopes, the shapes
of arguments, answers and events, the error codes, the manifest, and the form of a finding.  Needs
nothing but the standard library and msgspec, so any tool can read it.
"""

from sdk.contract.arguments import bind_args, validate_args
from sdk.contract.capabilities import CAPABILITIES, Capability
from sdk.contract.errors import CALL_ERRORS, ArgumentRefusedError
from sdk.contract.findings import Finding, has_errors
from sdk.contract.manifest import HOST_CODE, Manifest, validate_manifest
from sdk.contract.scopes import LANGUAGES, SCOPES, Scope

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
