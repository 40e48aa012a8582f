"""Open pages: opening, touching, coming back.  The browser asks; everything happens here.

Events of one person in one program run one after the other, so that what a handler reads from its
storage is what it changes.  Once begun, an event ends even when the browser goes away.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from host.bridge import moving, service
from host.bridge.arrival import note_opening
from host.bridge.capabilities.asking import read_ask
from host.bridge.errors import PageNotFoundError
from host.bridge.model import Ask, AskStatus, Running
from host.bridge.open_page import OpenPage, load_page
from host.bridge.packages import Packages, Pictures
from host.bridge.pictures import forget_pictures
from host.bridge.requests import (
    ConsentNeeded,
    OpenRequest,
    PageFailedError,
    Reply,
    ResumeRequest,
    TouchRequest,
)
from host.bridge.runner import Runner
from host.bridge.store import StoredPage, Stores
from host.bridge.touching import find_target, typed_values
from host.bridge.visit import CallBudget, Visit
from host.core.deps import Deps
from host.core.errors import TooManyError
from host.core.ids import derived_id
from host.programs import service as programs
from sdk.contract.events import ACTS

T = TypeVar("T")
PAGES_OPEN_MAX = 2000
# A version that was closed or whose grants changed stops within this time on pages that are open.
RECHECK_MS = 5000
EVENTS_PER_MINUTE = 1200
# Each runs two handlers and is kept, so it costs more than a tap.
OPENS_PER_MINUTE = 120
# What one person can fill of a program's database with pages: fifty of 256 KiB.
PAGES_PER_PERSON_MAX = 50
# Answers may lead to further questions that are answered at once; a program must not circle.
ROUNDS_MAX = 5
_GONE = "This page is no longer open. Open the shop again."


class Pages:
    """The open pages of this process."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self.packages = Packages(deps)
        self.pictures = Pictures(deps)
        self.stores = Stores(deps.settings.data_dir / "programs", deps.now_ms)
        self._runner = Runner(self.packages)
        self._budget = CallBudget()
        self._open: OrderedDict[tuple[str, str], OpenPage] = OrderedDict()
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Let running events end and put the databases away."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.stores.close()

    async def open(
        self, request: OpenRequest, *, person_id: str, lang: str
    ) -> Reply | ConsentNeeded:
        """Open a page, or show it again when this id is open already."""
        return await self._alone(
            self._open_page(request, person_id, lang), request.program_id, person_id
        )

    async def touch(self, request: TouchRequest, *, person_id: str, lang: str) -> Reply:
        """Run what a person did to a page, once."""
        return await self._alone(
            self._touch(request, person_id, lang), request.program_id, person_id
        )

    async def resume(self, request: ResumeRequest, *, person_id: str, lang: str) -> Reply:
        """Bring a browser up to date, and hand over the answers that have come meanwhile."""
        return await self._alone(
            self._resume(request, person_id, lang), request.program_id, person_id
        )

    async def _alone(self, work: Coroutine[Any, Any, T], program_id: str, person_id: str) -> T:
        """Run ``work`` when no other event of this person in this program runs, to its end."""
        # Ids mean the same in any mix of case: another spelling is no way around the line.
        key = (program_id.casefold(), person_id)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()

        async def run() -> T:
            async with lock:
                return await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    def recheck(self, version_id: str) -> list[OpenPage]:
        """Look anew, at their next event, whether pages of a version may run; return them."""
        pages = [page for page in self._open.values() if page.running.version.id == version_id]
        for page in pages:
            page.checked_at_ms = 0
        return pages

    async def forget_person(self, program_id: str, *, person_id: str) -> None:
        """Delete what a program has kept for a person, after the event that is running."""
        program = await self._deps.db.read(programs.find_program, program_id)
        if program is None:
            raise PageNotFoundError(_GONE)
        await self._alone(self._forget_person(program.id, person_id), program.id, person_id)

    async def _forget_person(self, program_id: str, person_id: str) -> None:
        for key, page in list(self._open.items()):
            if page.running.program.id == program_id and page.person_id == person_id:
                del self._open[key]
        store = await self.stores.get(program_id)
        await store.forget_person(person_id)
        await forget_pictures(self._deps, person_id, program_id)
        await self._deps.db.write(service.forget_person, person_id, program_id)

    # ── opening ──

    async def _open_page(
        self, request: OpenRequest, person_id: str, lang: str
    ) -> Reply | ConsentNeeded:
        running = await self._deps.db.read(
            service.access_running,
            request.program_id,
            viewer_id=person_id,
            version_id=request.version_id,
        )
        missing = await self._missing_scopes(running, person_id)
        if missing:
            version = f"?version={running.version.id}" if running.is_trial else ""
            url = f"/p/{running.program.id}/-/consent{version}"
            return ConsentNeeded(request.page_id, url)
        self._count(person_id, running, "open", per_minute=OPENS_PER_MINUTE)
        store = await self.stores.get(running.program.id)
        stored = await store.find_page(request.page_id)
        if stored is not None:
            if stored.person_id == person_id:
                await self._move(stored, running, lang)
            again = ResumeRequest(running.program.id, request.page_id, -1)
            return await self._resume(again, person_id, lang)
        page = await self._first_event(request, running, person_id, lang)
        self._keep(page)
        await store.forget_oldest(person_id, kept=PAGES_PER_PERSON_MAX)
        await self._deps.db.write(
            note_opening, page, self._deps.settings, now_ms=self._deps.now_ms()
        )
        await self._settle(page, lang)
        return page.reply(-1, since_n=-1, sheets=await self._sheets(page))

    async def _move(self, stored: StoredPage, running: Running, lang: str) -> None:
        """Hand a page that was opened under another version to this one, if it is to go there."""
        ready = await self.packages.get(running.version)
        planned = await moving.plan(self._deps, stored, running, ready)
        if planned.way is moving.Way.STAYS:
            return
        store = await self.stores.get(running.program.id)
        event_id = derived_id("migrate", running.program.id, stored.id, running.version.id)
        visit = Visit(
            self._deps, running, store, self._budget, stored.person_id, lang, stored.id, event_id,
            self._deps.now_ms(), collections=ready.manifest.collections,
        )  # fmt: skip
        await moving.move(self._runner, visit, planned)
        # The next look at it finds what is stored.
        self._open.pop((running.program.id.casefold(), stored.id), None)

    async def _missing_scopes(self, running: Running, person_id: str) -> list[str]:
        if not running.required_scopes:
            return []
        allowed = await self._deps.db.read(
            service.find_open_scopes,
            person_id,
            running.program.id,
            now_ms=self._deps.now_ms(),
        )
        return [scope for scope in running.required_scopes if scope not in allowed]

    async def _first_event(
        self, request: OpenRequest, running: Running, person_id: str, lang: str
    ) -> OpenPage:
        """Run what happens when a page is opened; nothing is kept of a page that cannot be."""
        ready = await self.packages.get(running.version)
        path = request.path or ready.manifest.pages[0]
        if path not in ready.manifest.pages:
            raise PageNotFoundError("This shop has no page at this address.")
        store = await self.stores.get(running.program.id)
        visit = Visit(
            self._deps, running, store, self._budget, person_id, lang, request.page_id,
            derived_id("load", running.program.id, person_id, request.page_id),
            self._deps.now_ms(), collections=ready.manifest.collections,
        )  # fmt: skip
        return await self._runner.begin(visit, ready, path=path, query=dict(request.query))

    # ── finding ──

    def _keep(self, page: OpenPage) -> None:
        key = (page.running.program.id.casefold(), page.id)
        self._open[key] = page
        self._open.move_to_end(key)
        while len(self._open) > PAGES_OPEN_MAX:
            self._open.popitem(last=False)

    async def _access_page(
        self, program_id: str, page_id: str, person_id: str, lang: str
    ) -> OpenPage:
        """Return a page of this person; a stranger's page and a missing one look the same."""
        now_ms = self._deps.now_ms()
        page = self._open.get((program_id.casefold(), page_id))
        # A store that was put away for others' sake took its pages along.
        if page is None or page.store.is_closed:
            if await self._deps.db.read(programs.find_program, program_id) is None:
                raise PageNotFoundError(_GONE)
            store = await self.stores.get(program_id)
            stored = await store.find_page(page_id)
            if stored is None:
                raise PageNotFoundError(_GONE)
            if stored.person_id != person_id:
                raise PageNotFoundError(_GONE)
            running = await self._access_version(program_id, stored.version_id, person_id)
            ready = await self.packages.get(running.version)
            page = await load_page(stored, running, ready, store, lang=lang, now_ms=now_ms)
        if page.person_id != person_id:
            raise PageNotFoundError(_GONE)
        if now_ms - page.checked_at_ms > RECHECK_MS:
            version_id = page.running.version.id
            page.running = await self._access_version(program_id, version_id, person_id)
            page.checked_at_ms = now_ms
        self._keep(page)
        return page

    async def _access_version(self, program_id: str, version_id: str, person_id: str) -> Running:
        return await self._deps.db.read(
            service.access_running, program_id, viewer_id=person_id, version_id=version_id
        )

    def _count(self, person_id: str, running: Running, what: str, *, per_minute: int) -> None:
        key = (person_id, running.program.id, what)
        if not self._budget.take(key, per_minute=per_minute):
            raise TooManyError("That was too fast. Wait a moment and try again.")

    def _visit(self, page: OpenPage, event_id: str, lang: str, *, is_act: bool = False) -> Visit:
        return Visit(
            self._deps, page.running, page.store, self._budget, page.person_id, lang, page.id,
            event_id, self._deps.now_ms(), is_act, page.ready.manifest.collections,
        )  # fmt: skip

    # ── touching ──

    async def _touch(self, request: TouchRequest, person_id: str, lang: str) -> Reply:
        page = await self._access_page(request.program_id, request.page_id, person_id, lang)
        self._count(person_id, page.running, "touch", per_minute=EVENTS_PER_MINUTE)
        # The browser's id counts within its page only, so nobody can name another's event.
        event_id = derived_id("event", page.running.program.id, page.id, request.event_id)
        if event_id not in page.events:
            visit = await self._run_touch(page, request, event_id, lang)
            if visit.writes.asks:
                await self._settle(page, lang)
        return page.reply(request.n, since_n=request.n, sheets=[])

    async def _run_touch(
        self, page: OpenPage, request: TouchRequest, event_id: str, lang: str
    ) -> Visit:
        typed = {**page.session.state, **typed_values(page, request)}
        visit = self._visit(page, event_id, lang, is_act=request.type in ACTS)
        follows = request.type == "model" and "on_model" in page.ready.life
        if request.type == "model" and not follows:
            await self._runner.finish(page, visit, typed, handler="", outcomes=())
            return visit
        handler, payload = ("on_model", {}) if follows else find_target(page, request)
        if not handler:
            # It was touched on a page that looks different by now: show that one, do nothing.
            return visit
        return await self._runner.happen(page, visit, typed, handler=handler, payload=payload)

    # ── coming back ──

    async def _resume(self, request: ResumeRequest, person_id: str, lang: str) -> Reply:
        page = await self._access_page(request.program_id, request.page_id, person_id, lang)
        self._count(person_id, page.running, "resume", per_minute=EVENTS_PER_MINUTE)
        # An old browser page must not be sent to where it once was to go.
        since_n = request.n if request.n >= 0 else page.n
        if page.session.is_unsettled:
            # It was kept by a version that had other components.
            event_id = derived_id("parts", page.running.program.id, page.id, str(page.n))
            visit = self._visit(page, event_id, lang)
            await self._runner.finish(page, visit, page.session.state, handler="", outcomes=())
        await self._settle(page, lang)
        if request.is_shown and "on_show" in page.ready.life:
            event_id = derived_id("shown", page.running.program.id, page.id, str(page.n))
            visit = self._visit(page, event_id, lang)
            await self._runner.happen(page, visit, handler="on_show", payload={})
            await self._settle(page, lang)
        return page.reply(request.n, since_n=since_n, sheets=await self._sheets(page))

    async def _settle(self, page: OpenPage, lang: str) -> None:
        """Put the page's questions before the person, and hand over the answers there are."""
        for _ in range(ROUNDS_MAX):
            await self._put_asks(page)
            asks = await self._deps.db.read(service.find_waiting_asks, page.id)
            answered = [
                ask
                for ask in asks
                if ask.status is AskStatus.ANSWERED and ask.person_id == page.person_id
            ]
            if not answered:
                return
            for ask in answered:
                await self._deliver(page, ask, lang)

    async def _put_asks(self, page: OpenPage) -> None:
        kept = await page.store.find_asks(page.id)
        if kept:
            asks = [read_ask(ask_id, stored) for ask_id, stored in kept]
            await self._deps.db.write(service.open_asks, asks)
            await page.store.forget_asks([ask.id for ask in asks])

    async def _deliver(self, page: OpenPage, ask: Ask, lang: str) -> None:
        """Run the handler of an answer, once, however often this is begun."""
        event_id = derived_id("answer", ask.id)
        now_ms = self._deps.now_ms()
        if event_id not in page.events:
            visit = self._visit(page, event_id, lang)
            try:
                await self._runner.happen(page, visit, handler=ask.handler, payload=ask.result)
            except PageFailedError as error:
                if not error.is_retryable:
                    await self._deps.db.write(service.fail_delivery, ask.id, now_ms=now_ms)
                raise
        await self._deps.db.write(service.finish_delivery, ask.id, now_ms=now_ms)

    async def _sheets(self, page: OpenPage) -> list[dict[str, str]]:
        asks = await self._deps.db.read(service.find_waiting_asks, page.id)
        return [
            {"ask_id": ask.id, "capability": ask.capability, "url": service.sheet_url(ask)}
            for ask in asks
            if ask.status is AskStatus.OPEN and ask.person_id == page.person_id
        ]
