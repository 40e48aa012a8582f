"""Splits, payments into wallets and daily files, for merchants' servers."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.openapi import described
from host.core.web import deps
from host.payments import settlement_schemas as schemas
from host.payments.api.edge import answer, body_of, run
from host.payments.schemas import Number
from host.payments.service import earned
from host.settlement.service import entry
from host.settlement.web.files import send

blueprint = Blueprint("earned", __name__)


@blueprint.post("/splits")
@described(schemas.SplitShape, body=schemas.NewSplit, status=201)
async def post_split() -> ResponseReturnValue:
    """Divide an earning.  Safe to repeat: the same body under the same number divides it once."""
    body = await body_of(schemas.NewSplit)
    made = await run(earned.split, body, now_ms=deps().now_ms())
    return answer(schemas.shape_split(made), 201)


@blueprint.get("/splits/<split_id>")
@described(schemas.SplitShape, places={"split_id": schemas.Place})
async def get_split(split_id: str) -> ResponseReturnValue:
    """Return a split that your brand made or received a part of."""
    return answer(schemas.shape_split(await run(earned.access_split, split_id)))


@blueprint.post("/splits/<split_id>/returns")
@described(
    schemas.SplitShape,
    body=schemas.NewSplitReturn,
    status=201,
    places={"split_id": schemas.Place},
)
async def post_return(split_id: str) -> ResponseReturnValue:
    """Give back a part that your brand received, or some of it."""
    body = await body_of(schemas.NewSplitReturn)
    made = await run(earned.return_part, split_id, body, now_ms=deps().now_ms())
    return answer(schemas.shape_split(made), 201)


@blueprint.post("/person-payments")
@described(schemas.PersonPaymentShape, body=schemas.NewPersonPayment, status=201)
async def post_person_payment() -> ResponseReturnValue:
    """Pay into somebody's wallet.  Safe to repeat under the same number."""
    body = await body_of(schemas.NewPersonPayment)
    made = await run(earned.pay_person, body, now_ms=deps().now_ms())
    return answer(schemas.shape_person_payment(made), 201)


@blueprint.post("/payouts")
@described(schemas.PayoutShape, body=schemas.NewPayout, status=201)
async def post_payout() -> ResponseReturnValue:
    """Pay out to your brand's bank account.  Safe to repeat under the same number."""
    body = await body_of(schemas.NewPayout)
    asked = await run(earned.ask_payout, body, now_ms=deps().now_ms())
    await entry.order_payout(deps().db, asked, now_ms=deps().now_ms())
    made = await run(earned.access_payout, body.out_payout_no)
    return answer(schemas.shape_payout(made, body.out_payout_no), 201)


@blueprint.get("/payouts/<out_payout_no>")
@described(schemas.PayoutShape, places={"out_payout_no": Number})
async def get_payout(out_payout_no: str) -> ResponseReturnValue:
    """Return a payout, with what the bank last said of it."""
    found = await run(earned.access_payout, out_payout_no)
    return answer(schemas.shape_payout(found, out_payout_no))


@blueprint.get("/files/<kind>/<day>")
async def get_file(kind: str, day: str) -> ResponseReturnValue:
    """Return a daily file, `trade` or `fund-flow`, as CSV with its digest."""
    file = await run(
        earned.make_file,
        kind,
        day,
        has_bom=request.args.get("bom") == "1",
        now_ms=deps().now_ms(),
    )
    return send(file, file.name)
