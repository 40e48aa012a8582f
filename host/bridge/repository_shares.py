"""SQL of shared pages and of arrivals by their links."""

from collections.abc import Sequence

import msgspec

from host.bridge.links import Link
from host.bridge.model import Share
from host.core.db import Tx, expand


def insert_share(tx: Tx, share: Share) -> None:
    """Store a shared page, once per id."""
    tx.run(
        "INSERT INTO bridge_share (id, program_id, person_id, page, query, title, words, image_id,"
        " token, created_at_ms) VALUES (:id, :program, :person, :page, :query, :title, :words,"
        " :image, :token, :at) ON CONFLICT (id) DO NOTHING",
        id=share.id,
        program=share.program_id,
        person=share.person_id,
        page=share.page,
        query=msgspec.json.encode(share.query).decode(),
        title=share.title,
        words=share.words,
        image=share.image_id,
        token=share.token,
        at=share.created_at_ms,
    )


def find_shares(tx: Tx, ids: Sequence[str]) -> dict[str, Share]:
    """Return shared pages by id."""
    sql, params = expand(
        "SELECT id, program_id, person_id, page, query, title, words, image_id, token,"
        " created_at_ms FROM bridge_share WHERE id IN (:ids)",
        ids=list(ids),
    )
    rows = tx.rows(sql, **params)
    return {
        row["id"]: Share(
            id=row["id"],
            program_id=row["program_id"],
            person_id=row["person_id"],
            page=row["page"],
            query=msgspec.json.decode(row["query"]),
            title=row["title"],
            words=row["words"],
            image_id=row["image_id"],
            token=row["token"],
            created_at_ms=row["created_at_ms"],
        )
        for row in rows
    }


def put_arrival(tx: Tx, person_id: str, program_id: str, link: Link, *, now_ms: int) -> None:
    """Store by which link a person came last."""
    tx.run(
        "INSERT INTO bridge_arrival (person_id, program_id, made_by, sharer, at_ms)"
        " VALUES (:person, :program, :made_by, :sharer, :now)"
        " ON CONFLICT (person_id, program_id) DO UPDATE SET"
        " made_by = :made_by, sharer = :sharer, at_ms = :now",
        person=person_id,
        program=program_id,
        made_by=link.made_by.value,
        sharer=link.sharer,
        now=now_ms,
    )


def find_arrival(
    tx: Tx, person_id: str, program_id: str, *, after_ms: int
) -> tuple[str, str] | None:
    """Return what link brought a person after a time, and whose it was."""
    row = tx.row(
        "SELECT made_by, sharer FROM bridge_arrival WHERE person_id = :person"
        " AND program_id = :program AND at_ms > :after",
        person=person_id,
        program=program_id,
        after=after_ms,
    )
    return None if row is None else (str(row["made_by"]), str(row["sharer"]))


def delete_arrival(tx: Tx, person_id: str, program_id: str) -> None:
    """Forget by which link a person came."""
    tx.run(
        "DELETE FROM bridge_arrival WHERE person_id = :person AND program_id = :program",
        person=person_id,
        program=program_id,
    )
