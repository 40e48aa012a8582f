"""Small packages for the tests of programs and review, and steps that many tests begin with."""

import json
from collections.abc import Sequence
from typing import Any

from host.brands import service as brands
from host.core.deps import Deps
from host.identity.model import Person
from host.programs import service as programs
from host.programs.model import CheckedPackage, Permission
from host.programs.service import Version
from runtime.archive import write_archive
from sdk.contract.findings import Finding
from tests.conftest import START_MS

APP_ID = "lane.tea"
PAGE = '''"""The first page."""

from sdk import Page{imports}


class Home(Page):
    n: int = 0

    def add(self, event):
        self.n += 1
{more}'''
TEMPLATE = '<h1>{{ n }}</h1><button m-on:tap="add">+</button>\n'
# A picture of one pixel.
ICON = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8"
    "ffff3f0005fe02fedccc59e70000000049454e44ae426082"
)
PROFILE = {
    "scope": "profile",
    "required": False,
    "reason": {"en": "To greet you.", "zh-Hans": "用于称呼你。"},
}


def make_manifest(
    code: int = 1, *, app_id: str = APP_ID, permissions: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return a manifest."""
    return {
        "app_id": app_id,
        "name": "Tea",
        "description": "Teas of the hills.",
        "icons": [{"src": "assets/icon.png", "sizes": "1x1"}],
        "pages": ["pages/home/home"],
        "platform_version": {"min_code": 1},
        "version": {"name": f"{code}.0.0", "code": code},
        "hutong": {"permissions": list(permissions)},
    }


def make_package(
    code: int = 1,
    *,
    app_id: str = APP_ID,
    permissions: Sequence[dict[str, Any]] = (),
    page: str = PAGE.format(imports="", more=""),
) -> bytes:
    """Return the bytes of a package."""
    manifest = make_manifest(code, app_id=app_id, permissions=permissions)
    return write_archive(
        {
            "manifest.json": json.dumps(manifest, ensure_ascii=False).encode(),
            "pages/home/home.py": page.encode(),
            "pages/home/home.html": TEMPLATE.encode(),
            "assets/icon.png": ICON,
        }
    )


def make_checked(
    code: int = 1,
    *,
    app_id: str = APP_ID,
    permissions: Sequence[Permission] = (),
    findings: Sequence[Finding] = (),
    digest: str = "",
) -> CheckedPackage:
    """Return what an upload becomes, for tests that begin after the machine checks."""
    return CheckedPackage(
        app_id=app_id,
        version_name=f"{code}.0.0",
        code=code,
        digest=digest or f"digest of {code}",
        compiled_digest="none",
        size_bytes=1000,
        name="Tea",
        description="Teas of the hills.",
        icon_id=None,
        permissions=tuple(permissions),
        findings=tuple(findings),
    )


async def make_brand(deps: Deps, owner: Person, handle: str = "tea") -> brands.Brand:
    """Return a new brand."""
    return await deps.db.write(
        brands.create_brand,
        owner_id=owner.id,
        handle=handle,
        name="Tea House",
        description="",
        now_ms=START_MS,
    )


async def store(
    deps: Deps, brand: brands.Brand, code: int = 1, *, permissions: Sequence[Permission] = ()
) -> Version:
    """Return a stored version in development."""
    return await deps.db.write(
        programs.store_version,
        make_checked(code, permissions=permissions),
        brand_id=brand.id,
        now_ms=deps.now_ms(),
    )


async def approve(deps: Deps, version: Version, *, actor: Person) -> Version:
    """Submit a version and approve it as review would, with every scope it asks for."""
    await deps.db.write(
        programs.submit_version, version.id, actor_id=actor.id, now_ms=deps.now_ms()
    )
    scopes = [permission.scope for permission in version.permissions]
    return await deps.db.write(
        programs.approve_version, version.id, scopes=scopes, now_ms=deps.now_ms()
    )
