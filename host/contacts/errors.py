"""Refusals of the contacts domain."""

from host.core.errors import BadInputError, ConflictError, NotFoundError, TooManyError


class ContactNotFoundError(NotFoundError):
    """The person is not a contact, or there is no such person."""

    problem = "contact-not-found"
    title = "Contact not found"


class HandleUnknownError(NotFoundError):
    """Nobody who can be found has this handle."""

    problem = "handle-unknown"
    title = "Nobody found"


class RequestNotFoundError(NotFoundError):
    """There is no such request to answer."""

    problem = "contact-request-not-found"
    title = "Request not found"


class OneselfError(BadInputError):
    """A person can be neither asked nor blocked by themselves."""

    problem = "contact-is-oneself"
    title = "That is you"


class AlreadyContactsError(ConflictError):
    """The two are contacts already."""

    problem = "already-contacts"
    title = "Already contacts"


class TooManyWaitingError(TooManyError):
    """Too many requests wait for an answer."""

    problem = "too-many-contact-requests"
    title = "Too many requests are waiting"
