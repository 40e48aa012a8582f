"""Builders for the tests of settlement: money that comes in and goes back."""

from host.brands.model import Brand
from host.brands.repository import insert_brand
from host.core.db import Database, Tx
from host.core.money import Currency, Money
from host.settlement import service
from host.settlement.model import DAY_MS, Refund, Terms
from host.settlement.repository import items
from host.wallet import audit
from host.wallet import service as wallet
from host.wallet.model import Place, Purpose, cash_place, fees_place, pending_place
from host.wallet.repository import ledger
from tests.conftest import START_MS
from tests.wallet.make import CNY, open_with

TEA = "tea"
# The first midnight (UTC) after the tests begin.
NEXT_DAY_MS = (START_MS // DAY_MS + 1) * DAY_MS


def pay_in(
    tx: Tx,
    source_id: str,
    amount_minor: int,
    fee_minor: int = 0,
    *,
    brand_id: str = TEA,
    payer_id: str = "ann",
    source_kind: str = "payment",
    now_ms: int = START_MS,
) -> None:
    """Pay a brand: the fee to the platform, the rest to pending, and note it."""
    cash, held = cash_place(payer_id, CNY), pending_place(brand_id, CNY)
    fees = fees_place(CNY)
    for place in (cash, held, fees):
        wallet.open_account(tx, place, now_ms=now_ms)
    for place, part in ((held, amount_minor - fee_minor), (fees, fee_minor)):
        if part:
            wallet.post_transfer(
                tx,
                f"pay:{source_id}:{place.id}",
                debit_id=cash.id,
                credit_id=place.id,
                money=Money(part, CNY),
                purpose=Purpose.SEND,
                actor_id=payer_id,
                now_ms=now_ms,
            )
    service.record_earning(
        tx,
        source_kind=source_kind,
        source_id=source_id,
        brand_id=brand_id,
        money=Money(amount_minor, CNY),
        fee_minor=fee_minor,
        now_ms=now_ms,
    )


async def earn(db: Database, source_id: str, amount_minor: int, fee_minor: int = 0) -> None:
    """Let somebody with money pay the tea house."""
    payer_id = f"payer of {source_id}"
    await db.write(open_with, cash_place(payer_id, CNY), amount_minor)
    await db.write(pay_in, source_id, amount_minor, fee_minor, payer_id=payer_id)


async def earn_later(db: Database, source_id: str, amount_minor: int, *, now_ms: int) -> None:
    """Let somebody pay at a later time."""
    payer_id = f"payer of {source_id}"
    await db.write(open_with, cash_place(payer_id, CNY), amount_minor, now_ms=now_ms)
    await db.write(pay_in, source_id, amount_minor, payer_id=payer_id, now_ms=now_ms)


async def refund(
    db: Database, source_id: str, refund_id: str, amount_minor: int, *, now_ms: int = START_MS
) -> Refund:
    """Give a part of a payment back."""
    return await db.write(
        service.record_refund,
        source_kind="payment",
        source_id=source_id,
        refund_id=refund_id,
        brand_id=TEA,
        payer_id=f"payer of {source_id}",
        money=Money(amount_minor, CNY),
        now_ms=now_ms,
    )


async def settle(db: Database, now_ms: int = NEXT_DAY_MS) -> int:
    """Settle what is due."""
    return await db.write(service.sweep, now_ms=now_ms)


async def agree(db: Database, *, days: int | None = None, fee_bps: int | None = None) -> None:
    """Agree on terms with the tea house."""
    await db.write(service.set_terms, TEA, Terms(days, fee_bps), now_ms=START_MS)


async def spend_all(db: Database, brand_id: str = TEA) -> None:
    """Take everything available away, as a payout does."""

    def take(tx: Tx) -> None:
        has = wallet.merchant_balance(tx, brand_id, CNY).available_minor
        wallet.post_transfer(
            tx,
            "taken",
            debit_id=f"merchant:{brand_id}:available:CNY",
            credit_id="rail:sandbox:settlement:CNY",
            money=Money(has, CNY),
            purpose=Purpose.WITHDRAWAL,
            actor_id="test",
            now_ms=START_MS,
        )

    await db.write(take)


async def has(db: Database, brand_id: str = TEA, currency: Currency = CNY) -> tuple[int, int]:
    """Return what is pending and what is available."""
    balance = await db.read(wallet.merchant_balance, brand_id, currency)
    return balance.pending_minor, balance.available_minor


async def balance(db: Database, place: Place) -> int:
    """Return what is posted to an account."""
    account = await db.read(ledger.find_account, place.id)
    return 0 if account is None else account.balance_minor


async def cash(db: Database, source_id: str) -> int:
    """Return what a payer has."""
    return await balance(db, cash_place(f"payer of {source_id}", CNY))


def look(tx: Tx) -> list[str]:
    """Return every way in which pending is not what its items say, and pots that are open."""
    rows = tx.rows(
        "SELECT a.id, a.credits_posted_minor - a.debits_posted_minor AS balance_minor,"
        " COALESCE((SELECT SUM(i.amount_minor) FROM settlement_item i WHERE i.batch_id IS NULL"
        " AND i.brand_id = a.owner_id AND i.currency = a.currency), 0) AS waiting_minor"
        " FROM wallet_account a WHERE a.id LIKE 'merchant:%:pending:%'"
    )
    found = [row["id"] for row in rows if row["balance_minor"] != row["waiting_minor"]]
    pots = tx.rows("SELECT id FROM wallet_account WHERE kind = 'escrow' AND closed_at_ms IS NULL")
    return found + [row["id"] for row in pots]


async def breaks(db: Database) -> list[str]:
    """Return what the ledger's audit finds, and ours."""
    return [*(await db.read(audit.audit)).breaks, *await db.read(look)]


async def batches(db: Database) -> list[tuple[int, int]]:
    """Return ``(amount, items)`` of each batch, newest first."""
    found = await db.read(items.find_batches, TEA, limit=100)
    return [(batch.amount_minor, batch.item_count) for batch in found]


def put_brands(tx: Tx, *ids: str) -> None:
    """Let there be brands with these ids."""
    for brand_id in ids:
        insert_brand(
            tx,
            Brand(brand_id, brand_id, brand_id.title(), "", None, "owner", None, START_MS),
            skeleton=brand_id,
        )


async def brands(db: Database, *ids: str) -> None:
    """Let there be brands with these ids."""
    await db.write(put_brands, *ids)
