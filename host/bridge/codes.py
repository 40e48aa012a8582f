"""A code that a person gives to a mini-program: read in a picture, by the browser, or typed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from host.bridge.model import Ask, SentFile
from host.bridge.pictures import count_upload
from host.core.barcodes import read_picture
from host.core.deps import Deps
from host.core.errors import BadInputError
from sdk.contract.capabilities.place import CODE_CHARS_MAX, CODE_FORMATS


async def read_sent_code(
    deps: Deps, ask: Ask, fields: Mapping[str, str], files: Sequence[SentFile]
) -> dict[str, Any]:
    """Return text and format of a code."""
    if files:
        await deps.db.write(count_upload, ask.person_id, now_ms=deps.now_ms())
        found, kind = await read_picture(deps, await asyncio.to_thread(files[0].read))
        return {"text": found, "format": kind}
    text, kind = fields.get("code", "").strip(), fields.get("format", "")
    if not 0 < len(text) <= CODE_CHARS_MAX:
        raise BadInputError("Scan a code, choose a picture of one, or type it.")
    return {"text": text, "format": kind if kind in CODE_FORMATS else "typed"}
