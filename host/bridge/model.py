"""Asks, consents and log lines, as they stand in the open transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from host.brands.service import Brand
from host.programs.service import Program, Version

# A question that nobody answers ends by itself, so that a page does not wait for ever.
ASK_TTL_MS = 30 * 60_000
# "While using": long enough for a visit, too short to be forgotten for.
VISIT_MS = 60 * 60_000
# Pictures that one person has given to one program and not taken back.
PICTURES_PER_PROGRAM_MAX = 200
# Answers with pictures, of one person to all programs: each picture is decoded.
UPLOADS_PER_MINUTE = 20
# An answer whose handler keeps failing is dropped: the merchant's log says why.
DELIVERY_COUNT_MAX = 5
# Long enough for a slow network between two servers, too short to be found in a log.
LOGIN_CODE_TTL_MS = 5 * 60_000
# An order names whose link brought its buyer, when that was not longer ago.
ARRIVAL_COUNTS_MS = 24 * 3600 * 1000
LOG_LINES_SHOWN = 200
# The newest lines of one program; a program that logs at every tap must not fill the database.
LOG_LINES_KEPT_MAX = 20_000
ACCESS_LINES_SHOWN = 100
LOG_KEPT_MS = 30 * 24 * 3600 * 1000
# Messages that may follow from one order, or from one choice in a sheet.
MESSAGES_PER_ACT_MAX = 5
MESSAGES_KEPT_MS = 365 * 24 * 3600 * 1000
ACCESS_KEPT_MS = 365 * 24 * 3600 * 1000


class SentFile(Protocol):
    """A file that a person's form carries; it may wait on a disk."""

    def read(self) -> bytes:
        """Return all of it."""


class AskStatus(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    # The handler has run, or will never be able to.
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of a mini-program to a person."""

    id: str
    person_id: str
    program_id: str
    version_id: str
    page_id: str
    capability: str
    handler: str
    # What the program said: the text of a choice, how many pictures.
    args: dict[str, Any]
    # The order to pay; empty for other questions.
    order_id: str
    status: AskStatus
    result: dict[str, Any]
    attempt_count: int
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person allows a program to do; ``expires_at_ms`` is None for always."""

    person_id: str
    program_id: str
    scope: str
    granted_at_ms: int
    expires_at_ms: int | None

    def is_open(self, *, now_ms: int) -> bool:
        """Tell whether it still counts."""
        return self.expires_at_ms is None or now_ms < self.expires_at_ms


@dataclass(frozen=True, slots=True)
class Access:
    """A line of what programs learned about a person."""

    program_id: str
    scope: str
    capability: str
    at_ms: int
    # Why the merchant wanted it, by language, in the words of that day.
    reason: Mapping[str, str]

    def reason_in(self, lang: str) -> str:
        """Return the reason in the reader's language, or in the one there is."""
        return self.reason.get(lang) or next(iter(self.reason.values()), "")


class Severity(StrEnum):
    """How grave a line is."""

    # The program's own words.
    INFO = "info"
    WARN = "warn"
    ERROR = "error"
    # A handler failed: the host says so.
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Share:
    """A page of a program as somebody shares it."""

    id: str
    program_id: str
    person_id: str
    page: str
    query: Mapping[str, str]
    # Of the card or poster; empty for a bare QR code.
    title: str
    words: str
    image_id: str | None
    # The seal of the link (`host.bridge.links`).
    token: str
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line for a merchant: what a handler logged, or how it failed."""

    id: str
    program_id: str
    version_id: str
    severity: Severity
    page: str
    handler: str
    reason: str
    message: str
    file: str
    line: int
    at_ms: int
    # The event, when it can be run again; otherwise empty.
    event_id: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic of a program: wanted since an answer, or stopped."""

    person_id: str
    program_id: str
    topic: str
    act_id: str
    changed_at_ms: int
    stopped_at_ms: int | None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A service message; its words are in the chat."""

    id: str
    person_id: str
    program_id: str
    topic: str
    # The order or the answer that it follows from.
    act_id: str
    page: str
    query: Mapping[str, Any]
    sent_at_ms: int


@dataclass(frozen=True, slots=True)
class Running:
    """A version that a person may run, and who stands behind it."""

    program: Program
    brand: Brand
    version: Version
    # Scopes that it may ask people for: granted by an admin, or declared while it is on trial.
    scopes: frozenset[str]
    is_trial: bool

    @property
    def required_scopes(self) -> tuple[str, ...]:
        """What must be allowed before it opens."""
        return tuple(
            p.scope for p in self.version.permissions if p.is_required and p.scope in self.scopes
        )

    def reason(self, scope: str, lang: str) -> str:
        """Return why the merchant asks for ``scope``."""
        found = (p for p in self.version.permissions if p.scope == scope)
        return next((p.reason_in(lang) for p in found), "")
