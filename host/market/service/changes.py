"""The one step that every change of an order ends with, and what follows by itself."""

import re
from dataclasses import replace
from typing import Any

from host.core.db import Tx
from host.market import repository
from host.market.errors import OrderRefusedError
from host.market.model import (
    CONFIRM_OTHER_AFTER_MS,
    CONFIRM_PARCEL_AFTER_MS,
    DAY_MS,
    RETURN_UNSENT_AFTER_MS,
    Kind,
    Order,
    Status,
    Timer,
    TimerKind,
)
from host.market.repository import disputes

# After a refused request the buyer has this long before what was sent counts as received.
AFTER_DECLINED_MS = 3 * DAY_MS
# Ids come from callers: they are keys for ever, and parts of the ledger's keys.
_KEY = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def check_key(text: str) -> None:
    """Refuse an id that cannot be a key."""
    if _KEY.fullmatch(text) is None:
        raise OrderRefusedError("An id has 8 to 64 letters, digits, points, - or _. Use a UUID.")


def change_order(tx: Tx, order: Order, **changes: Any) -> Order:
    """Write a locked order with ``changes``."""
    changed = replace(order, **changes)
    repository.save_order(tx, changed)
    return changed


def restart_timer(tx: Tx, order: Order, *, earliest_ms: int = 0) -> None:
    """Replace the timers of an order whose money is held by the one that its state asks for.

    So the money never waits for ever: either the shop sends in time or it goes back, and what was
    sent counts as received after a while.  ``earliest_ms`` leaves time after a refused request.
    """
    repository.stop_timers(tx, order.id)
    if disputes.find_running(tx, order.id) is not None:
        return  # time alone moves no money that is disputed
    if order.status is Status.PAID and order.kind is not Kind.VIRTUAL:
        kind, due_at_ms = TimerKind.RETURN_UNSENT, (order.paid_at_ms or 0) + RETURN_UNSENT_AFTER_MS
    else:
        wait_ms = CONFIRM_PARCEL_AFTER_MS if order.kind is Kind.GOODS else CONFIRM_OTHER_AFTER_MS
        kind, due_at_ms = TimerKind.CONFIRM, (order.sent_at_ms or order.paid_at_ms or 0) + wait_ms
    repository.set_timer(tx, Timer(order.id, kind, max(due_at_ms, earliest_ms)))
