"""Sheets in the shop's own words: yes or no, one of a few, a line of text, another mini-program.

Each says who asks, so that none can be taken for a question of the host.
"""

from typing import Any
from urllib.parse import quote, urlencode

from host.brands import service as brands
from host.bridge.model import Ask
from host.bridge.service.sheets.model import Answer, Sheet
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.text import whole_number
from host.programs import service as programs

TEXT_LENGTH_MAX = 500


def _answer_yes(_tx: Tx, _ask: Ask, answer: Answer) -> dict[str, Any] | None:
    return {} if answer.fields.get("how") == "yes" else None


def _answer_choice(_tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take the number of an item that was offered."""
    if answer.fields.get("how") == "no":
        return None
    items, chosen = ask.args["items"], whole_number(answer.fields.get("index", ""))
    if chosen is None or chosen >= len(items):
        raise BadInputError("Choose one of the list.")
    return {"index": chosen, "text": items[chosen]}


def _answer_text(_tx: Tx, _ask: Ask, answer: Answer) -> dict[str, Any] | None:
    if answer.fields.get("how") != "yes":
        return None
    text = answer.fields.get("text", "").strip()
    if len(text) > TEXT_LENGTH_MAX:
        raise BadInputError("Write at most %(limit)s characters.", limit=TEXT_LENGTH_MAX)
    return {"text": text}


def _read_other(tx: Tx, ask: Ask) -> dict[str, Any]:
    other, _ = programs.access_live(tx, ask.args["app_id"])
    return {"other": other, "other_brand": brands.find_brand(tx, other.brand_id)}


def _other_url(ask: Ask) -> str:
    query = {name: value for name, value in ask.args["query"].items() if value is not None}
    path = f"/p/{ask.args['app_id']}"
    path = f"{path}/{quote(ask.args['page'])}" if ask.args["page"] else path
    return f"{path}?{urlencode(query)}" if query else path


SHEETS = {
    "ui.modal": Sheet("bridge/modal.html", _answer_yes, declined={}),
    "ui.action_sheet": Sheet(
        "bridge/action_sheet.html", _answer_choice, declined={"index": None, "text": None}
    ),
    "ui.prompt": Sheet("bridge/prompt.html", _answer_text, declined={"text": None}),
    "nav.open_program": Sheet(
        "bridge/open_program.html", _answer_yes, declined={}, read=_read_other, leads_to=_other_url
    ),
}
