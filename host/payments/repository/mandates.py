"""Mandates, and which orders were debited under them."""

from host.core.db import Row, Tx
from host.core.money import Currency
from host.payments.mandate_model import Mandate, MandateStatus, Period, Terms, Use
from host.payments.model import Mode

_MANDATE = (
    "SELECT id, brand_id, mode, out_mandate_no, fingerprint, key_id, description, currency,"
    " debit_max_minor, period, period_max_minor, period_count_max, ends_at_ms, status, person_id,"
    " method, revoked_by, created_at_ms, expires_at_ms, signed_at_ms, revoked_at_ms,"
    " period_start_ms, used_minor, used_count FROM payments_mandate"
)


def insert_mandate(tx: Tx, mandate: Mandate) -> bool:
    """Store a new mandate; False when its number is taken."""
    terms = mandate.terms
    added = tx.run(
        "INSERT INTO payments_mandate (id, brand_id, mode, out_mandate_no, fingerprint, key_id,"
        " description, currency, debit_max_minor, period, period_max_minor, period_count_max,"
        " ends_at_ms, status, created_at_ms, expires_at_ms) VALUES (:id, :brand_id, :mode, :number,"
        " :fingerprint, :key_id, :description, :currency, :debit_max, :period, :period_max,"
        " :count_max, :ends_at_ms, :status, :created_at_ms, :expires_at_ms)"
        " ON CONFLICT (brand_id, mode, out_mandate_no) DO NOTHING",
        id=mandate.id,
        brand_id=mandate.brand_id,
        mode=mandate.mode.value,
        number=mandate.out_mandate_no,
        fingerprint=mandate.fingerprint,
        key_id=mandate.key_id,
        description=terms.description,
        currency=terms.currency,
        debit_max=terms.debit_max_minor,
        period=terms.period.value,
        period_max=terms.period_max_minor,
        count_max=terms.period_count_max,
        ends_at_ms=terms.ends_at_ms,
        status=mandate.status.value,
        created_at_ms=mandate.created_at_ms,
        expires_at_ms=mandate.expires_at_ms,
    )
    return added == 1


def find_mandate(tx: Tx, mandate_id: str) -> Mandate | None:
    """Return the mandate with this id."""
    row = tx.row(f"{_MANDATE} WHERE id = :id", id=mandate_id)
    return None if row is None else _mandate(row)


def lock_mandate(tx: Tx, mandate_id: str) -> Mandate | None:
    """Return a mandate and hold it until the transaction ends."""
    rows = tx.lock_rows(f"{_MANDATE} WHERE id = :id ORDER BY id", id=mandate_id)
    return _mandate(rows[0]) if rows else None


def find_mandate_by_number(tx: Tx, brand_id: str, mode: Mode, number: str) -> Mandate | None:
    """Return the merchant's mandate with their own number."""
    row = tx.row(
        f"{_MANDATE} WHERE brand_id = :brand_id AND mode = :mode AND out_mandate_no = :number",
        brand_id=brand_id,
        mode=mode.value,
        number=number,
    )
    return None if row is None else _mandate(row)


def find_mandates_of(tx: Tx, person_id: str, *, limit: int) -> list[Mandate]:
    """Return what a person has signed: what still serves first, and the newest first."""
    rows = tx.rows(
        f"{_MANDATE} WHERE person_id = :person ORDER BY status DESC, signed_at_ms DESC, id"
        " LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_mandate(row) for row in rows]


def save_mandate(tx: Tx, mandate: Mandate) -> None:
    """Write what may change in a mandate; its terms never do."""
    changed = tx.run(
        "UPDATE payments_mandate SET status = :status, person_id = :person_id, method = :method,"
        " revoked_by = :revoked_by, signed_at_ms = :signed_at_ms, revoked_at_ms = :revoked_at_ms,"
        " period_start_ms = :start_ms, used_minor = :used_minor, used_count = :used_count"
        " WHERE id = :id",
        id=mandate.id,
        status=mandate.status.value,
        person_id=mandate.person_id,
        method=mandate.method,
        revoked_by=mandate.revoked_by,
        signed_at_ms=mandate.signed_at_ms,
        revoked_at_ms=mandate.revoked_at_ms,
        start_ms=mandate.use.start_ms,
        used_minor=mandate.use.minor,
        used_count=mandate.use.count,
    )
    assert changed == 1, "the mandate was locked"


def insert_debit(tx: Tx, order_id: str, mandate_id: str, *, now_ms: int) -> None:
    """Note that an order is a debit."""
    tx.run(
        "INSERT INTO payments_debit (order_id, mandate_id, created_at_ms)"
        " VALUES (:order_id, :mandate_id, :now)",
        order_id=order_id,
        mandate_id=mandate_id,
        now=now_ms,
    )


def find_mandate_id(tx: Tx, order_id: str) -> str | None:
    """Return the mandate under which an order was debited; None when it was not."""
    row = tx.row("SELECT mandate_id FROM payments_debit WHERE order_id = :id", id=order_id)
    return None if row is None else str(row["mandate_id"])


def find_debit_ids(tx: Tx, mandate_id: str, *, limit: int) -> list[str]:
    """Return the orders that were debited under a mandate, newest first."""
    rows = tx.rows(
        "SELECT order_id FROM payments_debit WHERE mandate_id = :id"
        " ORDER BY created_at_ms DESC, order_id DESC LIMIT :limit",
        id=mandate_id,
        limit=limit,
    )
    return [str(row["order_id"]) for row in rows]


def _mandate(row: Row) -> Mandate:
    return Mandate(
        id=row["id"],
        brand_id=row["brand_id"],
        mode=Mode(row["mode"]),
        out_mandate_no=row["out_mandate_no"],
        fingerprint=row["fingerprint"],
        key_id=row["key_id"],
        terms=Terms(
            row["description"],
            Currency(row["currency"]),
            row["debit_max_minor"],
            Period(row["period"]),
            row["period_max_minor"],
            row["period_count_max"],
            row["ends_at_ms"],
        ),
        created_at_ms=row["created_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        status=MandateStatus(row["status"]),
        person_id=row["person_id"],
        method=row["method"],
        revoked_by=row["revoked_by"],
        signed_at_ms=row["signed_at_ms"],
        revoked_at_ms=row["revoked_at_ms"],
        use=Use(row["period_start_ms"], row["used_minor"], row["used_count"]),
    )
