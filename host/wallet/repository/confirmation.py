"""SQL of confirmed payments."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.wallet.authority import Confirmation, Method, PaymentIntent, PaymentPurpose

_CONFIRMATION = (
    "SELECT id, person_id, purpose, subject_id, payee_id, amount_minor, currency, method,"
    " device_at_ms, made_at_ms, spent_at_ms FROM wallet_confirmation"
)


def insert_confirmation(tx: Tx, made: Confirmation) -> None:
    """Note that an intent was confirmed."""
    intent = made.intent
    tx.run(
        "INSERT INTO wallet_confirmation (id, person_id, purpose, subject_id, payee_id,"
        " amount_minor, currency, method, device_at_ms, made_at_ms)"
        " VALUES (:id, :person_id, :purpose, :subject_id, :payee_id, :amount_minor, :currency,"
        " :method, :device_at_ms, :made_at_ms)",
        id=made.id,
        person_id=intent.person_id,
        purpose=intent.purpose,
        subject_id=intent.subject_id,
        payee_id=intent.payee_id,
        amount_minor=intent.money.amount_minor,
        currency=intent.money.currency,
        method=made.method,
        device_at_ms=made.device_at_ms,
        made_at_ms=made.made_at_ms,
    )


def lock_confirmation(tx: Tx, confirmation_id: str) -> Confirmation | None:
    """Return a confirmation and hold it until the transaction ends."""
    rows = tx.lock_rows(_CONFIRMATION + " WHERE id = :id", id=confirmation_id)
    return _confirmation(rows[0]) if rows else None


def find_spent(tx: Tx, intent: PaymentIntent) -> Confirmation | None:
    """Return the confirmation that the payment with this subject was made with."""
    row = tx.row(
        _CONFIRMATION + " WHERE person_id = :person AND purpose = :purpose"
        " AND subject_id = :subject AND spent_at_ms IS NOT NULL",
        person=intent.person_id,
        purpose=intent.purpose,
        subject=intent.subject_id,
    )
    return None if row is None else _confirmation(row)


def set_spent(tx: Tx, confirmation_id: str, *, now_ms: int) -> None:
    """Spend a confirmation that was locked."""
    changed = tx.run(
        "UPDATE wallet_confirmation SET spent_at_ms = :now WHERE id = :id AND spent_at_ms IS NULL",
        id=confirmation_id,
        now=now_ms,
    )
    assert changed == 1, "it was locked, and not spent"


def delete_confirmation(tx: Tx, confirmation_id: str) -> None:
    """Forget a confirmation that was not needed."""
    tx.run(
        "DELETE FROM wallet_confirmation WHERE id = :id AND spent_at_ms IS NULL", id=confirmation_id
    )


def delete_unspent(tx: Tx, *, before_ms: int) -> int:
    """Forget confirmations of payments that never came and return how many."""
    return tx.run(
        "DELETE FROM wallet_confirmation WHERE spent_at_ms IS NULL AND made_at_ms < :at",
        at=before_ms,
    )


def _confirmation(row: Row) -> Confirmation:
    intent = PaymentIntent(
        row["person_id"],
        PaymentPurpose(row["purpose"]),
        row["subject_id"],
        Money(row["amount_minor"], Currency(row["currency"])),
        row["payee_id"],
    )
    return Confirmation(
        row["id"],
        intent,
        Method(row["method"]),
        row["device_at_ms"],
        row["made_at_ms"],
        row["spent_at_ms"],
    )
