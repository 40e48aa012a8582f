"""Use cases of contacts.

Two rules run through all of it.  A block is never told: whoever is blocked may search, ask and
write as before, and nothing of it arrives.  A declined request looks like one that waits.
"""

from collections.abc import Sequence

from host.contacts import repository
from host.contacts.errors import (
    AlreadyContactsError,
    ContactNotFoundError,
    HandleUnknownError,
    OneselfError,
    RequestNotFoundError,
    TooManyWaitingError,
)
from host.contacts.events import BecameContacts, ContactRemoved
from host.contacts.model import (
    ALIAS_LENGTH_MAX,
    CONTACT_COUNT_MAX,
    HELLO_LENGTH_MAX,
    REQUEST_TTL_MS,
    REQUESTS_PER_MINUTE_MAX,
    SEARCHES_PER_MINUTE_MAX,
    WAITING_COUNT_MAX,
    Contact,
    Found,
    Profile,
    Relation,
    Request,
    RequestStatus,
    ShownRequest,
)
from host.core import live, outbox
from host.core.cards import Card
from host.core.db import Tx
from host.core.ids import new_id
from host.core.limits import check_rate
from host.core.text import clean_line
from host.identity import service as identity
from host.identity.model import Person

_LIST_ROWS_MAX = 200


def are_contacts(tx: Tx, a: str, b: str) -> bool:
    """Tell whether two people are contacts."""
    return repository.find_link(tx, a, b) is not None


def is_blocked(tx: Tx, a: str, b: str) -> bool:
    """Tell whether one of two people blocks the other."""
    return bool(repository.find_blockers(tx, a, [b]) or repository.find_blockers(tx, b, [a]))


def find_blockers(tx: Tx, person_id: str, among: Sequence[str]) -> set[str]:
    """Return which of ``among`` must not hear from the person."""
    return repository.find_blockers(tx, person_id, among)


def find_hidden_ids(tx: Tx, person_id: str, among: Sequence[str]) -> set[str]:
    """Return which of ``among`` block the person or are blocked by them."""
    blocked = set(repository.find_blocked(tx, person_id, limit=CONTACT_COUNT_MAX))
    return blocked.intersection(among) | repository.find_blockers(tx, person_id, among)


def find_contact_ids(tx: Tx, person_id: str) -> list[str]:
    """Return the ids of the person's contacts."""
    return [link.contact_id for link in repository.find_links(tx, person_id, limit=5000)]


def find_aliases(tx: Tx, person_id: str, contact_ids: Sequence[str]) -> dict[str, str]:
    """Return the names that the person gave to some of their contacts."""
    return repository.find_aliases(tx, person_id, contact_ids)


def access_contact(tx: Tx, contact_id: str, *, actor_id: str) -> Contact:
    """Return a contact of the actor.  A stranger and nobody look the same."""
    link = repository.find_link(tx, actor_id, contact_id)
    if link is None:
        raise ContactNotFoundError("You have no such contact. Look for them by handle.")
    return Contact(identity.access_person(tx, contact_id), link.alias, link.since_ms)


def find_contacts(tx: Tx, *, actor_id: str) -> list[Contact]:
    """Return the actor's contacts by the name that they are shown under."""
    links = repository.find_links(tx, actor_id, limit=CONTACT_COUNT_MAX)
    people = identity.find_people(tx, [link.contact_id for link in links])
    contacts = [
        Contact(people[link.contact_id], link.alias, link.since_ms)
        for link in links
        if link.contact_id in people
    ]
    return sorted(contacts, key=lambda c: (c.shown_name.casefold(), c.person.id))


def search(tx: Tx, handle: str, *, actor_id: str, now_ms: int) -> Found | None:
    """Return the person with exactly this handle, or None.

    It is a change, because it counts: an unsuccessful search costs as much of the budget as a
    successful one, so it returns None where a refusal would undo the count.
    """
    check_rate(tx, f"contacts.search:{actor_id}", per_minute=SEARCHES_PER_MINUTE_MAX, now_ms=now_ms)
    person = identity.find_person_by_handle(tx, handle.strip().removeprefix("@"))
    return None if person is None else _found(tx, person, actor_id=actor_id, now_ms=now_ms)


def show_person(tx: Tx, handle: str, *, actor_id: str, now_ms: int) -> Profile:
    """Return what somebody is to the actor, for the page about them."""
    person = identity.access_person_by_handle(tx, handle)
    found = _found(tx, person, actor_id=actor_id, now_ms=now_ms)
    link = repository.find_link(tx, actor_id, person.id)
    return Profile(found, link.alias if link else "", has_blocked(tx, person.id, actor_id=actor_id))


def ask(tx: Tx, handle: str, *, actor_id: str, hello: str, now_ms: int) -> Relation:
    """Ask the person with this handle to be a contact, and return what they are to the actor now.

    Asking somebody who has asked already is accepting.  Asking twice changes nothing.
    """
    check_rate(tx, f"contacts.ask:{actor_id}", per_minute=REQUESTS_PER_MINUTE_MAX, now_ms=now_ms)
    person = identity.find_person_by_handle(tx, handle.strip().removeprefix("@"))
    if person is None:
        raise HandleUnknownError("Nobody has this handle. Check how it is spelled.")
    _check_not_oneself(person.id, actor_id)
    if are_contacts(tx, actor_id, person.id):
        raise AlreadyContactsError("You are contacts already. Open the chat and write.")

    theirs = _find_answerable(tx, person.id, actor_id=actor_id)
    if theirs is not None:
        _become_contacts(tx, person.id, actor_id, hello=theirs.hello, now_ms=now_ms)
        return Relation.CONTACT
    mine = repository.lock_request(tx, actor_id, person.id)
    if mine is None or mine.may_be_renewed(now_ms=now_ms):
        _post_request(tx, actor_id, person.id, hello=hello, now_ms=now_ms)
    return Relation.ASKED


def find_waiting(tx: Tx, *, actor_id: str) -> list[ShownRequest]:
    """Return the requests that the actor may answer, newest first."""
    requests = repository.find_waiting_for(tx, actor_id, limit=_LIST_ROWS_MAX)
    people = identity.find_people(tx, [request.from_id for request in requests])
    return [ShownRequest(r, people[r.from_id]) for r in requests if r.from_id in people]


def count_waiting(tx: Tx, person_id: str) -> int:
    """Return how many requests wait for the person's answer."""
    return len(repository.find_waiting_for(tx, person_id, limit=_LIST_ROWS_MAX))


def find_asked(tx: Tx, *, actor_id: str, now_ms: int) -> list[ShownRequest]:
    """Return whom the actor asked and has not heard from, newest first."""
    requests = repository.find_asked_by(tx, actor_id, limit=_LIST_ROWS_MAX)
    people = identity.find_people(tx, [request.to_id for request in requests])
    return [
        ShownRequest(r, people[r.to_id])
        for r in requests
        if r.to_id in people and now_ms - r.created_at_ms < 4 * REQUEST_TTL_MS
    ]


def accept(tx: Tx, request_id: str, *, actor_id: str, now_ms: int) -> Person:
    """Accept a request to the actor and return the contact.  Again changes nothing."""
    request = _access_request(tx, request_id, actor_id=actor_id)
    if request.status is RequestStatus.DECLINED:
        raise RequestNotFoundError("This request was declined. Ask them yourself.")
    if request.is_waiting():
        _become_contacts(tx, request.from_id, actor_id, hello=request.hello, now_ms=now_ms)
    return identity.access_person(tx, request.from_id)


def decline(tx: Tx, request_id: str, *, actor_id: str, now_ms: int) -> None:
    """Decline a request to the actor.  The one who asked is not told."""
    request = _access_request(tx, request_id, actor_id=actor_id)
    if request.is_waiting():
        repository.decide_requests(
            tx, request.from_id, actor_id, RequestStatus.DECLINED, now_ms=now_ms
        )
        live.publish(tx, [actor_id], "contacts.changed", {}, now_ms=now_ms)


def make_contacts(tx: Tx, a: str, b: str, now_ms: int) -> None:
    """Make two people contacts without a request."""
    _check_not_oneself(a, b)
    _become_contacts(tx, a, b, hello="", now_ms=now_ms)


def remove(tx: Tx, contact_id: str, *, actor_id: str, now_ms: int) -> None:
    """Take a contact off the actor's list, and the actor off theirs."""
    if not repository.delete_pair(tx, actor_id, contact_id):
        raise ContactNotFoundError("You have no such contact. Look for them by handle.")
    outbox.publish(tx, ContactRemoved(actor_id, contact_id), now_ms=now_ms)
    live.publish(tx, [actor_id], "contacts.changed", {}, now_ms=now_ms)


def set_alias(tx: Tx, contact_id: str, *, actor_id: str, alias: str) -> Contact:
    """Change what the actor calls a contact; empty shows the name again."""
    access_contact(tx, contact_id, actor_id=actor_id)
    repository.set_alias(tx, actor_id, contact_id, clean_line(alias, length_max=ALIAS_LENGTH_MAX))
    return access_contact(tx, contact_id, actor_id=actor_id)


def block(tx: Tx, person_id: str, *, actor_id: str, now_ms: int) -> None:
    """Let nothing of somebody reach the actor from now on.  They are not told."""
    _check_not_oneself(person_id, actor_id)
    identity.access_person(tx, person_id)
    repository.insert_block(tx, actor_id, person_id, now_ms=now_ms)
    live.publish(tx, [actor_id], "contacts.changed", {}, now_ms=now_ms)


def unblock(tx: Tx, person_id: str, *, actor_id: str, now_ms: int) -> None:
    """Let somebody reach the actor again.  What was withheld meanwhile stays withheld."""
    repository.delete_block(tx, actor_id, person_id)
    live.publish(tx, [actor_id], "contacts.changed", {}, now_ms=now_ms)


def has_blocked(tx: Tx, person_id: str, *, actor_id: str) -> bool:
    """Tell whether the actor blocks somebody."""
    return bool(repository.find_blockers(tx, person_id, [actor_id]))


def find_blocked(tx: Tx, *, actor_id: str) -> list[Person]:
    """Return who the actor blocks, newest first."""
    ids = repository.find_blocked(tx, actor_id, limit=_LIST_ROWS_MAX)
    people = identity.find_people(tx, ids)
    return [people[person_id] for person_id in ids if person_id in people]


def contact_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return a card per person: what "share contact" puts into a chat."""
    return {
        person.id: Card(
            kind="contact",
            id=person.id,
            title=person.name,
            subtitle=f"@{person.handle}",
            image_id=person.avatar_id,
            open_url=_card_url(person, viewer_id),
        )
        for person in identity.find_people(tx, ids).values()
    }


def _card_url(person: Person, viewer_id: str) -> str:
    return "/me" if person.id == viewer_id else f"/contacts/{person.handle}"


def _find_answerable(tx: Tx, from_id: str, *, actor_id: str) -> Request | None:
    request = repository.lock_request(tx, from_id, actor_id)
    if request is None or not request.is_waiting():
        return None
    return None if has_blocked(tx, from_id, actor_id=actor_id) else request


def _found(tx: Tx, person: Person, *, actor_id: str, now_ms: int) -> Found:
    if person.id == actor_id:
        return Found(person, Relation.ONESELF)
    if are_contacts(tx, actor_id, person.id):
        return Found(person, Relation.CONTACT)
    theirs = _find_answerable(tx, person.id, actor_id=actor_id)
    if theirs is not None:
        return Found(person, Relation.ASKING, theirs.id)
    mine = repository.lock_request(tx, actor_id, person.id)
    if mine is not None and not mine.may_be_renewed(now_ms=now_ms):
        return Found(person, Relation.ASKED)
    return Found(person, Relation.NONE)


def _post_request(tx: Tx, from_id: str, to_id: str, *, hello: str, now_ms: int) -> None:
    if repository.count_waiting_of(tx, from_id) >= WAITING_COUNT_MAX:
        raise TooManyWaitingError(
            "%(limit)s of your requests wait for an answer. Wait for some of them first.",
            limit=WAITING_COUNT_MAX,
        )
    line = clean_line(hello, length_max=HELLO_LENGTH_MAX)
    request = Request(new_id(), from_id, to_id, line, RequestStatus.PENDING, now_ms)
    repository.save_request(tx, request)
    if not repository.find_blockers(tx, from_id, [to_id]):
        live.publish(tx, [to_id], "contacts.changed", {}, now_ms=now_ms)


def _access_request(tx: Tx, request_id: str, *, actor_id: str) -> Request:
    request = repository.find_request(tx, request_id)
    if request is None or request.to_id != actor_id:
        raise RequestNotFoundError("There is no such request. It may have been answered already.")
    return request


def _become_contacts(tx: Tx, asker_id: str, accepter_id: str, *, hello: str, now_ms: int) -> None:
    repository.decide_requests(tx, asker_id, accepter_id, RequestStatus.ACCEPTED, now_ms=now_ms)
    if repository.insert_pair(tx, asker_id, accepter_id, now_ms=now_ms):
        outbox.publish(tx, BecameContacts(asker_id, accepter_id, hello), now_ms=now_ms)
        live.publish(tx, [asker_id, accepter_id], "contacts.changed", {}, now_ms=now_ms)


def _check_not_oneself(person_id: str, actor_id: str) -> None:
    if person_id == actor_id:
        raise OneselfError("That is you. Look for somebody else.")
