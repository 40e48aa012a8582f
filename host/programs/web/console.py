"""The merchant's page of programs: versions, findings, permissions, and the steps to live."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.db import Tx
from host.core.web import current_person_id, deps, render, see_other, settings
from host.programs import service
from host.programs.incident import Suspension
from host.programs.model import Program, Version
from sdk.contract.scopes import SCOPES

blueprint = Blueprint("console", __name__, url_prefix="/m/<handle>/program")


@blueprint.get("")
async def show_programs(handle: str) -> str:
    """Show the brand's programs and where their versions stand."""
    brand, programs, suspensions = await deps().db.read(
        _read_programs, handle, actor_id=current_person_id()
    )
    return await render(
        "programs/_versions.html" if "rows" in request.args else "programs/console.html",
        tab="merchant",
        console_tab="program",
        brand=brand,
        programs=programs,
        suspensions=suspensions,
        scopes=SCOPES,
        host_url=settings().base_url,
    )


@blueprint.post("/<version_id>/submit")
async def post_submit(handle: str, version_id: str) -> ResponseReturnValue:
    """Ask for a review."""
    await deps().db.write(
        service.submit_version, version_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/program")


@blueprint.post("/<version_id>/withdraw")
async def post_withdraw(handle: str, version_id: str) -> ResponseReturnValue:
    """Take a submission back."""
    await deps().db.write(
        service.withdraw_version, version_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/program")


@blueprint.post("/<version_id>/live")
async def post_live(handle: str, version_id: str) -> ResponseReturnValue:
    """Put an approved version live, or roll back to one that was."""
    await deps().db.write(
        service.put_live, version_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/program")


@blueprint.post("/<program_id>/offline")
async def post_offline(handle: str, program_id: str) -> ResponseReturnValue:
    """Close the shop."""
    await deps().db.write(
        service.take_offline, program_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/program")


def _read_programs(
    tx: Tx, handle: str, *, actor_id: str
) -> tuple[brands.Brand, list[tuple[Program, list[Version]]], dict[str, Suspension]]:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    programs = service.find_programs_of_brand(tx, brand.id)
    found = [(p, service.find_versions(tx, p.id, actor_id=actor_id)) for p in programs]
    ids = [version.id for _, versions in found for version in versions]
    return brand, found, service.find_suspensions(tx, ids)
