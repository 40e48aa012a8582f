"""Pictures: decoded, re-encoded as WebP without metadata, and kept in four sizes.

What arrives is never served: a file that is a picture and something else at once (a polyglot)
loses the something else, and a picture that would unpack to more than 40 million pixels is refused
from its header.  The id is a digest, so `/media/<id>.webp` may be cached for ever; it needs no
cookie, because a mini-program's frame has none, and cannot be guessed.
"""

import asyncio
import hashlib
import io
import os
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NewType

from PIL import Image, ImageOps, UnidentifiedImageError

from host.core.db import Tx, expand
from host.core.deps import Deps
from host.core.errors import BadInputError, TooLargeError
from host.core.settings import Settings

MediaId = NewType("MediaId", str)

PIXELS_MAX = 40_000_000
# Longest side of what is kept; the smaller widths are made at once, because disks are cheap.
SIDE_PX_MAX = 1600
WIDTHS_PX = (96, 320, 720)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def media_path(settings: Settings, media_id: str, width: int | None = None) -> Path | None:
    """Return where a picture lies, or None for an id or width that cannot be."""
    if not _ID.fullmatch(media_id) or (width is not None and width not in WIDTHS_PX):
        return None
    suffix = "" if width is None else f"-{width}"
    return settings.data_dir / "media" / media_id[:2] / f"{media_id}{suffix}.webp"


async def store_image(
    deps: Deps,
    data: bytes,
    *,
    owner_id: str,
    salt: str = "",
    note: Callable[[Tx, MediaId], None] | None = None,
) -> MediaId:
    """Keep a picture that ``owner_id`` sent and return its id.

    The id is a digest of the picture; with a ``salt`` it is the picture's within that salt alone.
    ``note`` is called in the transaction that counts the picture, and may refuse it.
    """
    settings = deps.settings
    if len(data) > settings.picture_bytes_max:
        raise TooLargeError(
            "A picture may have %(limit_mib)s MiB. Choose a smaller one.",
            limit_mib=settings.picture_bytes_max // 2**20,
        )
    sizes, width, height = await asyncio.to_thread(encode_sizes, data)
    media_id = MediaId(hashlib.sha256(salt.encode() + sizes[None]).hexdigest()[:32])
    stored_bytes = sum(map(len, sizes.values()))
    await deps.db.write(
        _insert_media,
        media_id,
        note=note,
        owner_id=owner_id,
        size=(width, height),
        stored_bytes=stored_bytes,
        bytes_max=settings.person_media_bytes_max,
        now_ms=deps.now_ms(),
    )
    await asyncio.to_thread(_write_files, settings, media_id, sizes)
    return media_id


def find_sizes(tx: Tx, ids: Sequence[str], *, owner_id: str) -> dict[str, tuple[int, int]]:
    """Return width and height of those pictures that ``owner_id`` has put here."""
    sql, params = expand(
        "SELECT id, width, height FROM core_media WHERE owner_id = :owner AND id IN (:ids)",
        ids=ids,
    )
    rows = tx.rows(sql, owner=owner_id, **params)
    return {row["id"]: (row["width"], row["height"]) for row in rows}


async def delete_images(deps: Deps, ids: Sequence[str], *, owner_id: str) -> None:
    """Delete pictures that only ``owner_id`` can have: salted ones.

    The files go first: what is left when a power cut comes between is found again and deleted.
    """
    await asyncio.to_thread(_delete_files, deps.settings, ids)
    for media_id in ids:
        await deps.db.write(_delete_media, media_id, owner_id=owner_id)


def _delete_media(tx: Tx, media_id: str, *, owner_id: str) -> None:
    tx.run(
        "DELETE FROM core_media WHERE id = :id AND owner_id = :owner", id=media_id, owner=owner_id
    )


def _delete_files(settings: Settings, ids: Sequence[str]) -> None:
    for media_id in ids:
        for width in (None, *WIDTHS_PX):
            path = media_path(settings, media_id, width)
            if path is not None:
                path.unlink(missing_ok=True)


def encode_sizes(data: bytes) -> tuple[dict[int | None, bytes], int, int]:
    """Return the WebP of each width (None: the largest kept), and the kept width and height."""
    picture = decode_picture(data)
    picture.thumbnail((SIDE_PX_MAX, SIDE_PX_MAX))
    sizes: dict[int | None, bytes] = {None: _webp(picture)}
    for width in WIDTHS_PX:
        smaller = picture.copy()
        smaller.thumbnail((width, width * 4))
        sizes[width] = _webp(smaller)
    return sizes, picture.width, picture.height


def decode_picture(data: bytes) -> Image.Image:
    """Return the picture, upright and without anything but its pixels; it may take a while."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > PIXELS_MAX:
                    raise BadInputError("A picture may have 40 million pixels. Make it smaller.")
                opened.load()
                upright = ImageOps.exif_transpose(opened)
                has_alpha = "A" in upright.getbands() or "transparency" in upright.info
                return upright.convert("RGBA" if has_alpha else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadInputError(
            "This is not a picture that can be read. Send JPEG, PNG, WebP or GIF."
        ) from None
    except (OSError, ValueError, SyntaxError) as error:
        raise BadInputError("This picture is damaged. Send another.") from error


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _insert_media(
    tx: Tx,
    media_id: MediaId,
    *,
    owner_id: str,
    size: tuple[int, int],
    stored_bytes: int,
    bytes_max: int,
    note: Callable[[Tx, MediaId], None] | None,
    now_ms: int,
) -> None:
    row = tx.row(
        "SELECT COALESCE(SUM(stored_bytes), 0) AS used FROM core_media WHERE owner_id = :owner"
        " AND id <> :id",  # the same picture again takes no more space
        owner=owner_id,
        id=media_id,
    )
    if row is not None and row["used"] + stored_bytes > bytes_max:
        raise TooLargeError("Your pictures fill the space you have here. Delete some first.")
    tx.run(
        "INSERT INTO core_media (id, owner_id, width, height, stored_bytes, created_at_ms)"
        " VALUES (:id, :owner, :width, :height, :bytes, :now) ON CONFLICT DO NOTHING",
        id=media_id,
        owner=owner_id,
        width=size[0],
        height=size[1],
        bytes=stored_bytes,
        now=now_ms,
    )
    if note is not None:
        note(tx, media_id)


def _write_files(settings: Settings, media_id: MediaId, sizes: dict[int | None, bytes]) -> None:
    for width, content in sizes.items():
        path = media_path(settings, media_id, width)
        if path is not None and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # A name of its own: the same picture may be arriving twice at this moment.
            partial = path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
            partial.write_bytes(content)
            partial.replace(path)
