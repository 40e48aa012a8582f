"""Sheets about who the person is: name and picture, an address."""

from typing import Any

from host.bridge.model import Ask
from host.bridge.profile import address_fields, find_profile
from host.bridge.service.consents import HOWS, allow
from host.bridge.service.sheets.model import Answer, Sheet
from host.core.db import Tx
from host.market import service as market


def _answer_profile(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take once, visit or always; anything else declines."""
    how = answer.fields.get("how", "")
    if how not in HOWS:
        return None
    allow(tx, ask.person_id, ask.program_id, "profile", how=how, now_ms=answer.now_ms)
    return find_profile(tx, ask.person_id)


def _answer_address(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take an address of the person's book, picked each time."""
    address_id = answer.fields.get("address_id", "")
    if not address_id:
        return None
    return address_fields(market.access_address(tx, address_id, actor_id=ask.person_id))


def _read_addresses(tx: Tx, ask: Ask) -> dict[str, Any]:
    return {"addresses": market.list_addresses(tx, ask.person_id)}


SHEETS = {
    "identity.profile": Sheet(
        "bridge/consent.html", _answer_profile, declined={"name": None, "avatar": None}
    ),
    "address.choose": Sheet(
        "bridge/address.html",
        _answer_address,
        declined={"name": None, "phone": None, "text": None},
        read=_read_addresses,
    ),
}
