"""The page of a person's bonuses."""

from quart import Blueprint

from host.core.web import current_person_id, deps, render
from host.wallet import service
from host.wallet.web.home import order_cards

blueprint = Blueprint("bonus", __name__)


@blueprint.get("/wallet/bonuses")
async def show_bonuses() -> str:
    """Show every bonus: what is left, until when, where it can be spent, what it was spent on."""
    bonuses = await deps().db.read(
        service.find_bonuses, current_person_id(), order_cards=order_cards()
    )
    return await render("wallet/bonuses.html", tab="wallet", bonuses=bonuses)
