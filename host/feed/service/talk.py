"""Likes and comments."""

from host.core import live, outbox
from host.core.db import Tx, Value
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.limits import check_rate
from host.core.text import clean_text
from host.feed import repository
from host.feed.errors import CommentNotFoundError, EmptyPostError, PostNotFoundError
from host.feed.events import CommentPosted, PostLiked
from host.feed.model import (
    COMMENT_LENGTH_MAX,
    COMMENTS_PER_MINUTE_MAX,
    LIKES_PER_MINUTE_MAX,
    Comment,
    Post,
)
from host.feed.repository import news
from host.feed.service.access import access_post, check_id


def like_post(tx: Tx, post_id: str, *, actor_id: str, now_ms: int) -> None:
    """Let the actor like a post.  Again changes nothing."""
    check_rate(tx, f"feed.like:{actor_id}", per_minute=LIKES_PER_MINUTE_MAX, now_ms=now_ms)
    post = access_post(tx, post_id, actor_id=actor_id)
    if not repository.insert_like(tx, post_id, actor_id, now_ms=now_ms):
        return
    outbox.publish(tx, PostLiked(post_id, post.author_id, actor_id), now_ms=now_ms)
    if post.author_id != actor_id:
        news_id = derived_id("feed.liked", post_id, actor_id)
        news.insert(tx, news_id, post, kind="liked", actor_id=actor_id, now_ms=now_ms)
        hint: dict[str, Value] = {"post_id": post_id, "person_id": actor_id}
        live.publish(tx, [post.author_id], "feed.liked", hint, now_ms=now_ms)


def unlike_post(tx: Tx, post_id: str, *, actor_id: str) -> None:
    """Take a like back, and the news of it."""
    access_post(tx, post_id, actor_id=actor_id)
    if repository.delete_like(tx, post_id, actor_id):
        news.delete(tx, derived_id("feed.liked", post_id, actor_id))


def post_comment(
    tx: Tx, comment_id: str, *, post_id: str, actor_id: str, text: str, now_ms: int
) -> Comment:
    """Comment on a post, once: ``comment_id`` is the caller's idempotency key."""
    post = access_post(tx, post_id, actor_id=actor_id)
    plain = clean_text(text, length_max=COMMENT_LENGTH_MAX)
    new = Comment(check_id(comment_id), post_id, actor_id, plain, now_ms)

    earlier = repository.find_comment(tx, comment_id)
    if earlier is not None:
        if (earlier.author_id, earlier.post_id, earlier.text) != (actor_id, post_id, plain):
            raise IdempotencyKeyReusedError("This id belongs to another comment. Use a new id.")
        return earlier

    check_rate(tx, f"feed.comment:{actor_id}", per_minute=COMMENTS_PER_MINUTE_MAX, now_ms=now_ms)
    if not plain:
        raise EmptyPostError("Write something first.")
    repository.insert_comment(tx, new)
    event = CommentPosted(comment_id, post_id, post.author_id, actor_id)
    outbox.publish(tx, event, now_ms=now_ms)
    _tell_author(tx, post, new)
    return new


def delete_comment(tx: Tx, comment_id: str, *, actor_id: str, now_ms: int) -> Post:
    """Delete a comment: one's own, or any under one's own post.  Returns the post."""
    comment = repository.find_comment(tx, comment_id)
    if comment is None:
        raise CommentNotFoundError("There is no such comment that you may delete.")
    try:
        post = access_post(tx, comment.post_id, actor_id=actor_id)
    except PostNotFoundError:
        raise CommentNotFoundError("There is no such comment that you may delete.") from None
    if actor_id not in (comment.author_id, post.author_id):
        raise CommentNotFoundError("There is no such comment that you may delete.")
    repository.empty_comment(tx, comment_id, now_ms=now_ms)
    return post


def _tell_author(tx: Tx, post: Post, comment: Comment) -> None:
    if post.author_id == comment.author_id:
        return
    news.insert(
        tx,
        derived_id("feed.commented", comment.id),
        post,
        kind="commented",
        actor_id=comment.author_id,
        comment_id=comment.id,
        now_ms=comment.created_at_ms,
    )
    hint: dict[str, Value] = {"post_id": post.id, "comment_id": comment.id}
    live.publish(tx, [post.author_id], "feed.commented", hint, now_ms=comment.created_at_ms)
