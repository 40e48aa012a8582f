"""What a stranger gets from the addresses about a merchant's money."""

from collections.abc import Mapping

from tests.abuse.rows_kinds import Alike, Key, Open, alike
from tests.wallet.people import PIN

KEY = "0198c0de-0000-7000-8000-00000000000f"
_MONEY = ({"handle": "brand_handle"},)
_EARNING = (
    {"handle": "own:brand_handle", "kind": "earning_kind", "source_id": "earning"},
    {"handle": "brand_handle", "kind": "earning_kind", "source_id": "earning"},
)
_BATCH = (
    {"handle": "own:brand_handle", "batch_id": "batch"},
    {"handle": "brand_handle", "batch_id": "batch"},
)
_SPLIT = (
    {"handle": "own:brand_handle", "split_id": "split"},
    {"handle": "brand_handle", "split_id": "split"},
)
_CNY: Mapping[str, str] = {"currency": "CNY", "key": KEY}
_UNTIL: Mapping[str, str] = {"until": "2030-01-01", "pin": PIN, **_CNY}

_ORDER = ({"order_id": "order"}, {"order_id": "disputed"})
_SALE = (
    {"handle": "own:brand_handle", "order_id": "disputed"},
    {"handle": "brand_handle", "order_id": "disputed"},
)
_LINE = (
    {"handle": "own:brand_handle", "order_id": "order", "position": "position"},
    {"handle": "brand_handle", "order_id": "order", "position": "position"},
)
_REASON = "Looked at what both have shown."

SETTLEMENT_ROWS: dict[str, Alike | Key | Open] = {
    "points.show_points": Open("shops are public, and what it shows is the viewer's own"),
    "points.post_redeem": Open("shops are public; only the caller's own points are taken"),
    "points_api.put_redemption": Open("the key counts for its caller only (tests/points)"),
    "points.show_programme": alike(*_MONEY),
    "points.post_programme": alike(*_MONEY, form={"on": "1", "earn": "1", "worth": "1", **_CNY}),
    "points_api.put_programme": alike(
        *_MONEY, json={"is_on": True, "currency": "CNY", "earn_minor": 1, "worth_minor": 1}
    ),
    "settlement.money.show_money": alike(*_MONEY),
    "settlement.money.show_payout": alike(*_MONEY),
    "settlement.money.show_bank": alike(*_MONEY),
    "settlement.money.show_person": alike(*_MONEY),
    "settlement.money.show_bonus": alike(*_MONEY),
    "settlement.money.show_batch": alike(*_BATCH),
    "settlement.money.show_earning": alike(*_EARNING),
    "settlement.files.download": alike(
        {"handle": "brand_handle", "kind": "file_kind", "day": "day"}
    ),
    "settlement.moving.post_payout": alike(*_MONEY, form={"amount": "1", **_CNY}),
    "settlement.moving.post_bank": alike(
        *_MONEY,
        form={"holder": "Eve", "number": "12345678", "schedule": "daily", "minimum": "1",
              "pin": PIN, **_CNY},
    ),
    "settlement.moving.post_bonus": alike(
        *_MONEY,
        form={"amount": "1", "person": "ann", "reason": "x", **_UNTIL},
    ),
    "settlement.moving.post_person": alike(
        *_MONEY, form={"person": "eve", "amount": "1", "memo": "x", "pin": PIN, **_CNY}
    ),
    "settlement.moving.post_split": alike(
        *_EARNING, form={"who": "eve", "part": "100 %", "key": KEY}
    ),
    "market_web.disputes.show_own_dispute": alike(*_ORDER),
    "market_web.disputes.post_own_dispute": alike(*_ORDER, form={"reason": "x", "key": KEY}),
    "market_web.disputes.post_withdraw": alike(*_ORDER),
    "market_web.disputes.post_own_evidence": alike(*_ORDER, form={"text": "x", "key": KEY}),
    "market_web.disputes.list_disputes": alike(*_MONEY),
    "market_web.disputes.show_shop_dispute": alike(*_SALE),
    "market_web.disputes.post_answer": alike(*_SALE, form={"text": "x", "key": KEY}),
    "market_web.disputes.post_shop_evidence": alike(*_SALE, form={"text": "x", "key": KEY}),
    "market_web.disputes.show_line": alike(*_LINE),
    "market_web.disputes.post_line": alike(
        *_LINE, form={"amount": "1", "reason": "x", "key": KEY}
    ),
    "payments_api.earned.get_split": alike({"split_id": "split"}, status=401),
    "payments_api.earned.post_return": alike(
        {"split_id": "split"}, status=401, json={"out_return_no": "r1", "amount_minor": 1}
    ),
    "payments_api.earned.get_payout": alike({"out_payout_no": "trade"}, status=401),
    "payments_api.earned.get_file": alike({"kind": "file_kind", "day": "day"}, status=401),
    "review.money.show_dispute": alike({"dispute_id": "dispute"}, status=403),
    "review.money.post_decision": alike(
        {"dispute_id": "dispute"}, status=403, form={"decision": "refund", "reason": _REASON}
    ),
    "review.money.show_terms": alike({"brand_id": "brand"}, status=403),
    "review.money.post_terms": alike(
        {"brand_id": "brand"}, status=403, form={"fee_bps": "1", "reason": _REASON}
    ),
    "settlement.moving.post_return": alike(*_SPLIT, form={"amount": "1", "key": KEY}),
}  # fmt: skip
