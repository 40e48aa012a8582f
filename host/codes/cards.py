"""What the wallet's first page shows of codes: what a till waits for."""

from host.codes import service
from host.core.cards import Card, CardLoader, DueCards
from host.core.db import Tx


def waiting_cards(tx: Tx, person_id: str, now_ms: int) -> list[Card]:
    """Return a card for each charge that waits for a person's word."""
    return [
        Card(
            kind="charge",
            id=shown.charge.id,
            title=shown.payee.name,
            image_id=shown.payee.avatar_id,
            amount_minor=shown.charge.money.amount_minor,
            currency=shown.charge.money.currency,
            shop_verified=shown.payee.is_verified,
            open_url=f"/wallet/charges/{shown.charge.id}",
        )
        for shown in service.find_waiting(tx, person_id, now_ms=now_ms)
    ]


CARD_LOADERS: dict[str, CardLoader] = {}
DUE_CARDS: tuple[DueCards, ...] = (waiting_cards,)
