"""Runs one event of one page: worker, rendering, storing, in this order, all or nothing."""

import copy
import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

from host.bridge import app_life, service
from host.bridge.alarm import is_alarm
from host.bridge.documents import DocumentConflictError
from host.bridge.errors import ProgramStoppedError
from host.bridge.gate import open_gate
from host.bridge.links import LINK_NAME
from host.bridge.log_lines import LAST, LOG_FULL, line_of, may_log
from host.bridge.model import LogLine, Severity
from host.bridge.open_page import OpenPage, make_session
from host.bridge.packages import Packages, Ready
from host.bridge.recording import Failure, Recording, Tape, failure_of, outcome_of
from host.bridge.reports import count_reports
from host.bridge.requests import PageFailedError
from host.bridge.share import share_effect
from host.bridge.store import ProgramFullError, StoredEvent
from host.bridge.visit import Visit
from host.core.ids import derived_id
from runtime.model import Effect, Event, EventFailedError, Logged, Outcome
from runtime.turn import Ran, Step, Steps, Turn
from runtime.view import ViewFailedError

# How often an event runs when others keep changing the documents that it wants to change.
ATTEMPTS_MAX = 4
OVERTAKEN = EventFailedError(
    "conflict",
    "other people kept changing a document that this event read and changed; use `inc` or `when`",
    retryable=True,
)


class Runner:
    """Runs events with the workers of this host."""

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    async def run(
        self,
        visit: Visit,
        ready: Ready,
        *,
        path: str,
        handler: str,
        state: dict[str, Any],
        payload: dict[str, Any],
        query: dict[str, Any],
    ) -> Outcome:
        """Run a handler and return what it changed; raises ``PageFailedError``."""
        visit.path, visit.query, visit.pages = path, query, tuple(ready.manifest.pages)
        event = Event(
            id=visit.event_id,
            page=path,
            handler=handler,
            state=state,
            payload=payload,
            query={name: value for name, value in query.items() if name != LINK_NAME},
            now_ms=visit.now_ms,
            # The same event has the same chance, whenever and wherever it is run again.
            seed=int.from_bytes(hashlib.sha256(visit.event_id.encode()).digest()[:6], "big"),
            lang=visit.lang,
        )
        tape = Tape(open_gate(visit))
        try:
            outcome = await self._run_as_promised(visit, ready, event, tape)
        except EventFailedError as error:
            await self._write_lines(visit, path, handler, error.logs)
            if failure := failure_of(error):
                _record(visit, event, tape, error.logs, failure)
            raise await self.fail(visit, path, handler, error) from error
        _record(visit, event, tape, outcome.logs, outcome)
        await self._write_lines(visit, path, handler, outcome.logs)
        return outcome

    async def _run_as_promised(
        self, visit: Visit, ready: Ready, event: Event, tape: Tape
    ) -> Outcome:
        """Run a handler; once more if its worker has died and its program says that it may be."""
        if (event.page, event.handler) not in ready.idempotent:
            return await self._run(visit, ready, event, tape)
        writes = copy.deepcopy(visit.writes)
        effects, sheets = list(visit.effects), list(visit.sheets)
        try:
            return await self._run(visit, ready, event, tape)
        except EventFailedError as error:
            if error.reason != "died" or await is_alarm(error, event):
                raise
        visit.writes, visit.effects, visit.sheets = writes, effects, sheets
        tape.calls.clear()
        return await self._run(visit, ready, event, tape)

    async def _run(self, visit: Visit, ready: Ready, event: Event, tape: Tape) -> Outcome:
        runtime = visit.deps.runtime
        if runtime is None:
            raise ProgramStoppedError("This host runs no shops at the moment. Try again later.")
        try:
            return await runtime.run_event(ready.code_for(visit.page_id), event, tape.answer)
        except EventFailedError as error:
            if error.reason != "stale_code":
                raise
        ready = await self._packages.compile_again(ready)
        return await runtime.run_event(ready.code_for(visit.page_id), event, tape.answer)

    async def begin(
        self,
        visit: Visit,
        ready: Ready,
        *,
        path: str,
        query: dict[str, Any],
        n: int = 0,
        migrates: dict[str, Any] | None = None,
    ) -> OpenPage:
        """Run what happens when a page is opened, and return it; nothing is kept of a failure.

        ``migrates`` is what was kept under another version: then ``migrate`` is given it, and the
        page's numbers go on from ``n``.
        """
        handler, payload = ("on_load", {}) if migrates is None else ("migrate", migrates)
        for _ in range(ATTEMPTS_MAX):
            try:
                return await self._begin(
                    visit, ready, path, query, handler=handler, payload=payload, n=n
                )
            except DocumentConflictError:
                visit = visit.again()
        raise await self.fail(visit, path, handler, OVERTAKEN)

    async def _begin(
        self,
        visit: Visit,
        ready: Ready,
        path: str,
        query: dict[str, Any],
        *,
        handler: str,
        payload: dict[str, Any],
        n: int,
    ) -> OpenPage:
        effects = await self._launch(visit, ready, path, query)
        outcome = await self.run(
            visit, ready, path=path, handler=handler, state={}, payload=payload, query=query
        )
        effects += outcome.effects
        if "on_show" in ready.life:
            shown = dataclasses.replace(visit, event_id=derived_id("show", visit.event_id))
            outcome = await self.run(
                shown, ready, path=path, handler="on_show", state=outcome.state, payload={},
                query=query,
            )  # fmt: skip
            # What it wrote is in new places when its worker has died on the way.
            visit.writes, visit.sheets = shown.writes, shown.sheets
            visit.effects = shown.effects
        outcome = dataclasses.replace(outcome, effects=(*effects, *outcome.effects))
        try:
            session = make_session(ready, path, outcome.state, lang=visit.lang, n=n)
        except ViewFailedError as error:
            raise await self.fail(visit, path, handler, error) from error
        page = OpenPage(
            visit.page_id, visit.person_id, path, query, visit.running.program.name, visit.now_ms,
            visit.running, ready, visit.store, session, visit.now_ms,
        )  # fmt: skip
        await self.finish(page, visit, outcome.state, handler=handler, outcomes=[outcome])
        return page

    async def _launch(
        self, visit: Visit, ready: Ready, path: str, query: dict[str, Any]
    ) -> list[Effect]:
        """Tell the program that a visit begins, when one does."""
        effects: list[Effect] = []
        if await app_life.begins_visit(visit, ready):
            for step in app_life.launch_steps(ready, path=path, query=query):
                event_id = derived_id(step.handler, visit.event_id)
                own = dataclasses.replace(visit, event_id=event_id)
                effects += (await self._run_step(own, ready, step)).effects
                visit.writes, visit.sheets, visit.effects = own.writes, own.sheets, own.effects
        return effects

    async def _run_step(
        self, visit: Visit, ready: Ready, step: Step, query: dict[str, Any] | None = None
    ) -> Outcome:
        return await self.run(
            visit,
            ready,
            path=step.path,
            handler=step.handler,
            state=dict(step.state),
            payload=dict(step.payload),
            query=query or {} if step.props is None else dict(step.props),
        )

    async def happen(
        self,
        page: OpenPage,
        visit: Visit,
        *typed: dict[str, Any],
        handler: str,
        payload: dict[str, Any],
    ) -> Visit:
        """Run a handler on the page, with what was ``typed`` into it, and store what it did.

        An event that somebody else's has overtaken runs again on what is there now.
        """
        for _ in range(ATTEMPTS_MAX):
            try:
                await self._happen(page, visit, typed, handler, payload)
            except DocumentConflictError:
                visit = visit.again()
            else:
                return visit
        raise await self.fail(visit, page.path, handler, OVERTAKEN)

    async def _happen(
        self,
        page: OpenPage,
        visit: Visit,
        typed: tuple[dict[str, Any], ...],
        handler: str,
        payload: dict[str, Any],
    ) -> None:
        turn = Turn(page.session, page.path, typed[-1] if typed else page.session.state)
        try:
            outcomes = await self.drive(page, visit, turn.touch(handler, payload))
        except ViewFailedError as error:
            raise await self.fail(visit, page.path, handler, error) from error
        state = dict(turn.state)
        await self.finish(page, visit, *typed, state, handler=handler, outcomes=outcomes, turn=turn)

    async def finish(
        self,
        page: OpenPage,
        visit: Visit,
        *states: dict[str, Any],
        handler: str,
        outcomes: Sequence[Outcome],
        turn: Turn | None = None,
    ) -> None:
        """Render and store what an event has made of ``page``; then it is what the page is."""
        try:
            turn = turn or Turn(page.session, page.path, states[-1])
            ran = list(outcomes)
            if page.session.has_parts:
                ran += await self.drive(page, visit, turn.settle())
                states = (*states[:-1], dict(turn.state))
            effects, title = await _effects(page, visit, ran, is_shared=handler == "on_share")
            draft = page.session.draft(*states, parts=turn.parts)
            event = StoredEvent(visit.event_id, draft.patch.n, effects)
            stored = page.stored(n=draft.patch.n, state=draft.encoded, title=title)
            await page.store.save_event(
                stored, event, visit.writes, visit.recordings, now_ms=visit.now_ms
            )
            await count_reports(visit)
        except (ViewFailedError, ProgramFullError) as error:
            raise await self.fail(visit, page.path, handler, error) from error
        page.session.accept(draft)
        page.title = title
        page.remember(event)

    async def drive(self, page: OpenPage, visit: Visit, steps: Steps) -> list[Outcome]:
        """Run what a turn asks for, one after the other."""
        outcomes: list[Outcome] = []
        ran: Ran | None = None
        while (step := _next(steps, ran)) is not None:
            own = visit
            if visit.recordings:
                # Each has a name of its own, the same when the event is run again.
                number = str(len(visit.recordings))
                event_id = derived_id("part", visit.event_id, number)
                own = dataclasses.replace(visit, event_id=event_id)
            outcome = await self._run_step(own, page.ready, step, page.query)
            # A handler that ran twice, as it promised that it may, has begun with new ones.
            visit.writes, visit.sheets, visit.effects = own.writes, own.sheets, own.effects
            outcomes.append(outcome)
            ran = Ran(outcome.state, outcome.result)
        return outcomes

    async def fail(
        self,
        visit: Visit,
        path: str,
        handler: str,
        error: EventFailedError | ViewFailedError | ProgramFullError,
    ) -> PageFailedError:
        """Tell the merchant what went wrong and return what the person gets."""
        reason, message, file, line = "quota", "The program's database is full.", "", 0
        is_retryable = False
        if isinstance(error, EventFailedError | ViewFailedError):
            reason, message = error.reason, error.message
            file, line = error.file or "", error.line or 0
            is_retryable = error.retryable
        if isinstance(error, ViewFailedError) and visit.recordings:
            last = visit.recordings[-1]
            visit.recordings[-1] = dataclasses.replace(
                last, failure=Failure(reason, message, file, line)
            )
        failed = dataclasses.replace(
            line_of(visit, Severity.FAILURE, path, handler, number=LAST, text=message),
            reason=reason,
            file=file,
            line=line,
            # The handler that failed is the last that ran; nothing ran, nothing can be run again.
            event_id=visit.recordings[-1].event.id if visit.recordings else "",
        )
        if may_log(visit):
            await visit.store.save_recordings(visit.recordings, now_ms=visit.now_ms)
            await visit.deps.db.write(service.write_log, [failed])
        await self._tell_app(visit, path, failed, error)
        place = f"{file}:{line} " if file else ""
        detail = f"{place}{message}" if visit.running.is_trial else ""
        return PageFailedError(visit.page_id, is_retryable=is_retryable, detail=detail)

    async def _tell_app(self, visit: Visit, path: str, failed: LogLine, error: Exception) -> None:
        """Run on_error for a failure that is in the log; whatever comes of it changes nothing."""
        ready = await self._packages.get(visit.running.version)
        if not app_life.may_be_told(visit, ready, path, error):
            return
        own = app_life.afterwards(visit)
        told = {
            name: getattr(failed, name)
            for name in ("page", "handler", "reason", "message", "file", "line")
        }
        try:
            await self._run_step(own, ready, app_life.error_step(told))
            await visit.store.save_writes(
                visit.person_id, own.writes, own.recordings, now_ms=visit.now_ms
            )
            await count_reports(own)
        except (PageFailedError, DocumentConflictError):
            # Its own failure is a line of the log, and the person is told of the first one.
            return

    async def _write_lines(
        self, visit: Visit, path: str, handler: str, logs: tuple[Logged, ...]
    ) -> None:
        if not logs:
            return
        if not may_log(visit):
            if not visit.budget.take(("", visit.program_id, "log full"), per_minute=1):
                return
            logs = (Logged("warn", LOG_FULL),)
        lines = [
            line_of(visit, Severity(level), path, handler, number=number, text=text)
            for number, (level, text) in enumerate(logs, 1)
        ]
        await visit.deps.db.write(service.write_log, lines)


def _next(steps: Steps, ran: Ran | None) -> Step | None:
    try:
        return steps.send(ran) if ran else next(steps)
    except StopIteration:
        return None


async def _effects(
    page: OpenPage, visit: Visit, outcomes: list[Outcome], *, is_shared: bool
) -> tuple[list[dict[str, Any]], str]:
    """Return what the shell does after the event, and the page's title."""
    effects: list[dict[str, Any]] = []
    title = page.title
    for effect in [effect for outcome in outcomes for effect in outcome.effects]:
        effects.append({"name": effect.name, "args": effect.args})
        if effect.name == "ui.title":
            title = str(effect.args["text"])
    if is_shared and outcomes[0].result is not None:
        effects.append(await share_effect(visit, outcomes[0].result))
    effects += visit.effects
    effects += ({"name": "ask", "args": sheet} for sheet in visit.sheets)
    return effects, title


def _record(
    visit: Visit, event: Event, tape: Tape, logs: tuple[Logged, ...], ended: Outcome | Failure
) -> None:
    """Keep a handler's run for `hutong replay`, until what it did is stored."""
    visit.recordings.append(
        Recording(
            person_id=visit.person_id,
            page_id=visit.page_id,
            version_id=visit.running.version.id,
            event=event,
            calls=tuple(tape.calls),
            logs=logs,
            outcome=outcome_of(ended) if isinstance(ended, Outcome) else None,
            failure=ended if isinstance(ended, Failure) else None,
        )
    )
