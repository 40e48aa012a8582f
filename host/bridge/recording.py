"""What is kept of an event, so that it can be run again exactly: `hutong replay`.

A handler sees nothing but its page's data, what the person did, the time and the chance that the
host gave it, and the answers to its calls.  All of that is here; so the same version must do the
same again, and another version shows whether it would have done better.

Recordings lie in the program's own database beside the pages, bounded in number and bytes, and go
with them: they hold what a person typed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from runtime.model import CallRefusedError, CallRequest, Event, EventFailedError, Logged, Outcome
from sdk.contract.errors import UNAVAILABLE

# The newest events of all people of one program together.
RECORDINGS_MAX = 500
RECORDINGS_BYTES_MAX = 16 * 1024 * 1024
# An event whose calls carry more than this is not kept: it would push out hundreds of others.
RECORDING_BYTES_MAX = 1024 * 1024
# The bounds are looked after once in so many events, because that reads every line.
RECORDINGS_TRIMMED_EVERY = 20

SCHEMA = """
CREATE TABLE IF NOT EXISTS recording (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, person_id TEXT NOT NULL,
    bytes INTEGER NOT NULL, at_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS recording_person ON recording (person_id);
CREATE INDEX IF NOT EXISTS recording_at ON recording (at_ms);
"""
TRIM = (
    "DELETE FROM recording WHERE seq IN (SELECT seq FROM (SELECT seq, ROW_NUMBER() OVER newest"
    " AS place, SUM(bytes) OVER newest AS total FROM recording WINDOW newest AS"
    " (ORDER BY seq DESC)) WHERE place > ? OR total > ?)"
)
FIND = "SELECT body FROM recording WHERE id = ?"

# Reasons of a failure in which no handler ran, so that there is nothing to run again.
_NOT_RUN = frozenset({"backoff", "isolation", "overloaded", "stale_code", "stopped"})

Calls = Callable[[CallRequest], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call of a handler and what the host said."""

    name: str
    args: dict[str, Any]
    answer: Any = None
    # Code and sentence, when the host refused it.
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """What an event that succeeded came to."""

    state: dict[str, Any]
    result: Any
    effects: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """How an event failed: the handler, or the page that could not be shown after it."""

    reason: str
    message: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Recording:
    """One event of one page, with everything that its handler saw and did."""

    person_id: str
    page_id: str
    version_id: str
    event: Event
    calls: tuple[RecordedCall, ...]
    logs: tuple[Logged, ...]
    outcome: RecordedOutcome | None
    failure: Failure | None


@dataclass(slots=True)
class Tape:
    """Notes the calls of one event while the gate answers them."""

    gate: Calls
    calls: list[RecordedCall] = field(default_factory=list)

    async def answer(self, request: CallRequest) -> Any:
        """Let the gate answer, and keep what it said."""
        try:
            answer = await self.gate(request)
        except CallRefusedError as refusal:
            self._keep(request, None, (refusal.code, refusal.message))
            raise
        except Exception:
            # What the program is told when the host itself has failed.
            self._keep(request, None, (UNAVAILABLE, ""))
            raise
        self._keep(request, answer, None)
        return answer

    def _keep(self, request: CallRequest, answer: Any, refusal: tuple[str, str] | None) -> None:
        self.calls.append(RecordedCall(request.name, request.args, answer, refusal))


def outcome_of(outcome: Outcome) -> RecordedOutcome:
    """Return what is compared of an outcome: not the time that it took."""
    effects = tuple((effect.name, effect.args) for effect in outcome.effects)
    return RecordedOutcome(outcome.state, outcome.result, effects)


def failure_of(error: EventFailedError) -> Failure | None:
    """Return how a handler failed, or None when it never ran."""
    if error.reason in _NOT_RUN:
        return None
    return Failure(error.reason, error.message, error.file or "", error.line or 0)


def save_statements(
    recordings: Sequence[Recording], *, now_ms: int
) -> list[tuple[str, Sequence[Any]]]:
    """Return the SQL that keeps ``recordings``; one that is too large is left out.

    An event that failed and is sent again has the same id: the last try is the one that counts.
    """
    statements: list[tuple[str, Sequence[Any]]] = []
    for recording in recordings:
        body = encode(recording)
        if body is None or len(body) > RECORDING_BYTES_MAX:
            continue
        event_id = recording.event.id
        statements += (
            ("DELETE FROM recording WHERE id = ?", (event_id,)),
            (
                "INSERT INTO recording (id, person_id, bytes, at_ms, body) VALUES (?, ?, ?, ?, ?)",
                (event_id, recording.person_id, len(body), now_ms, body),
            ),
        )
    return statements


def encode(recording: Recording) -> bytes | None:
    """Return a recording as bytes; None when a worker said what JSON cannot carry."""
    try:
        return msgspec.json.encode(recording)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None


def decode(body: bytes) -> Recording | None:
    """Return a recording as it was kept; None when a host of before kept it in another form."""
    try:
        return msgspec.json.decode(body, type=Recording)
    except msgspec.ValidationError:
        return None
