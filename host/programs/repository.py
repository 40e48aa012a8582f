"""SQL of the programs domain."""

from collections.abc import Sequence
from typing import Any

import msgspec

from host.core.db import Row, Tx, expand
from host.core.paging import Cursor
from host.programs.model import (
    CheckedPackage,
    MessageTopic,
    Permission,
    Program,
    Secret,
    Status,
    Version,
)
from sdk.contract.findings import Finding


def insert_program(tx: Tx, program: Program) -> None:
    """Store a new program unless its id, in any case, is there."""
    tx.run(
        "INSERT INTO programs_program"
        " (id, key, brand_id, name, description, icon_id, created_at_ms)"
        " VALUES (:id, :key, :brand_id, :name, :description, :icon_id, :at_ms)"
        " ON CONFLICT DO NOTHING",
        id=program.id,
        key=program.id.casefold(),
        brand_id=program.brand_id,
        name=program.name,
        description=program.description,
        icon_id=program.icon_id,
        at_ms=program.created_at_ms,
    )


def find_program_by_key(tx: Tx, key: str) -> Program | None:
    """Return the program whose case-folded id is ``key``."""
    row = tx.row(
        "SELECT id, brand_id, name, description, icon_id, live_version_id, live_at_ms,"
        " created_at_ms FROM programs_program WHERE key = :key",
        key=key,
    )
    return None if row is None else _program(row)


def lock_program(tx: Tx, program_id: str) -> Program | None:
    """Read a program and hold it until the transaction ends: its versions are decided in turn."""
    rows = tx.lock_rows(
        "SELECT id, brand_id, name, description, icon_id, live_version_id, live_at_ms,"
        " created_at_ms FROM programs_program WHERE id = :id ORDER BY id",
        id=program_id,
    )
    return _program(rows[0]) if rows else None


def find_programs(tx: Tx, ids: Sequence[str]) -> list[Program]:
    """Return the programs among ``ids`` that exist."""
    sql, params = expand(
        "SELECT id, brand_id, name, description, icon_id, live_version_id, live_at_ms,"
        " created_at_ms FROM programs_program WHERE id IN (:ids)",
        ids=ids,
    )
    return [_program(row) for row in tx.rows(sql, **params)]


def find_programs_of_brand(tx: Tx, brand_id: str) -> list[Program]:
    """Return the brand's programs, oldest first."""
    rows = tx.rows(
        "SELECT id, brand_id, name, description, icon_id, live_version_id, live_at_ms,"
        " created_at_ms FROM programs_program WHERE brand_id = :brand_id"
        " ORDER BY created_at_ms, id LIMIT 100",
        brand_id=brand_id,
    )
    return [_program(row) for row in rows]


def find_live(tx: Tx, *, before: Cursor, limit: int) -> list[Program]:
    """Return live programs, the one that went live last first."""
    rows = tx.rows(
        "SELECT id, brand_id, name, description, icon_id, live_version_id, live_at_ms,"
        " created_at_ms FROM programs_program WHERE live_version_id IS NOT NULL"
        " AND (live_at_ms, id) < (:at_ms, :id)"
        " ORDER BY live_at_ms DESC, id DESC LIMIT :limit",
        at_ms=before[0],
        id=before[1],
        limit=limit,
    )
    return [_program(row) for row in rows]


def search_live(tx: Tx, words: str, *, brand_ids: Sequence[str], limit: int) -> list[Program]:
    """Return live programs with ``words`` in their name, id or description, or of these brands."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    sql, params = expand(
        "SELECT id, brand_id, name, description, icon_id, live_version_id, live_at_ms,"
        " created_at_ms FROM programs_program WHERE live_version_id IS NOT NULL"
        " AND (lower(name) LIKE :like ESCAPE '\\' OR key LIKE :like ESCAPE '\\'"
        " OR lower(description) LIKE :like ESCAPE '\\' OR brand_id IN (:brand_ids))"
        " ORDER BY live_at_ms DESC, id DESC LIMIT :limit",
        brand_ids=brand_ids,
    )
    rows = tx.rows(sql, like=f"%{escaped}%", limit=limit, **params)
    return [_program(row) for row in rows]


def find_visited(tx: Tx, person_id: str, *, limit: int) -> list[Program]:
    """Return the live programs that the person opened last."""
    rows = tx.rows(
        "SELECT p.id, p.brand_id, p.name, p.description, p.icon_id, p.live_version_id,"
        " p.live_at_ms, p.created_at_ms FROM programs_visit v"
        " JOIN programs_program p ON p.id = v.program_id"
        " WHERE v.person_id = :person_id AND p.live_version_id IS NOT NULL"
        " ORDER BY v.visited_at_ms DESC, p.id LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )
    return [_program(row) for row in rows]


def find_all_visited(tx: Tx, person_id: str, *, limit: int) -> list[Program]:
    """Return the programs that the person has opened, live or not, the last one first."""
    rows = tx.rows(
        "SELECT p.id, p.brand_id, p.name, p.description, p.icon_id, p.live_version_id,"
        " p.live_at_ms, p.created_at_ms FROM programs_visit v"
        " JOIN programs_program p ON p.id = v.program_id"
        " WHERE v.person_id = :person_id ORDER BY v.visited_at_ms DESC, p.id LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )
    return [_program(row) for row in rows]


def delete_visit(tx: Tx, person_id: str, program_id: str) -> None:
    """Forget that the person opened the program."""
    tx.run(
        "DELETE FROM programs_visit WHERE person_id = :person_id AND program_id = :program_id",
        person_id=person_id,
        program_id=program_id,
    )


def put_visit(tx: Tx, person_id: str, program_id: str, *, now_ms: int) -> None:
    """Note that the person opened the program now."""
    tx.run(
        "INSERT INTO programs_visit (person_id, program_id, visited_at_ms)"
        " VALUES (:person_id, :program_id, :now_ms)"
        " ON CONFLICT (person_id, program_id) DO UPDATE SET visited_at_ms = :now_ms",
        person_id=person_id,
        program_id=program_id,
        now_ms=now_ms,
    )


def update_live(tx: Tx, program_id: str, version: Version | None, *, now_ms: int) -> None:
    """Point the program at its live version and take over that version's face."""
    if version is None:
        tx.run(
            "UPDATE programs_program SET live_version_id = NULL, live_at_ms = NULL WHERE id = :id",
            id=program_id,
        )
        return
    tx.run(
        "UPDATE programs_program SET live_version_id = :version_id,"
        " live_at_ms = COALESCE(live_at_ms, :now_ms), name = :name,"
        " description = :description, icon_id = :icon_id WHERE id = :id",
        version_id=version.id,
        now_ms=now_ms,
        name=version.name,
        description=version.description,
        icon_id=version.icon_id,
        id=program_id,
    )


def insert_version(tx: Tx, version_id: str, package: CheckedPackage, *, now_ms: int) -> None:
    """Store a new version in development."""
    tx.run(
        "INSERT INTO programs_version (id, program_id, version_name, code, digest,"
        " compiled_digest, size_bytes, name, description, icon_id, permissions, findings, network,"
        " messages, status, created_at_ms) VALUES (:id, :program_id, :version_name, :code, :digest,"
        " :compiled_digest, :size_bytes, :name, :description, :icon_id, :permissions, :findings,"
        " :network, :messages, 'development', :now_ms)",
        id=version_id,
        program_id=package.app_id,
        version_name=package.version_name,
        code=package.code,
        digest=package.digest,
        compiled_digest=package.compiled_digest,
        size_bytes=package.size_bytes,
        name=package.name,
        description=package.description,
        icon_id=package.icon_id,
        permissions=msgspec.json.encode(package.permissions).decode(),
        findings=msgspec.json.encode(package.findings).decode(),
        network=msgspec.json.encode(package.network).decode(),
        messages=msgspec.json.encode(package.messages).decode(),
        now_ms=now_ms,
    )


_VERSION = (
    "SELECT id, program_id, version_name, code, digest, compiled_digest, size_bytes, name,"
    " description, icon_id, permissions, findings, status, created_at_ms, submitted_at_ms,"
    " decided_at_ms, rule, reason, network, messages FROM programs_version"
)


def find_version(tx: Tx, version_id: str) -> Version | None:
    """Return the version with this id."""
    row = tx.row(_VERSION + " WHERE id = :id", id=version_id)
    return None if row is None else _version(row)


def find_version_by_digest(tx: Tx, program_id: str, digest: str) -> Version | None:
    """Return the version of the program that was made from exactly this package."""
    row = tx.row(
        _VERSION + " WHERE program_id = :program_id AND digest = :digest",
        program_id=program_id,
        digest=digest,
    )
    return None if row is None else _version(row)


def find_versions(tx: Tx, program_id: str, *, limit: int) -> list[Version]:
    """Return the program's versions, newest first."""
    rows = tx.rows(
        _VERSION + " WHERE program_id = :program_id ORDER BY code DESC LIMIT :limit",
        program_id=program_id,
        limit=limit,
    )
    return [_version(row) for row in rows]


def find_versions_by_id(tx: Tx, ids: Sequence[str]) -> list[Version]:
    """Return the versions among ``ids`` that exist."""
    sql, params = expand(_VERSION + " WHERE id IN (:ids)", ids=ids)
    return [_version(row) for row in tx.rows(sql, **params)]


def find_highest_code(tx: Tx, program_id: str) -> int:
    """Return the highest version code so far, 0 for none."""
    row = tx.row(
        "SELECT COALESCE(MAX(code), 0) AS highest FROM programs_version WHERE program_id = :id",
        id=program_id,
    )
    return 0 if row is None else int(row["highest"])


def update_status(tx: Tx, version_id: str, status: Status) -> None:
    """Move the version to another status."""
    tx.run(
        "UPDATE programs_version SET status = :status WHERE id = :id",
        status=status.value,
        id=version_id,
    )


def update_submitted(tx: Tx, version_id: str, *, submitted_at_ms: int | None) -> None:
    """Note when the version was handed in."""
    tx.run(
        "UPDATE programs_version SET submitted_at_ms = :at_ms WHERE id = :id",
        at_ms=submitted_at_ms,
        id=version_id,
    )


def update_decision(tx: Tx, version_id: str, *, rule: str, reason: str, now_ms: int) -> None:
    """Note what was decided and why."""
    tx.run(
        "UPDATE programs_version SET decided_at_ms = :now_ms, rule = :rule, reason = :reason"
        " WHERE id = :id",
        now_ms=now_ms,
        rule=rule,
        reason=reason,
        id=version_id,
    )


def update_compiled(tx: Tx, version_id: str, compiled_digest: str) -> None:
    """Point the version at code of today's compiler."""
    tx.run(
        "UPDATE programs_version SET compiled_digest = :digest WHERE id = :id",
        digest=compiled_digest,
        id=version_id,
    )


def put_grant(tx: Tx, version_id: str, scope: str) -> None:
    """Allow the version to ask people for ``scope``."""
    tx.run(
        "INSERT INTO programs_grant (version_id, scope) VALUES (:version_id, :scope)"
        " ON CONFLICT DO NOTHING",
        version_id=version_id,
        scope=scope,
    )


def find_grants(tx: Tx, version_id: str) -> frozenset[str]:
    """Return the scopes that the version may ask people for."""
    rows = tx.rows("SELECT scope FROM programs_grant WHERE version_id = :id", id=version_id)
    return frozenset(str(row["scope"]) for row in rows)


def find_secrets(tx: Tx, program_id: str) -> list[Secret]:
    """Return what is kept for a program, without the values."""
    rows = tx.rows(
        "SELECT name, host, changed_by, changed_at_ms FROM programs_secret"
        " WHERE program_id = :id ORDER BY name LIMIT 100",
        id=program_id,
    )
    return [Secret(r["name"], r["host"], r["changed_by"], r["changed_at_ms"]) for r in rows]


def find_sealed(tx: Tx, program_id: str, name: str, *, host: str) -> str | None:
    """Return the encrypted value of a secret, if it is for ``host``."""
    row = tx.row(
        "SELECT sealed FROM programs_secret"
        " WHERE program_id = :id AND name = :name AND host = :host",
        id=program_id,
        name=name,
        host=host,
    )
    return None if row is None else str(row["sealed"])


def put_secret(tx: Tx, program_id: str, secret: Secret, sealed: str) -> None:
    """Keep a secret, instead of the one of this name."""
    tx.run(
        "INSERT INTO programs_secret (program_id, name, host, sealed, changed_by, changed_at_ms)"
        " VALUES (:id, :name, :host, :sealed, :changed_by, :changed_at_ms)"
        " ON CONFLICT (program_id, name) DO UPDATE SET host = :host, sealed = :sealed,"
        " changed_by = :changed_by, changed_at_ms = :changed_at_ms",
        id=program_id,
        name=secret.name,
        host=secret.host,
        sealed=sealed,
        changed_by=secret.changed_by,
        changed_at_ms=secret.changed_at_ms,
    )


def delete_secret(tx: Tx, program_id: str, name: str) -> None:
    """Forget a secret."""
    tx.run(
        "DELETE FROM programs_secret WHERE program_id = :id AND name = :name",
        id=program_id,
        name=name,
    )


def _program(row: Row) -> Program:
    return Program(
        id=row["id"],
        brand_id=row["brand_id"],
        name=row["name"],
        description=row["description"],
        icon_id=row["icon_id"],
        live_version_id=row["live_version_id"],
        live_at_ms=row["live_at_ms"],
        created_at_ms=row["created_at_ms"],
    )


def _version(row: Row) -> Version:
    return Version(
        id=row["id"],
        program_id=row["program_id"],
        version_name=row["version_name"],
        code=row["code"],
        digest=row["digest"],
        compiled_digest=row["compiled_digest"],
        size_bytes=row["size_bytes"],
        name=row["name"],
        description=row["description"],
        icon_id=row["icon_id"],
        permissions=_decode(row["permissions"], tuple[Permission, ...]),
        findings=_decode(row["findings"], tuple[Finding, ...]),
        status=Status(row["status"]),
        created_at_ms=row["created_at_ms"],
        submitted_at_ms=row["submitted_at_ms"],
        decided_at_ms=row["decided_at_ms"],
        rule=row["rule"],
        reason=row["reason"],
        network=_decode(row["network"], tuple[str, ...]),
        messages=_decode(row["messages"], tuple[MessageTopic, ...]),
    )


def _decode(text: str, kind: Any) -> Any:
    return msgspec.json.decode(text, type=kind)
