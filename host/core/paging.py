"""Paging by key: a cursor is the ``(created_at_ms, id)`` of the last row that was shown."""

import base64
import binascii
import re

from host.core.errors import BadInputError

PAGE_ROWS_MAX = 100
Cursor = tuple[int, str]

_KEY = re.compile(r"([0-9]{1,15})\.(.{0,200})", re.ASCII | re.DOTALL)
_DAMAGED = "This cursor is damaged. Start from the first page."


def encode_cursor(at_ms: int, row_id: str) -> str:
    """Return the cursor that continues after this row."""
    return base64.urlsafe_b64encode(f"{at_ms}.{row_id}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor | None:
    """Return the key in a cursor, None for the first page; refuse what this host did not make."""
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise BadInputError(_DAMAGED) from error
    match = _KEY.fullmatch(plain)
    if match is None:
        raise BadInputError(_DAMAGED)
    return int(match[1]), match[2]
