"""Uploading a package: from a merchant's machine to a version, through every machine check."""

import base64
import hashlib

import pytest
from quart import Quart

from host.core.deps import Deps
from host.core.errors import UnavailableError
from host.core.settings import Settings
from host.programs import service as programs
from host.programs.service.upload import load_package
from tests.programs.conftest import Machine, make_machine
from tests.programs.packages import APP_ID, PAGE, PROFILE, make_package
from tests.wallet.people import Person

Merchant = tuple[Person, Machine]
BROKEN = PAGE.format(
    imports="", more="\n    def steal(self, event):\n        open('/etc/passwd')\n"
)
UNSURE = PAGE.format(
    imports=", api", more="\n    def who(self, event):\n        api.identity.profile(then='add')\n"
)


class TestUpload:
    """What becomes of a package."""

    async def test_becomes_a_version(self, ann: Merchant, running: Deps) -> None:
        """Stored as it was sent, compiled, with icon, permissions and face."""
        person, machine = ann
        data = make_package(permissions=[PROFILE], page=UNSURE)

        status, answer = await machine.upload(data)

        assert (201, "development", 1) == (status, answer["status"], answer["code"])
        assert hashlib.sha256(data).hexdigest() == answer["digest"]
        assert "1.0.0" == answer["version_name"]
        assert answer["console_url"].endswith("/m/tea/program")
        version = await running.db.read(programs.find_version, answer["version_id"])
        assert version is not None
        assert running.blobs.get(version.digest) == data
        assert running.blobs.get(version.compiled_digest)
        assert ["profile"] == [permission.scope for permission in version.permissions]
        page = await person.get("/m/tea/program")
        assert "To greet you." in page
        assert f"/media/{version.icon_id}" in page

    async def test_the_same_bytes_again_are_the_same_version(self, ann: Merchant) -> None:
        """A repeated upload is answered 200 with the first version."""
        _, machine = ann

        first = await machine.upload(make_package())
        again = await machine.upload(make_package())

        assert (201, 200) == (first[0], again[0])
        assert first[1] == again[1]

    async def test_a_broken_package_names_every_line(self, ann: Merchant) -> None:
        """File, line, column, rule and the way out; nothing is stored."""
        person, machine = ann

        status, problem = await machine.upload(make_package(page=BROKEN))

        assert (422, "/problems/package-refused") == (status, problem["type"])
        finding = problem["findings"][0]
        assert ("pages/home/home.py", 13) == (finding["file"], finding["line"])
        assert finding["code"].startswith("LANG")
        assert "Publish your first mini-program" in await person.get("/m/tea/program")

    @pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04" + b"\x00" * 64])
    async def test_what_is_no_package_is_refused(self, ann: Merchant, data: bytes) -> None:
        """With a finding, not with a bug."""
        status, problem = await ann[1].upload(data)

        assert (422, "/problems/package-refused") == (status, problem["type"])

    async def test_a_version_grows(self, ann: Merchant) -> None:
        """Other bytes with the same code are refused."""
        _, machine = ann
        await machine.upload(make_package(2))

        status, problem = await machine.upload(make_package(2, permissions=[PROFILE], page=UNSURE))

        assert (409, "/problems/version-not-newer") == (status, problem["type"])

    async def test_the_address_and_the_package_name_one_program(self, ann: Merchant) -> None:
        """A package sent to another id is refused."""
        status, problem = await ann[1].upload(make_package(), app_id="lane.coffee")

        assert (422, "/problems/app-id-mismatch") == (status, problem["type"])

    async def test_an_id_belongs_to_who_came_first(self, ann: Merchant, host: Quart) -> None:
        """Another brand cannot upload under it, in no mix of upper and lower case."""
        await ann[1].upload(make_package())
        _, other = await make_machine(host, "bob", "coffee")

        for app_id in (APP_ID, APP_ID.upper()):
            status, problem = await other.upload(make_package(9, app_id=app_id), app_id=app_id)
            assert (409, "/problems/app-id-taken") == (status, problem["type"])


class TestWalls:
    """What cannot be sent, and by whom."""

    async def test_an_oversize_body_is_refused(self, ann: Merchant, settings: Settings) -> None:
        """Before anybody looks into it."""
        data = make_package() + b"\x00" * settings.package_bytes_max

        status, problem = await ann[1].upload(data)

        assert (413, "/problems/package-too-large") == (status, problem["type"])

    async def test_a_body_that_changed_on_its_way_is_refused(self, ann: Merchant) -> None:
        """The sender may say what it sent; the right digest passes."""
        digest = base64.b64encode(hashlib.sha256(make_package(1)).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:"}

        status, problem = await ann[1].upload(make_package(2), **headers)

        assert (422, "/problems/digest-mismatch") == (status, problem["type"])
        assert 201 == (await ann[1].upload(make_package(1), **headers))[0]

    @pytest.mark.parametrize("token", ["", "x", "a.b.c"])
    async def test_without_a_token_nothing_is_taken(self, ann: Merchant, token: str) -> None:
        """And a browser's cookie is no token."""
        _, machine = ann
        machine.token = token

        status, _ = await machine.upload(make_package())

        assert 401 == status

    async def test_a_swapped_package_does_not_run(self, ann: Merchant, running: Deps) -> None:
        """Bytes that are not the reviewed ones are refused when they are loaded."""
        _, answer = await ann[1].upload(make_package())
        version = await running.db.read(programs.find_version, answer["version_id"])
        assert version is not None
        path = running.settings.data_dir / "blobs" / version.digest[:2] / version.digest
        assert APP_ID == load_package(running, version).manifest.app_id

        path.write_bytes(make_package(2))

        with pytest.raises(UnavailableError, match="damaged"):
            load_package(running, version)

    async def test_a_strangers_versions_are_not_found(self, ann: Merchant, host: Quart) -> None:
        """A key reads the versions of its own brand alone."""
        await ann[1].upload(make_package())
        _, other = await make_machine(host, "bob", "coffee")

        for machine, status in ((ann[1], 200), (other, 404)):
            answer = await host.test_client().get(
                f"/api/v1/programs/{APP_ID}/versions",
                headers={"Authorization": f"Bearer {machine.token}"},
            )
            assert status == answer.status_code
