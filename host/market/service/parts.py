"""Giving back a part of an order's money, while it is held and after the shop has it."""

from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.core.text import clean_text
from host.market import repository
from host.market.dispute_model import PartRefund
from host.market.errors import OrderRefusedError, OrderStateError, PartTooLargeError
from host.market.events import OrderPartRefunded, OrderRefunded
from host.market.model import PAID_OUT, Order, Status
from host.market.repository import disputes
from host.market.service.changes import change_order, check_key
from host.market.service.disputes import settle_dispute
from host.market.service.money import EARNED_BY
from host.market.service.orders import lock_sale
from host.market.service.refunds import REASON_CHARS_MAX, pay_back
from host.settlement import service as settlement
from host.wallet import service as wallet

# Who gave money back when an admin decided so.
BY_ADMIN = "admin"


def refund_line(
    tx: Tx,
    part_id: str,
    *,
    order_id: str,
    actor_id: str,
    position: int,
    amount_minor: int,
    reason: str,
    now_ms: int,
) -> Order:
    """Give back money of one line, as the shop.  The same id again changes nothing."""
    order = lock_sale(tx, order_id, actor_id=actor_id)
    line = next((line for line in order.lines if line.position == position), None)
    if line is None:
        raise OrderRefusedError("The order has no such line.")
    return give_back(
        tx,
        order,
        PartRefund(part_id, order_id, position, amount_minor, reason, actor_id, now_ms),
        left_minor=line.left_minor,
    )


def give_back(tx: Tx, order: Order, part: PartRefund, *, left_minor: int | None = None) -> Order:
    """Give back a part of a locked order, or all that is left of it.

    Held money comes from the order's own account; after that it is the shop's, which must have it.
    """
    part = replace(part, reason=clean_text(part.reason, length_max=REASON_CHARS_MAX))
    check_key(part.id)
    earlier = disputes.find_part(tx, part.id)
    if earlier is not None:
        if replace(earlier, at_ms=part.at_ms, reason=part.reason) != part:
            raise IdempotencyKeyReusedError("This id belongs to another refund. Use a new id.")
        return order
    bound = order.left_minor if left_minor is None else min(left_minor, order.left_minor)
    if not 0 < part.amount_minor <= bound:
        raise PartTooLargeError(
            "More would go back than is left. Ask for less.",
            left_minor=bound,
            currency=order.currency,
        )
    if not order.is_held and order.status not in PAID_OUT:
        raise OrderStateError("The money of this order went back already, or was never paid.")
    is_all = part.amount_minor == order.left_minor

    if order.is_held and is_all:
        changed = pay_back(tx, order, said_by=_said_by(part), now_ms=part.at_ms)
    elif order.is_held:
        wallet.refund_part(tx, order.id, part.id, amount_minor=part.amount_minor, now_ms=part.at_ms)
        changed = _note(tx, order, part)
    else:
        changed = _take_from_shop(tx, order, part, is_all=is_all)
    disputes.insert_part(tx, part)
    if part.position is not None:
        repository.add_line_refund(tx, order.id, part.position, part.amount_minor)
    return changed


def _take_from_shop(tx: Tx, order: Order, part: PartRefund, *, is_all: bool) -> Order:
    refund = settlement.record_refund(
        tx,
        source_kind=EARNED_BY,
        source_id=order.id,
        refund_id=part.id,
        brand_id=order.brand_id,
        payer_id=order.buyer_id,
        money=Money(part.amount_minor, order.currency),
        now_ms=part.at_ms,
    )
    if not is_all:
        kept_fee_minor = (order.fee_minor or 0) - refund.fee_minor
        return _note(tx, replace(order, fee_minor=kept_fee_minor), part)
    changed = change_order(
        tx,
        order,
        status=Status.REFUNDED,
        fee_minor=None,
        refunded_minor=order.total_minor,
        ended_at_ms=part.at_ms,
    )
    repository.stop_timers(tx, order.id)
    settle_dispute(tx, changed, now_ms=part.at_ms)
    event = OrderRefunded(order.id, order.brand_id, order.buyer_id, _said_by(part))
    outbox.publish(tx, event, now_ms=part.at_ms)
    return changed


def _note(tx: Tx, order: Order, part: PartRefund) -> Order:
    changed = change_order(tx, order, refunded_minor=order.refunded_minor + part.amount_minor)
    event = OrderPartRefunded(order.id, order.brand_id, order.buyer_id, part.id, part.amount_minor)
    outbox.publish(tx, event, now_ms=part.at_ms)
    return changed


def _said_by(part: PartRefund) -> str:
    return BY_ADMIN if part.actor_id == BY_ADMIN else "shop"
