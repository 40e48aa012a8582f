"""What an event wants to keep, until it is known to have succeeded."""

from dataclasses import dataclass, field
from typing import Any

from host.bridge.documents import Drafts
from host.insights.model import Report


@dataclass(slots=True)
class Writes:
    """What an event wants to store."""

    # None: the key is removed.
    storage: dict[str, str | None] = field(default_factory=dict)
    asks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    documents: Drafts = field(default_factory=Drafts)
    # For the host's figures: counted after the event is stored, which happens once.
    reports: list[Report] = field(default_factory=list)
