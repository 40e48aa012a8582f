"""Documents of ``api.db``: who may read and change one, and how an event's changes are committed.

A document is judged by two rules: what the manifest says of its collection today, and what it said
when the document was written.  Both must allow it, so that a new version of a program cannot show
to everyone what people wrote for themselves.

What an event writes waits in drafts.  At its end they are applied to the documents as they are
then, in the event's own transaction: steps of `inc` add up, and an event that would overwrite what
it has not seen is a conflict and runs again.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sdk.contract.documents import (
    COLLECTION_BYTES_MAX,
    DOCUMENTS_PER_COLLECTION_MAX,
    DOCUMENTS_PER_PERSON_MAX,
    Change,
    CollectionRule,
    DocumentRefusedError,
    Who,
    apply_change,
    check_document,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    collection TEXT NOT NULL, id TEXT NOT NULL, owner_id TEXT NOT NULL,
    read_rule TEXT NOT NULL, write_rule TEXT NOT NULL, version INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL, bytes INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS document_new ON document (collection, created_at_ms, id);
CREATE INDEX IF NOT EXISTS document_size ON document (collection, bytes);
CREATE INDEX IF NOT EXISTS document_owner ON document (owner_id, collection);
"""
FIND = (
    "SELECT collection, id, owner_id, read_rule, write_rule, version, created_at_ms,"
    " updated_at_ms, body FROM document WHERE collection = ? AND id = ?"
)
SIZES = (
    "SELECT (SELECT COUNT(*) FROM document WHERE collection = :collection),"
    " (SELECT COALESCE(SUM(bytes), 0) FROM document WHERE collection = :collection),"
    " (SELECT COUNT(*) FROM document WHERE owner_id = :owner_id)"
)
# What is left of somebody who has gone: what others write too, and nobody's name on it.
FORGET = (
    "DELETE FROM document WHERE owner_id = ? AND (write_rule = 'owner' OR read_rule = 'owner')",
    "UPDATE document SET owner_id = '' WHERE owner_id = ?",
)
_INSERT = (
    "INSERT INTO document (collection, id, owner_id, read_rule, write_rule, version,"
    " created_at_ms, updated_at_ms, bytes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (collection, id) DO NOTHING"
)
_UPDATE = (
    "UPDATE document SET version = ?, updated_at_ms = ?, bytes = ?, body = ?"
    " WHERE collection = ? AND id = ?"
)
_DELETE = "DELETE FROM document WHERE collection = ? AND id = ?"

Key = tuple[str, str]


class DocumentConflictError(Exception):
    """Somebody else has changed what an event was about; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads or writes, and whether they act for the brand."""

    person_id: str
    is_staff: bool

    def may_read(self, stored: "Stored", rule: CollectionRule) -> bool:
        """Tell whether both rules let them read it; an owner always may."""
        is_owner = stored.owner_id == self.person_id
        return is_owner or {rule.read, stored.rule.read} <= self.readable

    def may_change(self, stored: "Stored", rule: CollectionRule) -> bool:
        """Tell whether both rules let them change it."""
        own: set[Who] = {"owner"} if stored.owner_id == self.person_id else set()
        rules = {rule.write, stored.rule.write}
        return self.may_read(stored, rule) and rules <= self.readable | own

    def may_remove(self, stored: "Stored", rule: CollectionRule) -> bool:
        """Tell whether they may take it away: the team clears what it can read of others."""
        return self.may_change(stored, rule) or (self.is_staff and self.may_read(stored, rule))

    def may_insert(self, rule: CollectionRule) -> bool:
        """Tell whether they may add a document."""
        return rule.write != "staff" or self.is_staff

    @property
    def readable(self) -> set[Who]:
        """The rules of reading that let them read what others own."""
        everyone: set[Who] = {"everyone"}
        return everyone | self._staff

    @property
    def _staff(self) -> set[Who]:
        staff: set[Who] = {"staff"}
        return staff if self.is_staff else set()


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it is stored."""

    collection: str
    id: str
    # Empty when its owner had their data deleted.
    owner_id: str
    # The collection's rule when it was written.
    rule: CollectionRule
    version: int
    created_at_ms: int
    updated_at_ms: int
    body: dict[str, Any]

    @property
    def key(self) -> Key:
        """What no other document of the program has."""
        return self.collection, self.id

    @property
    def times(self) -> dict[str, int]:
        """What a condition may ask beside the document's own fields."""
        return {"created_at_ms": self.created_at_ms, "updated_at_ms": self.updated_at_ms}

    def changed(self, change: Change, now_ms: int) -> "Stored":
        """Return the document after a change; raises ``DocumentRefusedError``."""
        body = apply_change(self.body, change, {"id": self.id, **self.times})
        return replace(self, body=body, updated_at_ms=max(now_ms, self.updated_at_ms))


@dataclass(slots=True)
class Draft:
    """What an event has made of one document so far."""

    # As it was when the event came upon it; None when the event has made it.
    seen: Stored | None
    # As the event sees it; None when the event has taken it away.
    now: Stored | None
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Drafts:
    """What an event has read and written of documents."""

    by_key: dict[Key, Draft] = field(default_factory=dict)
    # The version of each document that the event has read: it may have decided by it.
    versions: dict[Key, int] = field(default_factory=dict)

    def note(self, stored: Stored) -> None:
        """Remember which version was read first."""
        self.versions.setdefault(stored.key, stored.version)

    def of(self, collection: str) -> list[Draft]:
        """Return the drafts of one collection."""
        return [draft for (name, _), draft in self.by_key.items() if name == collection]

    @property
    def added(self) -> list[Stored]:
        """What the event has made."""
        drafts = self.by_key.values()
        return [each.now for each in drafts if each.seen is None and each.now is not None]

    def apply(self, db: sqlite3.Connection, now_ms: int) -> None:
        """Write everything in the open transaction; raises ``DocumentConflictError``."""
        for key, draft in self.by_key.items():
            if draft.now is None:
                db.execute(_DELETE, key)
            elif draft.seen is None:
                _insert(db, draft.now)
            elif draft.changes:
                self._update(db, draft, now_ms)

    def _update(self, db: sqlite3.Connection, draft: Draft, now_ms: int) -> None:
        assert draft.seen is not None, "it was read before it was changed"
        key = draft.seen.key
        rows = db.execute(FIND, key).fetchall()
        if not rows:
            raise DocumentConflictError
        stored = read_row(rows[0])
        overwrites = any(change.overwrites for change in draft.changes)
        if overwrites and stored.version != self.versions.get(key, draft.seen.version):
            raise DocumentConflictError
        try:
            for change in draft.changes:
                stored = stored.changed(change, now_ms)
            size = check_document(stored.body)
        except DocumentRefusedError as error:
            raise DocumentConflictError from error
        body = msgspec.json.encode(stored.body).decode()
        values = (stored.version + 1, stored.updated_at_ms, size, body)
        db.execute(_UPDATE, (*values, *key))


def _insert(db: sqlite3.Connection, new: Stored) -> None:
    where = {"collection": new.collection, "owner_id": new.owner_id}
    sizes = db.execute(SIZES, where).fetchall()
    body = msgspec.json.encode(new.body).decode()
    size = len(body.encode())
    if not has_room(sizes[0], documents=1, size=size, mine=1):
        raise DocumentConflictError
    row = (*new.key, new.owner_id, new.rule.read, new.rule.write, new.version)
    done = db.execute(_INSERT, (*row, new.created_at_ms, new.updated_at_ms, size, body))
    if done.rowcount != 1:
        raise DocumentConflictError


def has_room(sizes: Sequence[int], *, documents: int, size: int, mine: int) -> bool:
    """Tell whether so much more fits: documents and bytes of a collection, documents of one."""
    wanted = (sizes[0] + documents, sizes[1] + size, sizes[2] + mine)
    bounds = (DOCUMENTS_PER_COLLECTION_MAX, COLLECTION_BYTES_MAX, DOCUMENTS_PER_PERSON_MAX)
    return all(want <= bound for want, bound in zip(wanted, bounds, strict=True))


def read_row(row: Any) -> Stored:
    """Return a row in the order of ``FIND``."""
    rule = CollectionRule(row[3], row[4])
    body = msgspec.json.decode(row[8])
    return Stored(row[0], row[1], row[2], rule, row[5], row[6], row[7], body)


def draft_rows(drafts: list[Draft]) -> str:
    """Return drafts as the JSON that a query reads them from; what is gone has no body."""
    rows: list[Mapping[str, Any]] = []
    for draft in drafts:
        now = draft.now
        if now is None:
            assert draft.seen is not None, "what the event made and took away is no draft"
            rows.append({"id": draft.seen.id})
            continue
        rows.append(
            {
                "id": now.id,
                "owner_id": now.owner_id,
                "read_rule": now.rule.read,
                "write_rule": now.rule.write,
                "version": now.version,
                **now.times,
                "body": msgspec.json.encode(now.body).decode(),
            }
        )
    return msgspec.json.encode(rows).decode()
