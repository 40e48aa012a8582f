"""Where the process wall meets the language wall: what a program's files are run with.

Everything that a program can name comes from here or from ``runtime.policy``: the SDK's ``Page``
and ``api``, time and chance of the current event, the log, and the program's own other files.
"""

import random
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, Protocol, cast

from runtime import policy
from sdk.api import Caller, make_api
from sdk.app import App
from sdk.component import Component
from sdk.contract.findings import Finding
from sdk.errors import ApiError
from sdk.page import Page, idempotent

ImportFile = Callable[[str], Any]


def _no_file(_name: str) -> None:
    """Stand for the files of a program before there is one."""


class Services(Protocol):
    """What the worker does for a program; always on behalf of the event that runs now."""

    def now_ms(self) -> int:
        """Return the event's time."""

    def random(self) -> random.Random:
        """Return the event's random numbers."""

    def log(self, text: str) -> None:
        """Write a line to the merchant's log."""

    def call(self, name: str, args: dict[str, Any]) -> Any:
        """Do what ``api`` was asked."""


def sdk_names(call: Caller) -> dict[str, Any]:
    """Return what ``from sdk import …`` gives inside the box."""
    return {
        "ApiError": ApiError,
        "App": App,
        "Component": Component,
        "Page": Page,
        "api": make_api(call),
        "idempotent": idempotent,
    }


class Language:
    """The names that programs have; made before there is one, for one at a time."""

    page_class = Page
    component_class = Component
    app_class = App

    def __init__(self, services: Services) -> None:
        # Set by the program that is loaded: gives the names of one of its own files.
        self.import_file: ImportFile = _no_file
        self._library = policy.Library(
            sdk_modules={"sdk": sdk_names(services.call)},
            program_modules=self._import_file,
            log=services.log,
            now_ms=services.now_ms,
            # The policy wants a generator of numbers; which one it is changes with the event.
            rng=cast("random.Random", _RandomOfEvent(services)),
        )

    def _import_file(self, name: str) -> Any:
        return self.import_file(name)

    def globals_for(self, name: str) -> dict[str, Any]:
        """Return fresh globals for the file with this dotted name."""
        return self._library.globals_for(name)

    def module(self, name: str, names: Mapping[str, Any]) -> Any:
        """Return a file that was run, as other files see it."""
        return policy.as_module(name, names)

    def record(self, fields: Mapping[str, Any]) -> Any:
        """Return what a handler is given: an object with these fields, missing ones None."""
        return policy.Record(fields, is_open=True)


class _RandomOfEvent:
    """Stands for whichever generator belongs to the event that runs now."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __getattr__(self, name: str) -> Any:
        return getattr(self._services.random(), name)


def compile_file(source: str, path: str) -> tuple[CodeType | None, list[Finding]]:
    """Return the compiled file, or what is wrong with it."""
    try:
        return policy.compile_source(source, path), []
    except policy.SourceRefusedError as error:
        return None, error.findings
