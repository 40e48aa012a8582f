"""Rate limits that survive a restart: a count per key and minute, in the database."""

from host.core.db import Tx
from host.core.errors import TooManyError

_WINDOW_MS = 60_000


def check_rate(tx: Tx, key: str, *, per_minute: int, now_ms: int) -> None:
    """Count one act under ``key`` and refuse it when the minute's budget is spent.

    The count is part of the caller's transaction: a refused use case is not counted, so attempts
    that must count even when they fail (sign-in, PIN) are counted by a use case of their own.
    """
    window_at_ms = now_ms - now_ms % _WINDOW_MS
    row = tx.row(
        "INSERT INTO core_rate (key, window_at_ms, used_count) VALUES (:key, :at_ms, 1)"
        " ON CONFLICT (key) DO UPDATE SET"
        " used_count = CASE WHEN core_rate.window_at_ms = :at_ms"
        " THEN core_rate.used_count + 1 ELSE 1 END,"
        " window_at_ms = :at_ms RETURNING used_count",
        key=key,
        at_ms=window_at_ms,
    )
    if row is not None and row["used_count"] > per_minute:
        raise TooManyError(
            "That was too often. Wait %(wait_s)s seconds and try again.",
            wait_s=(window_at_ms + _WINDOW_MS - now_ms) // 1000 + 1,
        )
