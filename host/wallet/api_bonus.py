"""JSON of a person's bonuses."""

from typing import Any

from quart import Blueprint

from host.core.web import current_person_id, deps
from host.wallet import service
from host.wallet.bonus_model import Bonus

blueprint = Blueprint("bonus", __name__)


@blueprint.get("/bonuses")
async def get_bonuses() -> dict[str, Any]:
    """List the caller's bonuses, those that are over as well, the one that ends last first."""
    found = await deps().db.read(service.find_bonuses, current_person_id(), order_cards=None)
    return {"bonuses": [_format(shown.bonus) for shown in found]}


def _format(bonus: Bonus) -> dict[str, Any]:
    return {
        "bonus_id": bonus.id,
        "funder_id": bonus.funder_id,
        "brand_id": bonus.brand_id,
        "amount_minor": bonus.money.amount_minor,
        "left_minor": bonus.left_minor,
        "currency": bonus.money.currency,
        "reason": bonus.reason,
        "expires_at_ms": bonus.expires_at_ms,
        "is_over": bonus.is_over(deps().now_ms()),
    }
