"""Orders: made by a merchant's server, asked for, closed."""

import hashlib
import secrets as chance
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from host.core import outbox
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import Money
from host.core.paging import decode_cursor, encode_cursor
from host.core.text import clean_line
from host.payments.errors import (
    PaymentExpiredError,
    PaymentNotFoundError,
    PaymentStateError,
    TradeNumberUsedError,
)
from host.payments.events import PaymentChanged
from host.payments.model import (
    DESCRIPTION_LENGTH_MAX,
    EXPIRY_MS,
    EXPIRY_MS_MAX,
    EXPIRY_MS_MIN,
    METADATA_LENGTH_MAX,
    Caller,
    Capture,
    CloseReason,
    EventKind,
    KeyRole,
    Order,
    Refund,
    Status,
    Style,
)
from host.payments.repository import orders as repository
from host.payments.service import notices
from host.payments.service.keys import check_role
from host.settlement import service as settlement

PAGE_MAX = 100
_NOT_FOUND = "You have no payment with this number."


@dataclass(frozen=True, slots=True)
class OrderAsk:
    """What a merchant's server asks to be paid."""

    out_trade_no: str
    money: Money
    description: str
    capture: Capture = Capture.AUTO
    expires_at_ms: int | None = None
    notify_url: str = ""
    program_id: str = ""
    openid: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    style: Style = Style.LANE


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, newest first, and where to go on."""

    orders: list[Order]
    after: str | None


def create_order(
    tx: Tx, ask: OrderAsk, *, caller: Caller, fee_bps: int, may_loop: bool, now_ms: int
) -> Order:
    """Make an order; the same ask under the same number returns the one that was made.

    The number is the merchant's and belongs to one order for ever, whatever became of it.
    """
    check_role(caller, KeyRole.TAKE)
    agreed_bps = settlement.fee_bps_of(tx, caller.brand_id, default_bps=fee_bps)
    order = _new_order(ask, caller=caller, fee_bps=agreed_bps, now_ms=now_ms)
    earlier = repository.find_order_by_number(tx, caller.brand_id, caller.mode, ask.out_trade_no)
    if earlier is None:
        _check_expiry(order, now_ms=now_ms)
        if order.notify_url:
            notices.put_order_endpoint(
                tx, order.notify_url, caller=caller, may_loop=may_loop, now_ms=now_ms
            )
        if repository.insert_order(tx, order):
            return order
        earlier = repository.find_order_by_number(
            tx, caller.brand_id, caller.mode, ask.out_trade_no
        )
        assert earlier is not None, "its number is taken"
    if earlier.fingerprint != order.fingerprint:
        raise TradeNumberUsedError(
            "The number %(number)s belongs to another order of yours. Use a new one.",
            number=ask.out_trade_no,
        )
    return earlier


def access_order(tx: Tx, out_trade_no: str, *, caller: Caller) -> Order:
    """Return the merchant's order with their own number."""
    check_role(caller, KeyRole.READ)
    order = repository.find_order_by_number(tx, caller.brand_id, caller.mode, out_trade_no)
    if order is None:
        raise PaymentNotFoundError(_NOT_FOUND)
    return order


def access_order_by_id(tx: Tx, order_id: str, *, caller: Caller) -> Order:
    """Return the merchant's order with the host's number."""
    check_role(caller, KeyRole.READ)
    order = repository.find_order(tx, order_id)
    if order is None:
        raise PaymentNotFoundError(_NOT_FOUND)
    if (order.brand_id, order.mode) != (caller.brand_id, caller.mode):
        raise PaymentNotFoundError(_NOT_FOUND)
    return order


def lock_order(tx: Tx, out_trade_no: str, *, caller: Caller, role: KeyRole) -> Order:
    """Return the merchant's order, held until the transaction ends."""
    check_role(caller, role)
    order = access_order(tx, out_trade_no, caller=caller)
    locked = repository.lock_order(tx, order.id)
    assert locked is not None, "it was found above, and none is ever deleted"
    return locked


def list_orders(
    tx: Tx, *, caller: Caller, status: Status | None, number: str, after: str | None, limit: int
) -> OrderPage:
    """Return a page of the merchant's orders, newest first."""
    check_role(caller, KeyRole.READ)
    before = decode_cursor(after) if after else None
    found = repository.list_orders(
        tx,
        caller.brand_id,
        caller.mode,
        status=status,
        number=number,
        before=before,
        limit=limit + 1,
    )
    last = found[limit - 1] if len(found) > limit else None
    cursor = encode_cursor(last.created_at_ms, last.id) if last else None
    return OrderPage(found[:limit], cursor)


def close_order(tx: Tx, out_trade_no: str, *, caller: Caller, now_ms: int) -> Order:
    """Let an unpaid order be paid no more; closing it again changes nothing."""
    order = lock_order(tx, out_trade_no, caller=caller, role=KeyRole.TAKE)
    if order.status is Status.CLOSED:
        return order
    if order.status is not Status.CREATED:
        raise PaymentStateError(
            "This payment is %(status)s and cannot be closed. Refund it, or void what is held.",
            status=order.status.value,
        )
    return close(tx, order, CloseReason.MERCHANT, now_ms=now_ms)


def close(tx: Tx, order: Order, reason: CloseReason, *, now_ms: int) -> Order:
    """End a locked order without its money."""
    closed = replace(
        order,
        status=Status.CLOSED,
        close_reason=reason.value,
        late_at_ms=None,
        closed_at_ms=now_ms,
    )
    return change(tx, closed, EventKind.CLOSED, now_ms=now_ms)


def change(
    tx: Tx, order: Order, kind: EventKind, *, refund: Refund | None = None, now_ms: int
) -> Order:
    """Write a changed order and tell of it: the merchant's server, and the other domains."""
    repository.save_order(tx, order)
    notices.tell(tx, order, kind, refund=refund, now_ms=now_ms)
    event = PaymentChanged(
        order.id,
        order.brand_id,
        order.mode.value,
        kind.value,
        order.status.value,
        order.money.amount_minor,
        order.currency,
    )
    outbox.publish(tx, event, now_ms=now_ms)
    return order


def check_payable(order: Order, *, now_ms: int) -> None:
    """Refuse an order that is over."""
    if order.status is not Status.CREATED or now_ms >= order.expires_at_ms:
        raise PaymentExpiredError(
            "This payment is over: it was closed, or not paid in time. Ask the shop for a new one."
        )


def _new_order(ask: OrderAsk, *, caller: Caller, fee_bps: int, now_ms: int) -> Order:
    metadata = dict(ask.metadata)
    if len(msgspec.json.encode(metadata)) > METADATA_LENGTH_MAX:
        raise BadInputError("The metadata is too long together.", max=METADATA_LENGTH_MAX)
    description = clean_line(ask.description, length_max=DESCRIPTION_LENGTH_MAX)
    if not description:
        raise BadInputError("Say in the description what is paid for.")
    return Order(
        id="pp" + chance.token_hex(16),
        brand_id=caller.brand_id,
        mode=caller.mode,
        out_trade_no=ask.out_trade_no,
        fingerprint=_fingerprint(ask, metadata),
        key_id=caller.key_id,
        style=ask.style,
        program_id=ask.program_id,
        openid=ask.openid,
        description=description,
        metadata=metadata,
        notify_url=ask.notify_url,
        capture=ask.capture,
        money=ask.money,
        fee_bps=fee_bps,
        created_at_ms=now_ms,
        expires_at_ms=now_ms + EXPIRY_MS if ask.expires_at_ms is None else ask.expires_at_ms,
    )


def _check_expiry(order: Order, *, now_ms: int) -> None:
    if not EXPIRY_MS_MIN <= order.expires_at_ms - now_ms <= EXPIRY_MS_MAX:
        raise BadInputError(
            "An order expires between a minute and seven days from now. Choose another time.",
            now_ms=now_ms,
        )


def _fingerprint(ask: OrderAsk, metadata: Mapping[str, str]) -> str:
    parts = msgspec.json.encode(
        [
            ask.money.amount_minor,
            ask.money.currency,
            ask.description,
            ask.capture.value,
            ask.expires_at_ms,
            ask.notify_url,
            ask.program_id,
            ask.openid,
            sorted(metadata.items()),
            ask.style.value,
        ]
    )
    return hashlib.sha256(parts).hexdigest()
