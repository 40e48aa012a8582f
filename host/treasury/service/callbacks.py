"""What a rail tells by itself: heard once, believed only where it fits the order."""

from typing import Literal

import msgspec

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import derived_id
from host.core.money import AMOUNT_MINOR_MAX, EXPONENTS, Currency
from host.treasury import repository
from host.treasury.model import Break, BreakKind
from host.wallet.rail_model import RailAnswer, RailOperation, RailState
from host.wallet.service import rail as rails

Outcome = Literal["noted", "repeated", "mismatch", "unknown"]
_TEXT_LENGTH_MAX = 100


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a call-back."""

    order_id: str
    state: Literal["done", "failed", "returned"]
    amount_minor: int
    currency: str
    rail_reference: str = ""
    reason: str = ""


def read_told(body: bytes) -> Told:
    """Read a call-back strictly."""
    try:
        told = msgspec.json.decode(body, type=Told)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInputError("A call-back is JSON with order_id, state, amount_minor, …") from error
    texts = (told.order_id, told.rail_reference, told.reason)
    if max(map(len, texts)) > _TEXT_LENGTH_MAX or told.currency not in EXPONENTS:
        raise BadInputError(
            "A text of this call-back is too long, or its currency is none of ours."
        )
    if not 0 < told.amount_minor <= AMOUNT_MINOR_MAX:
        raise BadInputError("amount_minor is 1 or more.")
    return told


def hear_callback(tx: Tx, callback_id: str, *, rail: str, told: Told, now_ms: int) -> Outcome:
    """Note what a rail says of an order.  Where it does not fit, no money moves and it is a break.

    The statement will tell what there really is; only that is booked.
    """
    operation = rails.find_operation(tx, told.order_id)
    outcome = _judge(rail, told, operation)
    scoped_id = derived_id("treasury.callback", rail, callback_id)
    if not repository.insert_callback(tx, scoped_id, rail=rail, outcome=outcome, now_ms=now_ms):
        return "repeated"
    if outcome == "noted":
        answer = RailAnswer(RailState(told.state), told.rail_reference, told.reason)
        rails.record_answer(tx, told.order_id, answer, now_ms=now_ms)
        return outcome
    known = "" if operation is None else _known(operation)
    found = Break(
        id=derived_id("treasury.break", scoped_id),
        rail=rail,
        kind=BreakKind.CALLBACK,
        line_id=None,
        operation_id=told.order_id,
        amount_minor=told.amount_minor,
        suspended_minor=0,
        currency=Currency(told.currency),
        detail=f"{told.state} {told.amount_minor} {told.currency} {told.rail_reference}{known}",
        opened_at_ms=now_ms,
    )
    repository.insert_break(tx, found)
    return outcome


def _judge(rail: str, told: Told, operation: RailOperation | None) -> Outcome:
    if operation is None or operation.rail != rail:
        return "unknown"
    money = operation.money
    fits = (money.amount_minor, money.currency) == (told.amount_minor, told.currency)
    return "noted" if fits else "mismatch"


def _known(operation: RailOperation) -> str:
    return f", order {operation.money.amount_minor} {operation.money.currency}"
