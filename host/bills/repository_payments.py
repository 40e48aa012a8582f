"""SQL of payments of bills."""

from collections.abc import Sequence

from host.bills.model import Answer, Payment, PaymentState
from host.core.db import Row, Tx, expand
from host.core.money import Currency, Money


def insert_payment(tx: Tx, payment: Payment) -> None:
    """Keep a payment whose money has just been set aside."""
    tx.run(
        "INSERT INTO bills_payment (id, bill_id, person_id, brand_id, amount_minor, currency,"
        " fee_bps, state, made_at_ms, asked_at_ms) VALUES (:id, :bill, :person, :brand, :amount,"
        " :currency, :fee_bps, :state, :made, :asked)",
        id=payment.id,
        bill=payment.bill_id,
        person=payment.person_id,
        brand=payment.brand_id,
        amount=payment.money.amount_minor,
        currency=payment.money.currency,
        fee_bps=payment.fee_bps,
        state=payment.state,
        made=payment.made_at_ms,
        asked=payment.asked_at_ms,
    )


def lock_payment(tx: Tx, payment_id: str) -> Payment | None:
    """Return a payment and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, bill_id, person_id, brand_id, amount_minor, currency, fee_bps, state,"
        " reference, made_at_ms, asked_at_ms, ended_at_ms FROM bills_payment WHERE id = :id",
        id=payment_id,
    )
    return _payment(rows[0]) if rows else None


def find_payment(tx: Tx, payment_id: str) -> Payment | None:
    """Return a payment."""
    row = tx.row(
        "SELECT id, bill_id, person_id, brand_id, amount_minor, currency, fee_bps, state,"
        " reference, made_at_ms, asked_at_ms, ended_at_ms FROM bills_payment WHERE id = :id",
        id=payment_id,
    )
    return None if row is None else _payment(row)


def find_payments_of(tx: Tx, bill_ids: Sequence[str]) -> dict[str, Payment]:
    """Return the payment that counts of each bill that has one."""
    if not bill_ids:
        return {}
    sql, params = expand(
        "SELECT id, bill_id, person_id, brand_id, amount_minor, currency, fee_bps, state,"
        " reference, made_at_ms, asked_at_ms, ended_at_ms FROM bills_payment"
        " WHERE state <> 'refused' AND bill_id IN (:bills)",
        bills=bill_ids,
    )
    rows = tx.rows(sql, **params)
    return {row["bill_id"]: _payment(row) for row in rows}


def find_waiting_of(tx: Tx, brand_id: str, *, limit: int) -> list[Payment]:
    """Return what a biller has not answered, oldest first."""
    rows = tx.rows(
        "SELECT id, bill_id, person_id, brand_id, amount_minor, currency, fee_bps, state,"
        " reference, made_at_ms, asked_at_ms, ended_at_ms FROM bills_payment"
        " WHERE brand_id = :brand AND state IN ('sent', 'unknown')"
        " ORDER BY made_at_ms, id LIMIT :limit",
        brand=brand_id,
        limit=limit,
    )
    return [_payment(row) for row in rows]


def find_askable(tx: Tx, *, asked_before_ms: int, limit: int) -> list[Payment]:
    """Return what billers that the host can ask have not answered since then."""
    rows = tx.rows(
        "SELECT p.id, p.bill_id, p.person_id, p.brand_id, p.amount_minor, p.currency, p.fee_bps,"
        " p.state, p.reference, p.made_at_ms, p.asked_at_ms, p.ended_at_ms FROM bills_payment p"
        " JOIN bills_biller b ON b.brand_id = p.brand_id AND b.adapter <> 'api'"
        " WHERE p.state IN ('sent', 'unknown') AND p.asked_at_ms <= :before"
        " ORDER BY p.asked_at_ms, p.id LIMIT :limit",
        before=asked_before_ms,
        limit=limit,
    )
    return [_payment(row) for row in rows]


def find_late(tx: Tx, *, sent_before_ms: int, made_before_ms: int, limit: int) -> list[Payment]:
    """Return what has waited too long to be called sent, or to wait at all."""
    rows = tx.rows(
        "SELECT id, bill_id, person_id, brand_id, amount_minor, currency, fee_bps, state,"
        " reference, made_at_ms, asked_at_ms, ended_at_ms FROM bills_payment"
        " WHERE (state = 'sent' AND made_at_ms <= :sent)"
        " OR (state = 'unknown' AND made_at_ms <= :made) ORDER BY made_at_ms, id LIMIT :limit",
        sent=sent_before_ms,
        made=made_before_ms,
        limit=limit,
    )
    return [_payment(row) for row in rows]


def save_answer(tx: Tx, payment_id: str, answer: Answer, *, now_ms: int) -> None:
    """Note what the biller said to a payment that is locked."""
    tx.run(
        "UPDATE bills_payment SET state = :state, reference = :reference, asked_at_ms = :now,"
        " ended_at_ms = CAST(:ended AS BIGINT) WHERE id = :id",
        state=answer.state,
        reference=answer.reference,
        now=now_ms,
        ended=now_ms if answer.state.is_final else None,
        id=payment_id,
    )


def _payment(row: Row) -> Payment:
    return Payment(
        id=row["id"],
        bill_id=row["bill_id"],
        person_id=row["person_id"],
        brand_id=row["brand_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        fee_bps=row["fee_bps"],
        state=PaymentState(row["state"]),
        reference=row["reference"],
        made_at_ms=row["made_at_ms"],
        asked_at_ms=row["asked_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )
