"""Sheets about money back: a buyer asks for it, somebody of the shop gives it.

Both show the order as the market has it at that moment, and do what the market's own pages do.
"""

from typing import Any

from host.bridge.model import Ask
from host.bridge.service.sheets.model import Answer, Sheet
from host.core.db import Tx
from host.core.ids import derived_id
from host.market import service as market
from host.market.model import RefundStatus

_DECLINED = {"status": None}


def _read_own(tx: Tx, ask: Ask) -> dict[str, Any]:
    return {"order": market.access_order(tx, ask.args["order_id"], actor_id=ask.person_id)}


def _read_sale(tx: Tx, ask: Ask) -> dict[str, Any]:
    return {"order": market.access_sale(tx, ask.args["order_id"], actor_id=ask.person_id)}


def _answer_ask(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take the reason; the market refuses an empty one with a sentence for the person."""
    if answer.fields.get("how") != "ask":
        return None
    refund = market.ask_refund(
        tx,
        derived_id("refund", ask.id),
        order_id=ask.args["order_id"],
        actor_id=ask.person_id,
        reason=answer.fields.get("reason", ""),
        now_ms=answer.now_ms,
    )
    return {"status": "asked" if refund.status is RefundStatus.ASKED else "refunded"}


def _answer_give(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Give the money back; who has left the team by now finds no such order."""
    if answer.fields.get("how") != "refund":
        return None
    market.accept_refund(tx, ask.args["order_id"], actor_id=ask.person_id, now_ms=answer.now_ms)
    return {"status": "refunded"}


SHEETS = {
    "orders.ask_refund": Sheet(
        "bridge/refund_ask.html", _answer_ask, declined=_DECLINED, read=_read_own
    ),
    "pay.refund": Sheet(
        "bridge/refund_give.html", _answer_give, declined=_DECLINED, read=_read_sale
    ),
}
