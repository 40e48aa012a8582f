"""The three answers that a stranger can get, for the tables of addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.abuse.street import Street


@dataclass(frozen=True)
class Alike:
    """Somebody else's and a missing one get the same answer, and nothing is changed.

    Each case says what stands in the address: a thing of theirs, ``own:`` one of Eve's.
    """

    cases: tuple[Mapping[str, str], ...]
    status: int = 404
    form: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    query: str = ""
    bearer: bool = False


@dataclass(frozen=True)
class Key:
    """The id is the caller's own key: one that is taken is refused and tells nothing."""

    case: Mapping[str, str]
    status: int
    json: Callable[[Street], Any]


@dataclass(frozen=True)
class Open:
    """What the id names may be seen or used by everybody who is signed in."""

    why: str


def alike(*cases: Mapping[str, str], status: int = 404, **more: Any) -> Alike:
    """Say that a stranger's looks like a missing one."""
    return Alike(cases, status, **more)
