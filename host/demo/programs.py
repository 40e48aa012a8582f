"""The demo's three mini-programs: packed, uploaded, reviewed and put live as a merchant would."""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path

from host.core.ids import derived_id
from host.demo.people import ADMIN, SHOPS, Shop
from host.demo.story import Lane
from host.programs import service as programs
from host.programs.service.upload import upload
from host.review import service as review
from runtime.package import write_package

# Beside the packages, both in a checkout and where the wheel is installed.
FOLDER = Path(__file__).resolve().parents[2] / "miniapps"


async def publish_all(lane: Lane) -> None:
    """Bring every shop's mini-program through upload and review to live."""
    for shop in SHOPS:
        await _publish(lane, shop)
    await _submit_next(lane, SHOPS[0])


async def _publish(lane: Lane, shop: Shop) -> None:
    deps, owner_id, now_ms = lane.deps, lane.people[shop.owner], lane.at(days=6)
    package = await asyncio.to_thread(write_package, FOLDER / shop.program)
    app_id = await asyncio.to_thread(read_app_id, shop)
    brand_id = lane.brands[shop.handle]
    version, _ = await upload(deps, package, app_id=app_id, brand_id=brand_id, now_ms=now_ms)
    await deps.db.write(programs.submit_version, version.id, actor_id=owner_id, now_ms=now_ms)
    await _review(lane, version.id, app_id=app_id, brand_id=brand_id, owner_id=owner_id)
    await deps.db.write(programs.put_live, version.id, actor_id=owner_id, now_ms=lane.at(days=5))


async def _submit_next(lane: Lane, shop: Shop) -> None:
    """Leave the admin something to decide: a next version that asks for one permission more."""
    deps, owner_id, now_ms = lane.deps, lane.people[shop.owner], lane.at(hours=9)
    package = await asyncio.to_thread(_pack_next, FOLDER / shop.program)
    version, _ = await upload(
        deps,
        package,
        app_id=await asyncio.to_thread(read_app_id, shop),
        brand_id=lane.brands[shop.handle],
        now_ms=now_ms,
    )
    await deps.db.write(programs.submit_version, version.id, actor_id=owner_id, now_ms=now_ms)


def _pack_next(folder: Path) -> bytes:
    with tempfile.TemporaryDirectory() as somewhere:
        copy = Path(somewhere) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
        path = copy / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["version"] = {"name": "1.1.0", "code": 2}
        manifest["hutong"]["permissions"].append(
            {
                "scope": "address",
                "required": False,
                "reason": {
                    "en": "To say on the product page when a parcel would reach you.",
                    "zh-Hans": "用于在商品页告诉你包裹何时能到。",
                },
            }
        )
        path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2), encoding="utf-8")
        return write_package(copy)


async def _review(
    lane: Lane, version_id: str, *, app_id: str, brand_id: str, owner_id: str
) -> None:
    """Let the admin receive, open and approve it; what it asks for was read by its authors."""
    db, admin_id, now_ms = lane.deps.db, lane.people[ADMIN], lane.at(days=5, hours=20)
    version = await db.read(programs.find_version, version_id)
    if version is None:
        raise LookupError(version_id)
    submission_id = derived_id("demo-submission", version_id)
    await db.write(
        review.receive_submission,
        submission_id,
        version_id=version_id,
        program_id=app_id,
        brand_id=brand_id,
        submitted_by=owner_id,
        now_ms=now_ms,
    )
    await db.write(review.note_seen, submission_id, actor_id=admin_id, now_ms=now_ms)
    await db.write(
        review.approve,
        submission_id,
        actor_id=admin_id,
        scopes=[permission.scope for permission in version.permissions],
        now_ms=now_ms + 60_000,
    )


def read_app_id(shop: Shop) -> str:
    """Return the id of a shop's mini-program."""
    text = (FOLDER / shop.program / "manifest.json").read_text(encoding="utf-8")
    return str(json.loads(text)["app_id"])
