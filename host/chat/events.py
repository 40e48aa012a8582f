"""What other domains may hear from chat."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class BrandWritten(Event):
    """A person has written to a brand."""

    name: ClassVar[str] = "chat.brand_written"

    brand_id: str
    person_id: str
    conversation_id: str
    seq: int
