"""Ids chosen by the application: UUIDv7 as text, sortable by the time they were made (RFC 9562)."""

import hashlib
import os
import threading
import time
import uuid

# Ids that follow from others live in a namespace of their own, so that they never meet a UUIDv7.
_NAMESPACE = uuid.UUID("6f6a2f0e-5f0c-5f39-9f3a-1d2a2f7c9a10")

_CHANCE = (1 << 62) - 1
_VARIANT = 0b10 << 62

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> str:
    """Return a new UUIDv7; two ids of one process sort in the order they were made."""
    (made,) = new_ids(1)
    return made


def new_ids(count: int) -> list[str]:
    """Return ``count`` new UUIDv7s in their order."""
    global _last_ms, _counter  # noqa: PLW0603  (the monotonic counter of RFC 9562, section 6.2)
    chance = os.urandom(8 * count + 2)
    made = []
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, int.from_bytes(chance[-2:], "big") & 0x7FF
        for n in range(count):
            _counter += 1
            if _counter > 0xFFF:  # noqa: PLR2004  (twelve bits: borrow from the next millisecond)
                _last_ms, _counter = _last_ms + 1, 0
            # Version 7 and the variant; the rest is chance.
            tail = int.from_bytes(chance[8 * n : 8 * n + 8], "big") & _CHANCE | _VARIANT
            made.append(f"{_last_ms:012x}7{_counter:03x}{tail:016x}")
    return [f"{i[:8]}-{i[8:12]}-{i[12:16]}-{i[16:20]}-{i[20:]}" for i in made]


def derived_id(*parts: str) -> str:
    """Return the id that always follows from ``parts``: the key of work that may be repeated."""
    # As uuid.uuid5 makes them, in a fifth of the time: every payment asks for several.
    text = hashlib.sha1(_NAMESPACE.bytes + "\x1f".join(parts).encode(), usedforsecurity=False)
    made = text.hexdigest()
    variant = "89ab"[int(made[16], 16) & 3]
    return f"{made[:8]}-{made[8:12]}-5{made[13:16]}-{variant}{made[17:20]}-{made[20:32]}"
