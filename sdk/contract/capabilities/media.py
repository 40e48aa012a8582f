"""Pictures: those that a person gives, and what the shell does with those that a page shows."""

from typing import Annotated

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

PICTURES_CHOSEN_MAX = 9
PICTURES_SHOWN_MAX = 20
# What a page may show: the host's pictures, and those of its own package.
PICTURE_PATTERN = (
    r"^(?:/media/[0-9a-f]{32}(?:-(?:96|320|720))?\.webp"
    r"|/?assets(?:/(?!\.)[A-Za-z0-9_.-]+)+)\Z"
)

PictureUrl = Annotated[str, Meta(max_length=300, pattern=PICTURE_PATTERN)]
Description = Annotated[str, Meta(max_length=200)]


class ChoosePictures(s.Arguments, kw_only=True):
    count: Annotated[int, Meta(ge=1, le=PICTURES_CHOSEN_MAX)] = 1
    then: s.Handler


class ShowPictures(s.Arguments):
    urls: Annotated[list[PictureUrl], Meta(min_length=1, max_length=PICTURES_SHOWN_MAX)]
    current: Annotated[int, Meta(ge=0, lt=PICTURES_SHOWN_MAX)] = 0
    alts: Annotated[list[Description], Meta(max_length=PICTURES_SHOWN_MAX)] = []


class PictureOnly(s.Arguments):
    url: PictureUrl


class Picture(Struct):
    """A picture that a person gave; ``url`` is for ``<img src>``."""

    url: str
    width: int
    height: int


class Pictures(Struct):
    """Answer of ``media.choose``; ``pictures`` is ``None`` unless ``ok``."""

    ok: bool
    pictures: list[Picture] | None


MEDIA: tuple[Capability, ...] = (
    Capability(
        "media.choose",
        ChoosePictures,
        Pictures,
        "wait",
        12,
        "Let the person choose or take up to `count` pictures. What arrives is already uploaded:"
        " there is no second call for that, because a mini-program never holds a file. The host"
        " decodes each picture, makes it at most 1600 pixels wide and high, drops its metadata"
        " (place and camera with it) and keeps it; the program gets addresses for `<img src>`,"
        " which it may store. A person can give one program 200 pictures; those that they take"
        " back with everything else of theirs are deleted.",
        scope="pictures",
    ),
    Capability(
        "media.preview",
        ShowPictures,
        None,
        "act",
        30,
        "Show pictures as large as the screen, beginning with number `current`. `alts` describes"
        " them, in the same order, for those who cannot see them.",
    ),
    Capability(
        "media.save",
        PictureOnly,
        None,
        "act",
        12,
        "Offer to save a picture: the host's sheet shows it with the name of the shop, and the"
        " person's own tap saves it. Nothing tells the program whether they did.",
    ),
)
