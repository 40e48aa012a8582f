"""A shop whose one page calls whatever it is told to: for tests of single capabilities."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from host.bridge import service
from host.core.deps import Deps
from host.core.outbox import deliver_next
from host.subscriptions import all_subscriptions
from sdk.contract import CAPABILITIES
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market.make import Lane

PAGE = '''
"""Calls what it is told to."""

import json

from sdk import ApiError, Page, api


class Home(Page):
    answer: str = ""

    def call(self, event):
        calls = {
CALLS
        }
        told = json.loads(event.value)
        try:
            answer = None
            for _ in range(told.get("times", 1)):
                answer = calls[told["name"]](**told["args"])
            self.answer = json.dumps(answer)
        except ApiError as error:
            self.answer = "refused " + error.code
        if told.get("fail"):
            raise ValueError("after the call")

    def answered(self, result):
        self.answer = json.dumps([result.ok, result.status or result.topics])
'''
TEMPLATE = '<h1>{{ answer }}</h1><input value="" m-on:change="call">'


def files(*, scopes: tuple[str, ...] = (), **own: Any) -> dict[str, bytes]:
    """Return the files; other keywords go into ``hutong`` of the manifest."""
    manifest = shop.manifest()
    manifest["pages"] = ["pages/home/home"]
    manifest["hutong"] = {
        "permissions": [{"scope": scope, "reason": "for tests"} for scope in scopes],
        **own,
    }
    return {
        "manifest.json": json.dumps(manifest).encode(),
        "assets/icon.png": shop.files()["assets/icon.png"],
        "pages/home/home.py": PAGE.replace("CALLS", _calls(scopes)).encode(),
        "pages/home/home.html": TEMPLATE.encode(),
    }


def _calls(scopes: tuple[str, ...]) -> str:
    """Return the calls that a program with these scopes may name in its code."""
    return "\n".join(
        f"            {name!r}: api.{name},"
        for name, capability in CAPABILITIES.items()
        if capability.scope in (None, *scopes) and name not in ("share.card", "http.request")
    )


@dataclass
class Caller(Browser):
    """A person's browser on the page that calls."""

    async def call(
        self, name: str, *, event_id: str = "", fail: bool = False, times: int = 1, **args: Any
    ) -> Any:
        """Let the page call ``name``; return the answer, or ``refused <code>``."""
        told = {"name": name, "args": args, "fail": fail, "times": times}
        await self.tap("call", event_id, value=json.dumps(told))
        return self.answer

    @property
    def answer(self) -> Any:
        """What the page has got last."""
        text = self.texts[0]
        return text if text.startswith("refused") or not text else json.loads(text)

    async def decide(self, fields: Mapping[str, str]) -> Any:
        """Answer the sheet that is open; return what the handler got."""
        await self.deps.db.write(
            service.decide,
            self.sheets[-1]["ask_id"],
            actor_id=self.person_id,
            fields=fields,
            now_ms=self.deps.now_ms(),
        )
        await self.resume()
        return self.answer

    async def allow(self, scope: str) -> None:
        """Let the shop use ``scope`` for good."""
        await self.deps.db.write(
            service.allow, self.person_id, APP_ID, scope, how="always", now_ms=self.deps.now_ms()
        )


async def settle(deps: Deps) -> None:
    """Deliver every event that waits in the outbox."""
    while await deliver_next(deps.db, all_subscriptions(), now_ms=deps.now_ms()):
        pass


async def open_caller(
    deps: Deps, lane: Lane, person_id: str = "", *, package: Mapping[str, bytes] | None = None,
    scopes: tuple[str, ...] = (),
) -> Caller:  # fmt: skip
    """Publish the shop when a package is given, and open it as somebody: the buyer."""
    if package is not None:
        await shop.publish(deps, lane, package, scopes=scopes)
    caller = Caller(deps, person_id or lane.buyer_id)
    await caller.open()
    return caller
