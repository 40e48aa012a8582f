"""What paying by code refuses."""

from host.core.errors import BadInputError, ConflictError, NotFoundError, TooManyError


class CodeRefusedError(ConflictError):
    """No such code is open: unknown, used, or older than a minute.  One answer for all three."""

    problem = "code-refused"
    title = "This code does not work"
    retry = "new_key"


class CodeMistypedError(BadInputError):
    """The check digit is wrong: a slip of the finger, not a guess."""

    problem = "code-mistyped"
    title = "Check the number"


class TillLockedError(TooManyError):
    """A shop's tills gave too many numbers that were no code."""

    problem = "till-locked"
    title = "The till is locked for a while"


class ForeignCodeError(BadInputError):
    """A scanned code is none of this host's own."""

    problem = "foreign-code"
    title = "Not a code of this lane"


class LinkNotFoundError(NotFoundError):
    """The code was replaced, or there never was one."""

    problem = "link-not-found"
    title = "No such code"


class LinkEndedError(ConflictError):
    """The code of one sale was paid or is too old."""

    problem = "link-ended"
    title = "This code is over"


class ChargeNotFoundError(NotFoundError):
    """There is no such charge, or it is somebody else's."""

    problem = "charge-not-found"
    title = "No such payment"


class ChargeEndedError(ConflictError):
    """The charge was declined, or not confirmed in time."""

    problem = "charge-ended"
    title = "This payment is over"
