"""The audit log: what admins decided, each line chained to the one before.

The chain shows that a line was changed, removed or slipped in later.  It cannot show that the last
lines were cut off: for that, keep the newest hash somewhere else (the audit page shows it).
"""

import dataclasses
import hashlib
from collections.abc import Mapping

import msgspec

from host.core.db import Tx
from host.identity import service as identity
from host.review import repository
from host.review.model import AUDIT_ROWS, AuditEntry, AuditReport

_FIRST_HASH = "0" * 64
_BATCH_ROWS = 500
_AFTER_ALL = 2**62
_HASHED = ("seq", "at_ms", "actor_id", "action", "subject", "detail", "prev_hash")


def append_audit(
    tx: Tx,
    *,
    actor_id: str,
    action: str,
    subject: str,
    detail: Mapping[str, str | int | list[str]],
    now_ms: int,
) -> AuditEntry:
    """Write a line, in the transaction of the decision that it tells of."""
    last = repository.lock_last_entry(tx)
    seq, prev_hash = (1, _FIRST_HASH) if last is None else (last.seq + 1, last.hash)
    text = msgspec.json.encode(dict(detail), order="sorted").decode()
    draft = AuditEntry(seq, now_ms, actor_id, action, subject, text, prev_hash, "")
    entry = dataclasses.replace(draft, hash=_hash(draft))
    repository.insert_entry(tx, entry)
    return entry


def find_audit(tx: Tx, *, actor_id: str, before_seq: int | None = None) -> list[AuditEntry]:
    """Return a page of the log for an admin, newest first."""
    identity.require_admin(tx, actor_id)
    before = _AFTER_ALL if before_seq is None else before_seq
    return repository.find_entries_before(tx, before_seq=before, limit=AUDIT_ROWS)


def check_chain(tx: Tx) -> AuditReport:
    """Compute every hash anew and report the first line that does not fit."""
    seq, prev_hash = 0, _FIRST_HASH
    while entries := repository.find_entries_after(tx, after_seq=seq, limit=_BATCH_ROWS):
        for entry in entries:
            is_next = entry.seq == seq + 1 and entry.prev_hash == prev_hash
            if not is_next or entry.hash != _hash(entry):
                return AuditReport(seq, entry.seq)
            seq, prev_hash = entry.seq, entry.hash
    return AuditReport(seq, None)


def _hash(entry: AuditEntry) -> str:
    # A JSON array: no two different lines have one text, whatever the fields hold.
    fields = [getattr(entry, name) for name in _HASHED]
    return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()
