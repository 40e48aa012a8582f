"""SQL of payment PINs and of the attempts to give one."""

from dataclasses import dataclass

from host.core.db import Tx


@dataclass(frozen=True, slots=True)
class StoredPin:
    """A person's PIN and how often it was tried since it was last right."""

    pin_hash: str
    attempt_count: int
    lock_count: int
    locked_until_ms: int | None
    # A new PIN that was chosen with the account's password, and when it begins to count.
    next_hash: str | None = None
    next_at_ms: int | None = None


def lock_pin(tx: Tx, person_id: str) -> StoredPin | None:
    """Return a person's PIN and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT pin_hash, attempt_count, lock_count, locked_until_ms, next_hash, next_at_ms"
        " FROM wallet_pin"
        " WHERE person_id = :id",
        id=person_id,
    )
    return StoredPin(**rows[0]) if rows else None


def has_pin(tx: Tx, person_id: str) -> bool:
    """Tell whether a person has set a PIN."""
    return tx.row("SELECT 1 AS one FROM wallet_pin WHERE person_id = :id", id=person_id) is not None


def upsert_pin(tx: Tx, person_id: str, pin_hash: str, *, now_ms: int) -> None:
    """Set a person's PIN, forget earlier attempts, and note it when there was one before."""
    tx.run(
        "INSERT INTO wallet_pin (person_id, pin_hash, set_at_ms) VALUES (:id, :hash, :now)"
        " ON CONFLICT (person_id) DO UPDATE SET pin_hash = :hash, attempt_count = 0,"
        " lock_count = 0, locked_until_ms = NULL, set_at_ms = :now, changed_at_ms = :now,"
        " next_hash = NULL, next_at_ms = NULL",
        id=person_id,
        hash=pin_hash,
        now=now_ms,
    )


def set_next(tx: Tx, person_id: str, pin_hash: str | None, *, at_ms: int | None) -> None:
    """Let a new PIN count from ``at_ms`` on, or none."""
    tx.run(
        "UPDATE wallet_pin SET next_hash = :hash, next_at_ms = :at WHERE person_id = :id",
        id=person_id,
        hash=pin_hash,
        at=at_ms,
    )


def find_next_at(tx: Tx, person_id: str) -> int | None:
    """Return when a PIN that was chosen anew begins to count."""
    row = tx.row("SELECT next_at_ms FROM wallet_pin WHERE person_id = :id", id=person_id)
    return None if row is None else row["next_at_ms"]


def changed_at_ms(tx: Tx, person_id: str, *, now_ms: int) -> int | None:
    """Return when the PIN was replaced last; choosing the first one is no change."""
    row = tx.row(
        "SELECT changed_at_ms, next_at_ms FROM wallet_pin WHERE person_id = :id", id=person_id
    )
    if row is None:
        return None
    next_ms: int | None = row["next_at_ms"]
    changed_ms: int | None = row["changed_at_ms"]
    return next_ms if next_ms is not None and next_ms <= now_ms else changed_ms


def set_counts(tx: Tx, person_id: str, pin: StoredPin) -> None:
    """Store how often the PIN was tried and until when it is locked."""
    tx.run(
        "UPDATE wallet_pin SET attempt_count = :attempts, lock_count = :locks,"
        " locked_until_ms = :until WHERE person_id = :id",
        id=person_id,
        attempts=pin.attempt_count,
        locks=pin.lock_count,
        until=pin.locked_until_ms,
    )


def insert_attempt(tx: Tx, attempt_id: str, person_id: str, *, now_ms: int) -> None:
    """Begin an attempt."""
    tx.run(
        "INSERT INTO wallet_pin_attempt (id, person_id, status, begun_at_ms)"
        " VALUES (:id, :person, 'open', :now)",
        id=attempt_id,
        person=person_id,
        now=now_ms,
    )


def set_status(tx: Tx, attempt_id: str, person_id: str, *, status: str, was: str) -> bool:
    """Move the attempt of this person on; False when it is not in the state ``was``."""
    changed = tx.run(
        "UPDATE wallet_pin_attempt SET status = :status"
        " WHERE id = :id AND person_id = :person AND status = :was",
        id=attempt_id,
        person=person_id,
        status=status,
        was=was,
    )
    return changed == 1


def delete_attempts(tx: Tx, *, before_ms: int) -> int:
    """Forget old attempts and return how many."""
    return tx.run("DELETE FROM wallet_pin_attempt WHERE begun_at_ms < :at", at=before_ms)
