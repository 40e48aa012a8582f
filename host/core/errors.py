"""Refusals: what a use case raises when it says no (RFC 9457 problem details).

``detail`` is one or two sentences for a person: what happened, then what to do.  It may hold
``%(name)s`` places that are filled from ``extra``, the same facts for a program; so it can be
translated.  Everything that is not an ``AppError`` is a bug and a 500.
"""

from typing import Any, ClassVar, Literal

# What a program should do about a refusal: nothing, since the same will be refused again; repeat
# it as it is; try anew under another key once things have changed; or ask how things stand.
Retry = Literal["never", "same_key", "new_key", "query"]


class AppError(Exception):
    """A refusal with a documented problem type."""

    status: ClassVar[int] = 400
    problem: ClassVar[str] = "bad-request"
    title: ClassVar[str] = "Bad request"
    retry: ClassVar[Retry] = "never"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    def __str__(self) -> str:
        return fill(self.detail, self.extra)


def fill(template: str, values: dict[str, Any]) -> str:
    """Put ``values`` into the ``%(name)s`` places of ``template``."""
    return template % values if "%(" in template else template


class BadInputError(AppError):
    """What was sent cannot be understood or breaks a stated limit."""

    status = 422
    problem = "bad-input"
    title = "Bad input"


class SignInRequiredError(AppError):
    """Nobody is signed in."""

    status = 401
    problem = "sign-in-required"
    title = "Sign in first"
    retry = "same_key"


class ForbiddenError(AppError):
    """The person is known and may not do this."""

    status = 403
    problem = "forbidden"
    title = "Not allowed"


class NotFoundError(AppError):
    """There is nothing here that this person may see.  A stranger's and a missing one alike."""

    status = 404
    problem = "not-found"
    title = "Not found"


class ConflictError(AppError):
    """The state of things does not permit this now."""

    status = 409
    problem = "conflict"
    title = "Conflict"
    retry: ClassVar[Retry] = "query"


class IdempotencyKeyReusedError(ConflictError):
    """The same key came with other arguments."""

    status = 422
    problem = "idempotency-key-reused"
    title = "Idempotency key reused"
    retry = "new_key"


class TooLargeError(AppError):
    """The body is over a stated size."""

    status = 413
    problem = "too-large"
    title = "Too large"


class TooManyError(AppError):
    """A rate limit was reached."""

    status = 429
    problem = "too-many"
    title = "Too many"
    retry = "same_key"


class UnavailableError(AppError):
    """The host cannot do this at the moment."""

    status = 503
    problem = "unavailable"
    title = "Not available right now"
    retry = "same_key"
