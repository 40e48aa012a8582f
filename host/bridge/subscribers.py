"""What the bridge does when other domains have done something."""

from host.bridge import service
from host.core.db import Tx
from host.core.outbox import StoredEvent, Subscriber


def answer_payment(tx: Tx, event: StoredEvent) -> None:
    """Tell the pages that wait for this order.  A second time nothing waits any more."""
    service.answer_order_asks(tx, str(event.payload["order_id"]), now_ms=event.created_at_ms)


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "market.order_paid": (answer_payment,),
    "market.order_cancelled": (answer_payment,),
    "payments.changed": (answer_payment,),
}
