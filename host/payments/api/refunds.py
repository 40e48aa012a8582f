"""Refunds: give money back, in parts, and ask how it stands."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from host.core.openapi import described
from host.core.web import deps
from host.payments import schemas
from host.payments.api.edge import answer, body_of, run
from host.payments.service import refunds

blueprint = Blueprint("refunds", __name__)


@blueprint.post("/refunds")
@described(schemas.RefundShape, body=schemas.NewRefund, status=201)
async def post_refund() -> ResponseReturnValue:
    """Give money back.  Safe to repeat: the same body under the same number gives it once."""
    body = await body_of(schemas.NewRefund)
    ask = refunds.RefundAsk(body.out_trade_no, body.out_refund_no, body.amount_minor, body.reason)
    made, order = await run(refunds.refund, ask, now_ms=deps().now_ms())
    return answer(schemas.shape_refund(made, order), 201)


@blueprint.get("/refunds/<out_refund_no>")
@described(schemas.RefundShape, places={"out_refund_no": schemas.Number})
async def get_refund(out_refund_no: str) -> ResponseReturnValue:
    """Return a refund."""
    found, order = await run(refunds.access_refund, out_refund_no)
    return answer(schemas.shape_refund(found, order))


@blueprint.get("/orders/<out_trade_no>/refunds")
@described(schemas.RefundList, places={"out_trade_no": schemas.Number})
async def list_refunds(out_trade_no: str) -> ResponseReturnValue:
    """Return the refunds of one order, oldest first."""
    order, found = await run(refunds.list_refunds, out_trade_no)
    return answer(schemas.RefundList([schemas.shape_refund(each, order) for each in found]))
