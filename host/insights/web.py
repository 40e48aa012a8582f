"""The merchant's page of figures."""

from quart import Blueprint, request

from host.brands import service as brands
from host.core.db import Tx
from host.core.web import current_person_id, deps, render
from host.insights import service
from host.insights.model import FIGURES_KEPT_DAYS, PEOPLE_COUNT_MIN, WINDOWS_DAYS, Insights, bars
from host.programs import service as programs
from host.programs.errors import ProgramNotFoundError
from host.programs.model import Program

blueprint = Blueprint("insights", __name__, url_prefix="/m/<handle>/program/<program_id>/insights")


@blueprint.get("")
async def show_insights(handle: str, program_id: str) -> str:
    """Show the figures of the last 7, 28 or 90 days."""
    wanted = request.args.get("days", default=0, type=int)
    days_count = wanted if wanted in WINDOWS_DAYS else WINDOWS_DAYS[0]
    brand, program, insights = await deps().db.read(
        _read_insights,
        handle,
        program_id,
        actor_id=current_person_id(),
        days_count=days_count,
        now_ms=deps().now_ms(),
    )
    return await render(
        "insights/insights.html",
        tab="merchant",
        console_tab="program",
        brand=brand,
        program=program,
        insights=insights,
        days_count=days_count,
        windows_days=WINDOWS_DAYS,
        people_count_min=PEOPLE_COUNT_MIN,
        figures_kept_days=FIGURES_KEPT_DAYS,
        bars=bars,
    )


def _read_insights(
    tx: Tx, handle: str, program_id: str, *, actor_id: str, days_count: int, now_ms: int
) -> tuple[brands.Brand, Program, Insights]:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    program = programs.access_program(tx, program_id, actor_id=actor_id)
    if program.brand_id != brand.id:
        raise ProgramNotFoundError("Your brands have no program with this id.")
    insights = service.find_insights(
        tx, program.id, actor_id=actor_id, days_count=days_count, now_ms=now_ms
    )
    return brand, program, insights
