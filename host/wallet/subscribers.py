"""What the wallet does when others tell of something."""

from host.core import live
from host.core.db import Tx, Value
from host.core.outbox import StoredEvent, Subscriber
from host.wallet import service


def open_wallet_of_newcomer(tx: Tx, event: StoredEvent) -> None:
    """Give somebody who has registered a wallet."""
    service.open_wallet(tx, str(event.payload["person_id"]), event.created_at_ms)


def hint_owners(tx: Tx, event: StoredEvent) -> None:
    """Let open wallet pages of the people on both sides read again."""
    people = service.find_people_of(tx, str(event.payload["transfer_id"]))
    payload: dict[str, Value] = {"currency": str(event.payload["currency"])}
    live.publish(tx, people, "wallet.changed", payload, now_ms=event.created_at_ms)


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "identity.person_registered": (open_wallet_of_newcomer,),
    "wallet.transfer_posted": (hint_owners,),
}
