"""SQL of the brands domain."""

from collections.abc import Sequence

from host.brands.model import Brand, KeyPurpose, Member, Role, UploadKey
from host.core.db import Row, Tx, expand


def insert_brand(tx: Tx, brand: Brand, *, skeleton: str) -> bool:
    """Store a new brand; False when the handle or its skeleton is taken."""
    added = tx.run(
        "INSERT INTO brands_brand (id, handle, skeleton, name, description, logo_id, owner_id,"
        " verified_at_ms, created_at_ms) VALUES (:id, :handle, :skeleton, :name, :description,"
        " :logo_id, :owner_id, :verified_ms, :at_ms) ON CONFLICT DO NOTHING",
        id=brand.id,
        handle=brand.handle,
        skeleton=skeleton,
        name=brand.name,
        description=brand.description,
        logo_id=brand.logo_id,
        owner_id=brand.owner_id,
        verified_ms=brand.verified_at_ms,
        at_ms=brand.created_at_ms,
    )
    return added == 1


def find_brands(tx: Tx, ids: Sequence[str]) -> list[Brand]:
    """Return the brands among ``ids`` that exist."""
    sql, params = expand(
        "SELECT id, handle, name, description, logo_id, owner_id, verified_at_ms, created_at_ms"
        " FROM brands_brand WHERE id IN (:ids)",
        ids=ids,
    )
    return [_brand(row) for row in tx.rows(sql, **params)]


def find_brand_by_handle(tx: Tx, handle: str) -> Brand | None:
    """Return the brand with exactly this (normalised) handle."""
    row = tx.row(
        "SELECT id, handle, name, description, logo_id, owner_id, verified_at_ms, created_at_ms"
        " FROM brands_brand WHERE handle = :handle",
        handle=handle,
    )
    return None if row is None else _brand(row)


def find_brands_of_person(tx: Tx, person_id: str) -> list[Brand]:
    """Return the brands that the person acts for, oldest first."""
    rows = tx.rows(
        "SELECT b.id, b.handle, b.name, b.description, b.logo_id, b.owner_id, b.verified_at_ms,"
        " b.created_at_ms FROM brands_member m JOIN brands_brand b ON b.id = m.brand_id"
        " WHERE m.person_id = :person_id ORDER BY b.created_at_ms, b.id LIMIT 100",
        person_id=person_id,
    )
    return [_brand(row) for row in rows]


def find_newest_brands(tx: Tx, *, limit: int) -> list[Brand]:
    """Return the brands that came last."""
    rows = tx.rows(
        "SELECT id, handle, name, description, logo_id, owner_id, verified_at_ms, created_at_ms"
        " FROM brands_brand ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return [_brand(row) for row in rows]


def count_owned(tx: Tx, person_id: str) -> int:
    """Return how many brands the person owns."""
    row = tx.row(
        "SELECT count(*) AS owned FROM brands_member WHERE person_id = :id AND role = 'owner'",
        id=person_id,
    )
    return 0 if row is None else int(row["owned"])


def update_brand(tx: Tx, brand_id: str, *, name: str, description: str) -> None:
    """Replace what the brand says of itself."""
    tx.run(
        "UPDATE brands_brand SET name = :name, description = :description WHERE id = :id",
        name=name,
        description=description,
        id=brand_id,
    )


def update_logo(tx: Tx, brand_id: str, logo_id: str) -> None:
    """Replace the brand's picture."""
    tx.run(
        "UPDATE brands_brand SET logo_id = :logo_id WHERE id = :id", logo_id=logo_id, id=brand_id
    )


def update_verified(tx: Tx, brand_id: str, *, verified_at_ms: int | None) -> None:
    """Set or take the verified mark."""
    tx.run(
        "UPDATE brands_brand SET verified_at_ms = :at_ms WHERE id = :id",
        at_ms=verified_at_ms,
        id=brand_id,
    )


def put_member(tx: Tx, brand_id: str, person_id: str, *, role: Role, now_ms: int) -> None:
    """Let a person act for the brand; a member's role stays as it is."""
    tx.run(
        "INSERT INTO brands_member (brand_id, person_id, role, added_at_ms)"
        " VALUES (:brand_id, :person_id, :role, :now_ms) ON CONFLICT DO NOTHING",
        brand_id=brand_id,
        person_id=person_id,
        role=role.value,
        now_ms=now_ms,
    )


def find_member(tx: Tx, brand_id: str, person_id: str) -> Member | None:
    """Return what the person is to the brand."""
    row = tx.row(
        "SELECT person_id, role, added_at_ms FROM brands_member"
        " WHERE brand_id = :brand_id AND person_id = :person_id",
        brand_id=brand_id,
        person_id=person_id,
    )
    return None if row is None else _member(row)


def find_members(tx: Tx, brand_id: str) -> list[Member]:
    """Return everybody who acts for the brand, in the order they came."""
    rows = tx.rows(
        "SELECT person_id, role, added_at_ms FROM brands_member WHERE brand_id = :brand_id"
        " ORDER BY added_at_ms, person_id LIMIT 200",
        brand_id=brand_id,
    )
    return [_member(row) for row in rows]


def delete_member(tx: Tx, brand_id: str, person_id: str) -> int:
    """Let a staff member go and return how many that was."""
    return tx.run(
        "DELETE FROM brands_member"
        " WHERE brand_id = :brand_id AND person_id = :person_id AND role = 'staff'",
        brand_id=brand_id,
        person_id=person_id,
    )


def put_follow(tx: Tx, brand_id: str, person_id: str, *, now_ms: int) -> None:
    """Let a person follow the brand; once is enough."""
    tx.run(
        "INSERT INTO brands_follow (brand_id, person_id, followed_at_ms)"
        " VALUES (:brand_id, :person_id, :now_ms) ON CONFLICT DO NOTHING",
        brand_id=brand_id,
        person_id=person_id,
        now_ms=now_ms,
    )


def delete_follow(tx: Tx, brand_id: str, person_id: str) -> None:
    """Let a person follow the brand no more."""
    tx.run(
        "DELETE FROM brands_follow WHERE brand_id = :brand_id AND person_id = :person_id",
        brand_id=brand_id,
        person_id=person_id,
    )


def put_mute(tx: Tx, brand_id: str, person_id: str, *, now_ms: int) -> None:
    """Let no messages of the brand reach a person; once is enough."""
    tx.run(
        "INSERT INTO brands_mute (brand_id, person_id, muted_at_ms)"
        " VALUES (:brand_id, :person_id, :now_ms) ON CONFLICT DO NOTHING",
        brand_id=brand_id,
        person_id=person_id,
        now_ms=now_ms,
    )


def delete_mute(tx: Tx, brand_id: str, person_id: str) -> None:
    """Let messages of the brand reach a person again."""
    tx.run(
        "DELETE FROM brands_mute WHERE brand_id = :brand_id AND person_id = :person_id",
        brand_id=brand_id,
        person_id=person_id,
    )


def is_muted(tx: Tx, brand_id: str, person_id: str) -> bool:
    """Tell whether the person wants no messages of the brand."""
    row = tx.row(
        "SELECT 1 AS yes FROM brands_mute WHERE brand_id = :brand_id AND person_id = :person_id",
        brand_id=brand_id,
        person_id=person_id,
    )
    return row is not None


def is_following(tx: Tx, brand_id: str, person_id: str) -> bool:
    """Tell whether the person follows the brand."""
    row = tx.row(
        "SELECT 1 AS yes FROM brands_follow WHERE brand_id = :brand_id AND person_id = :person_id",
        brand_id=brand_id,
        person_id=person_id,
    )
    return row is not None


def count_followers(tx: Tx, brand_id: str) -> int:
    """Return how many people follow the brand."""
    row = tx.row(
        "SELECT count(*) AS followers FROM brands_follow WHERE brand_id = :id", id=brand_id
    )
    return 0 if row is None else int(row["followers"])


def insert_key(tx: Tx, key: UploadKey, *, secret_hash: str) -> None:
    """Store a new upload key's hash."""
    tx.run(
        "INSERT INTO brands_upload_key"
        " (id, brand_id, label, secret_hash, created_by, created_at_ms, purpose)"
        " VALUES (:id, :brand_id, :label, :secret_hash, :created_by, :at_ms, :purpose)",
        id=key.id,
        brand_id=key.brand_id,
        label=key.label,
        secret_hash=secret_hash,
        created_by=key.created_by,
        at_ms=key.created_at_ms,
        purpose=key.purpose.value,
    )


def find_key(tx: Tx, key_id: str) -> UploadKey | None:
    """Return the key with this id."""
    row = tx.row(
        "SELECT id, brand_id, label, created_by, created_at_ms, used_at_ms, revoked_at_ms,"
        " purpose FROM brands_upload_key WHERE id = :id",
        id=key_id,
    )
    return None if row is None else _key(row)


def find_key_by_hash(tx: Tx, secret_hash: str) -> UploadKey | None:
    """Return the key that hashes to this."""
    row = tx.row(
        "SELECT id, brand_id, label, created_by, created_at_ms, used_at_ms, revoked_at_ms,"
        " purpose FROM brands_upload_key WHERE secret_hash = :secret_hash",
        secret_hash=secret_hash,
    )
    return None if row is None else _key(row)


def find_keys(tx: Tx, brand_id: str) -> list[UploadKey]:
    """Return the brand's open keys, newest first."""
    rows = tx.rows(
        "SELECT id, brand_id, label, created_by, created_at_ms, used_at_ms, revoked_at_ms,"
        " purpose FROM brands_upload_key WHERE brand_id = :brand_id AND revoked_at_ms IS NULL"
        " ORDER BY created_at_ms DESC, id DESC LIMIT 100",
        brand_id=brand_id,
    )
    return [_key(row) for row in rows]


def update_key_used(tx: Tx, key_id: str, *, now_ms: int) -> None:
    """Note that the key was used."""
    tx.run("UPDATE brands_upload_key SET used_at_ms = :now WHERE id = :id", now=now_ms, id=key_id)


def revoke_key(tx: Tx, key_id: str, *, now_ms: int) -> None:
    """Close the key."""
    tx.run(
        "UPDATE brands_upload_key SET revoked_at_ms = :now"
        " WHERE id = :id AND revoked_at_ms IS NULL",
        now=now_ms,
        id=key_id,
    )


def _brand(row: Row) -> Brand:
    return Brand(
        id=row["id"],
        handle=row["handle"],
        name=row["name"],
        description=row["description"],
        logo_id=row["logo_id"],
        owner_id=row["owner_id"],
        verified_at_ms=row["verified_at_ms"],
        created_at_ms=row["created_at_ms"],
    )


def _member(row: Row) -> Member:
    return Member(row["person_id"], Role(row["role"]), row["added_at_ms"])


def _key(row: Row) -> UploadKey:
    return UploadKey(
        id=row["id"],
        brand_id=row["brand_id"],
        label=row["label"],
        created_by=row["created_by"],
        created_at_ms=row["created_at_ms"],
        used_at_ms=row["used_at_ms"],
        revoked_at_ms=row["revoked_at_ms"],
        purpose=KeyPurpose(row["purpose"]),
    )
