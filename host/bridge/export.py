"""What a program keeps, taken out: by a person their own, by a merchant what its team may read.

People are named in it by their id for the program alone, as the program itself knows them.  What
people keep for themselves (storage, and documents that only their owner reads) is not in a
merchant's copy; the operator's `hutong program export` has it, for a program that moves.
"""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec

from host.bridge.pairwise import openid
from host.bridge.store import Store
from host.core.ids import new_id

_PERSON_PAGES = (
    "SELECT path, query, title, opened_at_ms, used_at_ms, state FROM page WHERE person_id = ?"
    " ORDER BY opened_at_ms, id"
)
_PERSON_VALUES = "SELECT key, value FROM storage WHERE person_id = ? ORDER BY key"
_PERSON_DOCUMENTS = (
    "SELECT collection, id, created_at_ms, updated_at_ms, body FROM document WHERE owner_id = ?"
    " ORDER BY collection, created_at_ms, id"
)
_TEAM_DOCUMENTS = (
    "SELECT collection, id, owner_id, created_at_ms, updated_at_ms, body FROM document"
    " WHERE read_rule IN ('staff', 'everyone') ORDER BY collection, created_at_ms, id"
)
# Pages and recordings hold what people typed, and mean nothing on another host.
_NOT_EXPORTED = ("event", "recording", "ask", "page")


async def export_person(store: Store, person_id: str) -> dict[str, Any]:
    """Return everything that a program keeps for a person, but recordings of their taps."""
    pages = await store.read(_PERSON_PAGES, (person_id,))
    values = await store.read(_PERSON_VALUES, (person_id,))
    documents = await store.read(_PERSON_DOCUMENTS, (person_id,))
    return {
        "storage": {key: msgspec.json.decode(value) for key, value in values},
        "documents": [_document(*row) for row in documents],
        "pages": [
            {
                "page": path,
                "query": msgspec.json.decode(query),
                "title": title,
                "opened_at_ms": opened_at_ms,
                "used_at_ms": used_at_ms,
                "data": msgspec.json.decode(state),
            }
            for path, query, title, opened_at_ms, used_at_ms, state in pages
        ],
    }


async def export_documents(
    store: Store, folder: Path, *, secret_key: str, program_id: str
) -> AsyncIterator[bytes]:
    """Yield a line of JSON for each document that the team may read, as of one moment."""
    path = folder / f"export-{new_id()}.tmp"
    try:
        await store.read("VACUUM INTO ?", (str(path),))
        async with aiosqlite.connect(path) as db, db.execute(_TEAM_DOCUMENTS) as rows:
            async for collection, document_id, owner_id, *rest in rows:
                owner = openid(secret_key, program_id, owner_id) if owner_id else None
                line = _document(collection, document_id, *rest) | {"owner": owner}
                yield msgspec.json.encode(line) + b"\n"
    finally:
        path.unlink(missing_ok=True)


def export_file(source: Path, target: Path, *, secret_key: str, program_id: str) -> None:
    """Write a consistent copy of a program's database that names people by their openid.

    The host may be running.  ``target`` must not exist.
    """
    with contextlib.closing(sqlite3.connect(source)) as db:
        db.execute("VACUUM INTO ?", (str(target),))
    try:
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.create_function(
                "openid", 1, lambda person_id: openid(secret_key, program_id, person_id)
            )
            copy.execute("BEGIN")
            for table in _NOT_EXPORTED:
                copy.execute(f"DROP TABLE {table}")
            copy.execute("UPDATE storage SET person_id = openid(person_id)")
            copy.execute("UPDATE document SET owner_id = openid(owner_id) WHERE owner_id <> ''")
            copy.execute("COMMIT")
            # What was dropped must not be left in free pages.
            copy.execute("VACUUM")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _document(
    collection: str, document_id: str, created_at_ms: int, updated_at_ms: int, body: str
) -> dict[str, Any]:
    return {
        "collection": collection,
        "id": document_id,
        "created_at_ms": created_at_ms,
        "updated_at_ms": updated_at_ms,
        "doc": msgspec.json.decode(body),
    }
