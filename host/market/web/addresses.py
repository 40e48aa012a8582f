"""A person's address book."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from host.core.ids import new_id
from host.core.web import current_person_id, deps, render, see_other
from host.market import service
from host.market.edge import safe_next
from host.market.service import AddressFacts

blueprint = Blueprint("addresses", __name__)


@blueprint.get("/addresses")
async def show_addresses() -> str:
    """Show the address book."""
    addresses = await deps().db.read(service.list_addresses, current_person_id())
    return await render("market/addresses.html", tab="me", addresses=addresses)


@blueprint.get("/addresses/new")
async def show_new_address() -> str:
    """Show the form for one more address; ``next`` is the sheet that waits for it."""
    current_person_id()
    next_url = safe_next(request.args.get("next", ""), "/addresses")
    return await render("market/address_new.html", tab="me", next_url=next_url, address_id=new_id())


@blueprint.post("/addresses")
async def post_address() -> ResponseReturnValue:
    """Add an address and go on to what waits for it, with this address chosen."""
    form = await request.form
    address = await deps().db.write(
        service.add_address,
        form.get("address_id", ""),
        person_id=current_person_id(),
        facts=AddressFacts(
            recipient=form.get("recipient", ""),
            phone=form.get("phone", ""),
            place=form.get("place", ""),
            label=form.get("label", ""),
        ),
        now_ms=deps().now_ms(),
    )
    next_url = safe_next(form.get("next", ""), "/addresses")
    if next_url == "/addresses":
        return see_other(next_url)
    # The newest address is the one used last, so the sheet chooses it unless it names another.
    separator = "&" if "?" in next_url else "?"
    return redirect(f"{next_url}{separator}address={address.id}", 303)


@blueprint.post("/addresses/<address_id>/remove")
async def post_remove_address(address_id: str) -> ResponseReturnValue:
    """Take an address out of the book."""
    await deps().db.write(
        service.remove_address,
        address_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other("/addresses")
