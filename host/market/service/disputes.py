"""Disputes: a buyer and a shop disagree, show what they have, and an admin decides.

The order's lock guards its dispute as well.  While one runs, no timer of the order does, so money
moves only because somebody says so: the shop gives it back, the buyer confirms, the admin decides.
"""

from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.text import clean_text
from host.market import repository
from host.market.dispute_model import (
    ANSWER_DISPUTE_WITHIN_MS,
    DISPUTE_REASON_CHARS_MAX,
    DISPUTE_WITHIN_MS,
    EVIDENCE_CHARS_MAX,
    EVIDENCE_OF_SIDE_MAX,
    Dispute,
    DisputeStatus,
    Evidence,
    Side,
)
from host.market.errors import DisputeNotFoundError, OrderRefusedError, OrderStateError
from host.market.events import DisputeChanged
from host.market.model import PAID_OUT, Order, RefundStatus
from host.market.repository import disputes
from host.market.service.changes import AFTER_DECLINED_MS, check_key, restart_timer
from host.market.service.orders import access_either_side, lock_own_order, lock_sale


def open_dispute(
    tx: Tx, dispute_id: str, *, order_id: str, actor_id: str, reason: str, now_ms: int
) -> Dispute:
    """Open a dispute about an order that was paid, as its buyer; timers stop.

    Held money can be disputed at any time, and what the shop has for 30 days after receipt.
    """
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    running = disputes.find_running(tx, order_id)
    if running is not None:
        return running
    reason = clean_text(reason, length_max=DISPUTE_REASON_CHARS_MAX)
    if not reason:
        raise OrderRefusedError("Write what is wrong, in 500 characters at most.")
    _check_may_dispute(tx, order, now_ms=now_ms)
    check_key(dispute_id)
    if disputes.find_dispute(tx, dispute_id) is not None:
        raise IdempotencyKeyReusedError("This id belongs to another dispute. Use a new id.")

    dispute = Dispute(
        dispute_id,
        order.id,
        DisputeStatus.OPEN,
        reason,
        now_ms,
        now_ms + ANSWER_DISPUTE_WITHIN_MS,
    )
    disputes.save_dispute(tx, dispute)
    if order.is_held:
        repository.stop_timers(tx, order.id)
    _tell(tx, order, dispute, now_ms=now_ms)
    return dispute


def answer_dispute(
    tx: Tx, evidence_id: str, *, order_id: str, actor_id: str, text: str, now_ms: int
) -> Dispute:
    """Say what the shop has to say; from then on an admin may decide."""
    order = lock_sale(tx, order_id, actor_id=actor_id)
    dispute = _running(tx, order.id)
    if not clean_text(text, length_max=EVIDENCE_CHARS_MAX):
        raise OrderRefusedError("Write your answer, in 1000 characters at most.")
    _show(tx, Evidence(evidence_id, dispute.id, Side.SHOP, actor_id, text, None, now_ms))
    if dispute.status is DisputeStatus.ANSWERED:
        return dispute
    answered = replace(dispute, status=DisputeStatus.ANSWERED, answered_at_ms=now_ms)
    disputes.save_dispute(tx, answered)
    _tell(tx, order, answered, now_ms=now_ms)
    return answered


def add_evidence(
    tx: Tx,
    evidence_id: str,
    *,
    order_id: str,
    actor_id: str,
    text: str,
    media_id: str | None,
    now_ms: int,
) -> Evidence:
    """Show words or a picture, as the buyer or the shop, while the dispute runs."""
    order = access_either_side(tx, order_id, actor_id=actor_id)
    locked = repository.lock_order(tx, order.id)
    assert locked is not None, "it was found in this transaction"
    dispute = _running(tx, order.id)
    side = Side.BUYER if order.buyer_id == actor_id else Side.SHOP
    shown = _show(tx, Evidence(evidence_id, dispute.id, side, actor_id, text, media_id, now_ms))
    _tell(tx, order, dispute, now_ms=now_ms)
    return shown


def withdraw_dispute(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> None:
    """Give a dispute up, as its buyer; the order's clock runs again, with time to look."""
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    dispute = _running(tx, order.id)
    _end(tx, order, dispute, DisputeStatus.WITHDRAWN, now_ms=now_ms)
    if order.is_held:
        restart_timer(tx, order, earliest_ms=now_ms + AFTER_DECLINED_MS)


def settle_dispute(tx: Tx, order: Order, *, now_ms: int) -> None:
    """End the dispute of a locked order because the money went back before it was decided."""
    dispute = disputes.find_running(tx, order.id)
    if dispute is not None:
        _end(tx, order, dispute, DisputeStatus.SETTLED, now_ms=now_ms)


def drop_dispute(tx: Tx, order: Order, *, now_ms: int) -> None:
    """End the dispute of a locked order because the buyer confirmed receipt after all."""
    dispute = disputes.find_running(tx, order.id)
    if dispute is not None:
        _end(tx, order, dispute, DisputeStatus.WITHDRAWN, now_ms=now_ms)


def list_disputes(tx: Tx, order_id: str, *, actor_id: str) -> list[Dispute]:
    """Return the disputes about an order, for its buyer and its shop."""
    order = access_either_side(tx, order_id, actor_id=actor_id)
    return disputes.find_of_orders(tx, [order.id])


def can_dispute(tx: Tx, order: Order, *, now_ms: int) -> bool:
    """Tell whether its buyer may open a dispute about an order now."""
    try:
        _check_may_dispute(tx, order, now_ms=now_ms)
    except OrderStateError:
        return False
    return disputes.find_running(tx, order.id) is None


def _check_may_dispute(tx: Tx, order: Order, *, now_ms: int) -> None:
    if any(
        refund.status is RefundStatus.ASKED for refund in repository.find_refunds(tx, [order.id])
    ):
        raise OrderStateError("You asked for the money back. Wait for the shop's answer first.")
    if any(
        earlier.status is DisputeStatus.DECIDED
        for earlier in disputes.find_of_orders(tx, [order.id])
    ):
        raise OrderStateError("An admin has decided about this order. That is final.")
    if order.is_held:
        return
    if order.status not in PAID_OUT or order.received_at_ms is None:
        raise OrderStateError("There is no money of this order to disagree about.")
    if now_ms > order.received_at_ms + DISPUTE_WITHIN_MS:
        raise OrderStateError("An order can be disputed for 30 days after it was received.")


def _show(tx: Tx, evidence: Evidence) -> Evidence:
    check_key(evidence.id)
    shown = disputes.find_evidence(tx, evidence.dispute_id)
    for earlier in shown:
        if earlier.id == evidence.id:
            return earlier
    if disputes.has_evidence(tx, evidence.id):
        raise IdempotencyKeyReusedError("This id belongs to something else. Use a new id.")
    if sum(one.side is evidence.side for one in shown) >= EVIDENCE_OF_SIDE_MAX:
        raise OrderStateError("You have shown 20 things. The admin decides with what is there.")
    words = clean_text(evidence.text, length_max=EVIDENCE_CHARS_MAX)
    if not words and evidence.media_id is None:
        raise OrderRefusedError("Write something, or choose a picture.")
    cleaned = replace(evidence, text=words)
    disputes.insert_evidence(tx, cleaned)
    return cleaned


def _running(tx: Tx, order_id: str) -> Dispute:
    dispute = disputes.find_running(tx, order_id)
    if dispute is None:
        raise DisputeNotFoundError("There is no open dispute about this order.")
    return dispute


def _end(tx: Tx, order: Order, dispute: Dispute, status: DisputeStatus, *, now_ms: int) -> None:
    ended = replace(dispute, status=status, ended_at_ms=now_ms)
    disputes.save_dispute(tx, ended)
    _tell(tx, order, ended, now_ms=now_ms)


def _tell(tx: Tx, order: Order, dispute: Dispute, *, now_ms: int) -> None:
    event = DisputeChanged(
        order.id, order.brand_id, order.buyer_id, dispute.id, str(dispute.status)
    )
    outbox.publish(tx, event, now_ms=now_ms)
