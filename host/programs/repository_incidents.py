"""SQL of incidents and suspensions."""

from collections.abc import Sequence

from host.core.db import Tx, expand
from host.programs.incident import ALARM_KINDS, Incident


def insert_incident(tx: Tx, incident: Incident) -> None:
    """Store what the runtime reported, once per id."""
    tx.run(
        "INSERT INTO programs_incident (id, version_id, kind, detail, at_ms)"
        " VALUES (:id, :version_id, :kind, :detail, :at_ms) ON CONFLICT (id) DO NOTHING",
        id=incident.id,
        version_id=incident.version_id,
        kind=incident.kind,
        detail=incident.detail,
        at_ms=incident.at_ms,
    )


def count_alarms(tx: Tx, version_id: str, *, since_ms: int) -> int:
    """Return how many alarms a version has set off."""
    sql, params = expand(
        "SELECT COUNT(*) AS found FROM programs_incident WHERE version_id = :version_id"
        " AND at_ms > :since_ms AND kind IN (:kinds)",
        kinds=ALARM_KINDS,
    )
    row = tx.row(sql, version_id=version_id, since_ms=since_ms, **params)
    return 0 if row is None else int(row["found"])


def find_incidents(tx: Tx, *, limit: int) -> list[Incident]:
    """Return the newest incidents."""
    rows = tx.rows(
        "SELECT id, version_id, kind, detail, at_ms FROM programs_incident"
        " ORDER BY at_ms DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return [Incident(**row) for row in rows]


def delete_incidents(tx: Tx, *, before_ms: int) -> int:
    """Forget old incidents and return how many."""
    return tx.run("DELETE FROM programs_incident WHERE at_ms < :before_ms", before_ms=before_ms)


def put_suspension(tx: Tx, version_id: str, kind: str, *, now_ms: int) -> None:
    """Close a version for everybody."""
    tx.run(
        "INSERT INTO programs_suspension (version_id, kind, at_ms)"
        " VALUES (:version_id, :kind, :now_ms) ON CONFLICT (version_id) DO NOTHING",
        version_id=version_id,
        kind=kind,
        now_ms=now_ms,
    )


def find_suspended(tx: Tx, version_ids: Sequence[str]) -> frozenset[str]:
    """Return those of ``version_ids`` that are suspended."""
    sql, params = expand(
        "SELECT version_id FROM programs_suspension WHERE version_id IN (:ids)", ids=version_ids
    )
    return frozenset(str(row["version_id"]) for row in tx.rows(sql, **params))


def update_last_live(tx: Tx, version_id: str, *, now_ms: int) -> None:
    """Note that a version went live."""
    tx.run(
        "UPDATE programs_version SET last_live_at_ms = :now_ms WHERE id = :id",
        now_ms=now_ms,
        id=version_id,
    )


def find_fallback_id(tx: Tx, program_id: str) -> str | None:
    """Return the retired version that was live last and may be live again."""
    row = tx.row(
        "SELECT id FROM programs_version WHERE program_id = :program_id AND status = 'retired'"
        " AND NOT EXISTS (SELECT 1 FROM programs_suspension s WHERE s.version_id ="
        " programs_version.id) ORDER BY COALESCE(last_live_at_ms, 0) DESC, code DESC LIMIT 1",
        program_id=program_id,
    )
    return None if row is None else str(row["id"])
