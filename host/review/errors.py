"""Refusals of the review domain."""

from host.core.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError


class SubmissionNotFoundError(NotFoundError):
    """There is no such submission that this person may see."""

    problem = "submission-not-found"
    title = "Submission not found"


class AlreadyDecidedError(ConflictError):
    """Somebody else decided first, or the merchant took the version back."""

    problem = "already-decided"
    title = "Decided already"


class NotOpenedError(ConflictError):
    """Nobody decides about what they have not opened."""

    problem = "not-opened"
    title = "Open it first"


class OwnBrandError(ForbiddenError):
    """An admin does not decide about a brand that they act for."""

    problem = "own-brand"
    title = "Your own brand"


class SameAdminError(ForbiddenError):
    """An appeal is decided by somebody else than who rejected."""

    problem = "same-admin"
    title = "Somebody else decides"


class DecisionRefusedError(BadInputError):
    """A decision without a rule or a reason that the merchant can use."""

    problem = "decision-refused"
    title = "Decision incomplete"


class AppealRefusedError(ConflictError):
    """There is nothing to appeal against, or it was appealed already."""

    problem = "appeal-refused"
    title = "No appeal possible"
