"""What pages show of money that is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from host.contacts import service as contacts
from host.core.db import Tx
from host.identity import service as identity
from host.identity.model import Person
from host.wallet.repository import request as repository
from host.wallet.request_model import MoneyRequest, RequestStatus, Share, ShareStatus
from host.wallet.service import requests

_OPEN_ROWS = 20


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as one of the people concerned sees it."""

    request: MoneyRequest
    requester: Person | None
    shares: Sequence[tuple[Person | None, Share]]
    own: Share | None
    is_mine: bool
    # Whether the reader may pay or decline now; whether the maker may remind now.
    can_pay: bool
    can_remind: bool


def read_request(tx: Tx, request_id: str, *, actor_id: str, now_ms: int) -> RequestView:
    """Return a request that the actor made or is asked in."""
    request = requests.access_request(tx, request_id, actor_id=actor_id)
    return _show(request, actor_id, identity.find_people(tx, request.people), now_ms=now_ms)


def find_open(tx: Tx, person_id: str, *, now_ms: int) -> list[RequestView]:
    """Return what a person is asked for and what they ask for; nobody asks through a block."""
    found = repository.find_open(tx, person_id, limit=_OPEN_ROWS)
    people = identity.find_people(tx, sorted({p for request in found for p in request.people}))
    return [
        _show(request, person_id, people, now_ms=now_ms)
        for request in found
        if not contacts.has_blocked(tx, request.requester_id, actor_id=person_id)
    ]


def _show(
    request: MoneyRequest, actor_id: str, people: Mapping[str, Person], *, now_ms: int
) -> RequestView:
    own, is_mine = request.share_of(actor_id), actor_id == request.requester_id
    is_open = request.status is RequestStatus.OPEN and now_ms < request.expires_at_ms
    last_ms = request.reminded_at_ms or request.created_at_ms
    return RequestView(
        request,
        people.get(request.requester_id),
        [(people.get(share.person_id), share) for share in request.shares],
        own,
        is_mine,
        can_pay=is_open and own is not None and own.status is ShareStatus.OPEN,
        can_remind=is_open and is_mine and now_ms >= last_ms + requests.REMINDER_EVERY_MS,
    )
