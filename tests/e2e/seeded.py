"""A host's data folder with a shop of the test's own in it, made before the host starts."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from host.core.deps import Deps
from host.core.settings import Settings
from host.identity import service as identity
from host.programs import service as programs
from host.programs.service.upload import upload
from host.serve import open_deps
from runtime.archive import write_archive
from tests.bridge import shop
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess
from tests.market import make
from tests.market.make import Lane

_SESSION_TTL_MS = 3_600_000


def package(
    pages: Mapping[str, tuple[str, str]],
    *,
    app_id: str = shop.APP_ID,
    name: str = "Test Shop",
    **hutong: Any,
) -> dict[str, bytes]:
    """Return the files of a program: each page by its route, with its code and its template."""
    files = shop.files()
    manifest = json.loads(files["manifest.json"])
    manifest |= {"app_id": app_id, "name": name, "pages": list(pages), "hutong": hutong}
    return {
        "manifest.json": json.dumps(manifest).encode(),
        "assets/icon.png": files["assets/icon.png"],
        **{f"{route}.py": code.encode() for route, (code, _) in pages.items()},
        **{f"{route}.html": template.encode() for route, (_, template) in pages.items()},
    }


def seed(
    data_dir: Path, packages: Mapping[str, Mapping[str, bytes]], *, scopes: tuple[str, ...] = ()
) -> str:
    """Put programs live by their app_id, with ``scopes`` granted, and return a session's token.

    It is that of Ann, who has an address and money.
    """

    async def work() -> str:
        async with open_deps(Settings(data_dir=data_dir, demo=False)) as deps:
            lane = await make.lane(deps.db)
            await shop.put_tea(deps, lane)
            for app_id, files in packages.items():
                await _publish(deps, lane, app_id, files, scopes)
            return await _sign_in(deps, lane.buyer_id)

    # Playwright keeps a loop on this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work()).result()


def enter(person: Person, host: HostProcess, token: str) -> None:
    """Let a browser be signed in."""
    person.context.add_cookies([{"name": "hutong", "value": token, "url": host.url}])


async def _publish(
    deps: Deps, lane: Lane, app_id: str, files: Mapping[str, bytes], scopes: tuple[str, ...]
) -> None:
    data, now_ms = write_archive(files), deps.now_ms()
    version, _ = await upload(deps, data, app_id=app_id, brand_id=lane.brand_id, now_ms=now_ms)
    seller = {"actor_id": lane.seller_id, "now_ms": now_ms}
    await deps.db.write(programs.submit_version, version.id, **seller)
    await deps.db.write(programs.approve_version, version.id, scopes=scopes, now_ms=now_ms)
    await deps.db.write(programs.put_live, version.id, **seller)


async def _sign_in(deps: Deps, person_id: str) -> str:
    token = identity.new_token()
    await deps.db.write(
        identity.open_session,
        person_id,
        token_hash=identity.hash_token(token),
        device="test",
        ttl_ms=_SESSION_TTL_MS,
        now_ms=deps.now_ms(),
    )
    return token
