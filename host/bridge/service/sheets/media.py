"""The sheet in which a person gives pictures."""

from typing import Any

from host.bridge.model import Ask
from host.bridge.pictures import keep_pictures
from host.bridge.service.sheets.model import Answer, Sheet
from host.core.db import Tx


def _answer_pictures(_tx: Tx, _ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Give what the host has made of the files; what a form says about pictures is not read."""
    return {"pictures": answer.made["pictures"]} if "pictures" in answer.made else None


SHEETS = {
    "media.choose": Sheet(
        "bridge/pictures.html",
        _answer_pictures,
        declined={"pictures": None},
        prepare=keep_pictures,
    ),
}
