"""An admin looks at an incident, stops a version, lets one go; and what comes of it."""

import asyncio
import os
import re
import signal

import pytest
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.bridge import service
from host.bridge.channel import pages_of
from host.bridge.requests import PageFailedError
from host.identity import service as identity
from host.identity.errors import AdminRequiredError
from host.programs import service as programs
from host.programs.errors import StatusRefusedError, VersionSuspendedError
from host.programs.incident import Incident
from host.programs.service import Status, Version
from host.review import service as review
from host.review.errors import DecisionRefusedError, OwnBrandError
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import sign_in
from tests.bridge.watched import Watched, suspend
from tests.market import make
from tests.market.make import Lane
from tests.runtime.programs import wait_gone

REASON = "A fault of the interpreter, seen in the replay."


@pytest.fixture
async def admin_id(watched: Watched, lane: Lane) -> str:
    """Ann, who buys here and is an admin of the host."""
    await watched.deps.db.write(identity.make_admin, "ann", now_ms=watched.deps.now_ms())
    return lane.buyer_id


async def lift(watched: Watched, version: Version, actor_id: str, reason: str = REASON) -> None:
    """Let a version go."""
    now_ms = watched.deps.now_ms()
    await watched.deps.db.write(
        review.lift, version.id, actor_id=actor_id, reason=reason, now_ms=now_ms
    )


async def put_live(watched: Watched, version: Version, lane: Lane) -> None:
    """Do what the merchant does after good news."""
    now_ms = watched.deps.now_ms()
    await watched.deps.db.write(
        programs.put_live, version.id, actor_id=lane.seller_id, now_ms=now_ms
    )


async def read_audit(watched: Watched) -> list[tuple[str, str]]:
    """Return who did what, oldest first, from a chain that is whole."""
    report = await watched.deps.db.read(review.check_chain)
    assert report.broken_seq is None
    rows = await watched.deps.db.read(
        lambda tx: tx.rows("SELECT actor_id, action FROM review_audit ORDER BY seq")
    )
    return [(row["actor_id"], row["action"]) for row in rows]


class TestWhatRan:
    """An incident leads to what ran."""

    async def test_it_names_event_page_and_handler_and_can_be_run_again(
        self, watched: Watched, first: Version, lane: Lane
    ) -> None:
        """Of the event that the worker was at, which is recorded like any other."""
        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()
        (pid,) = watched.pool.worker_pids(first.id)
        tap = asyncio.create_task(ann.tap("loop"))
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGSYS)
        with pytest.raises(PageFailedError):
            await tap
        await watched.wait_for(1)

        (incident,) = await watched.read()
        store = await pages_of(watched.deps).stores.get(APP_ID)
        recording = await store.find_recording(incident.event_id)

        assert ("sigsys", "pages/home/home", "loop") == (
            incident.kind,
            incident.page,
            incident.handler,
        )
        assert recording is not None
        assert recording.failure is not None
        assert ("loop", "died") == (recording.event.handler, recording.failure.reason)

    async def test_it_names_the_call(self, watched: Watched, first: Version) -> None:
        """By number and name, as the kernel told the zygote."""
        await watched.attack(first)

        (incident,) = await watched.read()

        assert ("clone (56)", "tried the system call clone (56)") == (
            incident.syscall,
            incident.detail,
        )


class TestLifting:
    """A version that was stopped is let go."""

    async def test_its_merchant_may_put_it_live_again(
        self, watched: Watched, first: Version, lane: Lane, admin_id: str
    ) -> None:
        """It does not go live by itself; the reason is kept for the merchant and the log."""
        await suspend(watched, first)
        await lift(watched, first, admin_id)
        before = (await watched.version(first)).status
        await put_live(watched, first, lane)

        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()
        suspension = await watched.deps.db.read(programs.find_suspension, first.id)

        assert (before, "hello you") == (Status.RETIRED, ann.texts[0])
        assert suspension is not None
        assert (admin_id, REASON) == (suspension.lifted_by, suspension.lift_reason)
        assert [("host", "version_suspended"), (admin_id, "suspension_lifted")] == (
            await read_audit(watched)
        )

    async def test_the_next_alarm_stops_it_again(
        self, watched: Watched, first: Version, lane: Lane, admin_id: str
    ) -> None:
        """At once: it has no more credit, and can be let go again."""
        await suspend(watched, first)
        await lift(watched, first, admin_id)
        await put_live(watched, first, lane)

        await watched.attack(first)

        assert (await watched.version(first)).status is Status.RETIRED
        with pytest.raises(VersionSuspendedError):
            await put_live(watched, first, lane)
        await lift(watched, first, admin_id)
        await put_live(watched, first, lane)

    async def test_only_an_admin_who_is_not_the_merchant_with_a_reason(
        self, watched: Watched, first: Version, lane: Lane, admin_id: str
    ) -> None:
        """And only once."""
        await suspend(watched, first)
        bob_id = await watched.deps.db.write(make.put_person, "bob")

        with pytest.raises(AdminRequiredError):
            await lift(watched, first, bob_id)
        with pytest.raises(AdminRequiredError):
            await lift(watched, first, lane.seller_id)
        with pytest.raises(DecisionRefusedError):
            await lift(watched, first, admin_id, "fine")
        await watched.deps.db.write(identity.make_admin, "zhou", now_ms=watched.deps.now_ms())
        with pytest.raises(OwnBrandError):
            await lift(watched, first, lane.seller_id)
        await lift(watched, first, admin_id)
        with pytest.raises(StatusRefusedError):
            await lift(watched, first, admin_id)


async def post(client: Client, version: Version, step: str, reason: str = REASON) -> int:
    """Send the form of the version's page as its reader does."""
    url = f"/admin/versions/{version.id}"
    html = await (await client.get(url)).get_data(as_text=True)
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found
    form = {"csrf": found[1], "reason": reason}
    return (await client.post(f"{url}/{step}", form=form)).status_code


class TestByHand:
    """An admin stops a version that has set off no alarm."""

    async def test_workers_pages_and_merchant_hear_of_it(
        self, watched: Watched, first: Version, lane: Lane, admin_id: str
    ) -> None:
        """As when the host does it, with a reason."""
        second = await shop.publish(watched.deps, lane, shop.files(2), scopes=("bills",))
        app = create_app(watched.deps)
        admin = await sign_in(app, watched.deps, admin_id)
        merchant = await sign_in(app, watched.deps, lane.seller_id)
        ann = Browser(watched.deps, lane.buyer_id)
        await ann.open()
        (pid,) = watched.pool.worker_pids(second.id)

        assert 303 == await post(admin, second, "suspend")
        await watched.wait_for(0)

        with pytest.raises(VersionSuspendedError):
            await ann.tap("add")
        await wait_gone(pid)
        running = await watched.deps.db.read(
            service.access_running, APP_ID, viewer_id=lane.buyer_id
        )
        told = await (await merchant.get("/m/tea_house/program")).get_data(as_text=True)
        assert first.id == running.version.id
        assert "Stopped by an admin" in told
        assert REASON in told
        assert [(admin_id, "version_suspended")] == await read_audit(watched)
        assert 409 == await post(admin, first, "lift")

    async def test_the_pages_of_an_incident(
        self, watched: Watched, first: Version, lane: Lane, admin_id: str
    ) -> None:
        """What it was, what ran, the command, the way to the version; for admins alone."""
        incident = Incident(
            "i1",
            first.id,
            "sigsys",
            "tried the system call clone (56)",
            watched.deps.now_ms(),
            "event-77",
            "pages/home/home",
            "add",
            "clone (56)",
        )
        await watched.deps.db.write(programs.note_incident, incident)
        app = create_app(watched.deps)
        admin = await sign_in(app, watched.deps, admin_id)
        merchant = await sign_in(app, watched.deps, lane.seller_id)

        shown = await (await admin.get("/admin/incidents/i1")).get_data(as_text=True)
        listed = await (await admin.get("/admin/incidents")).get_data(as_text=True)
        case = await (await admin.get(f"/admin/versions/{first.id}")).get_data(as_text=True)

        for told in (
            "Test Shop",
            "1.0.0",
            "<code>clone (56)</code>",
            "pages/home/home",
            f"hutong replay event-77 --program {APP_ID}",
        ):
            assert told in shown
        assert "/admin/incidents/i1" in listed
        assert f"/admin/versions/{first.id}" in listed
        assert "Stop this version" in case
        assert 404 == (await admin.get("/admin/incidents/i2")).status_code
        for url in ("/admin/incidents/i1", f"/admin/versions/{first.id}"):
            assert 403 == (await merchant.get(url)).status_code
        assert 403 == (await merchant.post(f"/admin/versions/{first.id}/suspend")).status_code

    async def test_the_merchant_reads_why_it_was_let_go(
        self, watched: Watched, first: Version, lane: Lane, admin_id: str
    ) -> None:
        """At the version, in the admin's words."""
        await suspend(watched, first)
        app = create_app(watched.deps)
        admin = await sign_in(app, watched.deps, admin_id)
        merchant = await sign_in(app, watched.deps, lane.seller_id)

        assert 303 == await post(admin, first, "lift")

        told = await (await merchant.get("/m/tea_house/program")).get_data(as_text=True)
        audit = await (await admin.get("/admin/audit")).get_data(as_text=True)
        assert "let this version go" in told
        assert REASON in told
        assert "Let a suspended version go" in audit
