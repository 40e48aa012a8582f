"""One open page in this process, made from the program's database whenever it is not here."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import msgspec

from host.bridge.model import Running
from host.bridge.packages import Ready
from host.bridge.requests import Reply
from host.bridge.store import EVENTS_KEPT, Store, StoredEvent, StoredPage
from runtime.session import PageSession
from runtime.view import page_scope


@dataclass(slots=True)
class OpenPage:
    """A page, its session, and the events that it had last."""

    id: str
    person_id: str
    path: str
    query: dict[str, Any]
    title: str
    opened_at_ms: int
    running: Running
    ready: Ready
    store: Store
    session: PageSession
    # When it was last checked that the person may run this version.
    checked_at_ms: int
    events: OrderedDict[str, StoredEvent] = field(default_factory=OrderedDict)

    @property
    def n(self) -> int:
        """The page's number."""
        return self.session.n

    def remember(self, event: StoredEvent) -> None:
        """Keep an event that has happened, so that it does not happen again."""
        self.events[event.id] = event
        while len(self.events) > EVENTS_KEPT:
            self.events.popitem(last=False)

    def stored(self, *, n: int, state: bytes, title: str) -> StoredPage:
        """Return the page as it is about to be stored."""
        return StoredPage(
            self.id,
            self.person_id,
            self.running.version.id,
            self.path,
            self.query,
            title,
            state,
            n,
            self.opened_at_ms,
        )

    def reply(self, seen_n: int, *, since_n: int, sheets: list[dict[str, str]]) -> Reply:
        """Return what a browser that shows page ``seen_n`` is missing.

        ``since_n`` is where its effects begin: those of older events it has had, or must not
        have any more.  Each effect carries its event's number, so that none is done twice.
        """
        patches = self.session.since(seen_n)
        effects = [
            {"n": event.n, **effect}
            for event in self.events.values()
            if event.n > since_n
            for effect in event.effects
        ]
        return Reply(
            page_id=self.id,
            n=self.n,
            tree=self.session.open() if patches is None else None,
            patches=[{"n": patch.n, "ops": patch.ops} for patch in patches or ()],
            effects=effects,
            sheets=sheets,
            title=self.title,
            path=self.path,
            life=tuple(sorted(self.ready.life)),
        )


def make_session(
    ready: Ready, path: str, state: dict[str, Any], *, lang: str, n: int = 0
) -> PageSession:
    """Return the session of a page; raises ``ViewFailedError`` when it cannot be shown."""
    view = ready.views.pages[path]
    page_class = f"page {page_scope(path)}"
    return PageSession(view.template, state, ready.env(lang), n=n, page_class=page_class)


async def load_page(
    stored: StoredPage, running: Running, ready: Ready, store: Store, *, lang: str, now_ms: int
) -> OpenPage:
    """Return a stored page as it was, with the events that it had last."""
    state = msgspec.json.decode(stored.state)
    page = OpenPage(
        id=stored.id,
        person_id=stored.person_id,
        path=stored.path,
        query=stored.query,
        title=stored.title,
        opened_at_ms=stored.opened_at_ms,
        running=running,
        ready=ready,
        store=store,
        session=make_session(ready, stored.path, state, lang=lang, n=stored.n),
        checked_at_ms=now_ms,
    )
    for event in await store.find_events(stored.id):
        page.remember(event)
    return page
