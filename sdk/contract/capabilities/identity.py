"""Who the person is, as far as they want to say."""

from msgspec import Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class User(Struct):
    """The person, as this mini-program knows them: an id that no other program sees."""

    openid: str
    lang: str


class Profile(Struct):
    """Answer of ``identity.profile``; the fields are ``None`` unless ``ok``."""

    ok: bool
    name: str | None
    avatar: str | None


class Address(Struct):
    """Answer of ``address.choose``; the fields are ``None`` unless ``ok``."""

    ok: bool
    name: str | None
    phone: str | None
    text: str | None


IDENTITY: tuple[Capability, ...] = (
    Capability(
        "identity.user",
        s.NoArguments,
        User,
        "instant",
        120,
        "Return the person's id for this mini-program and their language. The id is different in"
        " every mini-program and never changes.",
    ),
    Capability(
        "identity.profile",
        s.Then,
        Profile,
        "wait",
        6,
        "Ask the person for their name and picture.",
        scope="profile",
    ),
    Capability(
        "address.choose",
        s.Then,
        Address,
        "wait",
        12,
        "Let the person choose a delivery address.",
        scope="address",
    ),
)
