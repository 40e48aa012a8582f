"""Requests, contacts and what one person is to another."""

from dataclasses import dataclass
from enum import StrEnum

from host.identity.model import Person

HELLO_LENGTH_MAX = 200
ALIAS_LENGTH_MAX = 40
CONTACT_COUNT_MAX = 5000

# One search shows one person, so a budget is what stands between a stranger and the whole list.
SEARCHES_PER_MINUTE_MAX = 20
REQUESTS_PER_MINUTE_MAX = 10
# Requests that wait for an answer; more than this is advertising.
WAITING_COUNT_MAX = 50
# After this long one may ask again; until then asking changes nothing.  Declined and waiting
# requests keep the same time, so that asking again does not tell them apart.
REQUEST_TTL_MS = 7 * 24 * 3600 * 1000


class RequestStatus(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Relation(StrEnum):
    """What somebody is to the person who looks."""

    ONESELF = "self"
    CONTACT = "contact"
    # The one who looks has asked.  A declined request looks the same: declining is not told.
    ASKED = "asked"
    # The other has asked and waits for an answer.
    ASKING = "asking"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Request:
    """One person's wish to be another's contact."""

    id: str
    from_id: str
    to_id: str
    hello: str
    status: RequestStatus
    created_at_ms: int
    decided_at_ms: int | None = None

    def is_waiting(self) -> bool:
        """Tell whether the request has no answer yet."""
        return self.status is RequestStatus.PENDING

    def may_be_renewed(self, *, now_ms: int) -> bool:
        """Tell whether asking again counts as a new request."""
        if self.status is RequestStatus.ACCEPTED:
            return True  # and removed since: the two may find each other again at once
        return now_ms - self.created_at_ms >= REQUEST_TTL_MS


@dataclass(frozen=True, slots=True)
class Link:
    """One side of a pair of contacts."""

    contact_id: str
    alias: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as the person whose list it is sees them."""

    person: Person
    alias: str
    since_ms: int

    @property
    def shown_name(self) -> str:
        """The alias, or the name when there is none."""
        return self.alias or self.person.name


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request and the person on its other side."""

    request: Request
    person: Person


@dataclass(frozen=True, slots=True)
class Found:
    """A person that a search by handle found, as the searcher may see them."""

    person: Person
    relation: Relation
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody on their own page, as one person sees them."""

    found: Found
    alias: str
    is_blocked: bool

    @property
    def shown_name(self) -> str:
        """The alias, or the name when there is none."""
        return self.alias or self.found.person.name
