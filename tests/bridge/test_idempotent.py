"""A handler that promises to be idempotent is run again when its worker has died, once."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from host.bridge.channel import pages_of
from host.bridge.requests import PageFailedError
from host.core.deps import Deps
from host.core.ids import derived_id
from runtime.connection import Connection
from runtime.package import read_package
from runtime.pool import Pool
from runtime.program import find_idempotent
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market.make import Lane

BASE = b'''
"""What two pages share."""

from sdk import Page, api, idempotent as once


class Counting(Page):
    n: int = 0

    @once
    def promised(self, event):
        api.storage.set("seen", True)
        self.n = api.storage.get("n", 0) + 1

    @once
    def replaced(self, event):
        self.n = 1
'''
PAGE = b'''
"""Counts."""

import sdk
from shared import Counting


class Home(Counting):
    def plain(self, event):
        self.n = sdk.api.storage.get("n", 0) + 1

    def replaced(self, event):
        self.n = 2

    @sdk.idempotent
    def spin(self, event):
        while True:
            self.n += 1

    @sdk.idempotent
    def on_show(self):
        pass
'''
TEMPLATE = b"""<p>{{ n }}</p><button m-on:tap="promised">a</button>
<button m-on:tap="plain">b</button><button m-on:tap="spin">c</button>"""
FILES = {"shared.py": BASE, "pages/home/home.py": PAGE, "pages/home/home.html": TEMPLATE}


async def tap_and_kill(ann: Browser, handler: str, *, times: int) -> None:
    """Tap, and kill the worker while the handler waits for the host, so many times."""
    pool = ann.deps.runtime
    assert pool is not None
    store = await pages_of(ann.deps).stores.get(APP_ID)
    async with store._lock, asyncio.timeout(10):
        # A call for stored data waits for this lock.
        tap = asyncio.create_task(ann.tap(handler, "tap-0001"))
        for _ in range(times):
            worker = await _wait_for(pool, _waits_for_the_host)
            os.kill(worker.pid, signal.SIGKILL)
            await worker.closed
    await tap


def _waits_for_the_host(worker: Connection) -> bool:
    return bool(worker.in_flight) and not worker.due_count


async def _wait_for(pool: Pool, is_so: Callable[[Connection], Any]) -> Connection:
    while True:
        for group in pool._groups.values():
            for worker in group.workers:
                if is_so(worker) and not worker.closed.done():
                    return worker
        await asyncio.sleep(0.005)


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """Somebody who has the page open."""
    await shop.publish(running, lane, shop.files() | FILES)
    browser = Browser(running, lane.buyer_id)
    await browser.open()
    return browser


async def test_a_promise_is_taken(ann: Browser) -> None:
    """The person notices nothing, and what was done twice counts once."""
    await tap_and_kill(ann, "promised", times=1)

    store = await pages_of(ann.deps).stores.get(APP_ID)
    recording = await store.find_recording(derived_id("event", APP_ID, ann.page_id, "tap-0001"))
    assert ["1"] == ann.texts
    assert await store.find_value(ann.person_id, "seen") == "true"
    assert recording is not None
    assert ["storage.set", "storage.get"] == [call.name for call in recording.calls]


async def test_once_and_no_more(ann: Browser) -> None:
    """A handler whose worker dies twice is a matter for the person."""
    with pytest.raises(PageFailedError) as failed:
        await tap_and_kill(ann, "promised", times=2)

    assert failed.value.is_retryable


async def test_without_a_promise_nothing_is_run_again(ann: Browser) -> None:
    """The person is told that they may try again."""
    with pytest.raises(PageFailedError) as failed:
        await tap_and_kill(ann, "plain", times=1)

    assert failed.value.is_retryable
    assert ["0"] == ann.texts


@pytest.mark.parametrize(("sign", "is_run_again"), [(signal.SIGKILL, True), (signal.SIGSYS, False)])
async def test_an_attack_is_not_repeated(
    ann: Browser, sign: signal.Signals, *, is_run_again: bool
) -> None:
    """Whose worker was ended for a forbidden call, and not by chance, gets no second one."""
    pool = ann.deps.runtime
    assert pool is not None
    tap = asyncio.create_task(ann.tap("spin"))
    async with asyncio.timeout(10):
        worker = await _wait_for(pool, lambda each: each.due_count)
    os.kill(worker.pid, sign)

    with pytest.raises(PageFailedError) as failed:
        await tap

    # Run again it computes for too long, which is its own fault.
    assert failed.value.is_retryable is not is_run_again


def test_promises_are_read_without_running_the_program() -> None:
    """By the name that the file gives it; who replaces a method promises anew."""
    package = read_package(shop.write_archive(shop.files() | FILES))

    assert {("pages/home/home", each) for each in ("promised", "spin", "on_show")} == (
        find_idempotent(package)
    )
