"""Where the person is, what their camera reads, whom they know: each by their act."""

from typing import Literal

from msgspec import Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

CODE_CHARS_MAX = 4000
# Kinds of codes, named as browsers name them.
CODE_FORMATS = (
    *("qr_code", "data_matrix", "aztec", "pdf417", "ean_13", "ean_8", "upc_a", "upc_e"),
    *("code_128", "code_39", "code_93", "codabar", "itf"),
)

Accuracy = Literal["coarse", "exact"]


class WhereAbout(s.Arguments, kw_only=True):
    accuracy: Accuracy = "coarse"
    then: s.Handler


class Location(Struct):
    """Answer of ``location.get``; the fields are ``None`` unless ``ok``."""

    ok: bool
    latitude: float | None
    longitude: float | None
    # How far from there the person may be.
    accuracy_m: int | None
    # What the person gave, which may be less than was asked for.
    accuracy: Accuracy | None


class Code(Struct):
    """Answer of ``scan.code``; the fields are ``None`` unless ``ok``."""

    ok: bool
    text: str | None
    # Such as "qr_code"; "typed" when the person wrote it.
    format: str | None


class ContactChosen(Struct):
    """Answer of ``contacts.choose``; the fields are ``None`` unless ``ok``."""

    ok: bool
    name: str | None
    # Of this person's contact in this program alone: not their `openid`.
    id: str | None


PLACE: tuple[Capability, ...] = (
    Capability(
        "location.get",
        WhereAbout,
        Location,
        "wait",
        12,
        "Ask where the person is. `coarse` gives the middle of a square of about 5 km; the host"
        " rounds before anything is kept or sent. `exact` needs a permission of its own, and the"
        " person may still give the square: look at `result.accuracy`.",
        scope="location_coarse",
        scope_when=("accuracy", "exact", "location_exact"),
    ),
    Capability(
        "scan.code",
        s.Then,
        Code,
        "wait",
        30,
        "Let the person scan a code with the camera, choose a picture of one, or type it. The text"
        " is untrusted: anybody can print a code. Look it up; never take an amount or a permission"
        " from it.",
        scope="scan",
    ),
    Capability(
        "contacts.choose",
        s.Then,
        ContactChosen,
        "wait",
        6,
        "Let the person choose one of their contacts. The program gets the name under which the"
        " person knows them and an id for that contact, which is the same each time this person"
        " chooses them here and means nothing anywhere else.",
        scope="contact",
    ),
)
