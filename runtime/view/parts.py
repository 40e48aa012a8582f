"""Components with a class of their own: what is known of the class, and each one on a page.

A *part* is one such component in its place on a page.  The host keeps its data beside the page's,
under a name that follows from the place: the way from the page's template down to the component,
with the keys of the rows on it.  So a row that moves takes its parts along, and a reload finds
them again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# More on one page than anything honest shows; each may run a handler when it appears.
PARTS_MAX = 60
NAME_CHARS = 16
# Between the name of a part and its method: in no name of a method.
SEPARATOR = ":"
# In the place of a part's name: the program as a whole.  No part has a name as short.
APP = "app"


@dataclass(frozen=True, slots=True)
class ComponentClass:
    """What the source of a component's class says."""

    # Path of its file without ``.py``.
    path: str
    # What its template may name as handlers of its own.
    methods: frozenset[str]
    # Its data, and properties that Python works out.
    data: frozenset[str]
    # What whoever uses it gives.
    props: frozenset[str]
    # Names of the events that it emits.
    emits: frozenset[str]
    # Which of on_attach, on_update and on_detach it has.
    life: frozenset[str]
    # Whether something of it follows from its properties.
    follows: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A component with a class, as it was rendered in its place."""

    name: str
    of: ComponentClass
    props: Mapping[str, Any]
    # The data that it was rendered with; None before it was attached.
    state: Mapping[str, Any] | None
    # Its events → the targets that hear them: a handler of the page, or of another part.
    events: Mapping[str, str]
    # ``data-…`` that was given to it.
    data: Mapping[str, str]


def name_part(place: str) -> str:
    """Return the name of the part at a place."""
    return hashlib.blake2b(place.encode(), digest_size=NAME_CHARS // 2).hexdigest()


def split_target(target: str) -> tuple[str, str]:
    """Return the part and the handler that a target names; the part is empty for the page."""
    part, _, handler = target.rpartition(SEPARATOR)
    return part, handler


def bind_events(name: str, of: ComponentClass, heard: Mapping[str, str]) -> dict[str, str]:
    """Return what the events in a part's template mean: own handlers first, then who hears."""
    return {**heard, **{method: f"{name}{SEPARATOR}{method}" for method in of.methods}}
