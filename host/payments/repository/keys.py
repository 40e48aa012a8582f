"""Keys of merchants' servers, what was done with them, and nonces that were used."""

from host.core.db import Row, Tx
from host.core.ids import new_id
from host.payments.model import AuditLine, Key, KeyRole, Mode


def insert_key(tx: Tx, key: Key) -> None:
    """Store a new key."""
    tx.run(
        "INSERT INTO payments_key (id, brand_id, mode, role, label, public_key, created_by,"
        " created_at_ms) VALUES (:id, :brand_id, :mode, :role, :label, :public_key, :by, :at_ms)",
        id=key.id,
        brand_id=key.brand_id,
        mode=key.mode.value,
        role=key.role.value,
        label=key.label,
        public_key=key.public_key,
        by=key.created_by,
        at_ms=key.created_at_ms,
    )


def find_key(tx: Tx, key_id: str) -> Key | None:
    """Return the key with this id."""
    row = tx.row(
        "SELECT id, brand_id, mode, role, label, public_key, created_by, created_at_ms,"
        " used_at_ms, expires_at_ms, revoked_at_ms FROM payments_key WHERE id = :id",
        id=key_id,
    )
    return None if row is None else _key(row)


def find_keys(tx: Tx, brand_id: str, *, now_ms: int) -> list[Key]:
    """Return the keys of a brand that still serve, newest first."""
    rows = tx.rows(
        "SELECT id, brand_id, mode, role, label, public_key, created_by, created_at_ms,"
        " used_at_ms, expires_at_ms, revoked_at_ms FROM payments_key"
        " WHERE brand_id = :brand_id AND revoked_at_ms IS NULL"
        " AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT 100",
        brand_id=brand_id,
        now_ms=now_ms,
    )
    return [_key(row) for row in rows]


def set_used(tx: Tx, key_id: str, *, now_ms: int) -> None:
    """Note that a key was used."""
    tx.run("UPDATE payments_key SET used_at_ms = :now WHERE id = :id", id=key_id, now=now_ms)


def set_expiry(tx: Tx, key_id: str, *, at_ms: int) -> None:
    """Let a key serve until ``at_ms``; one that ends sooner still does."""
    tx.run(
        "UPDATE payments_key SET expires_at_ms = :at_ms"
        " WHERE id = :id AND (expires_at_ms IS NULL OR expires_at_ms > :at_ms)",
        id=key_id,
        at_ms=at_ms,
    )


def set_revoked(tx: Tx, key_id: str, *, now_ms: int) -> None:
    """Close a key at once."""
    tx.run(
        "UPDATE payments_key SET revoked_at_ms = :now WHERE id = :id AND revoked_at_ms IS NULL",
        id=key_id,
        now=now_ms,
    )


def use_nonce(tx: Tx, key_id: str, nonce: str, *, use_id: str, now_ms: int) -> bool:
    """Note a nonce; False when something else has used it before."""
    tx.run(
        "INSERT INTO payments_nonce (key_id, nonce, use_id, used_at_ms)"
        " VALUES (:key, :nonce, :use, :now) ON CONFLICT DO NOTHING",
        key=key_id,
        nonce=nonce,
        use=use_id,
        now=now_ms,
    )
    row = tx.row(
        "SELECT use_id FROM payments_nonce WHERE key_id = :key AND nonce = :nonce",
        key=key_id,
        nonce=nonce,
    )
    return row is not None and row["use_id"] == use_id


def delete_nonces(tx: Tx, *, before_ms: int) -> int:
    """Forget nonces whose calls are too old by themselves."""
    return tx.run("DELETE FROM payments_nonce WHERE used_at_ms < :before", before=before_ms)


def note(tx: Tx, brand_id: str, *, actor: str, act: str, subject: str, now_ms: int) -> None:
    """Write down what was done in a merchant's name."""
    tx.run(
        "INSERT INTO payments_audit (id, brand_id, actor, act, subject, at_ms)"
        " VALUES (:id, :brand_id, :actor, :act, :subject, :now_ms)",
        id=new_id(),
        brand_id=brand_id,
        actor=actor,
        act=act,
        subject=subject,
        now_ms=now_ms,
    )


def find_audit(tx: Tx, brand_id: str, *, limit: int) -> list[AuditLine]:
    """Return what was done in a merchant's name, newest first."""
    rows = tx.rows(
        "SELECT actor, act, subject, at_ms FROM payments_audit WHERE brand_id = :brand_id"
        " ORDER BY at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [AuditLine(row["actor"], row["act"], row["subject"], row["at_ms"]) for row in rows]


def _key(row: Row) -> Key:
    return Key(
        id=row["id"],
        brand_id=row["brand_id"],
        mode=Mode(row["mode"]),
        role=KeyRole(row["role"]),
        label=row["label"],
        public_key=row["public_key"],
        created_by=row["created_by"],
        created_at_ms=row["created_at_ms"],
        used_at_ms=row["used_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        revoked_at_ms=row["revoked_at_ms"],
    )
