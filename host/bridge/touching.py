"""What a browser says that a person did, read against the page that is shown.

What it says is only where to look: handlers, data and the kinds of fields are the host's own.
"""

from typing import Any

from host.bridge.errors import EventRefusedError
from host.bridge.open_page import OpenPage
from host.bridge.requests import BROWSER_LIFE, TOUCHES, TouchRequest
from runtime.session import dataset_of


def typed_values(page: OpenPage, request: TouchRequest) -> dict[str, Any]:
    """Return what fields of this page wrote; nothing else can be set from a browser."""
    return {
        name: page.session.read_model(name, value)
        for name, value in request.models.items()
        if page.session.shows_model(name)
    }


def find_target(page: OpenPage, request: TouchRequest) -> tuple[str, dict[str, Any]]:
    """Return the handler that an event goes to and what it is given; empty when it is gone."""
    if request.type == "share":
        return "on_share", {"source": "menu"}
    if request.type == "life":
        if request.handler not in BROWSER_LIFE:
            raise EventRefusedError("A browser cannot set this off.")
        return (request.handler if request.handler in page.ready.life else "", {})
    assert request.type in TOUCHES, "the type names every kind"
    element = page.session.find_target(request.type, request.handler, request.dataset, request.path)
    if element is None:
        return "", {}
    payload = {
        "type": request.type,
        "dataset": dataset_of(element),
        "value": request.value,
        "fields": request.fields,
    }
    return request.handler, payload
