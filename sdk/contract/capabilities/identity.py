"""Who the person is, as far as they want to say."""

from msgspec import Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class User(Struct):
    """The person, as this mini-program knows them: an id that no other program sees."""

    openid: str
    lang: str


class Login(Struct):
    """Says, to this merchant's server alone, who has signed in."""

    code: str


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
        "identity.login",
        s.NoArguments,
        Login,
        "instant",
        30,
        "Return a code that your server changes, once and within five minutes, for the person's id"
        " in this program and their id with your brand, which is the same in all your programs."
        " Send it there with `http.request`; what a page sends without a code proves nobody.",
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
