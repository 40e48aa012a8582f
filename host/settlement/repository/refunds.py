"""SQL of refunds of earnings, and of the terms of brands."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.settlement.model import Refund, Source, Terms


def insert_refund(tx: Tx, refund: Refund) -> None:
    """Note that money went back."""
    tx.run(
        "INSERT INTO settlement_refund (id, source_kind, source_id, refund_id, brand_id, payer_id,"
        " currency, amount_minor, fee_minor, at_ms) VALUES (:id, :kind, :source_id, :refund_id,"
        " :brand_id, :payer_id, :currency, :amount, :fee, :at)",
        id=refund.id,
        kind=refund.source.kind,
        source_id=refund.source.id,
        refund_id=refund.refund_id,
        brand_id=refund.brand_id,
        payer_id=refund.payer_id,
        currency=refund.money.currency,
        amount=refund.money.amount_minor,
        fee=refund.fee_minor,
        at=refund.at_ms,
    )


def find_refund(tx: Tx, refund_key: str) -> Refund | None:
    """Return a refund by the key that follows from its source and the caller's id."""
    row = tx.row(
        "SELECT id, source_kind, source_id, refund_id, brand_id, payer_id, currency,"
        " amount_minor, fee_minor, at_ms FROM settlement_refund WHERE id = :id",
        id=refund_key,
    )
    return None if row is None else _refund(row)


def find_terms(tx: Tx, brand_id: str) -> Terms:
    """Return what was agreed with a brand; with '' what holds for all."""
    row = tx.row(
        "SELECT days, fee_bps FROM settlement_terms WHERE brand_id = :brand_id", brand_id=brand_id
    )
    return Terms() if row is None else Terms(row["days"], row["fee_bps"])


def save_terms(tx: Tx, brand_id: str, terms: Terms, *, now_ms: int) -> None:
    """Replace what was agreed with a brand."""
    tx.run(
        "INSERT INTO settlement_terms (brand_id, days, fee_bps, changed_at_ms)"
        " VALUES (:brand_id, :days, :fee_bps, :now) ON CONFLICT (brand_id) DO UPDATE SET"
        " days = excluded.days, fee_bps = excluded.fee_bps,"
        " changed_at_ms = excluded.changed_at_ms",
        brand_id=brand_id,
        days=terms.days,
        fee_bps=terms.fee_bps,
        now=now_ms,
    )


def _refund(row: Row) -> Refund:
    return Refund(
        id=row["id"],
        source=Source(row["source_kind"], row["source_id"]),
        refund_id=row["refund_id"],
        brand_id=row["brand_id"],
        payer_id=row["payer_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        fee_minor=row["fee_minor"],
        at_ms=row["at_ms"],
    )
