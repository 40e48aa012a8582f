"""The form of a sheet: how one capability asks a person, and what their answer gives."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from host.bridge.model import Ask, SentFile
from host.core.db import Tx
from host.core.deps import Deps

# Takes the question, the fields of the form and its files, before the answer is taken.
Prepare = Callable[[Deps, Ask, Mapping[str, str], Sequence[SentFile]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has sent from a sheet: the fields of its form, as text."""

    fields: Mapping[str, str]
    now_ms: int
    # What `Sheet.prepare` has made of it.
    made: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one capability asks.

    ``read`` returns what its template shows beside the question.  ``answer`` returns the fields of
    the answer, or None when the person said no; it refuses what the sheet did not offer.
    ``prepare`` does what no transaction can wait for, once the person has pressed what gives: it
    reads pictures.
    ``leads_to`` returns where the browser goes after a yes.
    ``declined`` names every field of the answer with its value after a no, so that a handler may
    read them before it looks at ``ok``.
    """

    template: str
    answer: Callable[[Tx, Ask, Answer], dict[str, Any] | None]
    declined: Mapping[str, Any]
    read: Callable[[Tx, Ask], dict[str, Any]] = lambda _tx, _ask: {}
    prepare: Prepare | None = None
    leads_to: Callable[[Ask], str] = lambda _ask: ""
