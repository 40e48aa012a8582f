"""Packages that mean harm, sent by a merchant's machine: refused with file and line, none kept."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping

import pytest
from quart import Quart

from host.core.deps import Deps
from runtime.archive import write_archive
from tests.abuse import street as place
from tests.programs.conftest import Machine, host, make_machine, running
from tests.programs.packages import APP_ID, ICON, PAGE, TEMPLATE, make_manifest, make_package
from tests.wallet.people import Person

__all__ = ["host", "running"]

Merchant = tuple[Person, Machine]
SOURCE = PAGE.format(imports="", more="")


@pytest.fixture
async def ann(host: Quart) -> Merchant:
    """A merchant and their computer."""
    return await make_machine(host, "ann", "tea")


def files(**changed: bytes) -> dict[str, bytes]:
    """Return the files of a good package with some changed; ``home_py`` is pages/home/home.py."""
    names = {"home_py": "pages/home/home.py", "home_html": "pages/home/home.html",
             "home_css": "pages/home/home.css", "manifest": "manifest.json",
             "icon": "assets/icon.png"}  # fmt: skip
    good = {
        "manifest.json": json.dumps(make_manifest()).encode(),
        "pages/home/home.py": SOURCE.encode(),
        "pages/home/home.html": TEMPLATE.encode(),
        "assets/icon.png": ICON,
    }
    return good | {names[name]: content for name, content in changed.items()}


def zipped(extra: Mapping[str, bytes], *, mode: int = 0o100644) -> bytes:
    """Return a good package with more entries, written by another tool."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files().items():
            target.writestr(name, content)
        for name, content in extra.items():
            entry = zipfile.ZipInfo("placeholder")
            entry.filename, entry.external_attr = name, mode << 16
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            target.writestr(entry, content)
    return out.getvalue()


ARCHIVES: dict[str, bytes] = {
    "a bomb": zipped({"assets/big.png": b"\0" * 4_000_000}),
    "too large unpacked": zipped({f"assets/{n}.png": bytes(range(256)) * 15_000 for n in range(7)}),
    "too many files": zipped({f"assets/{n}.png": ICON for n in range(501)}),
    "a step up": zipped({"../../etc/cron.d/x": b"x"}),
    "an absolute path": zipped({"/etc/passwd": b"x"}),
    "a backslash": zipped({"pages\\..\\x.py": b"x"}),
    "a link": zipped({"assets/link.png": b"/etc/passwd"}, mode=0o120777),
    "a name in another case": zipped({"PAGES/home/home.py": b"x = 1"}),
    "a name that is a folder": zipped({"assets": b"x"}),
    "a program in front": b"#!/bin/sh\nrm -rf /\n" + write_archive(files()),
    "something after the end": write_archive(files()) + b"<script>",
    "cut off": write_archive(files())[:-7],
    "no manifest": write_archive({"pages/home/home.py": b""}),
    "a picture that is a page": write_archive(files(icon=b"<svg onload=alert(1)>")),
    "something that runs": zipped({"assets/x.js": b"alert(1)"}),
}
SOURCES: dict[str, str] = {
    "a syntax error": SOURCE + "\n    def broken(self, event:\n        pass\n",
    "no indentation": "class Home(Page):\npass\n",
    "brackets": SOURCE + "x = " + "(" * 50_000 + "1" + ")" * 50_000,
    "minus signs": SOURCE + "x = " + "-" * 100_000 + "1",
    "dots": SOURCE + "x = a" + ".b" * 100_000,
    "sums": SOURCE + "x = " + "+".join(["1"] * 100_000),
    "powers": SOURCE + "x = " + "**".join(["9"] * 50_000),
    "lambdas": SOURCE + "x = " + "lambda: " * 50_000 + "1",
    "branches": SOURCE + "if 1:\n    pass\n" + "elif 1:\n    pass\n" * 50_000,
    "a giant number": SOURCE + "x = " + "9" * 1_000_000,
    "a giant constant": SOURCE + "x = 'a' * 10 ** 12\n" + "y = 2 ** 10 ** 9\n" + "import os\n",
    "a NUL": SOURCE + "x = 1\0\n",
    "another coding": "# -*- coding: utf-7 -*-\n" + SOURCE + "+AGkAbQBwAG8AcgB0 os\n",
    "nested f-strings": SOURCE + "x = " + "f'{" * 200 + "1" + "}'" * 200,
    "the file system": SOURCE + "\n    def steal(self, event):\n        open('/etc/passwd')\n",
}
TEMPLATES: dict[str, str] = {
    "a script": "<script>alert(1)</script>",
    "a handler": '<p onclick="alert(1)">x</p>',
    "an address that runs": '<a href="javascript:alert(1)">x</a>',
    "a frame": '<iframe src="https://evil.example"></iframe>',
    "a form elsewhere": '<form action="https://evil.example"></form>',
    "a style": '<style>@import "https://evil.example/x.css"</style>',
    "an svg": "<svg><script>alert(1)</script></svg>",
    "a base": '<base href="https://evil.example/">',
    "a refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "depth": "<div>" * 20_000,
    "a long expression": "{{ " + "+".join(["n"] * 50_000) + " }}",
    "deep brackets": "{{ " + "(" * 20_000 + "n" + ")" * 20_000 + " }}",
    "dunder": "{{ n.__class__.__mro__ }}",
    "never closed": "<p>{{ n",
}
STYLES: dict[str, str] = {
    "an import": '@import url("https://evil.example/x.css");',
    "a picture elsewhere": ".a { background: url(https://evil.example/x.png) }",
    "over everything": ".a { position: fixed; inset: 0; z-index: 99999 }",
    "depth": "@media print {" * 5_000 + ".a { color: red }" + "}" * 5_000,
    "an expression": ".a { width: expression(alert(1)); behavior: url(x) }",
}
MANIFESTS: dict[str, bytes] = {
    "no JSON": b"{",
    "depth": b"[" * 200_000,
    "a name twice": b'{"app_id": "lane.tea", "app_id": "lane.bank"}',
    "not an object": b"[]",
    "infinite": b'{"app_id": 1e400}',
    "broken text": b"\xff\xfe{}",
}


async def refused(machine: Machine, deps: Deps, data: bytes) -> list[dict[str, object]]:
    """Upload what is refused, see that nothing is kept, and return the findings."""
    quiet = ("core_rate", "brands_key")
    before, kept = await place.dump(deps, without=quiet), _blobs(deps)

    status, problem = await machine.upload(data)

    assert 422 == status, problem
    assert "/problems/package-refused" == problem["type"], problem
    assert before == await place.dump(deps, without=quiet)
    assert kept == _blobs(deps)
    for finding in problem["findings"]:
        assert finding["message"]
        assert finding["fix"]
    return list(problem["findings"])


async def test_archives(ann: Merchant, running: Deps) -> None:
    """Bombs, links, steps up, two names for one file: each has its own finding."""
    for name, data in ARCHIVES.items():
        findings = await refused(ann[1], running, data)
        assert str(findings[0]["code"]).startswith("PKG"), (name, findings)
        await _forget_uploads(running)


async def test_a_package_over_the_limit_is_not_read_to_its_end(
    ann: Merchant, running: Deps
) -> None:
    """413 with the number of bytes that a package may have."""
    status, problem = await ann[1].upload(b"PK" + bytes(running.settings.package_bytes_max))

    assert (413, "/problems/package-too-large") == (status, problem["type"])
    assert str(running.settings.package_bytes_max) in problem["detail"]


async def test_sources(ann: Merchant, running: Deps) -> None:
    """Syntax errors, depths, giants, other codings: file, line and column, and the host lives."""
    for name, source in SOURCES.items():
        data = write_archive(files(home_py=source.encode()))
        findings = await refused(ann[1], running, data)
        assert "pages/home/home.py" == findings[0]["file"], (name, findings)
        await _forget_uploads(running)


async def test_a_syntax_error_has_its_place(ann: Merchant, running: Deps) -> None:
    """The finding points at the sign where Python stopped."""
    source = SOURCE + "\n    def broken(self, event:\n        pass\n"
    line = source[: source.index("broken")].count("\n") + 1

    finding = (await refused(ann[1], running, write_archive(files(home_py=source.encode()))))[0]

    assert ("pages/home/home.py", line) == (finding["file"], finding["line"])
    assert isinstance(finding["column"], int)
    assert finding["column"] > 0


async def test_templates_styles_and_manifests(ann: Merchant, running: Deps) -> None:
    """Nothing that runs, loads, covers or nests without end gets in."""
    cases = [("pages/home/home.html", {"home_html": t.encode()}) for t in TEMPLATES.values()]
    cases += [("pages/home/home.css", {"home_css": t.encode()}) for t in STYLES.values()]
    cases += [("manifest.json", {"manifest": data}) for data in MANIFESTS.values()]
    for path, changed in cases:
        findings = await refused(ann[1], running, write_archive(files(**changed)))
        assert path == findings[0]["file"], (changed, findings)
        await _forget_uploads(running)


class TestWhoseId:
    """An id belongs to whoever uploaded it first."""

    @pytest.mark.parametrize("app_id", [APP_ID, APP_ID.upper(), "Lane.Tea"])
    async def test_in_any_spelling(self, ann: Merchant, host: Quart, app_id: str) -> None:
        """Another brand cannot take it in another mix of upper and lower case."""
        await ann[1].upload(make_package())
        _, eve = await make_machine(host, "eve", "eves_shop")

        status, problem = await eve.upload(make_package(app_id=app_id), app_id=app_id)

        assert 409 == status, problem
        assert problem["type"] == "/problems/app-id-taken"
        assert "ann" not in problem["detail"]

    async def test_the_address_in_another_case(self, ann: Merchant) -> None:
        """The address must name the package exactly."""
        status, problem = await ann[1].upload(make_package(), app_id=APP_ID.upper())

        assert (422, "/problems/app-id-mismatch") == (status, problem["type"])

    @pytest.mark.parametrize("app_id", ["../x", "lane.tea/..", "a" * 300, "лане.чай"])
    async def test_ids_that_are_none(self, ann: Merchant, running: Deps, app_id: str) -> None:
        """A path, a device, a novel, another script: no id."""
        manifest = json.dumps(make_manifest(app_id=app_id)).encode()

        await refused(ann[1], running, write_archive(files(manifest=manifest)))

    async def test_two_brands_at_once(self, ann: Merchant, host: Quart) -> None:
        """Of two first uploads in the same moment one gets the id, the other is told."""
        _, eve = await make_machine(host, "eve", "eves_shop")

        answers = await asyncio.gather(
            ann[1].upload(make_package()), eve.upload(make_package(app_id=APP_ID.upper()),
                                                      app_id=APP_ID.upper()),
        )  # fmt: skip

        assert [201, 409] == sorted(status for status, _ in answers)


async def test_a_flood_of_uploads_is_slowed(ann: Merchant) -> None:
    """The twenty-first of a minute waits; the sentence says how long."""
    for _ in range(20):
        await ann[1].upload(b"no package")

    status, problem = await ann[1].upload(b"no package")

    assert 429 == status
    assert "seconds" in problem["detail"]


async def _forget_uploads(deps: Deps) -> None:
    await deps.db.write(lambda tx: tx.run("DELETE FROM core_rate WHERE key LIKE 'upload%'"))


def _blobs(deps: Deps) -> set[str]:
    folder = deps.settings.data_dir / "blobs"
    return {path.name for path in folder.rglob("*") if path.is_file()}
