"""Mandates: ask for one, debit under it, give it up; and sign one that is a test."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from host.core.openapi import described
from host.core.web import deps, settings
from host.payments import mandate_schemas, schemas
from host.payments.api.edge import answer, body_of, run
from host.payments.mandate_model import Mandate
from host.payments.service import mandates, signing

blueprint = Blueprint("mandates", __name__)
_PLACES = {"out_mandate_no": schemas.Number}


@blueprint.post("/mandates")
@described(schemas.MandateShape, body=mandate_schemas.NewMandate, status=201)
async def post_mandate() -> ResponseReturnValue:
    """Ask for a mandate.  Safe to repeat: the same body under the same number makes one."""
    body = await body_of(mandate_schemas.NewMandate)
    made = await run(
        mandates.create_mandate, body.out_mandate_no, body.terms(), now_ms=deps().now_ms()
    )
    return _answer(made, 201)


@blueprint.get("/mandates/<out_mandate_no>")
@described(schemas.MandateShape, places=_PLACES)
async def get_mandate(out_mandate_no: str) -> ResponseReturnValue:
    """Return a mandate.  This answer, not a notice, is the truth."""
    return _answer(await run(mandates.access_mandate, out_mandate_no))


@blueprint.post("/mandates/<out_mandate_no>/debits")
@described(schemas.OrderShape, body=mandate_schemas.NewDebit, places=_PLACES, status=201)
async def post_debit(out_mandate_no: str) -> ResponseReturnValue:
    """Debit the person who signed.  Safe to repeat: one number takes once."""
    body = await body_of(mandate_schemas.NewDebit)
    debit = mandates.Debit(body.out_trade_no, body.amount_minor, body.description, body.metadata)
    now_ms = deps().now_ms()
    await run(mandates.note_debit, out_mandate_no, debit, now_ms=now_ms)
    order = await run(
        mandates.take_debit,
        out_mandate_no,
        debit,
        fee_bps=settings().platform_fee_bps,
        now_ms=now_ms,
    )
    return answer(schemas.shape_order(order), 201)


@blueprint.post("/mandates/<out_mandate_no>/revoke")
@described(schemas.MandateShape, places=_PLACES)
async def post_revoke(out_mandate_no: str) -> ResponseReturnValue:
    """Give a mandate up, signed or not."""
    return _answer(await run(mandates.revoke_mandate, out_mandate_no, now_ms=deps().now_ms()))


@blueprint.post("/mandates/<out_mandate_no>/test-signature")
@described(schemas.MandateShape, places=_PLACES)
async def post_test_signature(out_mandate_no: str) -> ResponseReturnValue:
    """Sign a test mandate as a person would."""
    return _answer(await run(signing.sign_test, out_mandate_no, now_ms=deps().now_ms()))


def _answer(mandate: Mandate, status: int = 200) -> ResponseReturnValue:
    return answer(mandate_schemas.shape_mandate(mandate, now_ms=deps().now_ms()), status)
