"""Refusals of the identity domain."""

from host.core.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SignInRequiredError,
    TooManyError,
)


class HandleRefusedError(BadInputError):
    """A handle that cannot be anybody's."""

    problem = "handle-refused"
    title = "This handle cannot be used"


class HandleTakenError(ConflictError):
    """The handle, or one that looks like it, belongs to somebody."""

    problem = "handle-taken"
    title = "Handle taken"


class NameRefusedError(BadInputError):
    """A display name with characters that would mislead or break a page."""

    problem = "name-refused"
    title = "This name cannot be used"


class PasswordRefusedError(BadInputError):
    """A new password that is too short or too long."""

    problem = "password-refused"
    title = "This password cannot be used"


class WrongPasswordError(ForbiddenError):
    """Handle and password do not belong together; which of them is wrong is not said.

    Not a 401: that status sends a browser to the sign-in page, where this refusal comes from.
    """

    problem = "wrong-password"
    title = "Wrong handle or password"


class TooManyAttemptsError(TooManyError):
    """The budget of sign-in attempts is used up."""

    problem = "too-many-attempts"
    title = "Too many attempts"


class PersonNotFoundError(NotFoundError):
    """Nobody has this id or handle."""

    problem = "person-not-found"
    title = "Person not found"


class SessionNotFoundError(NotFoundError):
    """The device is not one of the person's."""

    problem = "session-not-found"
    title = "Device not found"


class TokenRefusedError(SignInRequiredError):
    """An access token or key that does not open this door."""

    problem = "token-refused"
    title = "Token refused"


class AdminRequiredError(ForbiddenError):
    """The page belongs to admins."""

    problem = "admin-required"
    title = "Admins only"
