"""The form of a sheet: how one capability asks a person, and what their answer gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from host.bridge.model import Ask
from host.core.db import Tx


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has sent from a sheet: the fields of its form, as text."""

    fields: Mapping[str, str]
    now_ms: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one capability asks.

    ``read`` returns what its template shows beside the question.  ``answer`` returns the fields of
    the answer, or None when the person said no; it refuses what the sheet did not offer.
    ``leads_to`` returns where the browser goes after a yes.
    ``declined`` names every field of the answer with its value after a no, so that a handler may
    read them before it looks at ``ok``.
    """

    template: str
    answer: Callable[[Tx, Ask, Answer], dict[str, Any] | None]
    declined: Mapping[str, Any]
    read: Callable[[Tx, Ask], dict[str, Any]] = lambda _tx, _ask: {}
    leads_to: Callable[[Ask], str] = lambda _ask: ""
