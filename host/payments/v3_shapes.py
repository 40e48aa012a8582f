"""Orders and refunds in the words of WeChat Pay's third interface.

Field names, states and times are its own, so that a merchant's library reads them unchanged.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from host.payments.model import CloseReason, EventKind, Order, Refund, RefundStatus, Status

_STATES = {
    EventKind.PAID: ("TRANSACTION.SUCCESS", "支付成功", "transaction"),
    EventKind.REFUNDED: ("REFUND.SUCCESS", "退款成功", "refund"),
    EventKind.REFUND_FAILED: ("REFUND.ABNORMAL", "退款异常", "refund"),
}
_REFUND_STATES = {
    RefundStatus.PENDING: "PROCESSING",
    RefundStatus.SUCCEEDED: "SUCCESS",
    RefundStatus.FAILED: "ABNORMAL",
}


def is_told(kind: EventKind) -> bool:
    """Tell whether WeChat Pay sends a notice of it."""
    return kind in _STATES


def event_words(kind: EventKind) -> tuple[str, str, str]:
    """Return the type of a notice, its summary, and what its resource is."""
    return _STATES[kind]


def trade_state(order: Order) -> str:
    """Return how an order stands."""
    if order.status in {Status.PAID, Status.HELD}:
        return "REFUND" if order.refunded_minor else "SUCCESS"
    if order.status is Status.CREATED:
        return "NOTPAY"
    return "REVOKED" if order.close_reason == CloseReason.VOIDED.value else "CLOSED"


def shape_order(order: Order) -> dict[str, Any]:
    """Return an order as its query answers it."""
    shown: dict[str, Any] = {
        "mchid": order.brand_id,
        "appid": order.program_id or order.metadata.get("appid", ""),
        "out_trade_no": order.out_trade_no,
        "trade_state": trade_state(order),
        "trade_state_desc": order.status.value,
        "attach": order.metadata.get("attach", ""),
        "amount": {"total": order.money.amount_minor, "currency": order.currency},
        "payer": {"openid": order.openid},
    }
    if order.paid_at_ms is not None:
        shown |= {
            "transaction_id": order.id,
            "trade_type": order.metadata.get("trade_type", "JSAPI"),
            "bank_type": "OTHERS",
            "success_time": time_text(order.paid_at_ms),
            "amount": {
                "total": order.money.amount_minor,
                "payer_total": order.money.amount_minor,
                "currency": order.currency,
                "payer_currency": order.currency,
            },
        }
    return shown


def shape_refund(refund: Refund, order: Order) -> dict[str, Any]:
    """Return a refund as its query answers it."""
    total, given = order.money.amount_minor, refund.money.amount_minor
    shown: dict[str, Any] = {
        "refund_id": refund.id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": order.id,
        "out_trade_no": order.out_trade_no,
        "channel": "BALANCE",
        "user_received_account": "用户零钱",
        "create_time": time_text(refund.created_at_ms),
        "status": _REFUND_STATES[refund.status],
        "funds_account": "AVAILABLE",
        "amount": {
            "total": total,
            "refund": given,
            "payer_total": total,
            "payer_refund": given,
            "settlement_refund": given - refund.fee_refunded_minor,
            "settlement_total": order.captured_minor - order.fee_minor,
            "discount_refund": 0,
            "currency": order.currency,
        },
    }
    if refund.ended_at_ms is not None:
        shown["success_time"] = time_text(refund.ended_at_ms)
    return shown


def notice_text(order: Order, refund: Refund | None) -> str:
    """Return what a notice carries, before it is encrypted."""
    if refund is None:
        return msgspec.json.encode(shape_order(order)).decode()
    shown = shape_refund(refund, order)
    shown["refund_status"] = shown.pop("status")
    return msgspec.json.encode({"mchid": order.brand_id} | shown).decode()


def time_text(at_ms: int) -> str:
    """Return a time as RFC 3339, UTC."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).isoformat()


def read_time(text: str) -> int | None:
    """Return the milliseconds of an RFC 3339 time, or None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else int(moment.timestamp()) * 1000
