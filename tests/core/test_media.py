"""Pictures: what is kept is what we encoded, never what was sent."""

import asyncio
import io
from dataclasses import replace

import pytest
from PIL import Image

from host.core.deps import Deps
from host.core.errors import BadInputError, TooLargeError
from host.core.media import media_path, store_image


def png(width: int = 400, height: int = 300, **extra: object) -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0b6b50").save(out, "PNG", **extra)  # type: ignore[arg-type]
    return out.getvalue()


async def test_a_picture_is_kept_in_four_sizes_as_webp(deps: Deps) -> None:
    """Large pictures shrink; the id is the same for the same picture."""
    media_id = await store_image(deps, png(3000, 2000), owner_id="ann")

    widths = []
    for width in (None, 720, 320, 96):
        path = media_path(deps.settings, media_id, width)
        assert path is not None
        with Image.open(path) as picture:
            assert picture.format == "WEBP"
            widths.append(picture.width)
    assert [1600, 720, 320, 96] == widths
    assert media_id == await store_image(deps, png(3000, 2000), owner_id="bob")


async def test_the_same_picture_may_come_many_times_at_once(deps: Deps) -> None:
    """Whoever is last to write it finds it there."""
    ids = await asyncio.gather(
        *(store_image(deps, png(), owner_id=f"person{n}") for n in range(12))
    )

    assert 1 == len(set(ids))
    folder = deps.settings.data_dir / "media" / ids[0][:2]
    assert 4 == len(list(folder.iterdir()))


async def test_what_hides_behind_a_picture_is_dropped(deps: Deps) -> None:
    """A page appended to a PNG, and its metadata, are not in what is served."""
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    info = PngInfo()
    info.add_text("Comment", "51.5 N 0.1 W")
    sent = png(pnginfo=info) + b"<script>alert(1)</script>"

    media_id = await store_image(deps, sent, owner_id="ann")

    path = media_path(deps.settings, media_id)
    assert path is not None
    kept = path.read_bytes()
    assert b"script" not in kept
    assert b"51.5" not in kept


@pytest.mark.parametrize(
    "data", [b"", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, png()[:200]]
)
async def test_what_is_no_picture_is_refused(deps: Deps, data: bytes) -> None:
    """With a sentence, not with a 500."""
    with pytest.raises(BadInputError, match="picture"):
        await store_image(deps, data, owner_id="ann")


async def test_a_bomb_is_refused_from_its_header(deps: Deps) -> None:
    """Fifty million pixels in a small file."""
    with pytest.raises(BadInputError, match="picture"):
        await store_image(deps, png(10_000, 5_000), owner_id="ann")


async def test_the_limits_are_told(deps: Deps) -> None:
    """The size of one picture."""
    with pytest.raises(TooLargeError, match="10 MiB"):
        await store_image(deps, b"x" * (deps.settings.picture_bytes_max + 1), owner_id="ann")


async def test_the_same_picture_again_takes_no_more_space(deps: Deps) -> None:
    """A form that is sent twice is not refused by the quota that it fills itself."""
    first = await store_image(deps, png(), owner_id="ann")
    row = await deps.db.read(
        lambda tx: tx.row("SELECT stored_bytes FROM core_media WHERE id = :id", id=first)
    )
    assert row is not None
    full = replace(deps.settings, person_media_bytes_max=row["stored_bytes"])

    again = await store_image(replace(deps, settings=full), png(), owner_id="ann")

    assert first == again
    with pytest.raises(TooLargeError, match="fill the space"):
        await store_image(replace(deps, settings=full), png(410), owner_id="ann")


def test_a_path_cannot_be_climbed(deps: Deps) -> None:
    """Only digests and known widths are paths."""
    assert media_path(deps.settings, "../../secret_key") is None
    assert media_path(deps.settings, "a" * 32, 97) is None
