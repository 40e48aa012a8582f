"""One event of a page and everything that follows from it, until the page is at rest.

A handler of a component may emit events, which other handlers hear; a change of the page may show
components that were not there, give them other properties, or take them away, and their life-cycle
methods run then.  Pure: what has to be run is yielded as a ``Step``, and its ``Ran`` is sent back,
so the host and ``sdk.testing`` go through the same turns.
"""

from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from runtime.session import PageSession
from runtime.view.errors import ViewFailedError
from runtime.view.parts import APP, Part, split_target
from sdk.component import EVENTS_EMITTED_MAX

# What one event of a person may set off; a page that needs more never comes to rest.
RUNS_MAX = 150
ROUNDS_MAX = 8
PART_STATE_BYTES_MAX = 16 * 1024

_read_emitted = msgspec.json.Decoder(list[tuple[str, dict[str, Any]]])
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Step:
    """A handler that has to be run: of the page, or of the component at ``path``."""

    path: str
    handler: str
    state: Mapping[str, Any]
    payload: Mapping[str, Any]
    # Properties of a component; None for the page, whose query the caller knows.
    props: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a step: the whole state afterwards, and what the handler returned."""

    state: Mapping[str, Any]
    result: Any


Steps = Generator[Step, Ran, None]


class Turn:
    """The state of a page and of its parts while an event and its consequences run."""

    def __init__(self, session: PageSession, path: str, state: Mapping[str, Any]) -> None:
        self._session = session
        self._path = path
        self._found: Mapping[str, Part] = session.found
        self._runs = 0
        self.state = state
        self.parts = dict(session.parts)

    def touch(self, target: str, payload: Mapping[str, Any]) -> Steps:
        """Run what an event is bound to, and whatever hears what is emitted."""
        queue = deque([(target, payload)])
        while queue:
            target, payload = queue.popleft()
            name, handler = split_target(target)
            if not name:
                ran = yield self._step(Step(self._path, handler, self.state, payload, None))
                self.state = ran.state
                continue
            if name == APP:
                yield self._step(Step(APP, handler, {}, payload, {}))
                continue
            part = self._found.get(name)
            # A part that something earlier in this turn has taken away hears nothing.
            if part is not None and name in self.parts:
                queue += yield from self._run_part(part, handler, payload)

    def settle(self) -> Steps:
        """Run the life of components until showing the page asks for nothing more."""
        for _ in range(ROUNDS_MAX):
            found = self._session.draft(self.state, parts=self.parts).found
            before, self._found = self._found, found
            waiting = [
                (part, handler)
                for part in found.values()
                if (handler := self._next_life(part, before.get(part.name)))
            ]
            if not waiting:
                yield from self._detach(before)
                return
            for part, handler in waiting:
                for target, payload in (yield from self._run_part(part, handler, {})):
                    yield from self.touch(target, payload)
        raise self._fail("its components do not come to rest: each change causes another")

    def _next_life(self, part: Part, before: Part | None) -> str:
        if part.name not in self.parts:
            return "on_attach"
        if part.of.follows and before is not None and before.props != part.props:
            return "on_update"
        return ""

    def _detach(self, before: Mapping[str, Part]) -> Steps:
        for name in [name for name in self.parts if name not in self._found]:
            part = before.get(name) or self._session.found.get(name)
            if part is not None and "on_detach" in part.of.life:
                yield self._step(self._step_of(part, "on_detach", {}))
            del self.parts[name]

    def _run_part(
        self, part: Part, handler: str, payload: Mapping[str, Any]
    ) -> Generator[Step, Ran, list[tuple[str, Mapping[str, Any]]]]:
        """Run a handler of a part; return who hears what it emitted."""
        ran = yield self._step(self._step_of(part, handler, payload))
        if len(_encode(ran.state)) > PART_STATE_BYTES_MAX:
            raise self._fail(
                f"the data of {part.of.path} are more than {PART_STATE_BYTES_MAX} bytes"
            )
        self.parts[part.name] = dict(ran.state)
        return [
            (part.events[event], _event(part, event, detail))
            for event, detail in self._emitted(ran.result)
            if event in part.events
        ]

    def _step_of(self, part: Part, handler: str, payload: Mapping[str, Any]) -> Step:
        state = self.parts.get(part.name, {})
        return Step(part.of.path, handler, state, payload, part.props)

    def _step(self, step: Step) -> Step:
        self._runs += 1
        if self._runs > RUNS_MAX:
            raise self._fail(f"one event sets off more than {RUNS_MAX} handlers")
        return step

    def _emitted(self, result: Any) -> list[tuple[str, dict[str, Any]]]:
        """Read what a worker says that a component has emitted; a worker may say anything."""
        try:
            emitted = _read_emitted.decode(_encode(result or []))
        except msgspec.DecodeError:
            emitted = []
        return emitted[:EVENTS_EMITTED_MAX]

    def _fail(self, message: str) -> ViewFailedError:
        return ViewFailedError(message, f"{self._path}.html")


def _event(part: Part, event: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": event,
        "dataset": {
            name.removeprefix("data-").replace("-", "_"): value
            for name, value in part.data.items()
            if name.startswith("data-")
        },
        "value": detail.get("value"),
        "fields": {},
        "detail": detail,
    }
