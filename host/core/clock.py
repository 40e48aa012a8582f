"""The one clock: Unix milliseconds, UTC.  Use cases take ``now_ms``; only the edge reads it."""

import time


def now_ms() -> int:
    """Return the time since the Unix epoch in milliseconds."""
    return time.time_ns() // 1_000_000
