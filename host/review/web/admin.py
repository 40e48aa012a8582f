"""The admins' console: the queue, what was decided, brands, the audit log."""

from collections.abc import Iterable

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bills import service as bills
from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other
from host.identity import service as identity
from host.programs import service as programs
from host.review import service
from host.review.model import AUDIT_ROWS, Submission

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

Row = tuple[Submission, programs.Version, brands.Brand]


@blueprint.get("/review")
async def show_queue() -> str:
    """Show what waits for a decision, and what was decided last."""
    waiting, appeals, decided = await deps().db.read(_read_queue, actor_id=current_person_id())
    return await render(
        "review/_queue.html" if "rows" in request.args else "review/queue.html",
        tab="admin",
        admin_tab="queue",
        waiting=waiting,
        appeals=appeals,
        decided=decided,
    )


@blueprint.get("/brands")
async def list_brands() -> str:
    """Show the newest brands, with the mark that an admin gives."""
    newest = await deps().db.read(_read_brands, actor_id=current_person_id())
    return await render("review/brands.html", tab="admin", admin_tab="brands", brands=newest)


@blueprint.get("/brands/<brand_id>/verify")
async def show_verify(brand_id: str) -> str:
    """Show the form that gives or takes the mark."""
    brand = await deps().db.read(_read_brand, brand_id, actor_id=current_person_id())
    return await render("review/verify.html", tab="admin", admin_tab="brands", brand=brand)


@blueprint.post("/brands/<brand_id>/verify")
async def post_verify(brand_id: str) -> ResponseReturnValue:
    """Give the brand the verified mark, or take it."""
    form = await request.form
    await deps().db.write(
        service.verify_brand,
        brand_id,
        actor_id=current_person_id(),
        is_verified=form.get("on") == "1",
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/brands")


@blueprint.get("/brands/<brand_id>/biller")
async def show_biller(brand_id: str) -> str:
    """Show the form that lets a brand send bills, or no more."""
    brand = await deps().db.read(_read_brand, brand_id, actor_id=current_person_id())
    return await render(
        "review/biller.html",
        tab="admin",
        admin_tab="brands",
        brand=brand,
        categories=[str(one) for one in bills.Category],
    )


@blueprint.post("/brands/<brand_id>/biller")
async def post_biller(brand_id: str) -> ResponseReturnValue:
    """Let a brand send bills, or no more."""
    form, actor_id, now_ms = await request.form, current_person_id(), deps().now_ms()
    reason = form.get("reason", "")
    if form.get("on") != "1":
        await deps().db.write(
            service.close_biller, brand_id, actor_id=actor_id, reason=reason, now_ms=now_ms
        )
        return see_other("/admin/brands")
    await deps().db.write(
        service.put_biller,
        brand_id,
        actor_id=actor_id,
        category=form.get("category", ""),
        region=form.get("region", ""),
        account_label=form.get("account_label", ""),
        reason=reason,
        now_ms=now_ms,
    )
    return see_other("/admin/brands")


@blueprint.get("/audit")
async def show_audit() -> str:
    """Show the audit log, newest first, and whether its chain is whole."""
    text = request.args.get("before", "")
    before_seq = whole_number(text)
    if text and before_seq is None:
        raise BadInputError("before is the number of an entry.")
    entries, actors, report = await deps().db.read(
        _read_audit, actor_id=current_person_id(), before_seq=before_seq
    )
    more = entries[-1].seq if len(entries) == AUDIT_ROWS else 0
    return await render(
        "review/audit.html",
        tab="admin",
        admin_tab="audit",
        entries=entries,
        actors=actors,
        report=report,
        is_first=not text,
        more_url=f"/admin/audit?before={more}" if more > 1 else "",
    )


def _read_queue(
    tx: Tx, *, actor_id: str
) -> tuple[list[Row], list[tuple[service.Appeal, Row]], list[Row]]:
    appeals = service.find_open_appeals(tx, actor_id=actor_id)
    return (
        _with_names(tx, service.find_queue(tx, actor_id=actor_id)),
        [(appeal, row) for appeal, submission in appeals for row in _with_names(tx, [submission])],
        _with_names(tx, service.find_decided(tx, actor_id=actor_id)),
    )


def _with_names(tx: Tx, submissions: Iterable[Submission]) -> list[Row]:
    found = list(submissions)
    versions = programs.find_versions_by_id(tx, {s.version_id for s in found})
    owners = brands.find_brands(tx, {s.brand_id for s in found})
    return [(s, versions[s.version_id], owners[s.brand_id]) for s in found]


def _read_brands(tx: Tx, *, actor_id: str) -> list[brands.Brand]:
    identity.require_admin(tx, actor_id)
    return brands.find_newest_brands(tx)


def _read_brand(tx: Tx, brand_id: str, *, actor_id: str) -> brands.Brand:
    identity.require_admin(tx, actor_id)
    return brands.access_public_brand(tx, brand_id)


def _read_audit(
    tx: Tx, *, actor_id: str, before_seq: int | None
) -> tuple[list[service.AuditEntry], dict[str, identity.Person], service.AuditReport]:
    entries = service.find_audit(tx, actor_id=actor_id, before_seq=before_seq)
    actors = identity.find_people(tx, [entry.actor_id for entry in entries])
    return entries, actors, service.check_chain(tx)
