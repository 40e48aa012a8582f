"""What a merchant's page of its money shows."""

from collections.abc import Sequence

from host.brands import service as brands
from host.brands.model import Role
from host.core.db import Tx
from host.identity import service as identity
from host.settlement.errors import EarningNotFoundError
from host.settlement.model import Batch, Item
from host.settlement.money_model import MoneyPage
from host.settlement.repository import items, payouts, reading, splits
from host.settlement.service.payouts import BY_SCHEDULE
from host.settlement.split_model import ReceiverKind, Split
from host.wallet import service as wallet

_SHOWN_COUNT = 8
_ITEMS_MAX = 500


def read_money(tx: Tx, handle: str, *, actor_id: str) -> MoneyPage:
    """Return the money of a brand that ``actor_id`` acts for."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    members = brands.find_members(tx, brand.id, actor_id=actor_id)
    currencies = wallet.merchant_currencies(tx, brand.id) or [wallet.FIRST_CURRENCY]
    made = splits.find_of_brand(tx, brand.id, limit=_SHOWN_COUNT)
    paid = payouts.find_payouts(tx, brand.id, limit=_SHOWN_COUNT)
    to_people = payouts.find_payments(tx, brand.id, limit=_SHOWN_COUNT)
    named = {payment.person_id for payment in to_people}
    named |= {payout.actor_id for payout in paid if payout.actor_id != BY_SCHEDULE}
    named |= {
        part.receiver.id
        for split in made
        for part in split.parts
        if part.receiver.kind is ReceiverKind.PERSON
    }
    return MoneyPage(
        brand,
        any(m.person_id == actor_id and m.role is Role.OWNER for m in members),
        [wallet.merchant_balance(tx, brand.id, currency) for currency in currencies],
        reading.find_coming(tx, brand.id, limit=_SHOWN_COUNT),
        payouts.find_banks(tx, brand.id),
        items.find_batches(tx, brand.id, limit=_SHOWN_COUNT),
        paid,
        made,
        to_people,
        identity.find_people(tx, named),
    )


def access_batch(
    tx: Tx, handle: str, batch_id: str, *, actor_id: str
) -> tuple[brands.Brand, Batch, list[Item]]:
    """Return the statement of a batch of a brand that ``actor_id`` acts for."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    batch = items.find_batch(tx, batch_id)
    if batch is None or batch.brand_id != brand.id:
        raise EarningNotFoundError("Your brand has no settlement with this id.")
    return brand, batch, items.find_items(tx, batch_id, limit=_ITEMS_MAX)


def name_receivers(tx: Tx, made: Sequence[Split]) -> dict[str, str]:
    """Return the names of who received parts, by id."""
    receivers = [part.receiver for split in made for part in split.parts]
    shops = brands.find_brands(tx, [r.id for r in receivers if r.kind is ReceiverKind.BRAND])
    people = identity.find_people(tx, [r.id for r in receivers if r.kind is ReceiverKind.PERSON])
    names = {shop.id: shop.name for shop in shops.values()}
    return names | {person.id: person.name for person in people.values()}
