"""What the wallet does when others tell of something."""

from host.core.db import Tx
from host.core.outbox import StoredEvent, Subscriber
from host.wallet import service


def open_wallet_of_newcomer(tx: Tx, event: StoredEvent) -> None:
    """Give somebody who has registered a wallet."""
    service.open_wallet(tx, str(event.payload["person_id"]), event.created_at_ms)


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "identity.person_registered": (open_wallet_of_newcomer,),
}
