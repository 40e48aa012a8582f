"""Browsers and people for the journeys.

Each person has a browser context of their own.  A console error, an uncaught exception or an
unexpected answer of 400 or more fails the test, whoever's page it was on.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

os.environ.setdefault("DO_NOT_TRACK", "1")

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)

from tests.e2e import chromium
from tests.e2e.host_process import HostProcess

# Playwright's own node needs a library that a small Debian lacks; the wheel's does not.
if chromium.node().exists():
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.node()))

# A slow machine with two tests at a time is no reason to fail; what never comes still fails.
expect.set_options(timeout=20_000)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


class Person:
    """Somebody at a browser."""

    def __init__(self, name: str, context: BrowserContext, errors: list[str]) -> None:
        self.name = name
        self.handle = re.sub(r"[^a-z0-9]", "", name.lower())
        self.context = context
        self.page: Page = context.new_page()
        self.errors = errors
        # Answers and messages that this journey provokes on purpose.
        self.expected: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect errors that match ``pattern``."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """Return the errors that nobody expected."""
        return [e for e in self.errors if not any(re.search(p, e) for p in self.expected)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    with sync_playwright() as playwright:
        try:
            started = chromium.launch(playwright)
        except chromium.NoBrowserError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))
        yield started
        started.close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HostProcess]:
    """An empty host, running."""
    process = HostProcess(tmp_path / "data")
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo host that was stopped, to be copied: filling one takes long.

    One for all processes of a run: the first that needs it fills it while the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    data_dir = shared / "demo" / "data"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data_dir.exists():
            process = HostProcess(shared / "demo-filling" / "data", demo=True)
            # Left by a process that gave up.
            shutil.rmtree(process.data_dir.parent, ignore_errors=True)
            process.data_dir.parent.mkdir()
            try:
                process.start()
            finally:
                status = process.stop()
            assert 0 == status
            process.data_dir.parent.rename(data_dir.parent)
    return data_dir


@contextmanager
def demo_host(demo_data: Path, folder: Path) -> Iterator[HostProcess]:
    """Run a demo host on a copy of ``demo_data`` in ``folder``."""
    process = HostProcess(shutil.copytree(demo_data, folder / "data"), demo=True)
    try:
        process.start()
        yield process
    finally:
        process.stop()


@pytest.fixture
def person(
    browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Person]]:
    """`person("Ann", host)` gives Ann a browser; the test fails on errors in any of them."""
    people: list[Person] = []

    def open_browser(name: str, host: HostProcess, *, desk: bool = False) -> Person:
        errors: list[str] = []
        context = browser.new_context(
            base_url=host.url, viewport=DESK if desk else PHONE, locale="en-GB", has_touch=not desk
        )
        context.set_default_timeout(15_000)
        somebody = Person(name, context, errors)
        _watch(somebody.page, errors)
        context.on("page", lambda page: _watch(page, errors))
        people.append(somebody)
        return somebody

    yield open_browser
    shots = Path(os.environ.get("SHOTS", tmp_path))
    shots.mkdir(parents=True, exist_ok=True)
    for somebody in people:
        somebody.page.screenshot(path=shots / f"{request.node.name}-{somebody.name}.png")
        somebody.context.close()
    assert {} == {p.name: p.unexpected() for p in people if p.unexpected()}


def _watch(page: Page, errors: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            errors.append(f"console {message.type}: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            errors.append(f"{response.status} {response.request.method} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(f"page error: {error}"))
    page.on("response", on_response)
