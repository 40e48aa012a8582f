"""Runs a recorded event again: same data, time, chance and answers, in a real worker.

Nothing is stored, nobody is asked and no call reaches a domain: the answers are the recorded ones,
in their order.  A handler that asks for something else than it did gets what it would get from a
host that is away, and the report says so.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from host.bridge.gate import refuse
from host.bridge.open_page import make_session
from host.bridge.packages import Ready
from host.bridge.recording import (
    Failure,
    RecordedCall,
    RecordedOutcome,
    Recording,
    failure_of,
    outcome_of,
)
from runtime.model import CallRefusedError, CallRequest, EventFailedError, Logged, Outcome
from runtime.pool import Pool
from runtime.view import ViewFailedError
from sdk.contract.errors import UNAVAILABLE

# Where a limit strikes depends on the machine's load, so only the reason is compared.
_LIMITS = frozenset({"cpu", "died", "memory", "wall"})


# They make a page of nothing.
_FIRST = frozenset({"migrate", "on_load"})


class NotRunError(Exception):
    """The event could not be run here; the text says why."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it this time, and how that differs from what was recorded."""

    recording: Recording
    calls: tuple[RecordedCall, ...]
    logs: tuple[Logged, ...]
    outcome: RecordedOutcome | None
    failure: Failure | None
    # What the browser would be sent; None when nothing can be shown.
    patch_bytes: int | None
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Tell whether everything came out as recorded."""
        return not self.differences


@dataclass(slots=True)
class _Answers:
    """Answers calls as the host did then."""

    recorded: tuple[RecordedCall, ...]
    asked: list[RecordedCall] = field(default_factory=list)

    async def answer(self, request: CallRequest) -> Any:
        then = self._then(request)
        answer = then.answer if then else None
        refusal = (then.refusal if then else None) or None
        if then is None:
            unknown = refuse(UNAVAILABLE)
            refusal = (unknown.code, unknown.message)
        self.asked.append(RecordedCall(request.name, request.args, answer, refusal))
        if refusal is not None:
            raise CallRefusedError(*refusal)
        return answer

    def _then(self, request: CallRequest) -> RecordedCall | None:
        place = len(self.asked)
        then = self.recorded[place] if place < len(self.recorded) else None
        return then if then is not None and then.name == request.name else None


async def replay(pool: Pool, ready: Ready, recording: Recording) -> Replay:
    """Run ``recording`` with the code of ``ready`` and compare."""
    answers = _Answers(recording.calls)
    outcome: RecordedOutcome | None = None
    logs: tuple[Logged, ...]
    patch_bytes = None
    try:
        made = await pool.run_event(ready.code, recording.event, answers.answer)
    except EventFailedError as error:
        failure, logs = failure_of(error), error.logs
        if failure is None:
            raise NotRunError(str(error)) from error
    else:
        outcome, logs = _plain(outcome_of(made), RecordedOutcome), made.logs
        patch_bytes, failure = _show(ready, recording, made)
    calls = tuple(_plain(call, RecordedCall) for call in answers.asked)
    differences = (
        *_compare_calls(recording.calls, calls),
        *_compare_logs(recording.logs, logs),
        *_compare_ends(recording.failure, failure),
        *_compare_outcomes(recording.outcome, outcome),
    )
    return Replay(recording, calls, logs, outcome, failure, patch_bytes, differences)


def _show(
    ready: Ready, recording: Recording, outcome: Outcome
) -> tuple[int | None, Failure | None]:
    """Return the bytes of what the browser would get, or how showing it fails."""
    event = recording.event
    if event.page not in ready.views.pages:
        # A component is shown with its page, which its recording does not have.
        return None, None
    try:
        if event.handler in _FIRST:
            shown: Any = make_session(ready, event.page, outcome.state, lang=event.lang).open()
        else:
            session = make_session(ready, event.page, event.state, lang=event.lang)
            shown = session.draft(outcome.state).patch.ops
    except ViewFailedError as error:
        if event.handler in _FIRST and recording.failure is None:
            # A page is shown for the first time after on_show, which may put it right.
            return None, None
        return None, Failure(error.reason, error.message, error.file, error.line)
    return len(msgspec.json.encode(shown)), None


def _plain(value: Any, kind: Any) -> Any:
    """Return ``value`` as it would be after being recorded, so that like is compared with like."""
    return msgspec.json.decode(msgspec.json.encode(value), type=kind)


def _compare_calls(then: tuple[RecordedCall, ...], now: tuple[RecordedCall, ...]) -> list[str]:
    found = []
    for number in range(max(len(then), len(now))):
        old = _asked(then[number]) if number < len(then) else "no call"
        new = _asked(now[number]) if number < len(now) else "no call"
        if old != new:
            found.append(f"call {number + 1}: then {old}, now {new}")
    return found


def _asked(call: RecordedCall) -> str:
    return f"{call.name} {text_of(call.args)}"


def _compare_logs(then: tuple[Logged, ...], now: tuple[Logged, ...]) -> list[str]:
    return [] if then == now else [f"log: then {text_of(then)}, now {text_of(now)}"]


def _compare_ends(then: Failure | None, now: Failure | None) -> list[str]:
    is_limit = then is not None and now is not None and then.reason == now.reason
    if then == now or (is_limit and then is not None and then.reason in _LIMITS):
        return []
    return [f"end: then {end_of(then)}, now {end_of(now)}"]


def _compare_outcomes(then: RecordedOutcome | None, now: RecordedOutcome | None) -> list[str]:
    if then is None or now is None:
        return []  # one of them failed, which is told already
    found = [
        f"{name}: then {old}, now {new}" for name, old, new in list_changes(then.state, now.state)
    ]
    if then.result != now.result:
        found.append(f"result: then {text_of(then.result)}, now {text_of(now.result)}")
    if then.effects != now.effects:
        found.append(f"effects: then {text_of(then.effects)}, now {text_of(now.effects)}")
    return found


def list_changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the attributes that differ, with both values as text."""
    return [
        (
            name,
            text_of(before[name]) if name in before else "absent",
            text_of(after[name]) if name in after else "absent",
        )
        for name in sorted(before.keys() | after.keys())
        if name not in before or name not in after or before[name] != after[name]
    ]


def end_of(failure: Failure | None) -> str:
    """Say how an event ended."""
    if failure is None:
        return "done"
    place = f" ({failure.file}:{failure.line})" if failure.file else ""
    return f"{failure.reason}: {failure.message}{place}"


def text_of(value: Any) -> str:
    """Return a value as JSON text, for a person to read."""
    return msgspec.json.encode(value).decode()
