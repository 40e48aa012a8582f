"""The sheet in which a person writes to a merchant; nothing is sent before they press Send."""

from typing import Any

from host.brands import service as brands
from host.bridge.model import Ask
from host.bridge.service.sheets.model import Answer, Sheet
from host.chat import service as chat
from host.chat.model import TEXT_LENGTH_MAX
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import derived_id
from host.market import service as market
from host.programs import service as programs
from host.programs.errors import ProgramNotFoundError


def _read(tx: Tx, ask: Ask) -> dict[str, Any]:
    order_id, brand_id = ask.args["order_id"], _brand_id(tx, ask)
    order = market.access_order(tx, order_id, actor_id=ask.person_id) if order_id else None
    is_muted = brands.is_muted(tx, brand_id, ask.person_id)
    return {"order": order, "text_length_max": TEXT_LENGTH_MAX, "is_muted": is_muted}


def _answer(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Send what the person has written, in their name, once."""
    if answer.fields.get("how") != "send":
        return None
    text = answer.fields.get("text", "")
    if not text.strip():
        raise BadInputError("There is nothing in this message. Write something first.")
    order_id = ask.args["order_id"]
    conversation = chat.find_or_create_brand(
        tx, ask.person_id, brand_id=_brand_id(tx, ask), now_ms=answer.now_ms
    )
    chat.send_message(
        tx,
        conversation.id,
        sender_id=ask.person_id,
        client_id=derived_id("support", ask.id),
        text=text,
        card_kind="order" if order_id else "program",
        card_id=order_id or ask.program_id,
        now_ms=answer.now_ms,
    )
    return {}


def _brand_id(tx: Tx, ask: Ask) -> str:
    program = programs.find_program(tx, ask.program_id)
    if program is None:
        raise ProgramNotFoundError("This shop is no longer there.")
    return program.brand_id


SHEETS = {"support.open": Sheet("bridge/support.html", _answer, declined={}, read=_read)}
