"""What a program keeps, taken out and away: whose it is, and nobody else's name in it."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from quart import Quart

from host.app import create_app
from host.bridge.channel import pages_of
from host.bridge.export import export_documents, export_file, export_person
from host.bridge.pairwise import openid
from host.bridge.removal import REMOVED_KEPT_MS, delete_removed
from host.cli import main as hutong
from host.core.deps import Deps
from host.programs import service as programs
from tests.bridge.documents import Shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import sign_in
from tests.market.make import Lane

SECRET = "0" * 64


@pytest.fixture
def app(running: Deps) -> Quart:
    """The web of the host."""
    return create_app(running)


@pytest.fixture
async def kept(shop: Shop) -> Shop:
    """A program that keeps something of everything, for two people."""
    for person_id in ("ann-host-id", "bob-host-id"):
        event = shop.event(person_id)
        for name in ("reviews", "notes", "inbox", "shared"):
            await event.call("insert", name, {"by": person_id[:3], "in": name})
        event.visit.writes.storage["tea"] = '{"cup": 1}'
        await event.end()
    return shop


class TestPerson:
    """A person's own data."""

    async def test_it_is_whole_and_only_theirs(self, kept: Shop) -> None:
        """Values, documents, pages; nothing of anybody else."""
        found = await export_person(kept.store, "ann-host-id")

        assert {"tea": {"cup": 1}} == found["storage"]
        assert ["inbox", "notes", "reviews", "shared"] == [
            each["collection"] for each in found["documents"]
        ]
        assert ["pages/a/a"] == [each["page"] for each in found["pages"]]
        assert "bob" not in json.dumps(found)

    async def test_it_comes_as_a_file(self, app: Quart, ann: Browser, lane: Lane) -> None:
        """From beside the button that deletes it; a stranger gets their own, which is empty."""
        await ann.open()
        await ann.tap("add")
        mine = await sign_in(app, ann.deps, ann.person_id)
        other = await sign_in(app, ann.deps, lane.seller_id)
        url = f"/me/permissions/{APP_ID}/data.json"
        html = await (await mine.get("/me/permissions")).get_data(as_text=True)

        answer = await mine.get(url)
        found = await answer.get_json()
        theirs = await (await other.get(url)).get_json()

        assert url in html
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert ({"n": 1}, 1) == (found["storage"], found["pages"][0]["data"]["n"])
        assert ({}, []) == (theirs["storage"], theirs["pages"])
        assert 404 == (await mine.get("/me/permissions/no.such/data.json")).status_code


class TestMerchant:
    """What the team may read."""

    async def test_people_are_named_by_their_openid(self, kept: Shop, tmp_path: Path) -> None:
        """What people keep for themselves is not there; no copy is left behind."""
        lines = export_documents(kept.store, tmp_path, secret_key=SECRET, program_id="lane.test")
        found = [json.loads(line) async for line in lines]

        assert {"inbox", "reviews", "shared"} == {each["collection"] for each in found}
        owners = {openid(SECRET, "lane.test", name) for name in ("ann-host-id", "bob-host-id")}
        assert owners == {each["owner"] for each in found}
        assert "host-id" not in json.dumps(found)
        assert not [path for path in names(tmp_path) if path.startswith("export-")]

    async def test_it_is_the_teams(self, app: Quart, ann: Browser, lane: Lane) -> None:
        """To everybody else it is not there."""
        seller = await sign_in(app, ann.deps, lane.seller_id)
        stranger = await sign_in(app, ann.deps, ann.person_id)
        url = f"/programs/{APP_ID}/data.jsonl"

        assert 404 == (await stranger.get(url)).status_code
        answer = await seller.get(url)
        assert (200, b"") == (answer.status_code, await answer.get_data())


class TestOperator:
    """`hutong program`."""

    async def test_a_copy_holds_no_host_id(self, kept: Shop, tmp_path: Path) -> None:
        """Neither in rows nor in what SQLite has not overwritten; taken while the host writes."""
        target = tmp_path / "copy.db"

        export_file(tmp_path / "shop.db", target, secret_key=SECRET, program_id="lane.test")

        assert b"host-id" not in target.read_bytes()
        with closing(sqlite3.connect(target)) as copy:
            owners = copy.execute("SELECT DISTINCT owner_id FROM document").fetchall()
            values = copy.execute("SELECT person_id, value FROM storage").fetchall()
        assert 2 == len(owners)
        assert {(openid(SECRET, "lane.test", "ann-host-id"), '{"cup": 1}')} <= set(values)
        await kept.say("ann-host-id", "insert", "notes", {"after": 1})

    async def test_a_closed_program_is_put_aside(
        self, ann: Browser, lane: Lane, tmp_path: Path
    ) -> None:
        """Refused while people may open it, and while the host has it open."""
        await ann.open()
        deps = ann.deps
        folder = deps.settings.data_dir / "programs"
        refused = [await _run(deps, "remove", APP_ID)]
        await deps.db.write(
            programs.take_offline, APP_ID, actor_id=lane.seller_id, now_ms=deps.now_ms()
        )
        refused.append(await _run(deps, "remove", APP_ID))
        refused.append(await _run(deps, "remove", "no.such.program"))
        exported = await _run(deps, "export", APP_ID, str(tmp_path / "out.db"))
        refused.append(await _run(deps, "export", APP_ID, str(tmp_path / "out.db")))
        await pages_of(deps).stores.close()

        done = await _run(deps, "remove", APP_ID)

        words = ["is open to people", "is in use", "is not a program", "exists"]
        for (status, output), word in zip(refused, words, strict=True):
            assert (2, True) == (status, word in output)
        assert (exported[0], done[0]) == (0, 0)
        assert f"{APP_ID}.db" not in names(folder)
        assert 1 == len(names(folder / "removed"))

    def test_what_nobody_missed_is_deleted(self, tmp_path: Path) -> None:
        """After the time of grace, and nothing else in the folder."""
        removed = tmp_path / "programs" / "removed"
        removed.mkdir(parents=True)
        now_ms = int(time.time() * 1000)
        names = [
            f"{now_ms - REMOVED_KEPT_MS - 1}-a.db",
            f"{now_ms - 5}-b.db",
            "notes.txt",
            "x-y.db",
        ]
        for name in names:
            (removed / name).touch()

        count = delete_removed(tmp_path, now_ms=now_ms)

        assert (1, set(names[1:])) == (count, {path.name for path in removed.iterdir()})
        assert 0 == delete_removed(tmp_path / "elsewhere", now_ms=now_ms)


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return [path.name for path in folder.iterdir()]


async def _run(deps: Deps, *words: str) -> tuple[int, str]:
    """Run a command in a thread, since it has a loop of its own."""
    env = {"HUTONG_DATA_DIR": str(deps.settings.data_dir), "HUTONG_DEMO": "0"}
    ask = partial(CliRunner().invoke, hutong, ["program", *words], env=env)
    result = await asyncio.to_thread(ask)
    return result.exit_code, result.output
