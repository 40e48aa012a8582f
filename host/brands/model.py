"""Brands, the people who act for them, and their upload keys."""

from dataclasses import dataclass
from enum import StrEnum

NAME_GRAPHEMES_MAX = 40
DESCRIPTION_LENGTH_MAX = 500
# Enough for an agency; a script that collects names is stopped.
BRANDS_PER_PERSON_MAX = 20
KEYS_PER_BRAND_MAX = 10
KEY_LABEL_LENGTH_MAX = 60


class Role(StrEnum):
    """What a person is to a brand."""

    OWNER = "owner"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Brand:
    """A merchant, as everybody may see it."""

    id: str
    handle: str
    name: str
    description: str
    logo_id: str | None
    owner_id: str
    verified_at_ms: int | None
    created_at_ms: int

    @property
    def is_verified(self) -> bool:
        """Tell whether an admin has seen who stands behind the name."""
        return self.verified_at_ms is not None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts for a brand."""

    person_id: str
    role: Role
    added_at_ms: int


class KeyPurpose(StrEnum):
    """The one thing that a key can do."""

    UPLOAD = "upload"  # upload packages from a merchant's machine
    SERVER = "server"  # let a merchant's server learn who has signed in


@dataclass(frozen=True, slots=True)
class UploadKey:
    """A key as its owner sees it later: everything but the key."""

    id: str
    brand_id: str
    label: str
    created_by: str
    created_at_ms: int
    used_at_ms: int | None
    revoked_at_ms: int | None
    purpose: KeyPurpose = KeyPurpose.UPLOAD


@dataclass(frozen=True, slots=True)
class Following:
    """How a person and a brand stand to each other."""

    is_following: bool
    follower_count: int
    is_muted: bool = False
