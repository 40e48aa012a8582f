"""Refusals of the treasury."""

from host.core.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SignInRequiredError,
)


class StatementRefusedError(BadInputError):
    """A rail's statement cannot be read; the text names the line."""

    problem = "statement-refused"
    title = "This statement cannot be read"


class StatementTakenError(ConflictError):
    """There is another statement of this rail for this day."""

    problem = "statement-taken"
    title = "This day has its statement"


class BreakNotFoundError(NotFoundError):
    """There is no such break."""

    problem = "break-not-found"
    title = "Break not found"


class BreakRefusedError(ConflictError):
    """The break is closed already, or cannot be closed in this way."""

    problem = "break-refused"
    title = "This break stays as it is"


class AdjustmentNotFoundError(NotFoundError):
    """There is no such adjustment."""

    problem = "adjustment-not-found"
    title = "Adjustment not found"


class AdjustmentRefusedError(BadInputError):
    """The adjustment lacks a reason, or names accounts that nobody adjusts."""

    problem = "adjustment-refused"
    title = "This cannot be adjusted"


class AdjustmentDecidedError(ConflictError):
    """Somebody has decided it."""

    problem = "adjustment-decided"
    title = "Decided already"


class SecondPersonError(ForbiddenError):
    """Who proposed an adjustment, or gains or loses by it, does not approve it."""

    problem = "second-person"
    title = "Somebody else approves"


class CallbackRefusedError(SignInRequiredError):
    """A call-back is not signed by the rail that it names, or is too old."""

    problem = "callback-refused"
    title = "This call-back is not the rail's"
