"""What happens in the feed, for other domains."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class PostPublished(Event):
    """Somebody published a post; the card is what it shows, empty for none."""

    name: ClassVar[str] = "feed.post_published"

    post_id: str
    author_id: str
    audience: str
    card_kind: str
    card_id: str


@dataclass(frozen=True, slots=True)
class PostDeleted(Event):
    """An author took a post back."""

    name: ClassVar[str] = "feed.post_deleted"

    post_id: str
    author_id: str


@dataclass(frozen=True, slots=True)
class PostLiked(Event):
    """Somebody likes a post."""

    name: ClassVar[str] = "feed.post_liked"

    post_id: str
    author_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class CommentPosted(Event):
    """Somebody commented on a post."""

    name: ClassVar[str] = "feed.comment_posted"

    comment_id: str
    post_id: str
    author_id: str
    person_id: str
