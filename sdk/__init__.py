"""What a mini-program is written with.

A page is a class, its public attributes are its state, and everything it may ask of the host is
under ``api``:

    from sdk import Page, api

Inside the sandbox these names are handed in by the worker; here they exist so that editors, type
checkers and ``sdk.testing`` know them.  The package imports nothing of the host or the runtime
(only ``sdk.cli`` and ``sdk.testing`` start one), so it can be installed alone.
"""

from sdk.api import api
from sdk.app import App
from sdk.component import Component
from sdk.errors import ApiError
from sdk.page import Page, idempotent

__all__ = ["ApiError", "App", "Component", "Page", "api", "idempotent"]
