"""A pot: one control account in which money is gathered and from which it is dealt out.

So a refund that comes from three accounts is one line in the payer's statement, and the ledger
itself proves that what went in came out: a pot is closed empty or not at all.
"""

from dataclasses import dataclass

from host.core.db import Tx
from host.core.ids import derived_id
from host.core.money import Money
from host.settlement.errors import MerchantShortError
from host.settlement.model import Earning, Item, ItemKind
from host.settlement.repository import items
from host.wallet import service as wallet
from host.wallet.model import Place, Purpose, merchant_place, pending_place


@dataclass(frozen=True, slots=True)
class Pot:
    """A control account that lives as long as one transaction, or a little longer."""

    tx: Tx
    place: Place
    purpose: Purpose
    reference: str
    now_ms: int

    def take(self, place: Place, amount_minor: int, step: str) -> None:
        """Move money into the pot; nothing is no transfer."""
        self._move(place, self.place, place, amount_minor, step)

    def give(self, place: Place, amount_minor: int, step: str) -> None:
        """Move money out of the pot."""
        self._move(self.place, place, place, amount_minor, step)

    def close(self) -> None:
        """End it; the ledger refuses when anything is left inside."""
        wallet.close_account(self.tx, self.place.id, now_ms=self.now_ms)

    def _move(
        self, debit: Place, credit: Place, other: Place, amount_minor: int, step: str
    ) -> None:
        if not amount_minor:
            return
        wallet.open_account(self.tx, other, now_ms=self.now_ms)
        wallet.post_transfer(
            self.tx,
            f"{self.place.id}:{step}",
            debit_id=debit.id,
            credit_id=credit.id,
            money=Money(amount_minor, other.currency),
            purpose=self.purpose,
            actor_id="platform",
            reference=self.reference,
            now_ms=self.now_ms,
        )


def open_pot(tx: Tx, place: Place, purpose: Purpose, reference: str, *, now_ms: int) -> Pot:
    """Open the control account at ``place``."""
    wallet.open_account(tx, place, now_ms=now_ms)
    return Pot(tx, place, purpose, reference, now_ms)


def take_from_merchant(pot: Pot, earning: Earning, amount_minor: int, kind: ItemKind) -> None:
    """Take from the merchant of ``earning``: what is pending first, then what is available.

    Of what is pending its own money goes first and settles with it; what other earnings lend is
    made good by the next batch, which is why it is due at once.
    """
    if not amount_minor:
        return
    tx, brand_id, currency = pot.tx, earning.brand_id, earning.currency
    has = wallet.merchant_balance(tx, brand_id, currency)
    if has.available_minor + has.pending_minor < amount_minor:
        raise MerchantShortError(
            "The shop has too little for this. Nothing has moved. Try again when it has earned"
            " more.",
            amount_minor=amount_minor,
            available_minor=has.available_minor,
            pending_minor=has.pending_minor,
            currency=currency,
        )
    from_pending = min(amount_minor, has.pending_minor)
    own = min(from_pending, items.waiting_of_source(tx, earning.source, brand_id))
    at_ms = wallet.ledger_time(tx)
    for step, part, due_at_ms in (
        ("own", own, earning.due_at_ms),
        ("lent", from_pending - own, pot.now_ms),
    ):
        if part:
            item_id = derived_id("settlement.item", pot.place.id, step)
            items.insert_item(
                tx,
                Item(item_id, brand_id, currency, kind, earning.source, -part, due_at_ms, at_ms),
            )
    pot.take(pending_place(brand_id, currency), from_pending, "pending")
    pot.take(merchant_place(brand_id, currency), amount_minor - from_pending, "available")
