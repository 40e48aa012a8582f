"""Mini-programs and their versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdk.contract.findings import Finding

# A merchant who uploads on every save still finds the versions that matter.
VERSIONS_SHOWN_MAX = 30
DIRECTORY_ROWS = 30
RECENT_ROWS = 8
VISITED_ROWS = 200
SEARCH_LENGTH_MAX = 60
# Keys of other services that one program may keep with the host, and how long each may be.
SECRETS_MAX = 20
SECRET_LENGTH_MAX = 2048


class Status(StrEnum):
    """Where a version stands."""

    DEVELOPMENT = "development"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    LIVE = "live"
    # Was live once; a rollback makes it live again without a new review.
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope that a version wants to ask people for, and why, by language."""

    scope: str
    is_required: bool
    reason: Mapping[str, str]

    def reason_in(self, lang: str) -> str:
        """Return the merchant's reason in the reader's language, or in the one there is."""
        return self.reason.get(lang) or next(iter(self.reason.values()), "")


@dataclass(frozen=True, slots=True)
class MessageTopic:
    """A sentence that a version may send to people, by language, with fields in braces."""

    topic: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Program:
    """A mini-program as everybody may see it: the face of its live version."""

    id: str
    brand_id: str
    name: str
    description: str
    icon_id: str | None
    live_version_id: str | None
    live_at_ms: int | None
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Version:
    """One package of a mini-program."""

    id: str
    program_id: str
    version_name: str
    code: int
    digest: str
    compiled_digest: str
    size_bytes: int
    name: str
    description: str
    icon_id: str | None
    permissions: tuple[Permission, ...]
    findings: tuple[Finding, ...]
    status: Status
    created_at_ms: int
    submitted_at_ms: int | None
    decided_at_ms: int | None
    rule: str
    reason: str
    # Hosts that it may ask for data; what `hutong.network` of its manifest says.
    network: tuple[str, ...] = ()
    messages: tuple[MessageTopic, ...] = ()

    @property
    def may_go_live(self) -> bool:
        """Tell whether an admin has allowed people to see this version."""
        return self.status in {Status.APPROVED, Status.RETIRED}


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """What an upload has become once every machine check is passed."""

    app_id: str
    version_name: str
    code: int
    digest: str
    compiled_digest: str
    size_bytes: int
    name: str
    description: str
    icon_id: str | None
    permissions: tuple[Permission, ...]
    findings: tuple[Finding, ...]
    network: tuple[str, ...] = ()
    messages: tuple[MessageTopic, ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that the merchant keeps with the host, without its value."""

    name: str
    # The one host that it is sent to.
    host: str
    changed_by: str
    changed_at_ms: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of the directory."""

    program: Program
    brand_handle: str
    brand_name: str
    is_verified: bool
