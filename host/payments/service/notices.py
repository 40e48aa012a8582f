"""Notices: what happened is written down with the change, and sent until it is taken.

The body is written once, so that every attempt says the same.  The table of waits is published in
docs/payments.md, and a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from host.core.db import Tx
from host.core.egress_rules import Target
from host.core.ids import new_id
from host.core.paging import decode_cursor, encode_cursor
from host.payments import secrets, v3_shapes
from host.payments.errors import (
    NoticeUrlRefusedError,
    PaymentNoticeNotFoundError,
    TooManyEndpointsError,
)
from host.payments.mandate_model import Mandate
from host.payments.mandate_schemas import shape_mandate
from host.payments.model import (
    ENDPOINTS_PER_MODE_MAX,
    OVERLAP_MS,
    Attempt,
    Caller,
    Delivery,
    Endpoint,
    EventKind,
    KeyRole,
    Notice,
    Order,
    Refund,
    Style,
)
from host.payments.repository import keys as audit
from host.payments.repository import notices as repository
from host.payments.repository import orders
from host.payments.sandbox import Fault, fault_of
from host.payments.schemas import NoticeData, NoticeShape, shape_order, shape_refund
from host.payments.service.keys import check_role
from host.payments.urls import read_notice_url

TOPIC = "payments.notice"
# Waits before the second attempt, the third, and so on; together a day.
RETRY_S: tuple[int, ...] = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600),
    *(10_800, 10_800, 10_800, 21_600, 21_600),
)
# An attempt that was begun and of which nothing more was heard is made again.
LEASE_MS = 60_000
_NOT_FOUND = "You have no event with this id."
_NO_ENDPOINT = "You have no endpoint with this id."


@dataclass(frozen=True, slots=True)
class Sending:
    """An attempt that is about to be made: what to send, where, and with which secrets."""

    delivery: Delivery
    notice: Notice
    endpoint: Endpoint
    style: Style
    target: Target
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A notice and how it fares."""

    notice: Notice
    deliveries: list[Delivery]
    attempts: list[Attempt]


def tell(
    tx: Tx, order: Order, kind: EventKind, *, refund: Refund | None = None, now_ms: int
) -> None:
    """Write down what happened for the merchant's server, in the transaction in which it did."""
    notice_id = "evt" + new_id().replace("-", "")
    if order.style is Style.V3:
        body = v3_shapes.notice_text(order, refund)
    else:
        shown = NoticeShape(
            notice_id,
            kind.value,
            order.mode.value,
            now_ms,
            NoticeData(shape_order(order), None if refund is None else shape_refund(refund, order)),
        )
        body = msgspec.json.encode(shown).decode()
    notice = Notice(notice_id, order.brand_id, order.mode, order.id, kind, body, now_ms)
    repository.insert_notice(tx, notice)
    if order.style is Style.V3 and not v3_shapes.is_told(kind):
        return
    for endpoint in repository.find_endpoints(tx, order.brand_id, order.mode):
        is_named = endpoint.url == order.notify_url
        if is_named or (endpoint.scope == "all" and order.style is Style.LANE):
            doubled = int(fault_of(order) is Fault.DOUBLED)
            delivery = Delivery(new_id(), notice.id, endpoint.id, "waiting", 0, doubled, now_ms)
            repository.insert_delivery(tx, delivery)
    tx.signal(TOPIC, notice.id)


def tell_mandate(tx: Tx, mandate: Mandate, kind: EventKind, *, now_ms: int) -> None:
    """Write down what became of a mandate, in the transaction in which it did."""
    notice_id = "evt" + new_id().replace("-", "")
    data = NoticeData(mandate=shape_mandate(mandate, now_ms=now_ms))
    shown = NoticeShape(notice_id, kind.value, mandate.mode.value, now_ms, data)
    body = msgspec.json.encode(shown).decode()
    notice = Notice(notice_id, mandate.brand_id, mandate.mode, None, kind, body, now_ms, mandate.id)
    repository.insert_notice(tx, notice)
    for endpoint in repository.find_endpoints(tx, mandate.brand_id, mandate.mode):
        if endpoint.scope == "all":
            delivery = Delivery(new_id(), notice.id, endpoint.id, "waiting", 0, 0, now_ms)
            repository.insert_delivery(tx, delivery)
    tx.signal(TOPIC, notice.id)


def put_order_endpoint(tx: Tx, url: str, *, caller: Caller, may_loop: bool, now_ms: int) -> None:
    """Let an order name where it is told of; a new address is kept with a secret of its own."""
    read_notice_url(url, may_loop=may_loop)
    known = repository.find_endpoints(tx, caller.brand_id, caller.mode)
    if not any(endpoint.url == url for endpoint in known):
        _add(tx, url, "order", known, caller=caller, now_ms=now_ms)


def create_endpoint(tx: Tx, url: str, *, caller: Caller, may_loop: bool, now_ms: int) -> Endpoint:
    """Tell this address everything from now on; adding it again changes nothing."""
    check_role(caller, KeyRole.FULL)
    read_notice_url(url, may_loop=may_loop)
    known = repository.find_endpoints(tx, caller.brand_id, caller.mode)
    for endpoint in known:
        if (endpoint.url, endpoint.scope) == (url, "all"):
            return endpoint
    others = [endpoint for endpoint in known if endpoint.url != url]
    return _add(tx, url, "all", others, caller=caller, now_ms=now_ms)


def list_endpoints(tx: Tx, *, caller: Caller) -> list[Endpoint]:
    """Return where the merchant's server hears what happened; for who may see secrets."""
    check_role(caller, KeyRole.FULL)
    return repository.find_endpoints(tx, caller.brand_id, caller.mode)


def rotate_secret(tx: Tx, endpoint_id: str, *, caller: Caller, now_ms: int) -> Endpoint:
    """Give an endpoint a new secret; for a day notices carry both signatures."""
    endpoint = _access_endpoint(tx, endpoint_id, caller=caller)
    rotated = replace(
        endpoint,
        secret_number=endpoint.secret_number + 1,
        old_secret_until_ms=now_ms + OVERLAP_MS,
    )
    repository.set_secret_number(
        tx,
        endpoint.id,
        number=rotated.secret_number,
        old_until_ms=rotated.old_secret_until_ms,
    )
    _note(tx, "secret_rotated", endpoint.url, caller=caller, now_ms=now_ms)
    return rotated


def remove_endpoint(tx: Tx, endpoint_id: str, *, caller: Caller, now_ms: int) -> None:
    """Tell an address nothing any more."""
    endpoint = _access_endpoint(tx, endpoint_id, caller=caller)
    repository.set_removed(tx, endpoint.id, now_ms=now_ms)
    _note(tx, "endpoint_removed", endpoint.url, caller=caller, now_ms=now_ms)


def list_notices(
    tx: Tx, *, caller: Caller, after: str | None, limit: int
) -> tuple[list[Notice], str | None]:
    """Return a page of what the merchant was told, newest first."""
    check_role(caller, KeyRole.READ)
    before = decode_cursor(after) if after else None
    found = repository.list_notices(
        tx, caller.brand_id, caller.mode, before=before, limit=limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], encode_cursor(last.created_at_ms, last.id) if last else None


def read_notice(tx: Tx, notice_id: str, *, caller: Caller) -> ToldNotice:
    """Return a notice of the merchant with the log of its deliveries."""
    check_role(caller, KeyRole.READ)
    notice = _access_notice(tx, notice_id, caller=caller)
    return tell_deliveries(tx, [notice])[0]


def tell_deliveries(tx: Tx, found: Sequence[Notice]) -> list[ToldNotice]:
    """Return notices with the log of their deliveries."""
    deliveries = repository.find_deliveries(tx, [notice.id for notice in found]) if found else []
    attempts = repository.find_attempts(tx, [each.id for each in deliveries]) if deliveries else []
    told = []
    for notice in found:
        mine = [each for each in deliveries if each.notice_id == notice.id]
        ids = {each.id for each in mine}
        told.append(ToldNotice(notice, mine, [a for a in attempts if a.delivery_id in ids]))
    return told


def resend(tx: Tx, notice_id: str, *, caller: Caller, now_ms: int) -> ToldNotice:
    """Send a notice again to everybody it was for, as if it were new; its id stays."""
    check_role(caller, KeyRole.TAKE)
    notice = _access_notice(tx, notice_id, caller=caller)
    for found in repository.find_deliveries(tx, [notice.id]):
        delivery = repository.lock_delivery(tx, found.id)
        assert delivery is not None, "it was found above"
        again = replace(delivery, status="waiting", attempt_count=0, next_attempt_at_ms=now_ms)
        repository.save_delivery(tx, again)
    tx.signal(TOPIC, notice.id)
    return tell_deliveries(tx, [notice])[0]


def find_due(tx: Tx, *, now_ms: int, limit: int) -> list[Delivery]:
    """Return the deliveries that are due."""
    return repository.find_due(tx, now_ms=now_ms, limit=limit)


def begin_attempt(
    tx: Tx, delivery_id: str, *, secret_key: str, may_loop: bool, now_ms: int
) -> Sending | None:
    """Take a delivery that is due, so that nobody else does; None when somebody was faster."""
    delivery = repository.lock_delivery(tx, delivery_id)
    if delivery is None or delivery.status != "waiting" or delivery.next_attempt_at_ms > now_ms:
        return None
    notice = repository.find_notice(tx, delivery.notice_id)
    endpoint = repository.find_endpoint(tx, delivery.endpoint_id)
    target = None if endpoint is None else _find_target(endpoint.url, may_loop=may_loop)
    if notice is None or endpoint is None or target is None:
        repository.save_delivery(tx, replace(delivery, status="given_up"))
        return None
    order = orders.find_order(tx, notice.order_id) if notice.order_id else None
    begun = replace(
        delivery,
        attempt_count=delivery.attempt_count + 1,
        next_attempt_at_ms=now_ms + LEASE_MS,
    )
    repository.save_delivery(tx, begun)
    numbers = [endpoint.secret_number]
    if now_ms < endpoint.old_secret_until_ms:
        numbers.append(endpoint.secret_number - 1)
    return Sending(
        begun,
        notice,
        endpoint,
        Style.LANE if order is None else order.style,
        target,
        tuple(secrets.notice_secret(secret_key, endpoint, number) for number in numbers),
    )


def end_attempt(tx: Tx, attempt: Attempt, *, is_taken: bool, now_ms: int) -> None:
    """Note what became of an attempt, and when the next one is made, if any."""
    repository.insert_attempt(tx, attempt)
    delivery = repository.lock_delivery(tx, attempt.delivery_id)
    if delivery is None or delivery.status != "waiting":
        return
    if is_taken and delivery.left_over_count:
        ended = replace(
            delivery, left_over_count=delivery.left_over_count - 1, next_attempt_at_ms=now_ms
        )
    elif is_taken:
        ended = replace(delivery, status="delivered")
    elif delivery.attempt_count > len(RETRY_S):
        ended = replace(delivery, status="given_up")
    else:
        # Sent again by hand meanwhile: the count is 0, and it is due at once.
        wait_ms = RETRY_S[delivery.attempt_count - 1] * 1000 if delivery.attempt_count else 0
        ended = replace(delivery, next_attempt_at_ms=now_ms + wait_ms)
    repository.save_delivery(tx, ended)


def _add(
    tx: Tx, url: str, scope: str, known: Sequence[Endpoint], *, caller: Caller, now_ms: int
) -> Endpoint:
    if len(known) >= ENDPOINTS_PER_MODE_MAX:
        raise TooManyEndpointsError(
            "Notices go to at most %(max)s addresses. Remove one first.",
            max=ENDPOINTS_PER_MODE_MAX,
        )
    new = Endpoint(new_id(), caller.brand_id, caller.mode, url, scope, 1, 0, now_ms)
    repository.insert_endpoint(tx, new)
    _note(tx, "endpoint_added", url, caller=caller, now_ms=now_ms)
    found = repository.find_endpoints(tx, caller.brand_id, caller.mode)
    return next(endpoint for endpoint in found if endpoint.url == url)


def _find_target(url: str, *, may_loop: bool) -> Target | None:
    """Return where an address leads; None when the operator allows it no more."""
    try:
        return read_notice_url(url, may_loop=may_loop)
    except NoticeUrlRefusedError:
        return None


def _access_notice(tx: Tx, notice_id: str, *, caller: Caller) -> Notice:
    notice = repository.find_notice(tx, notice_id)
    if notice is None:
        raise PaymentNoticeNotFoundError(_NOT_FOUND)
    if (notice.brand_id, notice.mode) != (caller.brand_id, caller.mode):
        raise PaymentNoticeNotFoundError(_NOT_FOUND)
    return notice


def _access_endpoint(tx: Tx, endpoint_id: str, *, caller: Caller) -> Endpoint:
    check_role(caller, KeyRole.FULL)
    endpoint = repository.find_endpoint(tx, endpoint_id)
    if endpoint is None:
        raise PaymentNoticeNotFoundError(_NO_ENDPOINT)
    if (endpoint.brand_id, endpoint.mode) != (caller.brand_id, caller.mode):
        raise PaymentNoticeNotFoundError(_NO_ENDPOINT)
    return endpoint


def _note(tx: Tx, act: str, subject: str, *, caller: Caller, now_ms: int) -> None:
    audit.note(tx, caller.brand_id, actor=caller.key_id, act=act, subject=subject, now_ms=now_ms)
