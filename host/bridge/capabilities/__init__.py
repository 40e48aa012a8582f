"""What each capability does: one function per line of ``sdk.contract``, by group.

They are called after the gate has let the call through, with checked arguments.  Whatever they make
carries an id that follows from the event and the number of the call, so that an event that is sent
again makes nothing twice.  What they store waits in the event's ``writes`` until it has succeeded.
"""

from collections.abc import Mapping

from host.bridge.capabilities import (
    analytics,
    database,
    device,
    identity,
    market,
    media,
    messages,
    place,
    share,
    shell,
    storage,
    support,
)
from host.bridge.capabilities.handler import Handler
from host.bridge.http_request import http_request

HANDLERS: Mapping[str, Handler] = {
    **storage.HANDLERS,
    **database.HANDLERS,
    **identity.HANDLERS,
    **device.HANDLERS,
    **media.HANDLERS,
    **place.HANDLERS,
    **market.HANDLERS,
    **messages.HANDLERS,
    **support.HANDLERS,
    **share.HANDLERS,
    **shell.HANDLERS,
    **analytics.HANDLERS,
    "http.request": http_request,
}
