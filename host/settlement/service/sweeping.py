"""From pending to available: one transfer a brand and currency for everything that is due."""

from host.core.db import Tx
from host.core.ids import derived_id
from host.core.money import Currency, Money
from host.settlement.model import Batch
from host.settlement.repository import items
from host.wallet import service as wallet
from host.wallet.model import Purpose, merchant_place, pending_place

# What one sweep settles; the next is seconds away.
_BRANDS_PER_SWEEP = 50


def settle_due(tx: Tx, *, now_ms: int) -> int:
    """Settle whose money is due; return how many batches were made."""
    due = items.find_due_brands(tx, now_ms=now_ms, limit=_BRANDS_PER_SWEEP)
    batches = [settle(tx, brand_id, currency, now_ms=now_ms) for brand_id, currency in due]
    return sum(batch is not None for batch in batches)


def settle(tx: Tx, brand_id: str, currency: Currency, *, now_ms: int) -> Batch | None:
    """Make what is due of one brand available, as one transfer.

    The ledger's lock comes before the sum, so what is earned meanwhile waits for the next batch,
    and the batch moves exactly what it names.  Its id follows from its first item, which is in no
    other batch.  Nothing happens while more went back than is due.
    """
    wallet.lock_ledger(tx)
    total_minor, item_count, first_id = items.sum_due(tx, brand_id, currency, now_ms=now_ms)
    if not item_count or total_minor < 0:
        return None
    batch_id = derived_id("settlement.batch", first_id)
    if total_minor:
        available = merchant_place(brand_id, currency)
        wallet.open_account(tx, available, now_ms=now_ms)
        wallet.post_transfer(
            tx,
            f"settle:{batch_id}",
            debit_id=pending_place(brand_id, currency).id,
            credit_id=available.id,
            money=Money(total_minor, currency),
            purpose=Purpose.SETTLEMENT,
            actor_id="platform",
            reference=batch_id,
            now_ms=now_ms,
        )
    at_ms = wallet.ledger_time(tx)
    batch = Batch(batch_id, brand_id, currency, total_minor, item_count, at_ms)
    items.insert_batch(tx, batch)
    items.give_batch(tx, batch, now_ms=now_ms)
    return batch
