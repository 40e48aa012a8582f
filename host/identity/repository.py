"""SQL of the identity domain."""

from collections.abc import Sequence

from host.core.db import Row, Tx, expand
from host.identity.model import Person, Session


def insert_person(tx: Tx, person: Person, *, skeleton: str) -> bool:
    """Store a new person; False when the handle or its skeleton is taken."""
    added = tx.run(
        "INSERT INTO identity_person"
        " (id, handle, skeleton, name, about, avatar_id, lang, admin_at_ms, created_at_ms)"
        " VALUES (:id, :handle, :skeleton, :name, :about, :avatar_id, :lang, :admin_at_ms, :at_ms)"
        " ON CONFLICT DO NOTHING",
        id=person.id,
        handle=person.handle,
        skeleton=skeleton,
        name=person.name,
        about=person.about,
        avatar_id=person.avatar_id,
        lang=person.lang,
        admin_at_ms=person.admin_at_ms,
        at_ms=person.created_at_ms,
    )
    return added == 1


def find_person(tx: Tx, person_id: str) -> Person | None:
    """Return the person with this id."""
    row = tx.row(
        "SELECT id, handle, name, about, avatar_id, lang, admin_at_ms, created_at_ms"
        " FROM identity_person WHERE id = :id",
        id=person_id,
    )
    return None if row is None else _person(row)


def has_people(tx: Tx) -> bool:
    """Tell whether there is any row."""
    return tx.row("SELECT id FROM identity_person LIMIT 1") is not None


def find_person_by_handle(tx: Tx, handle: str) -> Person | None:
    """Return the person with exactly this (normalised) handle."""
    row = tx.row(
        "SELECT id, handle, name, about, avatar_id, lang, admin_at_ms, created_at_ms"
        " FROM identity_person WHERE handle = :handle",
        handle=handle,
    )
    return None if row is None else _person(row)


def find_people(tx: Tx, ids: Sequence[str]) -> list[Person]:
    """Return the people among ``ids`` that exist."""
    sql, params = expand(
        "SELECT id, handle, name, about, avatar_id, lang, admin_at_ms, created_at_ms"
        " FROM identity_person WHERE id IN (:ids)",
        ids=ids,
    )
    return [_person(row) for row in tx.rows(sql, **params)]


def find_admins(tx: Tx) -> list[Person]:
    """Return the admins, longest-serving first."""
    rows = tx.rows(
        "SELECT id, handle, name, about, avatar_id, lang, admin_at_ms, created_at_ms"
        " FROM identity_person WHERE admin_at_ms IS NOT NULL ORDER BY admin_at_ms, id LIMIT 100"
    )
    return [_person(row) for row in rows]


def update_profile(tx: Tx, person_id: str, *, name: str, about: str) -> None:
    """Replace what the person says of themselves."""
    changed = tx.run(
        "UPDATE identity_person SET name = :name, about = :about WHERE id = :id",
        name=name,
        about=about,
        id=person_id,
    )
    assert changed == 1


def update_avatar(tx: Tx, person_id: str, avatar_id: str | None) -> None:
    """Replace the picture."""
    tx.run(
        "UPDATE identity_person SET avatar_id = :avatar_id WHERE id = :id",
        avatar_id=avatar_id,
        id=person_id,
    )


def update_lang(tx: Tx, person_id: str, lang: str) -> None:
    """Remember the language the person reads."""
    tx.run("UPDATE identity_person SET lang = :lang WHERE id = :id", lang=lang, id=person_id)


def update_admin(tx: Tx, person_id: str, *, admin_at_ms: int | None) -> None:
    """Give or take the admin's rights."""
    tx.run(
        "UPDATE identity_person SET admin_at_ms = :at_ms WHERE id = :id",
        at_ms=admin_at_ms,
        id=person_id,
    )


def put_password(tx: Tx, person_id: str, password_hash: str, *, now_ms: int) -> None:
    """Store the password's hash in place of any earlier one."""
    tx.run(
        "INSERT INTO identity_password (person_id, hash, changed_at_ms)"
        " VALUES (:id, :hash, :now_ms)"
        " ON CONFLICT (person_id) DO UPDATE SET hash = :hash, changed_at_ms = :now_ms",
        id=person_id,
        hash=password_hash,
        now_ms=now_ms,
    )


def find_password_hash(tx: Tx, person_id: str) -> str | None:
    """Return the hash of the person's password."""
    row = tx.row("SELECT hash FROM identity_password WHERE person_id = :id", id=person_id)
    return None if row is None else str(row["hash"])


def insert_session(tx: Tx, session: Session, *, token_hash: str) -> None:
    """Store a new signed-in device."""
    tx.run(
        "INSERT INTO identity_session (id, person_id, token_hash, csrf_secret, device,"
        " created_at_ms, seen_at_ms, expires_at_ms)"
        " VALUES (:id, :person_id, :token_hash, :csrf_secret, :device, :at_ms, :at_ms,"
        " :expires_ms)",
        id=session.id,
        person_id=session.person_id,
        token_hash=token_hash,
        csrf_secret=session.csrf_secret,
        device=session.device,
        at_ms=session.created_at_ms,
        expires_ms=session.expires_at_ms,
    )


def find_session_by_token(tx: Tx, token_hash: str) -> Session | None:
    """Return the session that this token opens, open or not."""
    row = tx.row(
        "SELECT id, person_id, csrf_secret, device, created_at_ms, seen_at_ms, expires_at_ms,"
        " revoked_at_ms FROM identity_session WHERE token_hash = :token_hash",
        token_hash=token_hash,
    )
    return None if row is None else _session(row)


def find_session(tx: Tx, session_id: str) -> Session | None:
    """Return the session with this id, open or not."""
    row = tx.row(
        "SELECT id, person_id, csrf_secret, device, created_at_ms, seen_at_ms, expires_at_ms,"
        " revoked_at_ms FROM identity_session WHERE id = :id",
        id=session_id,
    )
    return None if row is None else _session(row)


def find_open_sessions(tx: Tx, person_id: str, *, now_ms: int) -> list[Session]:
    """Return the person's signed-in devices, the one seen last first."""
    rows = tx.rows(
        "SELECT id, person_id, csrf_secret, device, created_at_ms, seen_at_ms, expires_at_ms,"
        " revoked_at_ms FROM identity_session WHERE person_id = :person_id"
        " AND revoked_at_ms IS NULL AND expires_at_ms > :now_ms"
        " ORDER BY seen_at_ms DESC, id DESC LIMIT 100",
        person_id=person_id,
        now_ms=now_ms,
    )
    return [_session(row) for row in rows]


def update_session_seen(tx: Tx, session_id: str, *, seen_at_ms: int, expires_at_ms: int) -> None:
    """Note that the device was there, and let its session last from now."""
    tx.run(
        "UPDATE identity_session SET seen_at_ms = :seen_ms, expires_at_ms = :expires_ms"
        " WHERE id = :id AND revoked_at_ms IS NULL",
        seen_ms=seen_at_ms,
        expires_ms=expires_at_ms,
        id=session_id,
    )


def revoke_session(tx: Tx, session_id: str, *, now_ms: int) -> bool:
    """Close the session; False when it was closed before."""
    changed = tx.run(
        "UPDATE identity_session SET revoked_at_ms = :now_ms"
        " WHERE id = :id AND revoked_at_ms IS NULL",
        now_ms=now_ms,
        id=session_id,
    )
    return changed == 1


def delete_sessions_before(tx: Tx, *, expired_before_ms: int) -> int:
    """Forget devices whose session ended long ago and return how many."""
    return tx.run(
        "DELETE FROM identity_session WHERE expires_at_ms < :before_ms",
        before_ms=expired_before_ms,
    )


def delete_budgets_before(tx: Tx, *, began_before_ms: int) -> None:
    """Forget counts whose window is over."""
    tx.run("DELETE FROM identity_budget WHERE began_at_ms < :before_ms", before_ms=began_before_ms)


def count_attempt(tx: Tx, key: str, *, window_ms: int, now_ms: int) -> int:
    """Count one more attempt under ``key`` and return how many its window has seen."""
    row = tx.row(
        "INSERT INTO identity_budget (key, used_count, began_at_ms) VALUES (:key, 1, :now_ms)"
        " ON CONFLICT (key) DO UPDATE SET"
        " used_count = CASE WHEN identity_budget.began_at_ms > :since_ms"
        " THEN identity_budget.used_count + 1 ELSE 1 END,"
        " began_at_ms = CASE WHEN identity_budget.began_at_ms > :since_ms"
        " THEN identity_budget.began_at_ms ELSE :now_ms END"
        " RETURNING used_count",
        key=key,
        now_ms=now_ms,
        since_ms=now_ms - window_ms,
    )
    assert row is not None
    return int(row["used_count"])


def forget_attempts(tx: Tx, key: str) -> None:
    """Give ``key`` its whole budget back."""
    tx.run("DELETE FROM identity_budget WHERE key = :key", key=key)


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        handle=row["handle"],
        name=row["name"],
        about=row["about"],
        avatar_id=row["avatar_id"],
        lang=row["lang"],
        admin_at_ms=row["admin_at_ms"],
        created_at_ms=row["created_at_ms"],
    )


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        csrf_secret=row["csrf_secret"],
        device=row["device"],
        created_at_ms=row["created_at_ms"],
        seen_at_ms=row["seen_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        revoked_at_ms=row["revoked_at_ms"],
    )
