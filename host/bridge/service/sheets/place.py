"""Sheets about where somebody is, what their camera reads, and whom they know."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from host.bridge.codes import read_sent_code
from host.bridge.model import Ask, SentFile
from host.bridge.pairwise import contact_id
from host.bridge.place import COARSE_ACCURACY_M, blur
from host.bridge.service.consents import HOWS, allow, find_open_scopes
from host.bridge.service.sheets.model import Answer, Sheet
from host.contacts import service as contacts
from host.core.db import Tx
from host.core.deps import Deps
from host.core.errors import BadInputError

_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?", re.ASCII)
_METRES = re.compile(r"\d{1,9}(?:\.\d{1,20})?", re.ASCII)
# What the sheet says by itself when the person has allowed this before.
_ALLOWED_BEFORE = "before"


def _answer_location(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take the place once, for the visit or always; what is given may be less than was asked."""
    how = answer.fields.get("how", "")
    is_exact = ask.args["accuracy"] == "exact" and answer.fields.get("accuracy") == "exact"
    scope = "location_exact" if is_exact else "location_coarse"
    if how == _ALLOWED_BEFORE:
        if scope not in find_open_scopes(tx, ask.person_id, ask.program_id, now_ms=answer.now_ms):
            return None
    elif how not in HOWS:
        return None
    else:
        allow(tx, ask.person_id, ask.program_id, scope, how=how, now_ms=answer.now_ms)
    latitude = _number(answer.fields, "latitude", _DEGREES, limit=90)
    longitude = _number(answer.fields, "longitude", _DEGREES, limit=180)
    accuracy_m = round(_number(answer.fields, "accuracy_m", _METRES, limit=10**9))
    if not is_exact:
        latitude, longitude = blur(latitude, longitude)
        accuracy_m = max(COARSE_ACCURACY_M, accuracy_m)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "accuracy_m": accuracy_m,
        "accuracy": "exact" if is_exact else "coarse",
    }


def _number(fields: Mapping[str, str], name: str, form: re.Pattern[str], *, limit: float) -> float:
    text = fields.get(name, "")
    if not form.fullmatch(text) or abs(float(text)) > limit:
        raise BadInputError("Your device did not say where it is. Try again, or do not allow it.")
    return float(text)


def _read_location(tx: Tx, ask: Ask) -> dict[str, Any]:
    # As of when it was asked: the answer looks again.
    scopes = find_open_scopes(tx, ask.person_id, ask.program_id, now_ms=ask.created_at_ms)
    is_exact = ask.args["accuracy"] == "exact"
    return {
        "is_exact": is_exact,
        "is_allowed": ("location_exact" if is_exact else "location_coarse") in scopes,
        "is_rough_usual": is_exact and "location_coarse" in scopes,
    }


def _answer_code(_tx: Tx, _ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Give the text of the code that was read."""
    return dict(answer.made) if "text" in answer.made else None


async def _name_contact(
    deps: Deps, ask: Ask, fields: Mapping[str, str], _files: Sequence[SentFile]
) -> dict[str, Any]:
    secret, chosen = deps.settings.secret_key, fields.get("contact_id", "")
    return {"id": contact_id(secret, ask.program_id, ask.person_id, chosen)}


def _answer_contact(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Give the name under which the person knows a contact, and an id that leads nowhere else."""
    if "id" not in answer.made:
        return None
    chosen = contacts.access_contact(
        tx, answer.fields.get("contact_id", ""), actor_id=ask.person_id
    )
    return {"name": chosen.shown_name, "id": answer.made["id"]}


def _read_contacts(tx: Tx, ask: Ask) -> dict[str, Any]:
    return {"contacts": contacts.find_contacts(tx, actor_id=ask.person_id)}


SHEETS = {
    "location.get": Sheet(
        "bridge/location.html",
        _answer_location,
        declined={"latitude": None, "longitude": None, "accuracy_m": None, "accuracy": None},
        read=_read_location,
    ),
    "scan.code": Sheet(
        "bridge/scan.html",
        _answer_code,
        declined={"text": None, "format": None},
        prepare=read_sent_code,
    ),
    "contacts.choose": Sheet(
        "bridge/contact.html",
        _answer_contact,
        declined={"name": None, "id": None},
        read=_read_contacts,
        prepare=_name_contact,
    ),
}
