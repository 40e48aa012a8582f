"""What a person holds of shops' points, for the wallet's first page."""

from host.brands import service as brands
from host.core.cards import Card, CardLoader, DueCards
from host.core.db import Tx
from host.core.i18n import gettext
from host.core.money import format_money
from host.identity import service as identity
from host.points import service


def holding_cards(tx: Tx, person_id: str, now_ms: int) -> list[Card]:
    """Return a card for each shop whose points the person has."""
    del now_ms
    holdings = service.list_holdings(tx, person_id)
    if not holdings:
        return []
    lang = identity.access_person(tx, person_id).lang
    shops = brands.find_brands(tx, [holding.programme.brand_id for holding in holdings])
    cards = []
    for holding in holdings:
        brand, currency = shops[holding.programme.brand_id], holding.programme.currency
        worth = format_money(holding.worth_minor, currency, lang)
        cards.append(
            Card(
                kind="points",
                id=brand.id,
                title=brand.name,
                subtitle=gettext(
                    lang, "%(points)s points, worth %(amount)s", points=holding.points, amount=worth
                ),
                open_url=f"/points/{brand.handle}",
            )
        )
    return cards


CARD_LOADERS: dict[str, CardLoader] = {}
HOLDINGS: tuple[DueCards, ...] = (holding_cards,)
