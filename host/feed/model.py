"""Posts, what people do with them, and how both are shown to one person."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.cards import Card
from host.identity.model import Person

TEXT_LENGTH_MAX = 2000
COMMENT_LENGTH_MAX = 1000
ALT_LENGTH_MAX = 300
# Ids of posts and comments are chosen by the caller: a UUID, or whatever else is short and plain.
ID_LENGTH_MAX = 64
PICTURE_COUNT_MAX = 9
PAGE_ROWS = 24
COMMENT_ROWS = 100
NEWS_ROWS = 50

# What a post may carry.  An order or a transfer is between two sides, so it is not for the feed.
CARD_KINDS = frozenset({"product", "program", "page", "brand"})

# A person at a keyboard stays far below these; a script does not.
POSTS_PER_MINUTE_MAX = 6
COMMENTS_PER_MINUTE_MAX = 20
LIKES_PER_MINUTE_MAX = 60


class Audience(StrEnum):
    """Who may see a post."""

    FRIENDS = "friends"
    PUBLIC = "public"


class Scope(StrEnum):
    """Whose posts a page of the feed holds."""

    # Everything one may see: public posts and those of one's contacts, newest first.
    ALL = "all"
    # Contacts and oneself, nobody else.
    FRIENDS = "friends"


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture, its size, and the words for those who do not see it."""

    media_id: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it is stored."""

    id: str
    author_id: str
    text: str
    audience: Audience
    card_kind: str | None
    card_id: str | None
    created_at_ms: int
    deleted_at_ms: int | None = None

    @property
    def card(self) -> tuple[str, str] | None:
        """Kind and id of what the post shows, if anything."""
        return (self.card_kind, self.card_id) if self.card_kind and self.card_id else None

    def says_the_same(self, other: "Post") -> bool:
        """Tell whether ``other`` is this post sent again."""
        return (self.author_id, self.text, self.audience, self.card) == (
            other.author_id,
            other.text,
            other.audience,
            other.card,
        )


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it is stored."""

    id: str
    post_id: str
    author_id: str
    text: str
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post as one person sees it now."""

    post: Post
    author: Person
    # The viewer's own name for the author, or the author's.
    author_name: str
    pictures: tuple[Picture, ...]
    card: Card | None
    like_count: int
    comment_count: int
    is_liked: bool
    is_mine: bool

    @property
    def id(self) -> str:
        """The id of the post."""
        return self.post.id


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment as one person sees it."""

    comment: Comment
    author: Person
    author_name: str
    may_delete: bool


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of posts and where the next begins."""

    posts: tuple[ShownPost, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OpenPost:
    """A post with its comments and those who like it, for its own page."""

    shown: ShownPost
    comments: tuple[ShownComment, ...]
    likers: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class News:
    """One thing that somebody did with one's post."""

    kind: str
    post_id: str
    actor: Person
    actor_name: str
    text: str
    picture_id: str | None
    post_text: str
    at_ms: int
    is_new: bool
