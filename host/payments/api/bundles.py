"""Bundles: let a person pay orders of several merchants with one confirmation."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from host.core.openapi import described
from host.core.web import deps
from host.payments import schemas
from host.payments.api.edge import answer, body_of, run
from host.payments.service import together

blueprint = Blueprint("bundles", __name__)


@blueprint.post("/bundles")
@described(schemas.BundleShape, body=schemas.NewBundle, status=201)
async def post_bundle() -> ResponseReturnValue:
    """Let orders be paid together, one of them your own.  The same orders are the same bundle."""
    body = await body_of(schemas.NewBundle)
    made = await run(together.create_bundle, body.prepay_ids, now_ms=deps().now_ms())
    return answer(
        schemas.BundleShape(
            made.id,
            [order.id for order in made.orders],
            made.money.amount_minor,
            made.money.currency,
            f"/pay/together/{made.id}",
            made.expires_at_ms,
        ),
        201,
    )
