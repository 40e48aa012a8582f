"""Events and endpoints: what was told, told again, and where."""

import msgspec
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.core.openapi import described
from host.core.web import deps, settings
from host.payments import schemas, secrets
from host.payments.api.edge import answer, body_of, may_loop, page_limit, run
from host.payments.model import Endpoint
from host.payments.service import notices

blueprint = Blueprint("notices", __name__)


@blueprint.get("/events")
@described(schemas.EventList, query={"after": schemas.Cursor, "limit": schemas.PageLimit})
async def list_events() -> ResponseReturnValue:
    """Return what happened, newest first, as it was told."""
    found, after = await run(
        notices.list_notices, after=request.args.get("after"), limit=page_limit()
    )
    shown = [_shape_notice(notice.body) for notice in found]
    return answer(schemas.EventList(shown, after))


@blueprint.get("/events/<event_id>")
@described(schemas.EventShape)
async def get_event(event_id: str) -> ResponseReturnValue:
    """Return one event with the log of its deliveries."""
    return answer(_shape_event(await run(notices.read_notice, event_id)))


@blueprint.post("/events/<event_id>/resend")
@described(schemas.EventShape)
async def post_resend(event_id: str) -> ResponseReturnValue:
    """Tell one event again, at once and with all the retries."""
    told = await run(notices.resend, event_id, now_ms=deps().now_ms())
    return answer(_shape_event(told))


@blueprint.get("/endpoints")
@described(schemas.EndpointList)
async def list_endpoints() -> ResponseReturnValue:
    """Return where the merchant's server hears what happened, with the secrets."""
    found = await run(notices.list_endpoints)
    return answer(schemas.EndpointList([_shape_endpoint(each) for each in found]))


@blueprint.post("/endpoints")
@described(schemas.EndpointShape, body=schemas.NewEndpoint, status=201)
async def post_endpoint() -> ResponseReturnValue:
    """Tell an address everything.  Adding it again returns it as it is."""
    body = await body_of(schemas.NewEndpoint)
    made = await run(notices.create_endpoint, body.url, may_loop=may_loop(), now_ms=deps().now_ms())
    return answer(_shape_endpoint(made), 201)


@blueprint.post("/endpoints/<endpoint_id>/rotate")
@described(schemas.EndpointShape)
async def post_rotate(endpoint_id: str) -> ResponseReturnValue:
    """Give an endpoint a new secret; notices carry both signatures for a day."""
    rotated = await run(notices.rotate_secret, endpoint_id, now_ms=deps().now_ms())
    return answer(_shape_endpoint(rotated))


@blueprint.delete("/endpoints/<endpoint_id>")
@described(None, status=204)
async def delete_endpoint(endpoint_id: str) -> ResponseReturnValue:
    """Tell an address nothing any more."""
    await run(notices.remove_endpoint, endpoint_id, now_ms=deps().now_ms())
    return Response(status=204)


def _shape_endpoint(endpoint: Endpoint) -> schemas.EndpointShape:
    secret = secrets.notice_secret(settings().secret_key, endpoint, endpoint.secret_number)
    return schemas.shape_endpoint(endpoint, secret=secret)


def _shape_event(told: notices.ToldNotice) -> schemas.EventShape:
    deliveries = [
        schemas.DeliveryShape(
            delivery.endpoint_id,
            delivery.status,  # type: ignore[arg-type]
            delivery.next_attempt_at_ms,
            [
                schemas.AttemptShape(a.at_ms, a.took_ms, a.http_status, a.outcome)
                for a in told.attempts
                if a.delivery_id == delivery.id
            ],
        )
        for delivery in told.deliveries
    ]
    return schemas.EventShape(_shape_notice(told.notice.body), deliveries)


def _shape_notice(body: str) -> schemas.NoticeShape:
    return msgspec.json.decode(body, type=schemas.NoticeShape)
