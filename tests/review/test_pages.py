"""The desk, as an admin and a merchant meet it: from upload to live over HTTP."""

import re

import pytest
from quart import Quart

from host import subscriptions
from host.core import outbox
from host.core.deps import Deps
from host.identity import service as identity
from tests.programs.conftest import Machine, ann, host, running
from tests.programs.packages import PAGE, PROFILE, make_package
from tests.wallet.people import Person, register

__all__ = ["ann", "host", "running"]

Merchant = tuple[Person, Machine]
ASKING = PAGE.format(
    imports=", api", more="\n    def who(self, event):\n        api.identity.profile(then='add')\n"
)


async def make_admin(host: Quart, deps: Deps, handle: str) -> Person:
    """Return an admin at a browser."""
    person = await register(host, handle)
    await deps.db.write(identity.make_admin, handle, now_ms=deps.now_ms())
    return person


async def submit(deps: Deps, merchant: Merchant, code: int = 1) -> tuple[str, str]:
    """Upload and hand in; return the version's and the submission's id."""
    person, machine = merchant
    _, answer = await machine.upload(make_package(code, permissions=[PROFILE], page=ASKING))
    version_id = answer["version_id"]
    assert 303 == (await person.post(f"/m/tea/program/{version_id}/submit"))[0]
    while await outbox.deliver_next(
        deps.db, subscriptions.all_subscriptions(), now_ms=deps.now_ms()
    ):
        pass
    row = await deps.db.read(
        lambda tx: tx.row("SELECT id FROM review_submission WHERE version_id = :v", v=version_id)
    )
    assert row is not None
    return version_id, row["id"]


async def test_from_upload_to_live(ann: Merchant, host: Quart, running: Deps) -> None:
    """Upload, hand in, open, approve with the granted scopes, put live: then people find it."""
    grace = await make_admin(host, running, "grace")
    version_id, submission_id = await submit(running, ann)
    desk = f"/admin/review/{submission_id}"

    assert desk in await grace.get("/admin/review")
    page = await grace.get(desk)
    assert "To greet you." in page
    assert "pages/home/home.py" in page
    assert "class Home" in await grace.get(f"{desk}/file?path=pages/home/home.py")
    status, _ = await grace.post(f"{desk}/approve", scope="profile")
    assert 409 == status

    opened = await grace.client.get(f"{desk}/try")
    assert f"/p/lane.tea?version={version_id}" == opened.headers["Location"]
    assert (303, "/admin/review") == await grace.post(f"{desk}/approve", scope="profile")
    assert 303 == (await ann[0].post(f"/m/tea/program/{version_id}/live"))[0]

    assert "/p/lane.tea" in await grace.get("/shops")
    assert "Approved a version" in await grace.get("/admin/audit")


async def test_a_rejection_reaches_the_merchant(
    ann: Merchant,
    host: Quart,
    running: Deps,
) -> None:
    """Rule and reason stand on the merchant's page, with the way to appeal."""
    grace = await make_admin(host, running, "grace")
    version_id, submission_id = await submit(running, ann)
    desk = f"/admin/review/{submission_id}"
    await grace.client.get(f"{desk}/try")

    await grace.post(f"{desk}/reject", rule="honest", reason="The <b>price</b> is not true.")

    page = await ann[0].get("/m/tea/program")
    assert "The &lt;b&gt;price&lt;/b&gt; is not true." in page
    assert "2. It is what it says" in page
    appeal = re.findall(r'href="(/m/tea/appeals/[^"]+)"', page)[0]
    assert appeal.endswith(version_id)
    assert 303 == (await ann[0].post(appeal, text="It is the price of the season."))[0]
    assert "It is the price of the season." in await grace.get("/admin/review")


@pytest.mark.parametrize(
    "path", ["/admin/review", "/admin/brands", "/admin/audit", "/admin/review/x"]
)
async def test_a_merchant_is_no_admin(ann: Merchant, path: str) -> None:
    """The admins' pages refuse everybody else."""
    await ann[0].get(path, 403)


@pytest.mark.parametrize("path", ["approve", "reject", "appeal"])
async def test_a_merchant_decides_nothing(
    ann: Merchant,
    running: Deps,
    path: str,
) -> None:
    """Not even about what they handed in."""
    version_id, submission_id = await submit(running, ann)

    status, _ = await ann[0].post(
        f"/admin/review/{submission_id}/{path}",
        scope="profile",
        rule="works",
        reason="It is my own shop.",
        outcome="overturned",
    )

    assert 403 == status
    assert 409 == (await ann[0].post(f"/m/tea/program/{version_id}/live"))[0]
