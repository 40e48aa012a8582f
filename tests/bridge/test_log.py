"""The merchant's log: levels, filters, what is kept, and lines of before."""

import pytest

from host.bridge import repository, service
from host.bridge.model import LOG_LINES_SHOWN
from host.bridge.requests import PageFailedError
from host.bridge.service.logs import LogPage
from host.core.db import Tx
from host.core.deps import Deps
from host.core.errors import BadInputError, NotFoundError
from tests.bridge import caller
from tests.bridge.caller import Caller, open_caller
from tests.bridge.shop import APP_ID
from tests.conftest import Clock
from tests.market.make import Lane


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Caller:
    """The buyer in the shop."""
    return await open_caller(running, lane, package=caller.files())


async def read(ann: Caller, lane: Lane, **chosen: str) -> LogPage:
    """Return what the merchant reads."""
    return await ann.deps.db.read(service.read_log, APP_ID, actor_id=lane.seller_id, **chosen)


class TestLevels:
    """What a program says, and what the host says of it."""

    async def test_a_line_has_the_level_that_it_was_written_with(
        self, ann: Caller, lane: Lane, clock: Clock
    ) -> None:
        """The merchant can read each kind alone; a failure is none of the program's words."""
        for level in ("info", "warn", "error"):
            await ann.call(f"log.{level}", text=f"{level} line")
        clock.forward(1000)
        with pytest.raises(PageFailedError):
            await ann.call("log.warn", text="before it failed", fail=True)

        found = {
            severity: [line.message for line in (await read(ann, lane, severity=severity)).lines]
            for severity in ("info", "warn", "error", "failure")
        }

        assert found == {
            "info": ["info line"],
            "warn": ["before it failed", "warn line"],
            "error": ["error line"],
            "failure": ["ValueError: after the call"],
        }

    async def test_lines_of_one_event_stand_in_their_order(self, ann: Caller, lane: Lane) -> None:
        """The newest above, and a failure above all."""
        with pytest.raises(PageFailedError):
            await ann.call("log.info", text="again", times=3, fail=True)

        lines = (await read(ann, lane)).lines

        assert ["failure", "info", "info", "info"] == [line.severity for line in lines]
        assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)

    async def test_lines_of_one_version_can_be_read_alone(self, ann: Caller, lane: Lane) -> None:
        """The page names the versions that there are."""
        await ann.call("log.info", text="first")

        page = await read(ann, lane)
        other = await read(ann, lane, version_id="another")

        (version,) = page.versions
        assert [page.version_name(line.version_id) for line in page.lines] == ["1.0.0"]
        assert (await read(ann, lane, version_id=version.id)).lines == page.lines
        assert other.lines == []

    async def test_an_unknown_level_and_a_stranger_are_refused(
        self, ann: Caller, lane: Lane
    ) -> None:
        """A typo in the address is said; a log is its merchant's."""
        with pytest.raises(BadInputError):
            await read(ann, lane, severity="fatal")
        with pytest.raises(NotFoundError):
            await ann.deps.db.read(service.read_log, APP_ID, actor_id=lane.buyer_id)


class TestKept:
    """The log is bounded, and lines of before stay readable."""

    async def test_the_oldest_lines_go_first(self, ann: Caller, lane: Lane, clock: Clock) -> None:
        """A sweep leaves as many as may be kept."""
        for number in range(5):
            await ann.call("log.info", text=f"line {number}")
            clock.forward(1000)

        await ann.deps.db.write(repository.trim_logs, kept=2)

        assert [line.message for line in (await read(ann, lane)).lines] == ["line 4", "line 3"]

    async def test_lines_of_before_are_read_by_their_level(self, ann: Caller, lane: Lane) -> None:
        """An old error is a failure, because programs could write none."""
        await ann.call("log.info", text="now")

        def make_old(tx: Tx) -> None:
            tx.run("UPDATE bridge_log SET severity = NULL")
            tx.run(
                "INSERT INTO bridge_log (id, program_id, version_id, level, page, handler, reason,"
                " message, file, line, at_ms) VALUES ('old', :app, 'v', 'error', 'p', 'h', 'cpu',"
                " 'too long', '', 0, 1)",
                app=APP_ID,
            )

        await ann.deps.db.write(make_old)

        lines = (await read(ann, lane)).lines
        assert [(line.severity, line.message) for line in lines] == [
            ("info", "now"),
            ("failure", "too long"),
        ]
        assert len((await read(ann, lane, severity="failure")).lines) == 1
        assert len(lines) <= LOG_LINES_SHOWN
