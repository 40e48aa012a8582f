"""Pages that people share, and whose link brought a person here."""

from host.bridge import repository_shares as repository
from host.bridge.errors import ShareNotFoundError
from host.bridge.links import Link
from host.bridge.model import ARRIVAL_COUNTS_MS, Share
from host.core.db import Tx


def put_share(tx: Tx, share: Share) -> Share:
    """Store a page to share; what was shared in the same words before stays as it is."""
    repository.insert_share(tx, share)
    stored = repository.find_shares(tx, [share.id])
    return stored[share.id]


def access_share(tx: Tx, share_id: str) -> Share:
    """Return a shared page: whoever has its id was given it."""
    found = repository.find_shares(tx, [share_id])
    if share_id not in found:
        raise ShareNotFoundError("There is nothing shared at this address.")
    return found[share_id]


def note_arrival(tx: Tx, person_id: str, program_id: str, link: Link, *, now_ms: int) -> None:
    """Remember whose link brought a person to a program; the newest counts."""
    repository.put_arrival(tx, person_id, program_id, link, now_ms=now_ms)


def find_arrival(tx: Tx, person_id: str, program_id: str, *, now_ms: int) -> tuple[str, str] | None:
    """Return what link brought a person here during the last day, and whose it was."""
    return repository.find_arrival(tx, person_id, program_id, after_ms=now_ms - ARRIVAL_COUNTS_MS)
