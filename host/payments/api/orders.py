"""Orders: make, ask, close, capture, void; and pay one that is a test."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import Money, parse_currency
from host.core.openapi import described
from host.core.web import deps, settings
from host.payments import schemas
from host.payments.api.edge import answer, body_of, may_loop, page_limit, run
from host.payments.codes import draw_code
from host.payments.model import Caller, Capture, KeyRole, Order, Status
from host.payments.service import capture, orders, paying
from host.payments.service.keys import check_role

blueprint = Blueprint("orders", __name__)


@blueprint.post("/orders")
@described(schemas.OrderShape, body=schemas.NewOrder, status=201)
async def post_order() -> ResponseReturnValue:
    """Make an order.  Safe to repeat: the same body under the same number makes one."""
    body = await body_of(schemas.NewOrder)
    ask = orders.OrderAsk(
        out_trade_no=body.out_trade_no,
        money=Money(body.amount_minor, parse_currency(body.currency)),
        description=body.description,
        capture=Capture(body.capture),
        expires_at_ms=body.expires_at_ms,
        notify_url=body.notify_url,
        program_id=body.program_id,
        openid=body.openid,
        metadata=body.metadata,
    )
    made = await run(
        orders.create_order,
        ask,
        fee_bps=settings().platform_fee_bps,
        may_loop=may_loop(),
        now_ms=deps().now_ms(),
    )
    return answer(schemas.shape_order(made), 201)


@blueprint.get("/orders")
@described(
    schemas.OrderList,
    query={
        "status": schemas.StatusName,
        "out_trade_no": schemas.Number,
        "after": schemas.Cursor,
        "limit": schemas.PageLimit,
    },
)
async def list_orders() -> ResponseReturnValue:
    """Return orders, newest first; `status` and `out_trade_no` choose among them."""
    page = await run(
        orders.list_orders,
        status=_status(request.args.get("status", "")),
        number=request.args.get("out_trade_no", ""),
        after=request.args.get("after"),
        limit=page_limit(),
    )
    shown = [schemas.shape_order(order) for order in page.orders]
    return answer(schemas.OrderList(shown, page.after))


@blueprint.get("/orders/<out_trade_no>")
@described(schemas.OrderShape, places={"out_trade_no": schemas.Number})
async def get_order(out_trade_no: str) -> ResponseReturnValue:
    """Return an order.  This answer, not a notice, is the truth."""
    return answer(schemas.shape_order(await run(orders.access_order, out_trade_no)))


@blueprint.get("/orders/<out_trade_no>/code.png")
async def get_code(out_trade_no: str) -> ResponseReturnValue:
    """Return the QR code that leads a person to the cashier."""
    order = await run(orders.access_order, out_trade_no)
    picture = draw_code(f"{settings().base_url}/pay/{order.id}")
    return Response(picture, content_type="image/png")


@blueprint.post("/orders/<out_trade_no>/close")
@described(schemas.OrderShape, places={"out_trade_no": schemas.Number})
async def post_close(out_trade_no: str) -> ResponseReturnValue:
    """Let an unpaid order be paid no more."""
    closed = await run(orders.close_order, out_trade_no, now_ms=deps().now_ms())
    return answer(schemas.shape_order(closed))


@blueprint.post("/orders/<out_trade_no>/capture")
@described(schemas.OrderShape, body=schemas.NewCapture, places={"out_trade_no": schemas.Number})
async def post_capture(out_trade_no: str) -> ResponseReturnValue:
    """Take what is held, or a part; the rest is the payer's again."""
    body = await body_of(schemas.NewCapture)
    captured = await run(
        capture.capture_order,
        out_trade_no,
        amount_minor=body.amount_minor,
        now_ms=deps().now_ms(),
    )
    return answer(schemas.shape_order(captured))


@blueprint.post("/orders/<out_trade_no>/void")
@described(schemas.OrderShape, places={"out_trade_no": schemas.Number})
async def post_void(out_trade_no: str) -> ResponseReturnValue:
    """Give up what is held."""
    voided = await run(capture.void_order, out_trade_no, now_ms=deps().now_ms())
    return answer(schemas.shape_order(voided))


@blueprint.post("/orders/<out_trade_no>/test-payment")
@described(schemas.OrderShape, places={"out_trade_no": schemas.Number})
async def post_test_payment(out_trade_no: str) -> ResponseReturnValue:
    """Pay a test order as a person would; its amount decides what happens."""
    paid = await run(_pay_test, out_trade_no, now_ms=deps().now_ms())
    return answer(schemas.shape_order(paid))


def _pay_test(tx: Tx, out_trade_no: str, *, caller: Caller, now_ms: int) -> Order:
    check_role(caller, KeyRole.TAKE)
    order = orders.access_order(tx, out_trade_no, caller=caller)
    return paying.pay_test(tx, order.id, actor_id=paying.TEST_PAYER, now_ms=now_ms)


def _status(text: str) -> Status | None:
    if not text:
        return None
    try:
        return Status(text)
    except ValueError:
        raise BadInputError("status is one of created, held, paid, closed.") from None
