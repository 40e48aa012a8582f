"""What docs/tutorial.md tells a merchant to type works as it stands."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from host.cli import main as hutong
from sdk.testing import open_page

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
TEA = {
    "sku": "longjing-50",
    "name": "Longjing",
    "price_minor": 4850,
    "currency": "CNY",
    "cover": None,
}


def blocks(language: str) -> list[str]:
    """Return the tutorial's blocks of code in a language."""
    text = TUTORIAL.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the tutorial makes, with the page that it shows."""
    monkeypatch.chdir(tmp_path)
    assert 0 == CliRunner().invoke(hutong, ["new", "tea-stall"]).exit_code
    page = tmp_path / "tea-stall" / "pages" / "product"
    (python,), (html,) = blocks("python"), blocks("html")
    (page / "product.py").write_text(python, encoding="utf-8")
    (page / "product.html").write_text(html, encoding="utf-8")
    return tmp_path / "tea-stall"


def test_the_page_is_accepted_and_packed(shop: Path) -> None:
    """With the one warning that the tutorial speaks of."""
    checked = CliRunner().invoke(hutong, ["check", shop.name])

    assert "0 errors, 1 warning" in checked.output
    assert "hutong.permissions asks for 'profile', which no file uses" in checked.output
    assert 0 == CliRunner().invoke(hutong, ["pack", shop.name]).exit_code


@pytest.mark.parametrize("query", [{}, {"sku": "longjing-50"}])
def test_the_page_sells(shop: Path, query: dict[str, str]) -> None:
    """However it was opened."""
    page = open_page(shop, "pages/product/product", products=[TEA], **query)
    page.change("m-stepper", 2)
    page.tap("button.primary")
    page.answer(ok=True)

    assert "Longjing" in page.text
    names = [name for name, _ in page.calls]
    assert ["orders.create", "pay.open", "nav.redirect"] == names[-3:]


def test_people_leave_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page with a collection keeps what is written, beside what others wrote."""
    monkeypatch.chdir(tmp_path)
    assert 0 == CliRunner().invoke(hutong, ["new", "tea-stall"]).exit_code
    shop = tmp_path / "tea-stall"
    (python,), (collections,) = blocks("py"), blocks("json")
    html = """<p m-for="note in notes" m-key="note.id">{{ note.text }}</p>
<input m-model="text" aria-label="Note"><button m-on:tap="leave">Leave</button>"""
    (shop / "pages" / "notes").mkdir()
    (shop / "pages" / "notes" / "notes.py").write_text(python, encoding="utf-8")
    (shop / "pages" / "notes" / "notes.html").write_text(html, encoding="utf-8")
    manifest = json.loads((shop / "manifest.json").read_text(encoding="utf-8"))
    manifest["pages"].append("pages/notes/notes")
    manifest["hutong"] |= json.loads(collections)
    (shop / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    page = open_page(shop, "pages/notes/notes")
    page.db.put("notes", {"text": "Good tea", "thanks": 0}, owner="somebody")
    page.fill("input", "Warm rain").tap("button")

    assert ["Warm rain", "Good tea"] == [note["text"] for note in page.state["notes"]]
    assert ["Good tea", "Warm rain"] == [note["text"] for note in page.db.all("notes")]


def test_every_command_exists() -> None:
    """Each line that begins with hutong names a command of ours."""
    lines = [line.split() for block in blocks("") for line in block.splitlines()]
    words = {line[1] for line in lines if line[:1] == ["hutong"]}

    assert words == {"new", "check", "pack", "publish"}
    assert words <= set(hutong.commands)
