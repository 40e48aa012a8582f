"""Questions of mini-programs to people, and the way of the answers back.

An answer is stored before its handler runs, and counts as delivered after the handler has.  What
lies between is done again when the page is next opened: the event's id follows from the question's.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from host.bridge import repository
from host.bridge.errors import AskAnsweredError, AskNotFoundError
from host.bridge.model import (
    ACCESS_KEPT_MS,
    ASK_TTL_MS,
    DELIVERY_COUNT_MAX,
    LOG_KEPT_MS,
    LOG_LINES_KEPT_MAX,
    LOGIN_CODE_TTL_MS,
    Ask,
    AskStatus,
    Running,
)
from host.bridge.service.consents import note_access
from host.bridge.service.messages import sweep_messages
from host.bridge.service.opening import access_running
from host.bridge.service.sheets import SHEETS, Answer
from host.core import live
from host.core.db import Tx
from host.core.ids import derived_id
from host.market import service as market
from host.market.service import Order
from host.payments import service as payments
from sdk.contract import CAPABILITIES

ANSWERED = "page.answer"


def open_asks(tx: Tx, asks: Iterable[Ask]) -> None:
    """Put questions before their person; those that are there already stay as they are."""
    for ask in asks:
        if repository.insert_ask(tx, ask) and ask.status is AskStatus.ANSWERED:
            _note(tx, ask, ask.result, now_ms=ask.created_at_ms)


def find_waiting_asks(tx: Tx, page_id: str) -> list[Ask]:
    """Return the questions of a page that are open or whose answer has not been delivered."""
    return repository.find_asks_of_page(tx, page_id)


def access_open_ask(tx: Tx, ask_id: str, *, actor_id: str) -> Ask:
    """Return a question that waits for ``actor_id``; a stranger's looks like a missing one."""
    ask = repository.find_ask(tx, ask_id)
    if ask is None:
        raise AskNotFoundError("This question is no longer there.")
    if ask.person_id != actor_id:
        raise AskNotFoundError("This question is no longer there.")
    if ask.status is not AskStatus.OPEN:
        raise AskAnsweredError("You have answered this already.")
    return ask


def read_sheet(tx: Tx, ask_id: str, *, actor_id: str) -> tuple[Ask, Running, dict[str, Any]]:
    """Return a question, the version that asks it, and what else its sheet shows."""
    ask = access_open_ask(tx, ask_id, actor_id=actor_id)
    if ask.capability not in SHEETS:
        raise AskNotFoundError("This question has a page of its own.")
    running = access_running(tx, ask.program_id, viewer_id=actor_id, version_id=ask.version_id)
    return ask, running, SHEETS[ask.capability].read(tx, ask)


def decide(
    tx: Tx,
    ask_id: str,
    *,
    actor_id: str,
    fields: Mapping[str, str],
    now_ms: int,
    made: Mapping[str, Any] | None = None,
) -> Ask:
    """Take a person's answer, the fields of the sheet's form, and return the question with it.

    What says nothing declines.  ``made`` is what the sheet has prepared of them.
    """
    repository.lock_ask(tx, ask_id)
    ask = access_open_ask(tx, ask_id, actor_id=actor_id)
    sheet = SHEETS.get(ask.capability)
    if sheet is None:
        raise AskNotFoundError("This question has a page of its own.")
    found = sheet.answer(tx, ask, Answer(fields, now_ms, made or {}))
    result = refused(ask, "declined") if found is None else accepted(found)
    _answer(tx, ask, result, now_ms=now_ms)
    return dataclasses.replace(ask, status=AskStatus.ANSWERED, result=result)


def close_ask(tx: Tx, ask_id: str, *, actor_id: str, now_ms: int) -> None:
    """Take the closing of a sheet for an answer: paid or not, or declined.

    Closing what was answered a moment ago changes nothing.
    """
    ask = repository.lock_ask(tx, ask_id)
    if ask is None or ask.person_id != actor_id:
        raise AskNotFoundError("This question is no longer there.")
    if ask.status is not AskStatus.OPEN:
        return
    if ask.order_id:
        _answer(tx, ask, _money_result(tx, ask), now_ms=now_ms)
    else:
        _answer(tx, ask, refused(ask, "declined"), now_ms=now_ms)


def answer_order_asks(tx: Tx, order_id: str, *, now_ms: int) -> None:
    """Answer every question that waits for this order, which has been paid or cancelled."""
    asks = repository.lock_asks_of_order(tx, order_id)
    for ask in asks:
        _answer(tx, ask, _money_result(tx, ask), now_ms=now_ms)


def payment_result(order: Order) -> dict[str, Any]:
    """Return what a handler learns about a payment."""
    is_paid = order.paid_at_ms is not None
    reason = None if is_paid else "declined"
    return {"ok": is_paid, "order_id": order.id, "status": order.status.value, "reason": reason}


def requested_result(order: payments.Order) -> dict[str, Any]:
    """Return what a handler learns about an order of the merchant's own server."""
    is_paid = order.paid_at_ms is not None
    reason = None if is_paid else "declined"
    return {"ok": is_paid, "prepay_id": order.id, "status": order.status.value, "reason": reason}


def accepted(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a handler gets when the person said yes."""
    return {"ok": True, "reason": None, **fields}


def refused(ask: Ask, reason: str) -> dict[str, Any]:
    """Return what a handler gets when nothing came of it: every field is there to be read."""
    sheet = SHEETS.get(ask.capability)
    return {"ok": False, "reason": reason, **(sheet.declined if sheet else {})}


def sheet_url(ask: Ask) -> str:
    """Return where the host draws the sheet for a question."""
    if ask.capability == "pay.request":
        return f"/pay/{ask.order_id}"
    return f"/orders/{ask.order_id}/pay" if ask.order_id else f"/asks/{ask.id}"


def finish_delivery(tx: Tx, ask_id: str, *, now_ms: int) -> None:
    """Note that the handler of an answer has run."""
    repository.set_delivered(tx, ask_id, now_ms=now_ms)


def fail_delivery(tx: Tx, ask_id: str, *, now_ms: int) -> None:
    """Count a handler that failed on an answer; after a few times the answer is dropped."""
    if repository.count_attempt(tx, ask_id) >= DELIVERY_COUNT_MAX:
        repository.set_delivered(tx, ask_id, now_ms=now_ms)


def sweep(tx: Tx, *, now_ms: int) -> int:
    """End questions that nobody answered, and forget old lines."""
    old = repository.lock_old_asks(tx, before_ms=now_ms - ASK_TTL_MS)
    for ask in old:
        result = refused(ask, "timed-out")
        if ask.order_id:
            result = _money_result(tx, ask) | {"reason": "timed-out"}
        _answer(tx, ask, result, now_ms=now_ms)
    forgotten = repository.delete_old(
        tx,
        log_before_ms=now_ms - LOG_KEPT_MS,
        access_before_ms=now_ms - ACCESS_KEPT_MS,
        login_before_ms=now_ms - LOGIN_CODE_TTL_MS,
    )
    return (
        len(old)
        + forgotten
        + repository.trim_logs(tx, kept=LOG_LINES_KEPT_MAX)
        + sweep_messages(tx, now_ms=now_ms)
    )


def _money_result(tx: Tx, ask: Ask) -> dict[str, Any]:
    """Return what a handler learns about the order that its question is about."""
    if ask.capability != "pay.request":
        return payment_result(market.read_order(tx, ask.order_id))
    order = payments.find_order(tx, ask.order_id)
    assert order is not None, "no order of a merchant's server is ever deleted"
    return requested_result(order)


def _note(tx: Tx, ask: Ask, result: dict[str, Any], *, now_ms: int) -> None:
    """Note for the person what the program is about to learn."""
    # An answer may give less than was asked for, and says so in a field of the same name.
    scope = CAPABILITIES[ask.capability].scope_for({**ask.args, **result})
    if scope is not None and result["ok"]:
        note_access(
            tx,
            derived_id("access", ask.id),
            person_id=ask.person_id,
            program_id=ask.program_id,
            version_id=ask.version_id,
            capability=ask.capability,
            scope=scope,
            now_ms=now_ms,
        )


def _answer(tx: Tx, ask: Ask, result: dict[str, Any], *, now_ms: int) -> None:
    repository.set_answer(tx, ask.id, result, now_ms=now_ms)
    _note(tx, ask, result, now_ms=now_ms)
    payload = {"page_id": ask.page_id, "program_id": ask.program_id, "ask_id": ask.id}
    live.publish(tx, [ask.person_id], ANSWERED, {**payload}, now_ms=now_ms)
