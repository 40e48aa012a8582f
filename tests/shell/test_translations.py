"""What the host says, it says in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from host.core.i18n import FOLDER
from tests.shell.messages import find_messages, find_missing

FILES = sorted((FOLDER / "zh_Hans").glob("*.po"))
PLACES = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("domain", sorted(find_messages()))
def test_every_message_has_a_chinese_text(domain: str) -> None:
    """Templates, refusals and their titles; a failure names the text and where it stands."""
    missing = find_missing().get(domain, {})

    assert [] == [f"{text!r} ({place})" for text, place in missing.items()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_names_the_same_values(path: Path) -> None:
    """A place that is misspelt would be an error on the page, in one language only."""
    with path.open("rb") as file:
        catalog = read_po(file, locale="zh_Hans")
    wrong = [
        message.id
        for message in catalog
        if message.id and set(PLACES.findall(message.id)) != set(PLACES.findall(message.string))
    ]

    assert [] == wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_translation_is_empty_or_unsure(path: Path) -> None:
    """An empty or fuzzy entry is a promise that nobody kept."""
    with path.open("rb") as file:
        catalog = read_po(file, locale="zh_Hans")

    assert [] == [m.id for m in catalog if m.id and (not m.string or m.fuzzy)]


def test_a_text_has_one_translation() -> None:
    """The files are one catalogue: of two translations of one text, the later file's would win."""
    found: dict[str, dict[str, str]] = {}
    for path in FILES:
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if isinstance(message.id, str) and message.id:
                    found.setdefault(message.id, {})[path.stem] = str(message.string)

    assert {} == {text: files for text, files in found.items() if len(set(files.values())) > 1}


def test_there_is_something_to_translate() -> None:
    """The search finds what is known to be there: a template's, a refusal's, a title's message."""
    found = find_messages()

    assert {"Discover", "Show more"} <= found["shell"].keys()
    assert "This post is not here" in found["feed"]
    assert "Sign in first" in found["core"]
