"""What the sandbox stops is kept, and a version that attacks is stopped itself."""

import os
import signal
from dataclasses import replace

import pytest

from host.app import create_app
from host.bridge import service
from host.bridge.channel import close_pages
from host.bridge.requests import PageFailedError
from host.core.deps import Deps
from host.identity import service as identity
from host.programs import service as programs
from host.programs.errors import ProgramNotFoundError, VersionSuspendedError
from host.programs.incident import ALARMS_WITHIN_MS, INCIDENT_KEPT_MS
from host.programs.service import Status, Version
from host.review import service as review
from runtime.pool import Pool, PoolSettings
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import sign_in
from tests.bridge.watched import Watched, suspend
from tests.conftest import Clock
from tests.market.make import Lane
from tests.runtime.programs import wait_gone


class TestRecord:
    """Every incident is stored with its version."""

    async def test_a_forbidden_system_call_is_stored(
        self, watched: Watched, first: Version
    ) -> None:
        """Kind, version and time; once is no reason to stop it."""
        await watched.attack(first)

        (incident,) = await watched.read()

        assert (incident.version_id, incident.kind) == (first.id, "sigsys")
        assert incident.at_ms == watched.deps.now_ms()
        assert (await watched.version(first)).status is Status.LIVE

    async def test_a_killed_worker_is_no_alarm(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """The kernel and operators kill too: however often, the version stays."""
        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()
        for number in range(1, 5):
            if number > 1:
                await ann.tap("add")
            (pid,) = watched.pool.worker_pids(first.id)
            os.kill(pid, signal.SIGKILL)
            await watched.wait_for(number)

        assert {each.kind for each in await watched.read()} == {"killed"}
        assert (await watched.version(first)).status is Status.LIVE

    async def test_old_ones_are_forgotten(
        self, watched: Watched, first: Version, clock: Clock
    ) -> None:
        """After ninety days."""
        await watched.attack(first)
        clock.forward(INCIDENT_KEPT_MS + 1)

        count = await watched.deps.db.write(programs.sweep, now_ms=watched.deps.now_ms())

        assert (count, await watched.read()) == (1, [])


class TestSuspension:
    """Three alarms in ten minutes."""

    async def test_people_get_the_version_that_was_live_before(
        self, watched: Watched, first: Version, lane: Lane, clock: Clock
    ) -> None:
        """Not the newest: the one that people had, without a new review."""
        second = await shop.publish(watched.deps, lane, shop.files(2), scopes=("bills",))
        clock.forward(1)
        await watched.deps.db.write(
            programs.put_live, first.id, actor_id=lane.seller_id, now_ms=watched.deps.now_ms()
        )
        third = await shop.publish(watched.deps, lane, shop.files(3), scopes=("bills",))

        await suspend(watched, third)

        assert (await watched.version(first)).status is Status.LIVE
        assert (await watched.version(second)).status is Status.RETIRED
        assert (await watched.version(third)).status is Status.RETIRED
        running = await watched.deps.db.read(
            service.access_running, APP_ID, viewer_id=lane.buyer_id
        )
        assert running.version.id == first.id

    async def test_without_an_earlier_version_the_shop_is_closed(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """Better no shop than this one."""
        await suspend(watched, first)

        with pytest.raises(ProgramNotFoundError):
            await Browser(watched.deps, lane.buyer_id).open()

    async def test_open_pages_say_so_at_their_next_event(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """At once, not when the version is looked at again; no worker of it is left."""
        second = await shop.publish(watched.deps, lane, shop.files(2), scopes=("bills",))
        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()
        (pid,) = watched.pool.worker_pids(second.id)

        await suspend(watched, second)

        with pytest.raises(VersionSuspendedError, match="has stopped this version"):
            await ann.tap("add")
        await wait_gone(pid)
        assert watched.pool.worker_pids(second.id) == []
        assert (await watched.version(first)).status is Status.LIVE
        bob = Browser(watched.deps, lane.buyer_id)
        await bob.open()
        assert bob.texts[0] == "hello you"

    async def test_the_page_is_told_to_look(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """Whoever has it open hears of it without touching anything."""
        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()

        await suspend(watched, first)

        rows = await watched.deps.db.read(
            lambda tx: tx.rows(
                "SELECT kind FROM core_live_event WHERE person_id = :id", id=lane.buyer_id
            )
        )
        assert "page.suspended" in [row["kind"] for row in rows]

    async def test_alarms_far_apart_do_not_add_up(
        self, watched: Watched, first: Version, clock: Clock
    ) -> None:
        """Three in a day are looked at by an admin, not by a rule."""
        for _ in range(3):
            await watched.attack(first)
            clock.forward(ALARMS_WITHIN_MS // 2 + 1)

        assert (await watched.version(first)).status is Status.LIVE

    async def test_workers_of_single_pages_count_for_their_version(
        self, watched: Watched, first: Version
    ) -> None:
        """An attack spread over pages with processes of their own is one attack."""
        for number in range(3):
            await watched.attack(first, page_id=f"page-{number}")

        assert (await watched.version(first)).status is Status.RETIRED

    async def test_it_cannot_be_put_live_again(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """Neither by its merchant, nor opened as a trial by an admin."""
        await suspend(watched, first)
        now_ms = watched.deps.now_ms()

        with pytest.raises(VersionSuspendedError):
            await watched.deps.db.write(
                programs.put_live, first.id, actor_id=lane.seller_id, now_ms=now_ms
            )
        with pytest.raises((VersionSuspendedError, ProgramNotFoundError)):
            await watched.deps.db.read(
                service.access_running, APP_ID, viewer_id=lane.seller_id, version_id=first.id
            )

    async def test_the_audit_log_has_it(self, watched: Watched, first: Version) -> None:
        """Once, by the host, in a chain that is whole."""
        await suspend(watched, first)
        await watched.attack(first)

        rows = await watched.deps.db.read(
            lambda tx: tx.rows("SELECT actor_id, action, subject FROM review_audit")
        )
        report = await watched.deps.db.read(review.check_chain)

        assert [(r["actor_id"], r["action"], r["subject"]) for r in rows] == [
            ("host", "version_suspended", f"version:{first.id}")
        ]
        assert report.broken_seq is None

    async def test_a_program_that_fails_honestly_is_left_alone(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """A handler that raises or runs for ever is its merchant's business."""
        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()
        for handler in ("fail", "loop", "fail"):
            with pytest.raises(PageFailedError):
                await ann.tap(handler)

        assert await watched.read() == []
        assert (await watched.version(first)).status is Status.LIVE


class TestPages:
    """What the admins and the merchant see."""

    async def test_admins_see_incidents(self, watched: Watched, first: Version, lane: Lane) -> None:
        """With version and kind; to others the page is not there."""
        await suspend(watched, first)
        app = create_app(watched.deps)
        await watched.deps.db.write(identity.make_admin, "ann", now_ms=watched.deps.now_ms())
        admin = await sign_in(app, watched.deps, lane.buyer_id)
        merchant = await sign_in(app, watched.deps, lane.seller_id)

        html = await (await admin.get("/admin/incidents")).get_data(as_text=True)
        audit = await (await admin.get("/admin/audit")).get_data(as_text=True)
        refused = await merchant.get("/admin/incidents")

        assert html.count("Forbidden system call") == 3
        assert "Suspended" in html
        assert "Test Shop" in html
        assert "Suspended a version" in audit
        assert "This host" in audit
        assert refused.status_code in (403, 404)


class TestIsolation:
    """A host without every wall runs no strangers' code, and says so."""

    async def test_degraded_runs_no_upload_and_shows_it(self, deps: Deps, lane: Lane) -> None:
        """On the program's page and in the admin console, drawn by the host."""
        pool = Pool(PoolSettings(isolation="degraded", blank_count=1))
        await pool.start()
        whole = replace(deps, runtime=pool)
        await shop.publish(whole, lane, shop.files())
        app = create_app(whole)
        await whole.db.write(identity.make_admin, "ann", now_ms=whole.now_ms())
        ann = await sign_in(app, whole, lane.buyer_id)

        with pytest.raises(PageFailedError):
            await Browser(whole, lane.buyer_id).open()
        page = await (await ann.get(f"/p/{APP_ID}")).get_data(as_text=True)
        console = await (await ann.get("/admin/incidents")).get_data(as_text=True)
        elsewhere = await (await ann.get("/me/permissions")).get_data(as_text=True)
        await close_pages(whole)
        await pool.stop()

        said = [("Degraded isolation" in html) for html in (page, console, elsewhere)]
        assert said == [True, True, False]

    async def test_strict_says_nothing(self, watched: Watched, first: Version, lane: Lane) -> None:
        """Where every wall holds there is nothing to warn of."""
        app = create_app(watched.deps)
        ann = await sign_in(app, watched.deps, lane.buyer_id)

        html = await (await ann.get(f"/p/{APP_ID}")).get_data(as_text=True)

        assert first.program_id in html
        assert "isolation" not in html
