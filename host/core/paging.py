"""Paging by key: a cursor is the ``(created_at_ms, id)`` of the last row that was shown."""

import base64
import binascii

from host.core.errors import BadInputError

PAGE_ROWS_MAX = 100
Cursor = tuple[int, str]


def encode_cursor(at_ms: int, row_id: str) -> str:
    """Return the cursor that continues after this row."""
    return base64.urlsafe_b64encode(f"{at_ms}.{row_id}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """Return the key in a cursor, or refuse one that this host did not make."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        at_ms, row_id = plain.split(".", 1)
        if not (at_ms.isascii() and at_ms.isdigit() and len(at_ms) <= 15):  # noqa: PLR2004
            raise ValueError(at_ms)
        return int(at_ms), row_id
    except (binascii.Error, ValueError) as error:
        raise BadInputError("This cursor is damaged. Start from the first page.") from error
