"""Translations: English in the code, Chinese in ``host/shell/locale/zh_Hans/<domain>.po``.

The files are read at start (no build step, nothing generated to commit).
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGS = ("en", "zh-Hans")
FOLDER = Path(__file__).resolve().parent.parent / "shell" / "locale"


@functools.cache
def messages(lang: str) -> Mapping[str, str]:
    """Return every message of ``lang``; English needs none."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / lang.replace("-", "_")).glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=lang.replace("-", "_"))
        for message in catalog:
            if isinstance(message.id, str) and message.id and isinstance(message.string, str):
                found[message.id] = message.string or message.id
    return found


def gettext(lang: str, message: str, **values: Any) -> str:
    """Return ``message`` in ``lang``, its ``%(name)s`` places filled from ``values``."""
    text = messages(lang).get(message, message) if lang != "en" else message
    return text % values if values and "%(" in text else text


def choose_lang(wanted: str) -> str:
    """Return the language of this host that an Accept-Language header asks for first."""
    for part in wanted.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return "en"
