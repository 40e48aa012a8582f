"""Refusals of the chat domain."""

from host.core.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError


class ConversationNotFoundError(NotFoundError):
    """There is no such conversation for this person."""

    problem = "conversation-not-found"
    title = "Conversation not found"


class MessageNotFoundError(NotFoundError):
    """There is no such message for this person."""

    problem = "message-not-found"
    title = "Message not found"


class NotMemberError(ForbiddenError):
    """The person has left, or was removed from, the group."""

    problem = "not-a-member"
    title = "No longer a member"


class NotContactsError(ForbiddenError):
    """Only contacts may write to each other or be added to a group."""

    problem = "not-contacts"
    title = "Not contacts"


class BlockingError(ForbiddenError):
    """The person blocks the one they want to write to."""

    problem = "you-block-them"
    title = "You block this person"


class ReplyWindowClosedError(ForbiddenError):
    """A shop answers within two days of the person's last message."""

    problem = "reply-window-closed"
    title = "Too late to answer"


class EmptyMessageError(BadInputError):
    """There is nothing in the message that anybody could see."""

    problem = "empty-message"
    title = "Empty message"


class ClientIdError(BadInputError):
    """The client's id of a message is not one."""

    problem = "bad-message-id"
    title = "Bad message id"


class MessageIdReusedError(ConflictError):
    """The client's id belongs to a message with another content."""

    problem = "message-id-reused"
    title = "Message id reused"


class CardUnknownError(BadInputError):
    """The thing to share does not exist for the one who shares it."""

    problem = "card-unknown"
    title = "Nothing to share"


class TooLateToRecallError(ConflictError):
    """A message can be taken back for two minutes."""

    problem = "too-late-to-recall"
    title = "Too late to take back"


class OwnerRequiredError(ForbiddenError):
    """Only the group's owner may do this."""

    problem = "group-owner-required"
    title = "Only the owner may do this"


class GroupSizeError(BadInputError):
    """A group needs two others and has a limit."""

    problem = "group-size"
    title = "Too few or too many people"
