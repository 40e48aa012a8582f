"""SQL of incidents and suspensions."""

from collections.abc import Sequence

from host.core.db import Tx, expand
from host.programs.incident import ALARM_KINDS, Incident, Suspension


def insert_incident(tx: Tx, incident: Incident) -> None:
    """Store what the runtime reported, once per id."""
    tx.run(
        "INSERT INTO programs_incident"
        " (id, version_id, kind, detail, at_ms, event_id, page, handler, syscall)"
        " VALUES (:id, :version_id, :kind, :detail, :at_ms, :event_id, :page, :handler, :syscall)"
        " ON CONFLICT (id) DO NOTHING",
        id=incident.id,
        version_id=incident.version_id,
        kind=incident.kind,
        detail=incident.detail,
        at_ms=incident.at_ms,
        event_id=incident.event_id,
        page=incident.page,
        handler=incident.handler,
        syscall=incident.syscall,
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
        "SELECT id, version_id, kind, detail, at_ms, event_id, page, handler, syscall"
        " FROM programs_incident ORDER BY at_ms DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return [Incident(**row) for row in rows]


def find_incidents_of(tx: Tx, version_id: str, *, limit: int) -> list[Incident]:
    """Return the newest incidents of a version."""
    rows = tx.rows(
        "SELECT id, version_id, kind, detail, at_ms, event_id, page, handler, syscall"
        " FROM programs_incident WHERE version_id = :version_id"
        " ORDER BY at_ms DESC, id DESC LIMIT :limit",
        version_id=version_id,
        limit=limit,
    )
    return [Incident(**row) for row in rows]


def find_incident(tx: Tx, incident_id: str) -> Incident | None:
    """Return an incident."""
    row = tx.row(
        "SELECT id, version_id, kind, detail, at_ms, event_id, page, handler, syscall"
        " FROM programs_incident WHERE id = :id",
        id=incident_id,
    )
    return None if row is None else Incident(**row)


def delete_incidents(tx: Tx, *, before_ms: int) -> int:
    """Forget old incidents and return how many."""
    return tx.run("DELETE FROM programs_incident WHERE at_ms < :before_ms", before_ms=before_ms)


def put_suspension(
    tx: Tx, version_id: str, kind: str, *, actor_id: str, reason: str, now_ms: int
) -> None:
    """Close a version for everybody; one that was lifted begins anew."""
    tx.run(
        "INSERT INTO programs_suspension (version_id, kind, at_ms, actor_id, reason)"
        " VALUES (:version_id, :kind, :now_ms, :actor_id, :reason)"
        " ON CONFLICT (version_id) DO UPDATE SET kind = :kind, at_ms = :now_ms,"
        " actor_id = :actor_id, reason = :reason, lifted_at_ms = NULL, lifted_by = '',"
        " lift_reason = ''",
        version_id=version_id,
        kind=kind,
        actor_id=actor_id,
        reason=reason,
        now_ms=now_ms,
    )


def update_lifted(tx: Tx, version_id: str, *, actor_id: str, reason: str, now_ms: int) -> None:
    """Let a version go that was suspended."""
    tx.run(
        "UPDATE programs_suspension SET lifted_at_ms = :now_ms, lifted_by = :actor_id,"
        " lift_reason = :reason WHERE version_id = :version_id",
        version_id=version_id,
        actor_id=actor_id,
        reason=reason,
        now_ms=now_ms,
    )


def find_suspensions(tx: Tx, version_ids: Sequence[str]) -> list[Suspension]:
    """Return the suspensions of ``version_ids``, lifted ones as well."""
    sql, params = expand(
        "SELECT version_id, kind, at_ms, actor_id, reason, lifted_at_ms, lifted_by, lift_reason"
        " FROM programs_suspension WHERE version_id IN (:ids)",
        ids=version_ids,
    )
    return [Suspension(**row) for row in tx.rows(sql, **params)]


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
        " programs_version.id AND s.lifted_at_ms IS NULL)"
        " ORDER BY COALESCE(last_live_at_ms, 0) DESC, code DESC LIMIT 1",
        program_id=program_id,
    )
    return None if row is None else str(row["id"])
