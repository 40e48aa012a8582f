"""Sheets about the device: a text to paste, a telephone number."""

import re
from typing import Any

from host.bridge.model import Ask
from host.bridge.service.sheets.model import Answer, Sheet
from host.core.db import Tx
from host.core.errors import BadInputError
from host.market import service as market
from sdk.contract.capabilities.device import CLIPBOARD_CHARS_MAX, NUMBER_PATTERN

_NOT_A_NUMBER = "Write a telephone number in digits, with + and the country first if you like."


def _answer_clipboard(_tx: Tx, _ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take the text as the person left it in the field."""
    if answer.fields.get("how") != "give":
        return None
    # A browser sends line breaks as CR LF.
    text = answer.fields.get("text", "").replace("\r\n", "\n")
    if not text or len(text) > CLIPBOARD_CHARS_MAX:
        raise BadInputError(
            "Paste a text of at most %(limit)s characters.", limit=CLIPBOARD_CHARS_MAX
        )
    return {"text": text}


def _read_clipboard(_tx: Tx, _ask: Ask) -> dict[str, Any]:
    return {"length_max": CLIPBOARD_CHARS_MAX}


def _answer_phone(_tx: Tx, _ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take a number of the address book, or one that was written."""
    chosen = answer.fields.get("phone", "")
    typed = answer.fields.get("typed", "").strip()
    if answer.fields.get("how") == "give":
        chosen = typed
    elif not chosen:
        return None
    if not re.fullmatch(NUMBER_PATTERN, chosen, re.ASCII):
        raise BadInputError(_NOT_A_NUMBER)
    return {"phone": bare_number(chosen)}


def _read_phones(tx: Tx, ask: Ask) -> dict[str, Any]:
    addresses = market.list_addresses(tx, ask.person_id)
    # A dict keeps the order and each number once: the newest address stands first.
    phones = {bare_number(each.phone): each.recipient for each in addresses if each.phone}
    return {"phones": list(phones.items())}


def bare_number(number: str) -> str:
    """Return a number without what people write between its digits."""
    return re.sub(r"[^0-9+]", "", number)


SHEETS = {
    "clipboard.get": Sheet(
        "bridge/paste.html", _answer_clipboard, declined={"text": None}, read=_read_clipboard
    ),
    "identity.phone": Sheet(
        "bridge/phone.html", _answer_phone, declined={"phone": None}, read=_read_phones
    ),
}
