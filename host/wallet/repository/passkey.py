"""SQL of passkeys and of what devices were asked to sign."""

from dataclasses import dataclass

from host.core.db import Row, Tx

_PASSKEY = (
    "SELECT id, person_id, name, public_key, sign_count, made_at_ms, used_at_ms FROM wallet_passkey"
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a key on a device; id and key are base64url."""

    id: str
    person_id: str
    name: str
    public_key: str
    sign_count: int
    made_at_ms: int
    used_at_ms: int | None


def has_passkey(tx: Tx, person_id: str) -> bool:
    """Tell whether a person has a passkey."""
    return (
        tx.row("SELECT 1 AS one FROM wallet_passkey WHERE person_id = :id LIMIT 1", id=person_id)
        is not None
    )


def find_passkeys(tx: Tx, person_id: str, *, limit: int) -> list[Passkey]:
    """Return a person's passkeys, newest first."""
    rows = tx.rows(
        _PASSKEY + " WHERE person_id = :id ORDER BY made_at_ms DESC, id LIMIT :limit",
        id=person_id,
        limit=limit,
    )
    return [_passkey(row) for row in rows]


def lock_passkey(tx: Tx, passkey_id: str) -> Passkey | None:
    """Return a passkey and hold it until the transaction ends."""
    rows = tx.lock_rows(_PASSKEY + " WHERE id = :id", id=passkey_id)
    return _passkey(rows[0]) if rows else None


def insert_passkey(tx: Tx, made: Passkey) -> bool:
    """Keep a passkey; False when it is known already."""
    return (
        tx.run(
            "INSERT INTO wallet_passkey (id, person_id, name, public_key, sign_count, made_at_ms)"
            " VALUES (:id, :person, :name, :key, :count, :now) ON CONFLICT (id) DO NOTHING",
            id=made.id,
            person=made.person_id,
            name=made.name,
            key=made.public_key,
            count=made.sign_count,
            now=made.made_at_ms,
        )
        == 1
    )


def set_used(tx: Tx, passkey_id: str, *, sign_count: int, now_ms: int) -> None:
    """Note how often the device has signed."""
    tx.run(
        "UPDATE wallet_passkey SET sign_count = :count, used_at_ms = :now WHERE id = :id",
        id=passkey_id,
        count=sign_count,
        now=now_ms,
    )


def delete_passkey(tx: Tx, passkey_id: str, person_id: str) -> bool:
    """Forget a person's passkey; False when there is none."""
    return (
        tx.run(
            "DELETE FROM wallet_passkey WHERE id = :id AND person_id = :person",
            id=passkey_id,
            person=person_id,
        )
        == 1
    )


def insert_challenge(tx: Tx, nonce: str, person_id: str, *, now_ms: int) -> None:
    """Note that a device was asked to sign."""
    tx.run(
        "INSERT INTO wallet_passkey_challenge (nonce, person_id, made_at_ms)"
        " VALUES (:nonce, :person, :now)",
        nonce=nonce,
        person=person_id,
        now=now_ms,
    )


def take_challenge(tx: Tx, nonce: str, person_id: str, *, since_ms: int) -> bool:
    """Use a challenge up; False when it was used, is too old or somebody else's."""
    return (
        tx.run(
            "DELETE FROM wallet_passkey_challenge"
            " WHERE nonce = :nonce AND person_id = :person AND made_at_ms >= :since",
            nonce=nonce,
            person=person_id,
            since=since_ms,
        )
        == 1
    )


def delete_challenges(tx: Tx, *, before_ms: int) -> int:
    """Forget challenges that nobody answered and return how many."""
    return tx.run("DELETE FROM wallet_passkey_challenge WHERE made_at_ms < :at", at=before_ms)


def _passkey(row: Row) -> Passkey:
    return Passkey(**row)
