"""SQL of the offers to exchange."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.wallet.model import Quote


def insert_quote(tx: Tx, quote: Quote) -> None:
    """Keep an offer."""
    tx.run(
        "INSERT INTO wallet_quote (id, person_id, sell_currency, sell_minor, fee_minor,"
        " buy_currency, buy_minor, made_at_ms, expires_at_ms) VALUES (:id, :person,"
        " :sell_currency, :sell, :fee, :buy_currency, :buy, :made_at_ms, :expires_at_ms)",
        id=quote.id,
        person=quote.person_id,
        sell_currency=quote.sell.currency,
        sell=quote.sell.amount_minor,
        fee=quote.fee_minor,
        buy_currency=quote.buy.currency,
        buy=quote.buy.amount_minor,
        made_at_ms=quote.made_at_ms,
        expires_at_ms=quote.expires_at_ms,
    )


def find_quote(tx: Tx, quote_id: str) -> Quote | None:
    """Return an offer."""
    row = tx.row(
        "SELECT id, person_id, sell_currency, sell_minor, fee_minor, buy_currency, buy_minor,"
        " made_at_ms, expires_at_ms, used_at_ms FROM wallet_quote WHERE id = :id",
        id=quote_id,
    )
    return None if row is None else _quote(row)


def lock_quote(tx: Tx, quote_id: str) -> Quote | None:
    """Return an offer and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, person_id, sell_currency, sell_minor, fee_minor, buy_currency, buy_minor,"
        " made_at_ms, expires_at_ms, used_at_ms FROM wallet_quote WHERE id = :id",
        id=quote_id,
    )
    return _quote(rows[0]) if rows else None


def mark_used(tx: Tx, quote_id: str, *, at_ms: int) -> None:
    """Note that an offer has served; its CHECK refuses after its end."""
    changed = tx.run(
        "UPDATE wallet_quote SET used_at_ms = :at WHERE id = :id AND used_at_ms IS NULL",
        id=quote_id,
        at=at_ms,
    )
    assert changed == 1, "it was locked and unused"


def delete_unused(tx: Tx, *, before_ms: int) -> int:
    """Forget offers that nobody took and return how many."""
    return tx.run(
        "DELETE FROM wallet_quote WHERE expires_at_ms < :before AND used_at_ms IS NULL",
        before=before_ms,
    )


def _quote(row: Row) -> Quote:
    return Quote(
        id=row["id"],
        person_id=row["person_id"],
        sell=Money(row["sell_minor"], Currency(row["sell_currency"])),
        fee_minor=row["fee_minor"],
        buy=Money(row["buy_minor"], Currency(row["buy_currency"])),
        made_at_ms=row["made_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        used_at_ms=row["used_at_ms"],
    )
