"""SQL of asking for money."""

from collections.abc import Collection, Sequence

from host.core.db import Row, Tx, expand
from host.core.money import Currency
from host.wallet.request_model import MoneyRequest, RequestKind, RequestStatus, Share, ShareStatus

_REQUEST = (
    "SELECT r.id, r.kind, r.requester_id, r.circle_id, r.currency, r.memo, r.status,"
    " r.created_at_ms, r.expires_at_ms, r.reminded_at_ms, r.ended_at_ms FROM wallet_request AS r"
)


def insert_request(tx: Tx, request: MoneyRequest) -> None:
    """Write a request with its shares."""
    tx.run(
        "INSERT INTO wallet_request (id, kind, requester_id, circle_id, currency, memo, status,"
        " created_at_ms, expires_at_ms) VALUES (:id, :kind, :requester_id, :circle_id, :currency,"
        " :memo, :status, :created_at_ms, :expires_at_ms)",
        id=request.id,
        kind=request.kind,
        requester_id=request.requester_id,
        circle_id=request.circle_id,
        currency=request.currency,
        memo=request.memo,
        status=request.status,
        created_at_ms=request.created_at_ms,
        expires_at_ms=request.expires_at_ms,
    )
    tx.run_many(
        "INSERT INTO wallet_request_share (request_id, person_id, amount_minor, status)"
        " VALUES (?, ?, ?, ?)",
        [(request.id, s.person_id, s.amount_minor, str(s.status)) for s in request.shares],
    )


def lock_request(tx: Tx, request_id: str) -> MoneyRequest | None:
    """Return a request and let nobody else change it or its shares until the end."""
    rows = tx.lock_rows(_REQUEST + " WHERE r.id = :id", id=request_id)
    return _with_shares(tx, rows)[0] if rows else None


def lock_due(tx: Tx, *, now_ms: int, limit: int) -> list[MoneyRequest]:
    """Return requests whose time is over and hold them, in the order of their ids."""
    rows = tx.lock_rows(
        _REQUEST + " WHERE r.status = 'open' AND r.expires_at_ms <= :now"
        " ORDER BY r.id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return _with_shares(tx, rows)


def find_requests(tx: Tx, request_ids: Collection[str]) -> dict[str, MoneyRequest]:
    """Return requests by id."""
    sql, params = expand(_REQUEST + " WHERE r.id IN (:ids)", ids=sorted(request_ids))
    return {request.id: request for request in _with_shares(tx, tx.rows(sql, **params))}


def find_open(tx: Tx, person_id: str, *, limit: int) -> list[MoneyRequest]:
    """Return the open requests that a person made or has still to answer, newest first."""
    rows = tx.rows(
        "SELECT r.id, r.kind, r.requester_id, r.circle_id, r.currency, r.memo, r.status,"
        " r.created_at_ms, r.expires_at_ms, r.reminded_at_ms, r.ended_at_ms"
        " FROM wallet_request AS r WHERE r.status = 'open' AND (r.requester_id = :id OR r.id IN"
        " (SELECT s.request_id FROM wallet_request_share AS s"
        " WHERE s.person_id = :id AND s.status = 'open'))"
        " ORDER BY r.created_at_ms DESC, r.id LIMIT :limit",
        id=person_id,
        limit=limit,
    )
    return _with_shares(tx, rows)


def count_open(tx: Tx, requester_id: str) -> int:
    """Return how many requests of a person are open."""
    row = tx.row(
        "SELECT COUNT(*) AS n FROM wallet_request WHERE status = 'open' AND requester_id = :id",
        id=requester_id,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["n"])


def end_share(tx: Tx, request_id: str, share: Share) -> None:
    """Write that a share was paid or declined."""
    changed = tx.run(
        "UPDATE wallet_request_share SET status = :status, transfer_id = :transfer,"
        " ended_at_ms = :now WHERE request_id = :id AND person_id = :person AND status = 'open'",
        id=request_id,
        person=share.person_id,
        status=share.status,
        transfer=share.transfer_id,
        now=share.ended_at_ms,
    )
    assert changed == 1, "the request was locked and the share open"


def end_request(tx: Tx, request_id: str, *, status: RequestStatus, now_ms: int) -> None:
    """Write how a request ended."""
    tx.run(
        "UPDATE wallet_request SET status = :status, ended_at_ms = :now"
        " WHERE id = :id AND status = 'open'",
        id=request_id,
        status=status,
        now=now_ms,
    )


def set_reminded(tx: Tx, request_id: str, *, now_ms: int) -> None:
    """Note when people were reminded."""
    tx.run(
        "UPDATE wallet_request SET reminded_at_ms = :now WHERE id = :id", id=request_id, now=now_ms
    )


def _with_shares(tx: Tx, rows: Sequence[Row]) -> list[MoneyRequest]:
    if not rows:
        return []
    sql, params = expand(
        "SELECT request_id, person_id, amount_minor, status, transfer_id, ended_at_ms"
        " FROM wallet_request_share WHERE request_id IN (:ids) ORDER BY request_id, person_id",
        ids=[row["id"] for row in rows],
    )
    shares: dict[str, list[Share]] = {}
    for row in tx.rows(sql, **params):
        shares.setdefault(row["request_id"], []).append(
            Share(
                row["person_id"],
                row["amount_minor"],
                ShareStatus(row["status"]),
                row["transfer_id"],
                row["ended_at_ms"],
            )
        )
    return [_request(row, shares[row["id"]]) for row in rows]


def _request(row: Row, shares: Sequence[Share]) -> MoneyRequest:
    return MoneyRequest(
        id=row["id"],
        kind=RequestKind(row["kind"]),
        requester_id=row["requester_id"],
        circle_id=row["circle_id"],
        currency=Currency(row["currency"]),
        memo=row["memo"],
        status=RequestStatus(row["status"]),
        created_at_ms=row["created_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        reminded_at_ms=row["reminded_at_ms"],
        ended_at_ms=row["ended_at_ms"],
        shares=shares,
    )
