"""The money of an order on its way to the shop."""

from host.core.db import Tx
from host.core.money import Money
from host.market.model import Order
from host.settlement import service as settlement
from host.wallet import service as wallet

# The kind of source under which settlement knows the earnings of orders.
EARNED_BY = "order"


def release(tx: Tx, order: Order, *, now_ms: int) -> int:
    """Release the money of a locked order to its shop, and return the platform's fee."""
    fee_minor = order.fee_due_minor
    wallet.release_escrow(tx, order.id, fee_minor=fee_minor, now_ms=now_ms)
    settlement.record_earning(
        tx,
        source_kind=EARNED_BY,
        source_id=order.id,
        brand_id=order.brand_id,
        money=Money(order.left_minor, order.currency),
        fee_minor=fee_minor,
        now_ms=now_ms,
    )
    return fee_minor
