"""What other domains may hear from contacts."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class BecameContacts(Event):
    """Two people are contacts from now on.  ``hello`` is what the one who asked wrote."""

    name: ClassVar[str] = "contacts.became_contacts"

    asker_id: str
    accepter_id: str
    hello: str


@dataclass(frozen=True, slots=True)
class ContactRemoved(Event):
    """One of two contacts took the other off the list; both lists lost a row."""

    name: ClassVar[str] = "contacts.contact_removed"

    person_id: str
    contact_id: str
