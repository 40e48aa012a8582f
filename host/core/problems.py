"""Refusals on the wire: problem+json (RFC 9457) for programs, a page for people.

An unexpected exception is a 500 with a fixed text and an incident id that is also in the log;
never a traceback, never the text of the error.
"""

import logging
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from quart import Quart, Response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from host.core.errors import AppError, NotFoundError, SignInRequiredError, TooLargeError
from host.core.ids import new_id
from host.core.web import render, translate, wants_json

logger = logging.getLogger(__name__)


class InternalError(AppError):
    """Something is wrong in the host itself."""

    status = 500
    problem = "internal"
    title = "Something went wrong here"
    retry = "query"


class MethodNotAllowedError(AppError):
    """This address does not take this method."""

    status = 405
    problem = "method-not-allowed"
    title = "Method not allowed"


def install(app: Quart) -> None:
    """Let every refusal and every bug leave ``app`` in a documented form."""
    app.register_error_handler(AppError, _answer_refusal)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_bug)


def to_problem(error: AppError) -> dict[str, Any]:
    """Return the RFC 9457 object for ``error`` in the language of this request."""
    extra = {k: v for k, v in error.extra.items() if isinstance(v, str | int | list | dict | None)}
    return extra | {
        "type": f"/problems/{error.problem}",
        "title": translate(error.title),
        "status": error.status,
        "detail": translate(error.detail, **error.extra),
        "instance": request.path,
        "retry": error.retry,
    }


async def answer(error: AppError) -> ResponseReturnValue:
    """Return the response for ``error``."""
    is_page = not wants_json()
    if isinstance(error, SignInRequiredError) and is_page and request.method == "GET":
        here = request.full_path.rstrip("?")
        return redirect(f"/sign-in?next={quote(here, safe='')}", 303)
    problem = to_problem(error)
    if is_page:
        page = await render(
            "shell/error.html", problem=problem, slug=error.problem, sign_in_url=_sign_in_url()
        )
        return Response(page, error.status, content_type="text/html; charset=utf-8")
    body = msgspec.json.encode(problem)
    return Response(body, error.status, content_type="application/problem+json")


def _sign_in_url() -> str:
    """Return the sign-in page that leads back to where a form was filled in."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.host or not came_from.path.startswith("/"):
        return "/sign-in"
    here = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return f"/sign-in?next={quote(here, safe='')}"


async def _answer_refusal(error: AppError) -> ResponseReturnValue:
    return await answer(error)


async def _answer_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and 300 <= error.code < 400:  # noqa: PLR2004  (redirects are no errors)
        return error.get_response()
    match error.code:
        case 404:
            return await answer(NotFoundError("There is nothing at this address."))
        case 405:
            return await answer(MethodNotAllowedError("This address does not take this method."))
        case 413:
            return await answer(TooLargeError("What was sent is too large."))
        case _:
            return await answer(AppError("This request cannot be understood."))


async def _answer_bug(error: Exception) -> ResponseReturnValue:
    incident_id = new_id()
    logger.error("incident %s at %s %s", incident_id, request.method, request.path, exc_info=error)
    return await answer(
        InternalError(
            "What was saved is kept. Try again; if it stays, name incident %(incident_id)s.",
            incident_id=incident_id,
        )
    )
