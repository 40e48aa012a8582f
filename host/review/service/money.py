"""What admins decide about merchants' money: disputes, and the terms of one brand.

Each decision stands in the audit log in the transaction that carries it out.
"""

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import BadInputError
from host.identity import service as identity
from host.market import service as market
from host.market.dispute_model import Decision, Dispute, Evidence
from host.market.model import Order
from host.market.service import dispute_views
from host.market.service.dispute_views import DisputeRow
from host.review.errors import OwnBrandError
from host.review.service.audit import append_audit
from host.review.service.decisions import check_reason, refuse_own_brand
from host.settlement import service as settlement
from host.settlement.model import SETTLE_DAYS_MAX, Terms

_FEE_BPS_MAX = 9_999


def find_disputes(tx: Tx, *, actor_id: str) -> list[DisputeRow]:
    """Return the disputes that wait, for an admin."""
    identity.require_admin(tx, actor_id)
    return dispute_views.describe(tx, market.list_running_disputes(tx))


def open_dispute_case(
    tx: Tx, dispute_id: str, *, actor_id: str
) -> tuple[Dispute, Order, list[Evidence], DisputeRow]:
    """Return a dispute with what both sides have shown, for an admin."""
    identity.require_admin(tx, actor_id)
    dispute, order, shown = market.read_case(tx, dispute_id)
    return dispute, order, shown, dispute_views.describe(tx, [dispute])[0]


def decide_dispute(
    tx: Tx,
    dispute_id: str,
    *,
    actor_id: str,
    decision: Decision,
    refund_minor: int,
    reason: str,
    now_ms: int,
) -> Dispute:
    """End a dispute as an admin who is on neither side."""
    identity.require_admin(tx, actor_id)
    _, order, _ = market.read_case(tx, dispute_id)
    refuse_own_brand(tx, order.brand_id, actor_id=actor_id)
    if order.buyer_id == actor_id:
        raise OwnBrandError("You bought this, so another admin decides about it.")
    text = check_reason(reason)
    decided, is_new = market.decide_dispute(
        tx,
        dispute_id,
        decision=decision,
        refund_minor=refund_minor,
        reason=text,
        now_ms=now_ms,
    )
    if is_new:
        append_audit(
            tx,
            actor_id=actor_id,
            action="dispute_decided",
            subject=f"dispute:{dispute_id}",
            detail={
                "order_id": order.id,
                "brand_id": order.brand_id,
                "decision": str(decision),
                "refund_minor": decided.refund_minor,
                "reason": text,
            },
            now_ms=now_ms,
        )
    return decided


def read_terms(tx: Tx, brand_id: str, *, actor_id: str) -> tuple[brands.Brand, Terms]:
    """Return what was agreed with a brand, for an admin."""
    identity.require_admin(tx, actor_id)
    return brands.access_public_brand(tx, brand_id), settlement.read_terms(tx, brand_id)


def set_terms(
    tx: Tx, brand_id: str, *, actor_id: str, terms: Terms, reason: str, now_ms: int
) -> None:
    """Agree with one brand on a fee and on the days until settlement; None is the host's."""
    identity.require_admin(tx, actor_id)
    brand = brands.access_public_brand(tx, brand_id)
    refuse_own_brand(tx, brand_id, actor_id=actor_id)
    text = check_reason(reason)
    if terms.days is not None and not 0 <= terms.days <= SETTLE_DAYS_MAX:
        raise BadInputError("Settlement takes 0 to %(max)s days.", max=SETTLE_DAYS_MAX)
    if terms.fee_bps is not None and not 0 <= terms.fee_bps <= _FEE_BPS_MAX:
        raise BadInputError("The fee is at least 0 and less than 100 %.")
    settlement.set_terms(tx, brand_id, terms, now_ms=now_ms)
    append_audit(
        tx,
        actor_id=actor_id,
        action="brand_terms",
        subject=f"brand:{brand.id}",
        detail={
            "handle": brand.handle,
            "days": "host" if terms.days is None else terms.days,
            "fee_bps": "host" if terms.fee_bps is None else terms.fee_bps,
            "reason": text,
        },
        now_ms=now_ms,
    )
