"""What the host is made of: one frozen record, built in ``host.app``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from host.core.answers import InFlight
from host.core.blobs import Blobs
from host.core.cards import CardLoader, DueCards
from host.core.db import Database
from host.core.live import Hub
from host.core.passwords import Passwords
from host.core.settings import Settings

if TYPE_CHECKING:
    from runtime.pool import Pool


@dataclass(frozen=True, slots=True)
class Deps:
    """The parts of a running host; tests pass their own."""

    settings: Settings
    db: Database
    now_ms: Callable[[], int]
    blobs: Blobs
    passwords: Passwords
    hub: Hub
    # None where no mini-program can run, such as in a command that only reads.
    runtime: "Pool | None" = None
    in_flight: InFlight = field(default_factory=InFlight)
    card_loaders: dict[str, CardLoader] = field(default_factory=dict)
    due_cards: list[DueCards] = field(default_factory=list)
    # What a person holds beside money, such as points; asked like what is due.
    holdings: list[DueCards] = field(default_factory=list)
