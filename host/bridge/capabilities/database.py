"""What a program keeps for all people together.  It waits in the event's drafts until the end."""

from collections.abc import Mapping
from typing import Any

import msgspec

from host.brands import service as brands
from host.bridge import documents
from host.bridge.capabilities.handler import Handler
from host.bridge.document_query import Query, write_cursor
from host.bridge.documents import Draft, Stored, Viewer
from host.bridge.pairwise import openid
from host.bridge.visit import Visit
from host.core.ids import derived_id
from runtime.model import CallRefusedError
from sdk.contract import CALL_ERRORS, ArgumentRefusedError
from sdk.contract.documents import (
    FOUND_BYTES_MAX,
    CollectionRule,
    DocumentRefusedError,
    check_document,
    read_change,
    read_order,
    read_where,
)
from sdk.contract.errors import (
    BAD_ARGUMENT,
    CONFLICT,
    NOT_DECLARED,
    NOT_FOUND,
    QUOTA_EXCEEDED,
    TOO_MANY_CALLS,
)

# Documents that queries look at, found or not: of one person in one program, and of all people.
DOCUMENTS_READ_PER_MINUTE = 600_000
PROGRAM_DOCUMENTS_READ_PER_MINUTE = 6_000_000


async def db_insert(visit: Visit, number: int, args: dict[str, Any]) -> str:
    """Make a document; its id follows from the event, so that it is made once."""
    rule, viewer = await _open(visit, args)
    if not viewer.may_insert(rule):
        raise CallRefusedError(NOT_FOUND, "Only the brand's team writes in this collection.")
    chosen = args["id"]
    if chosen is not None and rule.read != "everyone":
        # It would tell that somebody else has one of that name.
        raise CallRefusedError(BAD_ARGUMENT, "An id can be chosen where everyone reads.")
    document_id = chosen or derived_id("document", visit.event_id, str(number))
    size = check_document(args["doc"])
    key = (args["collection"], document_id)
    if chosen is not None and await _find(visit, key) is not None:
        raise CallRefusedError(CONFLICT, "There is a document with this id.")
    await _refuse_full(visit, key[0], size)
    now_ms = visit.now_ms
    new = Stored(*key, visit.person_id, rule, 1, now_ms, now_ms, args["doc"])
    earlier = visit.writes.documents.by_key.get(key)
    if earlier is not None and earlier.seen is not None:
        raise CallRefusedError(CONFLICT, "This event has removed a document with this id.")
    visit.writes.documents.by_key[key] = Draft(None, new)
    return document_id


async def db_get(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any] | None:
    """Return a document that the person may read."""
    rule, viewer = await _open(visit, args)
    stored = await _find(visit, (args["collection"], args["id"]))
    return _shown(visit, stored) if stored and viewer.may_read(stored, rule) else None


async def db_find(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return a page of what the person may read."""
    query, order = await _query(visit, args), read_order(args["order"])
    is_all = bool(query.conditions) or order[0] != "created_at_ms"
    await _count_reads(visit, args["collection"], is_all=is_all)
    text, params = query.find(order, limit=args["limit"] + 1, after=args["after"])
    rows = await visit.store.read(text, params)
    items: list[dict[str, Any]] = []
    room, end = FOUND_BYTES_MAX, None
    for row in rows[: args["limit"]]:
        stored = documents.read_row(row)
        shown = _shown(visit, stored)
        room -= len(row[8].encode())
        if items and room < 0:
            break
        visit.writes.documents.note(stored)
        items.append(shown)
        end = write_cursor(row[9], stored.id)
    return {"items": items, "after": end if len(rows) > len(items) else None}


async def db_count(visit: Visit, _number: int, args: dict[str, Any]) -> int:
    """Count what the person may read."""
    query = await _query(visit, args)
    await _count_reads(visit, args["collection"], is_all=True)
    text, params = query.count()
    count: int = (await visit.store.read(text, params))[0][0]
    return count


async def db_update(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Change a document; what was asked is kept, and done to what is there at the end."""
    rule, viewer = await _open(visit, args)
    change = read_change(args)
    key = (args["collection"], args["id"])
    stored = await _find(visit, key)
    if stored is None or not viewer.may_change(stored, rule):
        raise CallRefusedError(NOT_FOUND, CALL_ERRORS[NOT_FOUND])
    made = stored.changed(change, visit.now_ms)
    draft = visit.writes.documents.by_key.setdefault(key, Draft(stored, stored))
    draft.now = made
    draft.changes.append(change)
    return _shown(visit, made)


async def db_remove(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Take a document away, if the person may."""
    rule, viewer = await _open(visit, args)
    key = (args["collection"], args["id"])
    stored = await _find(visit, key)
    if stored is None or not viewer.may_read(stored, rule):
        return
    if not viewer.may_remove(stored, rule):
        raise CallRefusedError(NOT_FOUND, "This document is not this person's to remove.")
    draft = visit.writes.documents.by_key.setdefault(key, Draft(stored, stored))
    draft.now = None
    if draft.seen is None:
        del visit.writes.documents.by_key[key]


async def _open(visit: Visit, args: dict[str, Any]) -> tuple[CollectionRule, Viewer]:
    """Return the rule of a declared collection, and who asks."""
    name = args["collection"]
    rule = visit.collections.get(name)
    if rule is None:
        raise CallRefusedError(
            NOT_DECLARED, f"hutong.collections in the manifest declares no collection {name}."
        )
    if visit.is_staff is None:
        members = await visit.deps.db.read(brands.find_member_ids, visit.brand_id)
        visit.is_staff = visit.person_id in members
    return rule, Viewer(visit.person_id, visit.is_staff)


async def _find(visit: Visit, key: documents.Key) -> Stored | None:
    """Return a document as this event sees it, whoever may read it."""
    drafts = visit.writes.documents
    if key in drafts.by_key:
        return drafts.by_key[key].now
    rows = await visit.store.read(documents.FIND, key)
    if not rows:
        return None
    stored = documents.read_row(rows[0])
    drafts.note(stored)
    return stored


async def _query(visit: Visit, args: dict[str, Any]) -> Query:
    rule, viewer = await _open(visit, args)
    name = args["collection"]
    return Query(
        *(name, rule, viewer, read_where(args["where"])),
        drafts=visit.writes.documents.of(name),
        is_mine=args["mine"],
    )


async def _refuse_full(visit: Visit, collection: str, size: int) -> None:
    where = {"collection": collection, "owner_id": visit.person_id}
    sizes = (await visit.store.read(documents.SIZES, where))[0]
    added = visit.writes.documents.added
    here = [each for each in added if each.collection == collection]
    waiting = sum(len(msgspec.json.encode(each.body)) for each in here)
    if not documents.has_room(
        sizes, documents=len(here) + 1, size=waiting + size, mine=len(added) + 1
    ):
        raise CallRefusedError(QUOTA_EXCEEDED, CALL_ERRORS[QUOTA_EXCEEDED])


async def _count_reads(visit: Visit, collection: str, *, is_all: bool) -> None:
    """Refuse queries that have looked at too much within a minute."""
    count = 1
    if is_all:
        where = {"collection": collection, "owner_id": ""}
        count += (await visit.store.read(documents.SIZES, where))[0][0]
    bounds = (
        (visit.person_id, DOCUMENTS_READ_PER_MINUTE),
        ("", PROGRAM_DOCUMENTS_READ_PER_MINUTE),
    )
    for person_id, per_minute in bounds:
        key = (person_id, visit.program_id, "db.read")
        if not visit.budget.take(key, per_minute=per_minute, count=count):
            raise CallRefusedError(TOO_MANY_CALLS, CALL_ERRORS[TOO_MANY_CALLS])


def _shown(visit: Visit, stored: Stored) -> dict[str, Any]:
    """Return a document as the program sees it: its owner under their id for this program."""
    owner, secret = stored.owner_id, visit.deps.settings.secret_key
    return {
        **stored.body,
        "id": stored.id,
        "owner": openid(secret, visit.program_id, owner) if owner else None,
        "is_mine": owner == visit.person_id,
        **stored.times,
    }


def _refusing(handler: Handler) -> Handler:
    """Let a program see what the rules of documents refuse."""

    async def answer(visit: Visit, number: int, args: dict[str, Any]) -> Any:
        try:
            return await handler(visit, number, args)
        except ArgumentRefusedError as error:
            raise CallRefusedError(BAD_ARGUMENT, error.message) from error
        except DocumentRefusedError as error:
            raise CallRefusedError(error.code, error.message) from error

    return answer


HANDLERS: Mapping[str, Handler] = {
    "db.insert": _refusing(db_insert),
    "db.get": _refusing(db_get),
    "db.find": _refusing(db_find),
    "db.count": _refusing(db_count),
    "db.update": _refusing(db_update),
    "db.remove": _refusing(db_remove),
}
