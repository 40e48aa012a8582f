"""How an admin ends a dispute.  Only review calls this, after it has checked the admin."""

from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.ids import derived_id
from host.core.text import clean_text
from host.market import repository
from host.market.dispute_model import (
    DISPUTE_REASON_CHARS_MAX,
    Decision,
    Dispute,
    DisputeStatus,
    Evidence,
    PartRefund,
)
from host.market.errors import (
    DisputeEndedError,
    DisputeNotFoundError,
    OrderRefusedError,
    OrderStateError,
    PartTooLargeError,
)
from host.market.events import DisputeChanged
from host.market.model import Order
from host.market.repository import disputes
from host.market.service.fulfilment import receive
from host.market.service.parts import BY_ADMIN, give_back

_QUEUE_COUNT = 100


def decide_dispute(
    tx: Tx,
    dispute_id: str,
    *,
    decision: Decision,
    refund_minor: int = 0,
    reason: str,
    now_ms: int,
) -> tuple[Dispute, bool]:
    """End a dispute: the money is the shop's, the buyer's, or divided; once.

    Returns whether it was ended now.  Repeating the decision changes nothing; another one, or one
    after the shop gave everything back, is refused, so nobody gets the money twice.
    """
    order, dispute = _lock(tx, dispute_id)
    if dispute.status is DisputeStatus.DECIDED and dispute.decision is decision:
        return dispute, False
    if not dispute.is_running:
        raise DisputeEndedError("This dispute has ended already.", status=str(dispute.status))
    if not dispute.can_be_decided(now_ms=now_ms):
        raise OrderStateError("The shop still has time to answer. Decide after that.")
    words = clean_text(reason, length_max=DISPUTE_REASON_CHARS_MAX)
    if not words:
        raise OrderRefusedError("Give the reason. Both sides read it.")
    if decision is Decision.PART and not 0 < refund_minor < order.left_minor:
        raise PartTooLargeError(
            "A part is more than nothing and less than all.",
            left_minor=order.left_minor,
            currency=order.currency,
        )

    back_minor = {Decision.PART: refund_minor, Decision.REFUND: order.left_minor}.get(decision, 0)
    decided = replace(
        dispute,
        status=DisputeStatus.DECIDED,
        decision=decision,
        refund_minor=back_minor,
        decided_reason=words,
        ended_at_ms=now_ms,
    )
    # Ended before the money moves, so that what follows finds no dispute to settle.
    disputes.save_dispute(tx, decided)
    if back_minor:
        part_id = derived_id("market.dispute", dispute.id)
        part = PartRefund(part_id, order.id, None, back_minor, words, BY_ADMIN, now_ms)
        order = give_back(tx, order, part)
    if order.is_held:
        receive(tx, order, said_by=BY_ADMIN, now_ms=now_ms)
    event = DisputeChanged(
        order.id, order.brand_id, order.buyer_id, dispute.id, str(decided.status)
    )
    outbox.publish(tx, event, now_ms=now_ms)
    return decided, True


def read_case(tx: Tx, dispute_id: str) -> tuple[Dispute, Order, list[Evidence]]:
    """Return a dispute, its order and what both sides have shown."""
    dispute = disputes.find_dispute(tx, dispute_id)
    order = None if dispute is None else repository.find_order(tx, dispute.order_id)
    if dispute is None or order is None:
        raise DisputeNotFoundError("There is no dispute with this id.")
    return dispute, order, disputes.find_evidence(tx, dispute.id)


def list_running_disputes(tx: Tx) -> list[Dispute]:
    """Return the disputes that have not ended, the oldest first."""
    return disputes.list_running(tx, limit=_QUEUE_COUNT)


def _lock(tx: Tx, dispute_id: str) -> tuple[Order, Dispute]:
    """Lock the order first, as everybody does; its dispute is read after that."""
    found = disputes.find_dispute(tx, dispute_id)
    order = None if found is None else repository.lock_order(tx, found.order_id)
    dispute = disputes.find_dispute(tx, dispute_id)
    if order is None or dispute is None:
        raise DisputeNotFoundError("There is no dispute with this id.")
    return order, dispute
