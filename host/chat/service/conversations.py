"""Conversations of two sides: there is one for each pair, made when it is first asked for."""

from host.chat import repository
from host.chat.errors import NotContactsError
from host.chat.model import Conversation, Kind, Member, Role
from host.contacts import service as contacts
from host.core.db import Tx
from host.core.ids import new_id


def find_or_create_direct(tx: Tx, a: str, b: str, now_ms: int) -> Conversation:
    """Return the conversation of two people."""
    if a == b:
        raise NotContactsError("You cannot chat with yourself. Choose somebody else.")
    first, second = sorted((a, b))
    return _find_or_create(
        tx, Kind.DIRECT, f"{first}:{second}", people=(first, second), brand_id=None, now_ms=now_ms
    )


def find_or_create_brand(tx: Tx, person_id: str, *, brand_id: str, now_ms: int) -> Conversation:
    """Return the conversation in which a shop tells a person things."""
    return _find_or_create(
        tx,
        Kind.BRAND,
        f"{brand_id}:{person_id}",
        people=(person_id,),
        brand_id=brand_id,
        now_ms=now_ms,
    )


def open_direct(tx: Tx, person_id: str, *, actor_id: str, now_ms: int) -> Conversation:
    """Return the actor's conversation with a contact."""
    if not contacts.are_contacts(tx, actor_id, person_id):
        raise NotContactsError("You can write to your contacts. Send a contact request first.")
    return find_or_create_direct(tx, actor_id, person_id, now_ms)


def _find_or_create(
    tx: Tx, kind: Kind, pair_key: str, *, people: tuple[str, ...], brand_id: str | None, now_ms: int
) -> Conversation:
    found = repository.find_by_pair(tx, pair_key)
    if found is not None:
        return found
    new = Conversation(new_id(), kind, "", brand_id, 0, now_ms)
    if repository.insert_conversation(tx, new, pair_key=pair_key):
        for person_id in people:
            repository.put_member(tx, Member(new.id, person_id, Role.MEMBER, 1, None, 0, now_ms))
    # Somebody else may have been faster: then theirs is the one.
    made = repository.find_by_pair(tx, pair_key)
    assert made is not None, "it was inserted or was there"
    return made
