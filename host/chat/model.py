"""Conversations, members and messages, and how they are shown to one person."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from host.core.cards import Card

TEXT_LENGTH_MAX = 4000
TITLE_LENGTH_MAX = 40
CLIENT_ID_LENGTH_MAX = 64
GROUP_COUNT_MAX = 100
PAGE_ROWS_MAX = 100
# Server time alone decides; a client's clock is never asked.
RECALL_TTL_MS = 2 * 60 * 1000
# Cards of money stay: what was sent does not come back because its card is gone.
MONEY_CARDS = frozenset({"transfer", "red_packet", "money_request", "split"})
MESSAGES_PER_MINUTE_MAX = 120
GROUPS_PER_MINUTE_MAX = 5
SHARE_COUNT_MAX = 20
# A shop answers people; it does not begin, and not when they have long gone on.
REPLY_WITHIN_MS = 48 * 3600 * 1000


class Kind(StrEnum):
    """Who talks in a conversation."""

    DIRECT = "direct"
    GROUP = "group"
    # A shop and one person: news about orders, and what they write to each other.
    BRAND = "brand"


class Role(StrEnum):
    """What a member may do."""

    OWNER = "owner"
    MEMBER = "member"


class SenderKind(StrEnum):
    """Whose name stands above a message."""

    PERSON = "person"
    BRAND = "brand"


class Closed(StrEnum):
    """Why somebody who may read a conversation may not write into it."""

    LEFT = "left"
    NOT_CONTACTS = "not-contacts"
    # The reader blocks the other one; the other way round nobody is told.
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands in the open transaction."""

    id: str
    kind: Kind
    title: str
    brand_id: str | None
    last_seq: int
    last_at_ms: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is or was in a conversation, and the range of it that is theirs."""

    conversation_id: str
    person_id: str
    role: Role
    first_seq: int
    left_seq: int | None
    read_seq: int
    joined_at_ms: int

    @property
    def is_active(self) -> bool:
        """Tell whether the member has not left."""
        return self.left_seq is None

    def end_seq(self, conversation: Conversation) -> int:
        """Return the last message that the member may see."""
        return conversation.last_seq if self.left_seq is None else self.left_seq


@dataclass(frozen=True, slots=True)
class Body:
    """What a sender put into a message."""

    text: str = ""
    image_id: str | None = None
    card_kind: str | None = None
    card_id: str | None = None
    notice: str | None = None
    reply_to_seq: int | None = None

    def is_empty(self) -> bool:
        """Tell whether there is nothing to send."""
        return not (self.text or self.image_id or self.card_kind or self.notice)

    def digest(self, message_id: str, conversation_id: str) -> str:
        """Return what tells this body from another one, of no use without the message's id."""
        said = msgspec.json.encode(
            [
                message_id,
                conversation_id,
                self.text,
                self.image_id,
                self.card_kind,
                self.card_id,
                self.notice,
                self.reply_to_seq,
            ]
        )
        return hashlib.sha256(said).hexdigest()


@dataclass(frozen=True, slots=True)
class Message:
    """A message at its place in a conversation."""

    conversation_id: str
    seq: int
    id: str
    sender_kind: SenderKind
    sender_id: str
    client_id: str
    body_digest: str
    body: Body
    sent_at_ms: int
    recalled_at_ms: int | None = None

    def is_same_as(self, body: Body, conversation_id: str) -> bool:
        """Tell whether sending ``body`` again is a repeat of this message."""
        return body.digest(self.id, conversation_id) == self.body_digest

    def may_be_recalled(self, *, by_id: str, now_ms: int) -> bool:
        """Tell whether a person may take the message back."""
        if self.sender_id != by_id or self.body.notice or self.recalled_at_ms is not None:
            return False
        if self.body.card_kind in MONEY_CARDS:
            return False
        return now_ms - self.sent_at_ms <= RECALL_TTL_MS


@dataclass(frozen=True, slots=True)
class Face:
    """Name and picture of a person, a shop or a group, as one reader sees them."""

    id: str
    name: str
    avatar_id: str | None = None
    handle: str = ""
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one answers."""

    seq: int
    name: str
    text: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as one reader sees it now."""

    message: Message
    sender: Face
    is_mine: bool
    # Whether it is the first of a run of one sender's, so that name and picture are shown.
    is_first_of_run: bool
    # When the message before it was sent; None for the first one that is shown.
    previous_at_ms: int | None
    card: Card | None = None
    quote: Quote | None = None
    is_read: bool = False
    may_recall: bool = False

    @property
    def seq(self) -> int:
        """The message's place in its conversation."""
        return self.message.seq


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive messages, oldest first."""

    messages: list[ShownMessage]
    has_earlier: bool
    has_later: bool


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """A conversation as one reader sees it in their list and above its messages."""

    id: str
    kind: Kind
    face: Face
    # Up to four pictures of a group's members.
    faces: list[Face]
    member_count: int
    unread_count: int
    read_seq: int
    last_seq: int
    # What the list is ordered by; not shown, because a withheld message moves it as well.
    moved_at_ms: int
    last_at_ms: int
    last: Message | None
    last_sender: Face | None
    last_card: Card | None
    role: Role
    # Known for the conversation that is open, not for a whole list.
    closed: Closed | None = None


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One chat in the list of a brand's inbox."""

    conversation: Conversation
    face: Face
    last: Message


@dataclass(frozen=True, slots=True)
class InboxChat:
    """One chat as a brand's team sees it."""

    conversation: Conversation
    face: Face
    # Oldest first, each with the card that the reader may see.
    messages: list[tuple[Message, Card | None]]
    # Until when the brand may answer; None when it may not.
    closes_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody or some group that something can be shared to; ``key`` is ``c:…`` or ``p:…``."""

    key: str
    face: Face
    faces: list[Face]
