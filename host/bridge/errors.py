"""Refusals of the bridge.  Each slug has a heading in docs/problems/bridge.md."""

from host.core.errors import BadInputError, ConflictError, NotFoundError, UnavailableError


class PageNotFoundError(NotFoundError):
    """No open page with this id belongs to this person; a stranger's looks the same."""

    problem = "page-not-found"
    title = "No such page"


class AskNotFoundError(NotFoundError):
    """No question with this id waits for this person."""

    problem = "ask-not-found"
    title = "Nothing to answer"


class AskAnsweredError(ConflictError):
    """The question was answered before."""

    problem = "ask-answered"
    title = "Already answered"


class MessageGoneError(NotFoundError):
    """No service message with this id was sent to this person."""

    problem = "message-gone"
    title = "No such message"


class EventRefusedError(BadInputError):
    """A browser sent an event that no page can have caused."""

    problem = "event-refused"
    title = "Not an event"


class LoginCodeRefusedError(NotFoundError):
    """The code names nobody who has just signed in to this program."""

    problem = "login-code-refused"
    title = "Code refused"


class ShareNotFoundError(NotFoundError):
    """Nothing shared has this id."""

    problem = "share-not-found"
    title = "Nothing shared here"


class ProgramStoppedError(UnavailableError):
    """This host runs no mini-programs at the moment."""

    problem = "programs-stopped"
    title = "Shops are closed"
