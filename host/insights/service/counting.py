"""Counting, while a day lasts.

People are told apart by a keyed hash.  Its key follows from the host's secret, the program and the
day, so the hashes of two days, or of two programs, cannot be laid side by side.
"""

import hashlib
import hmac
from collections.abc import Sequence

from host.core.db import Tx
from host.insights import repository
from host.insights.model import (
    FIELDS_PER_NAME_MAX,
    NAMES_MAX,
    OPENINGS,
    OTHER,
    PRESENT,
    REPORTS_PER_DAY_MAX,
    REST,
    VALUES_PER_FIELD_MAX,
    Cell,
    Report,
    day_of,
)


def count_opening(tx: Tx, program_id: str, person_id: str, *, secret_key: str, now_ms: int) -> None:
    """Count that a person has opened a program."""
    day = day_of(now_ms)
    person_hash = _person_hash(secret_key, program_id, day, person_id)
    repository.add_to_count(tx, program_id, day, OPENINGS, 1)
    repository.put_person(tx, program_id, day, OPENINGS, person_hash)
    _note_present(tx, program_id, day, person_hash)


def count_reports(
    tx: Tx,
    program_id: str,
    person_id: str,
    reports: Sequence[Report],
    *,
    secret_key: str,
    now_ms: int,
) -> None:
    """Count what an event has reported; nothing more once the program's day is full."""
    day = day_of(now_ms)
    person_hash = _person_hash(secret_key, program_id, day, person_id)
    # Who reports is there, also when the page was opened the day before.
    _note_present(tx, program_id, day, person_hash)
    for report in reports:
        names_count, times = repository.sum_events(tx, program_id, day)
        if times >= REPORTS_PER_DAY_MAX:
            return
        for cell in _cells(tx, program_id, day, report, names_count):
            repository.add_to_count(tx, program_id, day, cell, 1)
            repository.put_person(tx, program_id, day, cell, person_hash)


def _cells(tx: Tx, program_id: str, day: int, report: Report, names_count: int) -> list[Cell]:
    """Return where a report is counted: its name, and each of its values."""
    event = Cell(event_name=report.name)
    if names_count >= NAMES_MAX and not repository.has_cell(tx, program_id, day, event):
        return [Cell(event_name=OTHER)]
    cells = [event]
    if not report.fields:
        return cells
    fields = repository.find_fields(tx, program_id, day, report.name)
    for field, value in report.fields.items():
        if field not in fields and len(fields) >= FIELDS_PER_NAME_MAX:
            continue
        cell = Cell(field, report.name, value)
        is_new = not repository.has_cell(tx, program_id, day, cell)
        if is_new and repository.count_values(tx, program_id, day, cell) >= VALUES_PER_FIELD_MAX:
            cell = cell._replace(value=REST)
        cells.append(cell)
        fields.append(field)
    return cells


def _note_present(tx: Tx, program_id: str, day: int, person_hash: str) -> None:
    repository.add_to_count(tx, program_id, day, PRESENT, 1)
    repository.put_person(tx, program_id, day, PRESENT, person_hash)


def _person_hash(secret_key: str, program_id: str, day: int, person_id: str) -> str:
    label = f"insights:{program_id}:{day}"
    key = hmac.digest(secret_key.encode(), label.encode(), hashlib.sha256)
    return hmac.digest(key, person_id.encode(), hashlib.sha256).hex()[:32]
