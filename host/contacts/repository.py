"""SQL of the contacts domain."""

from collections.abc import Sequence

from host.contacts.model import Link, Request, RequestStatus
from host.core.db import Row, Tx, expand


def find_link(tx: Tx, person_id: str, contact_id: str) -> Link | None:
    """Return the person's side of a pair of contacts."""
    row = tx.row(
        "SELECT contact_id, alias, since_ms FROM contacts_link"
        " WHERE person_id = :person AND contact_id = :contact",
        person=person_id,
        contact=contact_id,
    )
    return None if row is None else _link(row)


def find_links(tx: Tx, person_id: str, *, limit: int) -> list[Link]:
    """Return the person's contacts."""
    rows = tx.rows(
        "SELECT contact_id, alias, since_ms FROM contacts_link WHERE person_id = :person"
        " ORDER BY contact_id LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_link(row) for row in rows]


def find_aliases(tx: Tx, person_id: str, contact_ids: Sequence[str]) -> dict[str, str]:
    """Return the names that the person gave to some of their contacts."""
    sql, ids = expand(
        "SELECT contact_id, alias FROM contacts_link"
        " WHERE person_id = :person AND alias <> '' AND contact_id IN (:ids)",
        ids=contact_ids,
    )
    return {row["contact_id"]: row["alias"] for row in tx.rows(sql, person=person_id, **ids)}


def insert_pair(tx: Tx, a: str, b: str, *, now_ms: int) -> bool:
    """Make two people contacts; False when they were."""
    inserted = 0
    for person_id, contact_id in sorted([(a, b), (b, a)]):
        inserted += tx.run(
            "INSERT INTO contacts_link (person_id, contact_id, since_ms)"
            " VALUES (:person, :contact, :now) ON CONFLICT DO NOTHING",
            person=person_id,
            contact=contact_id,
            now=now_ms,
        )
    return inserted > 0


def delete_pair(tx: Tx, a: str, b: str) -> bool:
    """Undo a pair of contacts; False when there was none."""
    deleted = tx.run(
        "DELETE FROM contacts_link WHERE (person_id = :a AND contact_id = :b)"
        " OR (person_id = :b AND contact_id = :a)",
        a=a,
        b=b,
    )
    return deleted > 0


def set_alias(tx: Tx, person_id: str, contact_id: str, alias: str) -> None:
    """Change what the person calls a contact."""
    tx.run(
        "UPDATE contacts_link SET alias = :alias"
        " WHERE person_id = :person AND contact_id = :contact",
        alias=alias,
        person=person_id,
        contact=contact_id,
    )


def find_request(tx: Tx, request_id: str) -> Request | None:
    """Return a request."""
    row = tx.row(
        "SELECT id, from_id, to_id, hello, status, created_at_ms, decided_at_ms"
        " FROM contacts_request WHERE id = :id",
        id=request_id,
    )
    return None if row is None else _request(row)


def lock_request(tx: Tx, from_id: str, to_id: str) -> Request | None:
    """Return what one person asked of another and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, from_id, to_id, hello, status, created_at_ms, decided_at_ms"
        " FROM contacts_request WHERE from_id = :from_id AND to_id = :to_id",
        from_id=from_id,
        to_id=to_id,
    )
    return _request(rows[0]) if rows else None


def find_waiting_for(tx: Tx, person_id: str, *, limit: int) -> list[Request]:
    """Return the requests that the person may answer, newest first; none of a blocked person."""
    rows = tx.rows(
        "SELECT id, from_id, to_id, hello, status, created_at_ms, decided_at_ms"
        " FROM contacts_request WHERE to_id = :person AND status = 'pending'"
        " AND NOT EXISTS (SELECT 1 FROM contacts_block WHERE person_id = :person"
        " AND blocked_id = contacts_request.from_id)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_request(row) for row in rows]


def find_asked_by(tx: Tx, person_id: str, *, limit: int) -> list[Request]:
    """Return what the person asked and has no good answer to; declined ones look the same."""
    rows = tx.rows(
        "SELECT id, from_id, to_id, hello, status, created_at_ms, decided_at_ms"
        " FROM contacts_request WHERE from_id = :person AND status <> 'accepted'"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_request(row) for row in rows]


def count_waiting_of(tx: Tx, person_id: str) -> int:
    """Return how many of the person's requests wait for an answer."""
    row = tx.row(
        "SELECT COUNT(*) AS waiting FROM contacts_request"
        " WHERE from_id = :person AND status = 'pending'",
        person=person_id,
    )
    assert row is not None, "COUNT always gives a row"
    return int(row["waiting"])


def save_request(tx: Tx, request: Request) -> None:
    """Write a request; an earlier one between the two gives way."""
    tx.run(
        "INSERT INTO contacts_request"
        " (id, from_id, to_id, hello, status, created_at_ms, decided_at_ms)"
        " VALUES (:id, :from_id, :to_id, :hello, :status, :created, :decided)"
        " ON CONFLICT (from_id, to_id) DO UPDATE SET id = :id, hello = :hello, status = :status,"
        " created_at_ms = :created, decided_at_ms = :decided",
        id=request.id,
        from_id=request.from_id,
        to_id=request.to_id,
        hello=request.hello,
        status=request.status,
        created=request.created_at_ms,
        decided=request.decided_at_ms,
    )


def decide_requests(tx: Tx, a: str, b: str, status: RequestStatus, *, now_ms: int) -> None:
    """Answer whatever waits between two people, in both directions."""
    tx.run(
        "UPDATE contacts_request SET status = :status, decided_at_ms = :now"
        " WHERE status = 'pending' AND ((from_id = :a AND to_id = :b)"
        " OR (from_id = :b AND to_id = :a))",
        status=status,
        now=now_ms,
        a=a,
        b=b,
    )


def insert_block(tx: Tx, person_id: str, blocked_id: str, *, now_ms: int) -> None:
    """Block somebody; again changes nothing."""
    tx.run(
        "INSERT INTO contacts_block (person_id, blocked_id, created_at_ms)"
        " VALUES (:person, :blocked, :now) ON CONFLICT DO NOTHING",
        person=person_id,
        blocked=blocked_id,
        now=now_ms,
    )


def delete_block(tx: Tx, person_id: str, blocked_id: str) -> None:
    """Take a block away."""
    tx.run(
        "DELETE FROM contacts_block WHERE person_id = :person AND blocked_id = :blocked",
        person=person_id,
        blocked=blocked_id,
    )


def find_blocked(tx: Tx, person_id: str, *, limit: int) -> list[str]:
    """Return who the person blocks, newest first."""
    rows = tx.rows(
        "SELECT blocked_id FROM contacts_block WHERE person_id = :person"
        " ORDER BY created_at_ms DESC, blocked_id LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [row["blocked_id"] for row in rows]


def find_blockers(tx: Tx, person_id: str, among: Sequence[str]) -> set[str]:
    """Return which of ``among`` block the person."""
    sql, ids = expand(
        "SELECT person_id FROM contacts_block WHERE blocked_id = :person AND person_id IN (:ids)",
        ids=among,
    )
    return {row["person_id"] for row in tx.rows(sql, person=person_id, **ids)}


def _link(row: Row) -> Link:
    return Link(row["contact_id"], row["alias"], row["since_ms"])


def _request(row: Row) -> Request:
    return Request(
        id=row["id"],
        from_id=row["from_id"],
        to_id=row["to_id"],
        hello=row["hello"],
        status=RequestStatus(row["status"]),
        created_at_ms=row["created_at_ms"],
        decided_at_ms=row["decided_at_ms"],
    )
