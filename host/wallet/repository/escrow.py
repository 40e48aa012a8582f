"""SQL of escrow: the money of orders."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.wallet.escrow_model import Escrow
from host.wallet.model import EscrowStatus


def insert_escrow(tx: Tx, escrow: Escrow) -> None:
    """Note that the money of an order is held."""
    tx.run(
        "INSERT INTO wallet_escrow (order_id, account_id, payer_id, brand_id, amount_minor,"
        " currency, status, funded_at_ms) VALUES (:order_id, :account_id, :payer_id, :brand_id,"
        " :amount_minor, :currency, :status, :funded_at_ms)",
        order_id=escrow.order_id,
        account_id=escrow.account_id,
        payer_id=escrow.payer_id,
        brand_id=escrow.brand_id,
        amount_minor=escrow.money.amount_minor,
        currency=escrow.money.currency,
        status=escrow.status,
        funded_at_ms=escrow.funded_at_ms,
    )


def lock_escrow(tx: Tx, order_id: str) -> Escrow | None:
    """Return the escrow of an order and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT order_id, account_id, payer_id, brand_id, amount_minor, fee_minor, currency,"
        " status, funded_at_ms, ended_at_ms, refunded_minor FROM wallet_escrow"
        " WHERE order_id = :id",
        id=order_id,
    )
    return _escrow(rows[0]) if rows else None


def find_escrow(tx: Tx, order_id: str) -> Escrow | None:
    """Return the escrow of an order."""
    row = tx.row(
        "SELECT order_id, account_id, payer_id, brand_id, amount_minor, fee_minor, currency,"
        " status, funded_at_ms, ended_at_ms, refunded_minor FROM wallet_escrow"
        " WHERE order_id = :id",
        id=order_id,
    )
    return None if row is None else _escrow(row)


def end_escrow(tx: Tx, order_id: str, *, status: EscrowStatus, fee_minor: int, now_ms: int) -> None:
    """Note where the money went."""
    changed = tx.run(
        "UPDATE wallet_escrow SET status = :status, fee_minor = :fee, ended_at_ms = :now"
        " WHERE order_id = :id AND status = 'funded'",
        id=order_id,
        status=status,
        fee=fee_minor,
        now=now_ms,
    )
    assert changed == 1, "the escrow was locked and funded"


def add_refunded(tx: Tx, order_id: str, amount_minor: int) -> None:
    """Note that a part went back."""
    changed = tx.run(
        "UPDATE wallet_escrow SET refunded_minor = refunded_minor + :amount"
        " WHERE order_id = :id AND status = 'funded'",
        id=order_id,
        amount=amount_minor,
    )
    assert changed == 1, "the escrow was locked and funded"


def funded_minor(tx: Tx, payer_id: str, currency: Currency) -> int:
    """Return what a person has in escrow."""
    row = tx.row(
        "SELECT COALESCE(SUM(amount_minor - refunded_minor), 0) AS total FROM wallet_escrow"
        " WHERE payer_id = :id AND status = 'funded' AND currency = :currency",
        id=payer_id,
        currency=currency,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["total"])


def _escrow(row: Row) -> Escrow:
    return Escrow(
        order_id=row["order_id"],
        account_id=row["account_id"],
        payer_id=row["payer_id"],
        brand_id=row["brand_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        fee_minor=row["fee_minor"],
        status=EscrowStatus(row["status"]),
        funded_at_ms=row["funded_at_ms"],
        ended_at_ms=row["ended_at_ms"],
        refunded_minor=row["refunded_minor"],
    )
