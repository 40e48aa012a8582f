"""What other domains may hear from identity."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class PersonRegistered(Event):
    """Somebody new is on the lane."""

    name: ClassVar[str] = "identity.person_registered"

    person_id: str
    handle: str
    lang: str
