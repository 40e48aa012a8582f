"""What other domains may hear from programs."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class VersionSubmitted(Event):
    """A merchant asks for a review."""

    name: ClassVar[str] = "programs.version_submitted"

    version_id: str
    program_id: str
    brand_id: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class VersionWithdrawn(Event):
    """A merchant takes a submission back."""

    name: ClassVar[str] = "programs.version_withdrawn"

    version_id: str
    program_id: str
    brand_id: str


@dataclass(frozen=True, slots=True)
class VersionApproved(Event):
    """An admin allows people to see a version."""

    name: ClassVar[str] = "programs.version_approved"

    version_id: str
    program_id: str
    brand_id: str


@dataclass(frozen=True, slots=True)
class VersionRejected(Event):
    """An admin refuses a version; rule and reason stand in the version."""

    name: ClassVar[str] = "programs.version_rejected"

    version_id: str
    program_id: str
    brand_id: str


@dataclass(frozen=True, slots=True)
class VersionLive(Event):
    """A version is what people open from now on."""

    name: ClassVar[str] = "programs.version_live"

    version_id: str
    program_id: str
    brand_id: str


@dataclass(frozen=True, slots=True)
class VersionSuspended(Event):
    """The host or an admin has stopped a version."""

    name: ClassVar[str] = "programs.version_suspended"

    version_id: str
    program_id: str
    brand_id: str
    # What it did: a kind of incident, or that an admin decided.
    kind: str
    # The version that people get instead; empty when the shop is closed.
    fallback_id: str
    # The admin; empty when the host did it by itself.
    actor_id: str = ""
