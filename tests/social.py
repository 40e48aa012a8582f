"""People for the tests of contacts and chat: builders with defaults."""

from host.contacts import service as contacts
from host.core.db import Database
from host.identity import service as identity
from host.identity.model import Person
from tests.conftest import START_MS


async def make_person(db: Database, handle: str, *, name: str = "") -> Person:
    """Return a new person who cannot sign in: tests that need to go through the door."""
    return await db.write(
        identity.register_person,
        handle=handle,
        name=name or handle.title(),
        password_hash="none",
        lang="en",
        now_ms=START_MS,
    )


async def make_friends(db: Database, *handles: str) -> list[Person]:
    """Return new people who are all contacts of the first."""
    people = [await make_person(db, handle) for handle in handles]
    for other in people[1:]:
        await db.write(contacts.make_contacts, people[0].id, other.id, START_MS)
    return people
