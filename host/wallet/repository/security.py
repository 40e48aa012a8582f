"""SQL of tiers, small payments and of what a person has paid so far."""

from collections.abc import Collection
from dataclasses import dataclass

from host.core.db import Tx, expand
from host.core.money import Currency
from host.wallet.authority import Method, PaymentPurpose
from host.wallet.model import AccountKind
from host.wallet.risk import Past

_PAST_ROWS_MAX = 500
# What comes back, or was one's own before, is no money from others.
_OWN = ("escrow_refund", "refund", "reversal", "exchange", "parked", "packet_return")


@dataclass(frozen=True, slots=True)
class Security:
    """A person's tier and their choice for small payments."""

    tier: int = 0
    small_units: int = 0
    tier_reason: str = ""
    tier_at_ms: int | None = None


def find_security(tx: Tx, person_id: str) -> Security:
    """Return what a person chose and was given."""
    row = tx.row(
        "SELECT tier, small_units, tier_reason, tier_at_ms FROM wallet_security"
        " WHERE person_id = :person",
        person=person_id,
    )
    return Security() if row is None else Security(**row)


def lock_security(tx: Tx, person_id: str) -> Security:
    """Return the same and hold it: payments of one person are judged one after the other."""
    tx.run(
        "INSERT INTO wallet_security (person_id) VALUES (:person) ON CONFLICT (person_id)"
        " DO NOTHING",
        person=person_id,
    )
    (row,) = tx.lock_rows(
        "SELECT tier, small_units, tier_reason, tier_at_ms FROM wallet_security"
        " WHERE person_id = :person",
        person=person_id,
    )
    return Security(**row)


def set_tier(tx: Tx, person_id: str, tier: int, *, reason: str, now_ms: int) -> None:
    """Give a person a tier; the row was locked."""
    tx.run(
        "UPDATE wallet_security SET tier = :tier, tier_reason = :reason, tier_at_ms = :now"
        " WHERE person_id = :person",
        person=person_id,
        tier=tier,
        reason=reason,
        now=now_ms,
    )


def set_small(tx: Tx, person_id: str, units: int) -> None:
    """Store the ceiling of payments without a PIN; the row was locked."""
    tx.run(
        "UPDATE wallet_security SET small_units = :units WHERE person_id = :person",
        person=person_id,
        units=units,
    )


def paid_minor(tx: Tx, person_id: str, currency: Currency, *, since_ms: int) -> int:
    """Return what a person has paid in a currency since ``since_ms``."""
    row = tx.row(
        "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS sum_minor"
        " FROM wallet_confirmation"
        " WHERE person_id = :person AND spent_at_ms > :since AND currency = :currency"
        " AND purpose <> 'mandate'",
        person=person_id,
        since=since_ms,
        currency=currency,
    )
    return 0 if row is None else int(row["sum_minor"])


def small_of_day(tx: Tx, person_id: str, currency: Currency, *, since_ms: int) -> tuple[int, int]:
    """Return how many payments went without a PIN, and how much of this currency they were."""
    row = tx.row(
        "SELECT COUNT(*) AS used_count, CAST(COALESCE(SUM(CASE WHEN currency = :currency"
        " THEN amount_minor ELSE 0 END), 0) AS BIGINT) AS sum_minor FROM wallet_confirmation"
        " WHERE person_id = :person AND spent_at_ms > :since AND method = :small",
        person=person_id,
        since=since_ms,
        currency=currency,
        small=Method.SMALL,
    )
    return (0, 0) if row is None else (int(row["used_count"]), int(row["sum_minor"]))


def find_recent(tx: Tx, person_id: str, *, since_ms: int) -> list[Past]:
    """Return what a person has paid since ``since_ms``, newest first."""
    rows = tx.rows(
        "SELECT payee_id, purpose, amount_minor, currency, spent_at_ms FROM wallet_confirmation"
        " WHERE person_id = :person AND spent_at_ms > :since AND purpose <> 'mandate'"
        " ORDER BY spent_at_ms DESC LIMIT :limit",
        person=person_id,
        since=since_ms,
        limit=_PAST_ROWS_MAX,
    )
    return [
        Past(
            row["payee_id"],
            PaymentPurpose(row["purpose"]),
            row["amount_minor"],
            row["currency"],
            row["spent_at_ms"],
        )
        for row in rows
    ]


def find_first_paid(tx: Tx, person_id: str, payees: Collection[str]) -> dict[str, int]:
    """Return when each of ``payees`` was paid for the first time."""
    sql, params = expand(
        "SELECT payee_id, MIN(spent_at_ms) AS first_ms FROM wallet_confirmation"
        " WHERE person_id = :person AND spent_at_ms IS NOT NULL AND purpose <> 'mandate'"
        " AND payee_id IN (:payees)"
        " GROUP BY payee_id",
        payees=sorted(payees),
    )
    return {row["payee_id"]: row["first_ms"] for row in tx.rows(sql, person=person_id, **params)}


def find_last_paid(tx: Tx, person_id: str) -> int | None:
    """Return when a person paid last."""
    row = tx.row(
        "SELECT MAX(spent_at_ms) AS last_ms FROM wallet_confirmation"
        " WHERE person_id = :person AND spent_at_ms IS NOT NULL AND purpose <> 'mandate'",
        person=person_id,
    )
    return None if row is None else row["last_ms"]


def received_minor(tx: Tx, account_id: str, *, since_ms: int) -> int:
    """Return what others have sent into an account of a person since ``since_ms``."""
    sql, params = expand(
        "SELECT CAST(COALESCE(SUM(CASE WHEN t.purpose IN (:own) THEN 0 ELSE e.change_minor END), 0)"
        " AS BIGINT) AS sum_minor"
        " FROM wallet_entry e JOIN wallet_transfer t ON t.seq = e.seq"
        " JOIN wallet_account o ON o.id = t.debit_id"
        " WHERE e.account_id = :account AND e.change_minor > 0 AND e.seq >"
        " (SELECT COALESCE(MAX(seq), 0) FROM wallet_transfer WHERE created_at_ms <= :since)"
        " AND o.kind <> :rail",
        own=_OWN,
    )
    row = tx.row(sql, account=account_id, since=since_ms, rail=AccountKind.RAIL, **params)
    return 0 if row is None else int(row["sum_minor"])
