"""What a person answers in a test that does not say it: one plausible answer for each question.

``sdk.testing`` fills in from here what ``page.answer()`` leaves out, so that a handler finds every
field that the host would give it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from sdk.contract.capabilities import CAPABILITIES

# After a yes.
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "pay.open": {"status": "paid"},
    "pay.request": {"status": "paid"},
    "pay.refund": {"status": "refunded"},
    "orders.ask_refund": {"status": "asked"},
    "identity.profile": {"name": "Lin Mei", "avatar": None},
    "identity.phone": {"phone": "+8613800000000"},
    "address.choose": {
        "name": "Lin Mei",
        "phone": "+8613800000000",
        "text": "12 Lane of Wells, Beijing",
    },
    "media.choose": {
        "pictures": [{"url": f"/media/{'0' * 32}.webp", "width": 1200, "height": 900}],
    },
    "location.get": {
        "latitude": 30.2625,
        "longitude": 120.1453,
        "accuracy_m": 5000,
        "accuracy": "coarse",
    },
    "scan.code": {"text": "TEA-2026", "format": "qr_code"},
    "contacts.choose": {"name": "Jonas Weber", "id": "contact-1"},
    "clipboard.get": {"text": "pasted"},
    "ui.prompt": {"text": "typed"},
}


def sample_answer(
    name: str, args: Mapping[str, Any], given: Mapping[str, Any], *, ok: bool
) -> dict[str, Any]:
    """Return an answer to the question ``name``: every field, with those that are ``given``."""
    fields = {field.name: None for field in msgspec.structs.fields(CAPABILITIES[name].result)}
    answer: dict[str, Any] = {**fields, "ok": ok, "reason": None if ok else "declined"}
    if ok:
        answer |= ANSWERS.get(name, {})
    if name == "pay.open":
        answer |= {"order_id": args["order_id"]} | ({} if ok else {"status": "declined"})
    elif name == "pay.request":
        answer |= {"prepay_id": args["prepay_id"]} | ({} if ok else {"status": "created"})
    elif name == "messages.subscribe":
        answer |= {"topics": list(args["topics"]) if ok else []}
    elif name == "ui.action_sheet" and ok:
        chosen = given.get("index", 0)
        answer |= {"index": chosen, "text": args["items"][chosen]}
    return answer | dict(given)
