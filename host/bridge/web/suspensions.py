"""An admin's word that stops a version or lets it go.

Here and not in review, because stopping a version ends its workers and the pages that run it.
"""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bridge.incidents import stop_version
from host.core.web import current_person_id, deps, see_other
from host.review import service as review

blueprint = Blueprint("suspensions", __name__, url_prefix="/admin/versions/<version_id>")


@blueprint.post("/suspend")
async def post_suspend(version_id: str) -> ResponseReturnValue:
    """Stop the version, its workers and its open pages."""
    form = await request.form
    stopped_id = await deps().db.write(
        review.suspend,
        version_id,
        actor_id=current_person_id(),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    await stop_version(deps(), stopped_id)
    return see_other(f"/admin/versions/{stopped_id}")


@blueprint.post("/lift")
async def post_lift(version_id: str) -> ResponseReturnValue:
    """Let the version go."""
    form = await request.form
    lifted_id = await deps().db.write(
        review.lift,
        version_id,
        actor_id=current_person_id(),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/admin/versions/{lifted_id}")
