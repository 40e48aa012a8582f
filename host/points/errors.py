"""Refusals of points.  Each slug has a heading in docs/problems/points.md."""

from host.core.errors import ConflictError, NotFoundError


class NoProgrammeError(NotFoundError):
    """The brand has never given points."""

    problem = "no-points-programme"
    title = "No points here"


class TooFewPointsError(ConflictError):
    """More points are asked for than the person has, or fewer than a coin is worth."""

    problem = "too-few-points"
    title = "Too few points"


class ProgrammeRefusedError(ConflictError):
    """The change would take from people what they have been promised."""

    problem = "points-programme-refused"
    title = "Not this change"
