"""What docs/device.md shows works as it stands."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from host.cli import main as hutong
from sdk.errors import ApiError
from sdk.testing import open_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "device.md"


def blocks(language: str) -> list[str]:
    """Return the page's blocks of code in a language."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the page that the document shows, and its permissions."""
    monkeypatch.chdir(tmp_path)
    assert 0 == CliRunner().invoke(hutong, ["new", "counter"]).exit_code
    folder = tmp_path / "counter" / "pages" / "counter"
    folder.mkdir()
    (html,), (permissions,) = blocks("html"), blocks("json")
    (folder / "counter.py").write_text(blocks("python")[0], encoding="utf-8")
    (folder / "counter.html").write_text(html, encoding="utf-8")
    path = tmp_path / "counter" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["pages"].append("pages/counter/counter")
    manifest["hutong"]["permissions"] += json.loads(permissions)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return tmp_path / "counter"


def test_the_page_passes_every_check(counter: Path) -> None:
    """The permissions are those that it uses, no more and no fewer."""
    checked = CliRunner().invoke(hutong, ["check", counter.name])

    assert "0 errors, 0 warnings" in checked.output


def test_the_shown_test_passes(counter: Path) -> None:
    """As it is written."""
    exec(blocks("python")[1], {"open_page": open_page})  # noqa: S102  (our own document)

    page = open_page(counter, "pages/counter/counter")
    page.tap("button.paste").answer(text=" OOLONG ")
    page.tap("button.branch").answer()
    assert "West Lake is nearest" in page.text
    page.tap("button.ticket").answer(text="FREE-TEA")
    assert "not one of our tickets" in page.text
    page.tap("button.ticket").answer()
    assert "One pot of Longjing" in page.text
    page.tap("button.friend").answer()
    assert "A cup for Jonas Weber" in page.text
    page.tap("button.add").answer()
    page.tap("button[data-place=0]")
    assert "OOLONG" in page.text
    page.tap("button.phone").answer()
    assert "We call +8613800000000" in page.text
    page.tap("button.copy")
    shown = {"urls": [f"/media/{'0' * 32}.webp"], "current": 0, "alts": []}
    assert ("media.preview", shown) in page.calls
    assert page.calls[-1] == ("clipboard.set", {"text": "OOLONG"})


def test_a_test_refuses_an_act_that_nobody_did(counter: Path) -> None:
    """As the host does: the merchant finds it at their own desk."""
    path = counter / "pages" / "counter" / "counter.py"
    text = path.read_text(encoding="utf-8")
    early = '    def on_load(self, query):\n        api.clipboard.set("x")\n\n    def copy('
    path.write_text(text.replace("    def copy(", early, 1), encoding="utf-8")

    with pytest.raises(ApiError, match="Only a tap") as refused:
        open_page(counter, "pages/counter/counter")

    assert refused.value.code == "needs-act"
