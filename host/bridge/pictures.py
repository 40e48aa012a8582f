"""Pictures that people give to mini-programs.

A picture's id is salted with the person and the program.  So two programs that are given the same
picture cannot tell that it is the same, and deleting what one of them has takes nothing from
another, or from the person's chats and posts.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from host.bridge import repository
from host.bridge.model import PICTURES_PER_PROGRAM_MAX, UPLOADS_PER_MINUTE, Ask, SentFile
from host.core.db import Tx
from host.core.deps import Deps
from host.core.errors import BadInputError, TooLargeError
from host.core.limits import check_rate
from host.core.media import MediaId, delete_images, find_sizes, store_image


async def keep_pictures(
    deps: Deps, ask: Ask, _fields: Mapping[str, str], files: Sequence[SentFile]
) -> dict[str, Any]:
    """Keep the pictures that a person has chosen, no more than were asked for."""
    count = ask.args["count"]
    if not 0 < len(files) <= count:
        raise BadInputError("Choose from 1 to %(count)s pictures.", count=count)
    await deps.db.write(count_upload, ask.person_id, now_ms=deps.now_ms())

    kept = []
    for file in files:
        content = await asyncio.to_thread(file.read)

        def note(tx: Tx, media_id: MediaId) -> None:
            _note(tx, media_id, ask, now_ms=deps.now_ms())

        salt = f"{ask.program_id}:{ask.person_id}"
        image = await store_image(deps, content, owner_id=ask.person_id, salt=salt, note=note)
        kept.append(image)
    sizes = await deps.db.read(find_sizes, kept, owner_id=ask.person_id)
    return {
        "pictures": [
            {"url": f"/media/{each}.webp", "width": sizes[each][0], "height": sizes[each][1]}
            for each in kept
        ]
    }


async def forget_pictures(deps: Deps, person_id: str, program_id: str) -> None:
    """Delete every picture that a person gave to a program: the files, then that there were any."""
    ids = await deps.db.read(repository.find_picture_ids, person_id, program_id)
    await delete_images(deps, ids, owner_id=person_id)
    await deps.db.write(repository.delete_pictures, person_id, program_id)


def count_upload(tx: Tx, person_id: str, *, now_ms: int) -> None:
    """Count a picture that is decoded for a sheet, whatever comes of it."""
    check_rate(tx, f"bridge.uploads:{person_id}", per_minute=UPLOADS_PER_MINUTE, now_ms=now_ms)


def _note(tx: Tx, media_id: MediaId, ask: Ask, *, now_ms: int) -> None:
    """Note whose picture it is and for whom, in the transaction that stores it."""
    repository.insert_picture(tx, media_id, ask.person_id, ask.program_id, now_ms=now_ms)
    if repository.count_pictures(tx, ask.person_id, ask.program_id) > PICTURES_PER_PROGRAM_MAX:
        raise TooLargeError(
            "This shop has %(limit)s pictures of yours, and that is the most. Delete your data"
            " there first.",
            limit=PICTURES_PER_PROGRAM_MAX,
        )
