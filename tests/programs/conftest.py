"""A host that compiles in the box, and a merchant with an upload key."""

import dataclasses
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from quart import Quart

from host.app import create_app
from host.core.deps import Deps
from runtime.pool import Pool, PoolSettings
from tests.programs.packages import APP_ID
from tests.wallet.people import Person, register


@dataclass
class Machine:
    """A merchant's computer, which knows an upload key and has no cookie."""

    app: Quart
    key: str
    token: str = ""

    async def sign_in(self) -> None:
        """Change the key for a token."""
        answer = await self.app.test_client().post("/api/v1/tokens", json={"upload_key": self.key})
        self.token = (await answer.get_json())["access_token"]

    async def upload(
        self, data: bytes, *, app_id: str = APP_ID, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Send a package and return status and answer."""
        answer = await self.app.test_client().post(
            f"/api/v1/programs/{app_id}/packages",
            data=data,
            headers={"Authorization": f"Bearer {self.token}"} | headers,
        )
        return answer.status_code, await answer.get_json(force=True)


@pytest.fixture
async def running(deps: Deps) -> AsyncIterator[Deps]:
    """The parts of a host with the box in which packages are compiled."""
    pool = Pool(PoolSettings(blank_count=1))
    await pool.start()
    yield dataclasses.replace(deps, runtime=pool)
    await pool.stop()


@pytest.fixture
def host(running: Deps) -> Quart:
    """The app of that host."""
    return create_app(running)


async def make_machine(host: Quart, handle: str, brand: str) -> tuple[Person, Machine]:
    """Return a merchant at a browser, whose brand is new, and their signed-in computer."""
    person = await register(host, handle)
    await person.post("/brands", name=brand.title(), handle=brand, description="")
    _, page = await person.post(f"/m/{brand}/keys", label="laptop")
    found = re.search(r"HUTONG_UPLOAD_KEY=(\S+)", page)
    assert found is not None
    machine = Machine(host, found[1])
    await machine.sign_in()
    return person, machine


@pytest.fixture
async def ann(host: Quart) -> tuple[Person, Machine]:
    """A merchant and their computer."""
    return await make_machine(host, "ann", "tea")
