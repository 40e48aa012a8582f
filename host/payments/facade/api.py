"""The addresses of WeChat Pay v3 below ``/wechat``: order, query, close, refund, certificates.

A library of WeChat Pay works against them when its gateway is this host's address with
``/wechat`` behind it.  Requests must be signed; answers are.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.money import Money, parse_currency
from host.core.web import deps, settings, translate
from host.payments import secrets, v3_shapes
from host.payments.facade import answers, envelope, signature
from host.payments.facade.platform import platform
from host.payments.model import Caller, Order, Refund, Style
from host.payments.schemas import Amount, Number
from host.payments.service import orders, refunds
from host.wallet.edge import decode_once

blueprint = Blueprint("wechat", __name__)
T = TypeVar("T")
PREFIX = "/wechat"


class NewAmount(Struct):
    """How much an order is."""

    total: Amount
    currency: str = "CNY"


class Payer(Struct):
    """Who alone may pay."""

    openid: Annotated[str, Meta(max_length=64)]


class NewTransaction(Struct):
    """Body of an order; what is not named here is of no consequence on this host."""

    appid: Annotated[str, Meta(max_length=128)]
    mchid: str
    description: str
    out_trade_no: Number
    notify_url: str
    amount: NewAmount
    payer: Payer | None = None
    attach: Annotated[str, Meta(max_length=128)] = ""
    time_expire: str = ""


class RefundAmount(Struct):
    """How much of how much is given back."""

    refund: Amount
    total: Amount
    currency: str = "CNY"


class NewV3Refund(Struct):
    """Body of a refund."""

    out_refund_no: Number
    amount: RefundAmount
    transaction_id: str = ""
    out_trade_no: str = ""
    reason: str = ""


@blueprint.errorhandler(AppError)
async def refuse(error: AppError) -> ResponseReturnValue:
    """Say no in the interface's own words."""
    code, status = answers.code_of(error)
    text = translate(error.detail, **error.extra)
    return _signed({"code": code, "message": text}, status)


@blueprint.post("/v3/pay/transactions/jsapi")
async def post_jsapi() -> ResponseReturnValue:
    """Make an order that one person pays in one mini-program."""
    order = await _create("JSAPI")
    return _signed({"prepay_id": order.id})


@blueprint.post("/v3/pay/transactions/native")
async def post_native() -> ResponseReturnValue:
    """Make an order that whoever scans its code may pay."""
    order = await _create("NATIVE")
    return _signed({"code_url": f"{settings().base_url}/pay/{order.id}"})


@blueprint.get("/v3/pay/transactions/out-trade-no/<out_trade_no>")
async def get_by_number(out_trade_no: str) -> ResponseReturnValue:
    """Return an order by the merchant's number."""
    order = await _run(orders.access_order, out_trade_no)
    return _signed(v3_shapes.shape_order(order))


@blueprint.get("/v3/pay/transactions/id/<transaction_id>")
async def get_by_id(transaction_id: str) -> ResponseReturnValue:
    """Return an order by the host's number."""
    order = await _run(orders.access_order_by_id, transaction_id)
    return _signed(v3_shapes.shape_order(order))


@blueprint.post("/v3/pay/transactions/out-trade-no/<out_trade_no>/close")
async def post_close(out_trade_no: str) -> ResponseReturnValue:
    """Let an unpaid order be paid no more."""
    await _run(orders.close_order, out_trade_no, now_ms=deps().now_ms())
    return _signed(None, 204)


@blueprint.post("/v3/refund/domestic/refunds")
async def post_refund() -> ResponseReturnValue:
    """Give money back."""
    body = decode_once(NewV3Refund, await request.get_data())
    refund, order = await _run(_refund, body, now_ms=deps().now_ms())
    return _signed(v3_shapes.shape_refund(refund, order))


@blueprint.get("/v3/refund/domestic/refunds/<out_refund_no>")
async def get_refund(out_refund_no: str) -> ResponseReturnValue:
    """Return a refund."""
    refund, order = await _run(refunds.access_refund, out_refund_no)
    return _signed(v3_shapes.shape_refund(refund, order))


@blueprint.get("/v3/certificates")
async def list_certificates() -> ResponseReturnValue:
    """Return what the host signs with, encrypted for the merchant."""
    caller = await _run(_who)
    at = platform(settings().data_dir)
    key = secrets.v3_key(settings().secret_key, caller.brand_id, caller.mode)
    certificate = at.certificate
    shown = {
        "serial_no": at.serial,
        "effective_time": certificate.not_valid_before_utc.isoformat(),
        "expire_time": certificate.not_valid_after_utc.isoformat(),
        "encrypt_certificate": envelope.encrypt(at.certificate_pem, key=key, about="certificate"),
    }
    return _signed({"data": [shown]})


async def _create(trade_type: str) -> Order:
    body = decode_once(NewTransaction, await request.get_data())
    if trade_type == "JSAPI" and body.payer is None:
        raise BadInputError("A JSAPI order names its payer's openid.")
    metadata = {"appid": body.appid, "attach": body.attach, "trade_type": trade_type}
    ask = orders.OrderAsk(
        out_trade_no=body.out_trade_no,
        money=Money(body.amount.total, parse_currency(body.amount.currency)),
        description=body.description,
        expires_at_ms=_expiry(body.time_expire),
        notify_url=body.notify_url,
        program_id=body.appid if trade_type == "JSAPI" else "",
        openid=body.payer.openid if body.payer and trade_type == "JSAPI" else "",
        metadata=metadata,
        style=Style.V3,
    )
    return await _run(
        orders.create_order,
        ask,
        fee_bps=settings().platform_fee_bps,
        may_loop=settings().may_notify_loopback,
        now_ms=deps().now_ms(),
    )


async def _run(use_case: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Run ``use_case`` with ``caller``: the merchant who has signed the request."""
    query = request.query_string.decode("ascii", "replace")
    path = request.path.removeprefix(PREFIX) + (f"?{query}" if query else "")
    signed = signature.read_signature(
        request.headers.get("Authorization", ""),
        method=request.method,
        path=path,
        body=str(await request.get_data(as_text=True)),
    )
    now_ms = deps().now_ms()

    def admitted(tx: Tx) -> T:
        caller = signature.admit(tx, signed, now_ms=now_ms)
        return use_case(tx, *args, caller=caller, **kwargs)

    return await deps().db.write(admitted)


def _refund(tx: Tx, body: NewV3Refund, *, caller: Caller, now_ms: int) -> tuple[Refund, Order]:
    if body.transaction_id:
        order = orders.access_order_by_id(tx, body.transaction_id, caller=caller)
    else:
        order = orders.access_order(tx, body.out_trade_no, caller=caller)
    total, currency = order.money.amount_minor, order.currency
    if (body.amount.total, body.amount.currency) != (total, currency):
        raise BadInputError("amount.total and currency are those of the order.")
    ask = refunds.RefundAsk(order.out_trade_no, body.out_refund_no, body.amount.refund, body.reason)
    return refunds.refund(tx, ask, caller=caller, now_ms=now_ms)


def _who(_tx: Tx, *, caller: Caller) -> Caller:
    return caller


def _expiry(text: str) -> int | None:
    if not text:
        return None
    at_ms = v3_shapes.read_time(text)
    if at_ms is None:
        raise BadInputError("time_expire is a time such as 2026-11-28T10:34:56+08:00.")
    return at_ms


def _signed(shape: Any, status: int = 200) -> Response:
    """Return an answer that the merchant's library can verify."""
    at = platform(settings().data_dir)
    text = "" if shape is None else msgspec.json.encode(shape).decode()
    asked_for = request.headers.get("Wechatpay-Serial", "")
    serial = at.public_key_id if asked_for == at.public_key_id else ""
    headers = envelope.signed_headers(at, text, now_ms=deps().now_ms(), serial=serial)
    return Response(text, status, headers, content_type="application/json")
