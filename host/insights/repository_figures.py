"""SQL of what is published."""

from host.core.db import Row, Tx

# Names and values of a window; what a page can show.
_ROWS_MAX = 10_000


def find_days(tx: Tx, program_id: str, *, from_day: int, to_day: int) -> list[Row]:
    """Return the openings, people and reports that are shown of each day."""
    return tx.rows(
        "SELECT day, SUM(CASE WHEN event_name = '' AND value = '' THEN times ELSE 0 END)"
        " AS openings,"
        " SUM(CASE WHEN event_name = '' AND value <> '' THEN people_count ELSE 0 END)"
        " AS people_count,"
        " SUM(CASE WHEN event_name = '' THEN 0 ELSE times END) AS reports"
        " FROM insights_figure WHERE program_id = :program_id AND field = ''"
        " AND day >= :from_day AND day < :to_day GROUP BY day ORDER BY day",
        program_id=program_id,
        from_day=from_day,
        to_day=to_day,
    )


def find_events(tx: Tx, program_id: str, *, from_day: int, to_day: int) -> list[Row]:
    """Return the sums of each event, the most frequent first."""
    return tx.rows(
        "SELECT event_name, SUM(times) AS times, SUM(people_count) AS people_count"
        " FROM insights_figure WHERE program_id = :program_id AND field = ''"
        " AND event_name <> '' AND day >= :from_day AND day < :to_day"
        " GROUP BY event_name ORDER BY SUM(times) DESC, event_name LIMIT :limit",
        program_id=program_id,
        from_day=from_day,
        to_day=to_day,
        limit=_ROWS_MAX,
    )


def find_values(tx: Tx, program_id: str, *, from_day: int, to_day: int) -> list[Row]:
    """Return the sums of each value, the most frequent first."""
    return tx.rows(
        "SELECT event_name, field, value, SUM(times) AS times"
        " FROM insights_figure WHERE program_id = :program_id AND field <> ''"
        " AND day >= :from_day AND day < :to_day GROUP BY event_name, field, value"
        " ORDER BY event_name, field, CASE WHEN value = '' THEN 1 ELSE 0 END,"
        " SUM(times) DESC, value LIMIT :limit",
        program_id=program_id,
        from_day=from_day,
        to_day=to_day,
        limit=_ROWS_MAX,
    )


def find_known_names(tx: Tx, program_id: str) -> list[str]:
    """Return the names that ten people have been behind on some day that is kept."""
    rows = tx.rows(
        "SELECT DISTINCT event_name FROM insights_figure WHERE program_id = :program_id"
        " AND field = '' AND event_name <> '' ORDER BY event_name LIMIT :limit",
        program_id=program_id,
        limit=_ROWS_MAX,
    )
    return [str(row["event_name"]) for row in rows]
