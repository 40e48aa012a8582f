"""SQL of insights."""

from collections.abc import Sequence

from host.core.db import Tx, expand
from host.insights.model import Cell, Count


def add_to_count(tx: Tx, program_id: str, day: int, cell: Cell, times: int) -> None:
    """Count ``times`` more in a cell."""
    tx.run(
        "INSERT INTO insights_count (program_id, day, field, event_name, value, times)"
        " VALUES (:program_id, :day, :field, :event_name, :value, :times)"
        " ON CONFLICT (program_id, day, field, event_name, value)"
        " DO UPDATE SET times = insights_count.times + excluded.times",
        program_id=program_id,
        day=day,
        times=times,
        **cell._asdict(),
    )


def put_person(tx: Tx, program_id: str, day: int, cell: Cell, person_hash: str) -> None:
    """Note that somebody is behind a cell."""
    tx.run(
        "INSERT INTO insights_person (program_id, day, field, event_name, value, person_hash)"
        " VALUES (:program_id, :day, :field, :event_name, :value, :person_hash)"
        " ON CONFLICT DO NOTHING",
        program_id=program_id,
        day=day,
        person_hash=person_hash,
        **cell._asdict(),
    )


def has_cell(tx: Tx, program_id: str, day: int, cell: Cell) -> bool:
    """Tell whether something was counted there."""
    row = tx.row(
        "SELECT times FROM insights_count WHERE program_id = :program_id AND day = :day"
        " AND field = :field AND event_name = :event_name AND value = :value",
        program_id=program_id,
        day=day,
        **cell._asdict(),
    )
    return row is not None


def sum_events(tx: Tx, program_id: str, day: int) -> tuple[int, int]:
    """Return how many names were reported on a day, and how often in all."""
    row = tx.row(
        "SELECT COUNT(*) AS found, COALESCE(SUM(times), 0) AS times FROM insights_count"
        " WHERE program_id = :program_id AND day = :day AND field = '' AND event_name <> ''",
        program_id=program_id,
        day=day,
    )
    assert row is not None, "an aggregate has a row"
    return int(row["found"]), int(row["times"])


def count_values(tx: Tx, program_id: str, day: int, cell: Cell) -> int:
    """Return how many values of a field were reported."""
    row = tx.row(
        "SELECT COUNT(*) AS found FROM insights_count WHERE program_id = :program_id"
        " AND day = :day AND field = :field AND event_name = :event_name AND value <> ''",
        program_id=program_id,
        day=day,
        field=cell.field,
        event_name=cell.event_name,
    )
    assert row is not None, "an aggregate has a row"
    return int(row["found"])


def find_fields(tx: Tx, program_id: str, day: int, event_name: str) -> list[str]:
    """Return the fields of an event that were reported on a day."""
    rows = tx.rows(
        "SELECT DISTINCT field FROM insights_count WHERE program_id = :program_id AND day = :day"
        " AND event_name = :event_name AND field <> '' ORDER BY field",
        program_id=program_id,
        day=day,
        event_name=event_name,
    )
    return [str(row["field"]) for row in rows]


# ── closing a day ──


def find_due(tx: Tx, *, before_day: int, limit: int) -> list[tuple[str, int]]:
    """Return programs and days that are over and not closed."""
    rows = tx.rows(
        "SELECT DISTINCT program_id, day FROM insights_count WHERE day < :before_day"
        " ORDER BY day, program_id LIMIT :limit",
        before_day=before_day,
        limit=limit,
    )
    return [(str(row["program_id"]), int(row["day"])) for row in rows]


def lock_day(tx: Tx, program_id: str, day: int) -> bool:
    """Keep others from closing a day; False when they have done so."""
    rows = tx.lock_rows(
        "SELECT value FROM insights_count WHERE program_id = :program_id AND day = :day"
        " AND field = '' AND event_name = '' ORDER BY value",
        program_id=program_id,
        day=day,
    )
    return bool(rows)


def find_counts(tx: Tx, program_id: str, day: int) -> list[Count]:
    """Return every cell of a day with its people."""
    rows = tx.rows(
        "SELECT c.field, c.event_name, c.value, c.times, ("
        " SELECT COUNT(*) FROM insights_person p WHERE p.program_id = c.program_id"
        " AND p.day = c.day AND p.field = c.field AND p.event_name = c.event_name"
        " AND p.value = c.value) AS people_count"
        " FROM insights_count c WHERE c.program_id = :program_id AND c.day = :day"
        " ORDER BY c.field, c.event_name, c.value",
        program_id=program_id,
        day=day,
    )
    return [
        Count(
            Cell(str(row["field"]), str(row["event_name"]), str(row["value"])),
            int(row["times"]),
            int(row["people_count"]),
        )
        for row in rows
    ]


def count_people(tx: Tx, program_id: str, day: int, cells: Sequence[Cell]) -> int:
    """Return how many people are behind some values of one field, each counted once."""
    if not cells:
        return 0
    sql, params = expand(
        "SELECT COUNT(DISTINCT person_hash) AS found FROM insights_person"
        " WHERE program_id = :program_id AND day = :day AND field = :field"
        " AND event_name = :event_name AND value IN (:values)",
        values=[cell.value for cell in cells],
    )
    row = tx.row(
        sql,
        program_id=program_id,
        day=day,
        field=cells[0].field,
        event_name=cells[0].event_name,
        **params,
    )
    assert row is not None, "an aggregate has a row"
    return int(row["found"])


def insert_figure(tx: Tx, program_id: str, day: int, figure: Count) -> None:
    """Publish a figure; the database refuses one of fewer than ten people."""
    tx.run(
        "INSERT INTO insights_figure"
        " (program_id, day, field, event_name, value, times, people_count)"
        " VALUES (:program_id, :day, :field, :event_name, :value, :times, :people_count)",
        program_id=program_id,
        day=day,
        times=figure.times,
        people_count=figure.people_count,
        **figure.cell._asdict(),
    )


def delete_counts(tx: Tx, program_id: str, day: int) -> None:
    """Forget what was counted on a day that is closed."""
    tx.run(
        "DELETE FROM insights_count WHERE program_id = :program_id AND day = :day",
        program_id=program_id,
        day=day,
    )


def delete_people(tx: Tx, *, before_day: int, limit: int) -> int:
    """Forget some of the hashes of days that are over and return how many."""
    return tx.run(
        "DELETE FROM insights_person"
        " WHERE (program_id, day, field, event_name, value, person_hash) IN ("
        " SELECT program_id, day, field, event_name, value, person_hash FROM insights_person"
        " WHERE day < :before_day LIMIT :limit)",
        before_day=before_day,
        limit=limit,
    )


def delete_figures(tx: Tx, *, before_day: int) -> int:
    """Forget old figures and return how many."""
    return tx.run("DELETE FROM insights_figure WHERE day < :before_day", before_day=before_day)
