"""An event on its way through the pool, and how it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from runtime import messages as m
from runtime import plain
from runtime.model import CallRequest, Effect, Event, EventFailedError, Logged, Outcome
from runtime.protocol import ProtocolViolationError
from sdk.contract.arguments import validate_args
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.errors import ArgumentRefusedError

Calls = Callable[[CallRequest], Awaitable[Any]]

_json = msgspec.json.Encoder()
_read_effects = msgspec.json.Decoder(list[tuple[str, dict[str, Any]]])


@dataclass(slots=True, eq=False)
class Job:
    """One event: what to run, who answers its calls, who waits for it."""

    event: Event
    calls: Calls
    # The page's state as JSON text, made once.
    state: bytes
    future: asyncio.Future[Outcome]
    queued_at: float = field(default_factory=time.monotonic)
    # Seconds the worker has spent on it, waits for the host not counted.
    worked_s: float = 0.0
    # Whether a worker may have begun it: then no other one may be given it.
    has_begun: bool = False
    call_count: int = 0

    def message(self, number: int) -> m.RunEvent:
        """Return the event as the worker is sent it."""
        event = self.event
        return m.RunEvent(
            number,
            event.page,
            event.handler,
            self.state,
            _json.encode(event.payload),
            _json.encode(event.query),
            event.now_ms,
            event.seed,
            event.lang,
        )

    def finish(self, reply: m.Reply, *, state_bytes_max: int) -> None:
        """Give the outcome to whoever waits.

        Raises what a lying worker makes raise, before anything is given out.
        """
        changed = plain.read_object(reply.changed)
        state = {**self.event.state, **changed}
        for name in reply.removed:
            state.pop(name, None)
            changed[name] = None
        # The sum is cheap and nearly always small enough; only then is the state written out.
        if len(self.state) + len(reply.changed) > state_bytes_max:
            _refuse_large(state, state_bytes_max)
        outcome = Outcome(
            state,
            changed,
            None if reply.result == b"null" else plain.read(reply.result),
            _effects(reply.effects),
            tuple(Logged(*each) for each in reply.logs),
            reply.cpu_us,
            self.call_count,
        )
        if not self.future.done():
            self.future.set_result(outcome)

    def fail(self, failure: m.Failure) -> None:
        """Tell whoever waits what the worker said went wrong."""
        self.fail_with(
            EventFailedError(
                failure.reason,
                failure.message,
                file=failure.file or None,
                line=failure.line or None,
                logs=tuple(Logged(*each) for each in failure.logs),
            )
        )

    def fail_with(self, error: EventFailedError) -> None:
        """Tell whoever waits that the event did not happen."""
        if not self.future.done():
            self.future.set_exception(error)


def _effects(text: bytes) -> tuple[Effect, ...]:
    if text == b"[]":
        return ()
    if not plain.is_shallow(text):
        raise ProtocolViolationError("effects nest too deep")
    try:
        pairs = _read_effects.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise ProtocolViolationError(f"not a list of effects: {error}") from None
    return tuple(_effect(name, args) for name, args in pairs)


def _effect(name: str, args: dict[str, Any]) -> Effect:
    """Check an effect against the contract, for it goes straight to the shell."""
    capability = CAPABILITIES.get(name)
    if capability is None or capability.kind != "effect":
        raise ProtocolViolationError(f"{name[:80]!r} is not an effect")
    try:
        return Effect(name, validate_args(name, args))
    except ArgumentRefusedError as error:
        raise ProtocolViolationError(f"an effect that the contract refuses: {error}") from None


def _refuse_large(state: dict[str, Any], bytes_max: int) -> None:
    if len(_json.encode(state)) > bytes_max:
        raise ProtocolViolationError("more page data than is allowed")
