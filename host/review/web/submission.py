"""One submission: what changed, the version to try, the findings, and the decision."""

import asyncio
from dataclasses import dataclass

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import NotFoundError
from host.core.web import current_person_id, deps, render, see_other
from host.identity import service as identity
from host.programs import service as programs
from host.programs.service.upload import load_package
from host.review import service
from host.review.model import REASON_LENGTH_MAX, RULES, Outcome
from host.review.service import evidence
from sdk.contract.scopes import SCOPES

blueprint = Blueprint("submission", __name__, url_prefix="/admin/review/<submission_id>")


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk of an admin who looks at a submission."""

    submission: service.Submission
    version: programs.Version
    # What people have now, to compare with; None for a first version.
    before: programs.Version | None
    brand: brands.Brand
    sender: identity.Person
    decider: identity.Person | None
    appeal: service.Appeal | None
    has_opened: bool
    is_own_brand: bool


@blueprint.get("")
async def show_submission(submission_id: str) -> str:
    """Show the three columns and the decision bar."""
    desk = await _desk(submission_id)
    new = await asyncio.to_thread(load_package, deps(), desk.version)
    old = None
    if desk.before is not None:
        old = await asyncio.to_thread(load_package, deps(), desk.before)
    return await render(
        "review/submission.html",
        tab="admin",
        admin_tab="queue",
        desk=desk,
        permissions=evidence.compare_permissions(desk.version, desk.before),
        network=evidence.compare_network(desk.version, desk.before),
        files=evidence.compare_files(new, old),
        evidence=evidence.find_evidence(desk.version.findings, new),
        scopes=SCOPES,
        rules=RULES,
        may_decide_appeal=_may_decide_appeal(desk),
    )


@blueprint.get("/try")
async def open_trial(submission_id: str) -> ResponseReturnValue:
    """Note that this admin opens the version, and open it as people would see it."""
    submission = await deps().db.write(
        service.note_seen,
        submission_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return redirect(f"/p/{submission.program_id}?version={submission.version_id}", 303)


@blueprint.get("/file")
async def show_file(submission_id: str) -> str:
    """Show one text file of the package."""
    desk = await _desk(submission_id)
    path = request.args.get("path", "")
    package = await asyncio.to_thread(load_package, deps(), desk.version)
    text = evidence.read_text(package, path)
    if text is None:
        raise NotFoundError("The package has no text file of this name.")
    return await render(
        "review/file.html",
        tab="admin",
        admin_tab="queue",
        desk=desk,
        path_shown=path,
        lines=text.splitlines(),
    )


@blueprint.post("/approve")
async def post_approve(submission_id: str) -> ResponseReturnValue:
    """Approve with the permissions that are ticked."""
    form = await request.form
    await deps().db.write(
        service.approve,
        submission_id,
        actor_id=current_person_id(),
        scopes=form.getlist("scope"),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/review")


@blueprint.get("/reject")
async def show_reject(submission_id: str) -> str:
    """Show the form for rule and reason."""
    desk = await _desk(submission_id)
    return await render(
        "review/reject.html",
        tab="admin",
        admin_tab="queue",
        desk=desk,
        rules=RULES,
        reason_length_max=REASON_LENGTH_MAX,
    )


@blueprint.post("/reject")
async def post_reject(submission_id: str) -> ResponseReturnValue:
    """Reject with rule and reason."""
    form = await request.form
    await deps().db.write(
        service.reject,
        submission_id,
        actor_id=current_person_id(),
        rule=form.get("rule", ""),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/review")


@blueprint.post("/appeal")
async def post_appeal_decision(submission_id: str) -> ResponseReturnValue:
    """Uphold the rejection or overturn it."""
    form = await request.form
    is_overturned = form.get("outcome") == "overturned"
    await deps().db.write(
        service.decide_appeal,
        submission_id,
        actor_id=current_person_id(),
        outcome=Outcome.OVERTURNED if is_overturned else Outcome.UPHELD,
        scopes=form.getlist("scope"),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/review")


async def _desk(submission_id: str) -> Desk:
    return await deps().db.read(_read_desk, submission_id, actor_id=current_person_id())


def _read_desk(tx: Tx, submission_id: str, *, actor_id: str) -> Desk:
    submission, has_opened = service.open_submission(tx, submission_id, actor_id=actor_id)
    version = programs.find_version(tx, submission.version_id)
    assert version is not None, "a version is never deleted"
    before = programs.find_live_version(tx, submission.program_id)
    brand = brands.access_public_brand(tx, submission.brand_id)
    wanted = {submission.submitted_by, submission.decided_by or submission.submitted_by}
    people = identity.find_people(tx, wanted)
    return Desk(
        submission=submission,
        version=version,
        before=before if before is not None and before.id != version.id else None,
        brand=brand,
        sender=people[submission.submitted_by],
        decider=people.get(submission.decided_by or ""),
        appeal=service.find_appeal(tx, submission_id, actor_id=actor_id),
        has_opened=has_opened,
        is_own_brand=actor_id in brands.find_member_ids(tx, brand.id),
    )


def _may_decide_appeal(desk: Desk) -> bool:
    if desk.appeal is None or desk.appeal.outcome is not None or desk.is_own_brand:
        return False
    return desk.submission.decided_by != current_person_id()
