"""Questions of mini-programs to people, and the way of the answers back.

An answer is stored before its handler runs, and counts as delivered after the handler has.  What
lies between is done again when the page is next opened: the event's id follows from the question's.
"""

from collections.abc import Iterable
from typing import Any

from host.bridge import repository
from host.bridge.errors import AskAnsweredError, AskNotFoundError
from host.bridge.model import (
    ACCESS_KEPT_MS,
    ASK_TTL_MS,
    DELIVERY_COUNT_MAX,
    LOG_KEPT_MS,
    Ask,
    AskStatus,
    Running,
)
from host.bridge.profile import DECLINED_FIELDS, address_result, find_profile
from host.bridge.service.consents import HOWS, allow, note_access
from host.bridge.service.opening import access_running
from host.core import live
from host.core.db import Tx
from host.core.ids import derived_id
from host.market import service as market
from host.market.service import Order
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


def read_sheet(tx: Tx, ask_id: str, *, actor_id: str) -> tuple[Ask, Running]:
    """Return a question and the version that asks it: what the sheet shows."""
    ask = access_open_ask(tx, ask_id, actor_id=actor_id)
    running = access_running(tx, ask.program_id, viewer_id=actor_id, version_id=ask.version_id)
    return ask, running


def decide(tx: Tx, ask_id: str, *, actor_id: str, how: str, address_id: str, now_ms: int) -> Ask:
    """Take a person's answer to a question about themselves.

    ``how`` is once, visit or always; anything else declines.  An address is picked each time.
    """
    repository.lock_ask(tx, ask_id)
    ask = access_open_ask(tx, ask_id, actor_id=actor_id)
    result: dict[str, Any] = {"ok": False, "reason": "declined"}
    result |= DECLINED_FIELDS.get(ask.capability, {})
    if ask.capability == "identity.profile" and how in HOWS:
        allow(tx, actor_id, ask.program_id, "profile", how=how, now_ms=now_ms)
        result = find_profile(tx, actor_id)
    elif ask.capability == "address.choose" and address_id:
        result = address_result(market.access_address(tx, address_id, actor_id=actor_id))
    _answer(tx, ask, result, now_ms=now_ms)
    return ask


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
        order = market.read_order(tx, ask.order_id)
        _answer(tx, ask, payment_result(order), now_ms=now_ms)
    else:
        fields = DECLINED_FIELDS.get(ask.capability, {})
        _answer(tx, ask, {"ok": False, "reason": "declined"} | fields, now_ms=now_ms)


def answer_order_asks(tx: Tx, order_id: str, *, now_ms: int) -> None:
    """Answer every question that waits for this order, which has been paid or cancelled."""
    asks = repository.lock_asks_of_order(tx, order_id)
    if not asks:
        return
    result = payment_result(market.read_order(tx, order_id))
    for ask in asks:
        _answer(tx, ask, result, now_ms=now_ms)


def payment_result(order: Order) -> dict[str, Any]:
    """Return what a handler learns about a payment."""
    is_paid = order.paid_at_ms is not None
    reason = None if is_paid else "declined"
    return {"ok": is_paid, "order_id": order.id, "status": order.status.value, "reason": reason}


def sheet_url(ask: Ask) -> str:
    """Return where the host draws the sheet for a question."""
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
        result: dict[str, Any] = {"ok": False, "reason": "timed-out"}
        result |= DECLINED_FIELDS.get(ask.capability, {})
        if ask.order_id:
            result = payment_result(market.read_order(tx, ask.order_id)) | {"reason": "timed-out"}
        _answer(tx, ask, result, now_ms=now_ms)
    return len(old) + repository.delete_old(
        tx, log_before_ms=now_ms - LOG_KEPT_MS, access_before_ms=now_ms - ACCESS_KEPT_MS
    )


def _note(tx: Tx, ask: Ask, result: dict[str, Any], *, now_ms: int) -> None:
    """Note for the person what the program is about to learn."""
    scope = CAPABILITIES[ask.capability].scope
    if scope is not None and result["ok"]:
        note_access(
            tx,
            derived_id("access", ask.id),
            person_id=ask.person_id,
            program_id=ask.program_id,
            capability=ask.capability,
            scope=scope,
            now_ms=now_ms,
        )


def _answer(tx: Tx, ask: Ask, result: dict[str, Any], *, now_ms: int) -> None:
    repository.set_answer(tx, ask.id, result, now_ms=now_ms)
    _note(tx, ask, result, now_ms=now_ms)
    payload = {"page_id": ask.page_id, "program_id": ask.program_id, "ask_id": ask.id}
    live.publish(tx, [ask.person_id], ANSWERED, {**payload}, now_ms=now_ms)
