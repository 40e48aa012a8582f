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


def lock_pin(tx: Tx, person_id: str) -> StoredPin | None:
    """Return a person's PIN and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT pin_hash, attempt_count, lock_count, locked_until_ms FROM wallet_pin"
        " WHERE person_id = :id",
        id=person_id,
    )
    return StoredPin(**rows[0]) if rows else None


def has_pin(tx: Tx, person_id: str) -> bool:
    """Tell whether a person has set a PIN."""
    return tx.row("SELECT 1 AS one FROM wallet_pin WHERE person_id = :id", id=person_id) is not None


def upsert_pin(tx: Tx, person_id: str, pin_hash: str, *, now_ms: int) -> None:
    """Set a person's PIN and forget earlier attempts."""
    tx.run(
        "INSERT INTO wallet_pin (person_id, pin_hash, set_at_ms) VALUES (:id, :hash, :now)"
        " ON CONFLICT (person_id) DO UPDATE SET pin_hash = :hash, attempt_count = 0,"
        " lock_count = 0, locked_until_ms = NULL, set_at_ms = :now",
        id=person_id,
        hash=pin_hash,
        now=now_ms,
    )


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
