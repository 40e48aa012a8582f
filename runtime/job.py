"""An event on its way through the pool: what it asks of the host, and how it ends."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import msgspec

from runtime import messages as m
from runtime import plain
from runtime.model import (
    CallRefusedError,
    CallRequest,
    Effect,
    Event,
    EventFailedError,
    Logged,
    Outcome,
)
from runtime.protocol import ProtocolViolationError
from sdk.contract.arguments import validate_args
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.errors import UNAVAILABLE, ArgumentRefusedError

logger = logging.getLogger(__name__)

Calls = Callable[[CallRequest], Awaitable[Any]]
Answer = m.CallAnswer | m.CallRefusal

_json = msgspec.json.Encoder()
_read_effects = msgspec.json.Decoder(list[tuple[str, dict[str, Any]]])


class Asked(NamedTuple):
    """A host call on its way to whoever waits for the event, who makes it."""

    request: CallRequest
    call: m.Call
    answer: Callable[[Answer], None]
    answer_bytes_max: int


@dataclass(slots=True, eq=False)
class Job:
    """One event: what to run, who answers its calls, who waits for it.

    Host calls are made by the task that waits for the event, between two waits: a task for each
    would cost as much as the rest of a short call.
    """

    event: Event
    calls: Calls
    # The page's state as JSON text, made once.
    state: bytes
    # What the event does next: it asks something, or it ends.
    future: asyncio.Future[Asked | Outcome]
    queued_at: float = field(default_factory=time.monotonic)
    # Seconds the worker has spent on it, waits for the host not counted.
    worked_s: float = 0.0
    # Whether a worker may have begun it: then no other one may be given it.
    has_begun: bool = False
    call_count: int = 0
    # The task that makes a call now, and whether that was stopped because the event has failed.
    _caller: asyncio.Task[Any] | None = None
    _is_stopped: bool = False

    async def follow(self) -> Outcome:
        """Make the calls that the event asks for until it ends; raise what it fails with."""
        while True:
            waited = self.future
            try:
                heard = await waited
            except asyncio.CancelledError:
                self.future.cancel()
                if waited is not self.future:
                    # It asked something in the same moment.
                    asked = cast("Asked", waited.result())
                    asked.answer(_refuse(asked, UNAVAILABLE, "the person has gone"))
                raise
            if not isinstance(heard, Asked):
                return heard
            await self._make_call(heard)

    def ask(self, asked: Asked) -> bool:
        """Give a call to whoever waits; False when nobody does, and nothing more may be done."""
        waiting = self.future
        if waiting.done():
            return False
        self.call_count = asked.request.number
        self.future = waiting.get_loop().create_future()
        self.future.add_done_callback(_look_at_error)
        waiting.set_result(asked)
        return True

    async def _make_call(self, asked: Asked) -> None:
        if self.future.done():
            return
        answer: Answer = _refuse(asked, UNAVAILABLE)
        self._caller = task = asyncio.current_task()
        assert task is not None
        cancelled_count = task.cancelling()
        try:
            text = _json.encode(await self.calls(asked.request))
            if len(text) > asked.answer_bytes_max:
                raise CallRefusedError(UNAVAILABLE, "the answer is too large")  # noqa: TRY301
            answer = m.CallAnswer(asked.call.event, asked.call.number, text)
        except CallRefusedError as refusal:
            answer = _refuse(asked, refusal.code, refusal.message)
        except asyncio.CancelledError:
            # As in asyncio.timeout: what stopped us was the event's end, or somebody else.
            if not self._is_stopped or task.cancelling() > cancelled_count + 1:
                self.future.cancel()
                raise
        except Exception:
            # The host's own mistake must not take the worker and its other people with it.
            name, event_id = asked.request.name, asked.request.event_id
            logger.exception("host call %s of event %s failed", name, event_id)
        finally:
            self._caller = None
            if self._is_stopped:
                task.uncancel()
            asked.answer(answer)

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
            if self._caller is not None:
                self._is_stopped = self._caller.cancel()


def _refuse(asked: Asked, code: str, message: str = "") -> m.CallRefusal:
    return m.CallRefusal(asked.call.event, asked.call.number, code, message)


def _look_at_error(done: asyncio.Future[Any]) -> None:
    """Keep asyncio from reporting a failure that came while a call was made, if nobody asks."""
    if not done.cancelled():
        done.exception()


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
