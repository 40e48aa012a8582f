"""The directory of shops: what is live, what somebody opened last, what they search for."""

from collections.abc import Iterable

from host.brands import service as brands
from host.core.db import Tx
from host.core.paging import Cursor, decode_cursor, encode_cursor
from host.programs import repository
from host.programs.errors import ProgramNotFoundError
from host.programs.model import (
    DIRECTORY_ROWS,
    RECENT_ROWS,
    SEARCH_LENGTH_MAX,
    VISITED_ROWS,
    Listing,
    Program,
    Version,
)

# After every real key: where the first page begins.
_NEWEST: Cursor = (2**62, "~")


def find_programs(tx: Tx, ids: Iterable[str]) -> dict[str, Program]:
    """Return those of ``ids`` that exist, by id."""
    return {program.id: program for program in repository.find_programs(tx, sorted(set(ids)))}


def find_program(tx: Tx, program_id: str) -> Program | None:
    """Return a program by its id, however its case is typed."""
    return repository.find_program_by_key(tx, program_id.casefold())


def find_programs_of_brand(tx: Tx, brand_id: str) -> list[Program]:
    """Return a brand's programs, live or not."""
    return repository.find_programs_of_brand(tx, brand_id)


def access_live(tx: Tx, program_id: str) -> tuple[Program, Version]:
    """Return a program that everybody may open, and its live version."""
    program = find_program(tx, program_id)
    if program is None or program.live_version_id is None:
        raise ProgramNotFoundError(
            "There is no shop at this address. Look in the directory for others."
        )
    version = repository.find_version(tx, program.live_version_id)
    assert version is not None, "a program points at one of its own versions"
    return program, version


def find_listings(tx: Tx, programs: Iterable[Program]) -> list[Listing]:
    """Return programs with the brands that stand behind them, in the same order."""
    found = list(programs)
    owners = brands.find_brands(tx, {program.brand_id for program in found})
    return [
        Listing(
            program,
            owners[program.brand_id].handle,
            owners[program.brand_id].name,
            owners[program.brand_id].is_verified,
        )
        for program in found
        if program.brand_id in owners
    ]


def find_live_page(tx: Tx, *, after: str = "") -> tuple[list[Listing], str]:
    """Return a page of live programs and the cursor of the next one, empty at the end."""
    before = decode_cursor(after) or _NEWEST
    rows = repository.find_live(tx, before=before, limit=DIRECTORY_ROWS + 1)
    page = rows[:DIRECTORY_ROWS]
    last = page[-1] if len(rows) > DIRECTORY_ROWS else None
    cursor = "" if last is None else encode_cursor(last.live_at_ms or 0, last.id)
    return find_listings(tx, page), cursor


def find_recent(tx: Tx, person_id: str) -> list[Listing]:
    """Return what the person opened last and is still live."""
    return find_listings(tx, repository.find_visited(tx, person_id, limit=RECENT_ROWS))


def find_visited(tx: Tx, person_id: str) -> list[Program]:
    """Return the programs that may keep something about a person, closed ones too."""
    return repository.find_all_visited(tx, person_id, limit=VISITED_ROWS)


def forget_visit(tx: Tx, person_id: str, program_id: str) -> None:
    """Forget that a person was there.  For the bridge, when nothing is kept of them any more."""
    repository.delete_visit(tx, person_id, program_id)


def search(tx: Tx, words: str) -> list[Listing]:
    """Return live programs that carry ``words`` in their name, text or id."""
    wanted = " ".join(words.split())[:SEARCH_LENGTH_MAX].casefold()
    if not wanted:
        return []
    owner = brands.find_brand_by_handle(tx, wanted)
    brand_ids = [owner.id] if owner is not None else []
    rows = repository.search_live(tx, wanted, brand_ids=brand_ids, limit=DIRECTORY_ROWS)
    return find_listings(tx, rows)


def record_visit(tx: Tx, person_id: str, program_id: str, *, now_ms: int) -> None:
    """Note that a person opened a program, for their list of recent shops."""
    repository.put_visit(tx, person_id, program_id, now_ms=now_ms)
