"""Who may see a post: the one place that decides it for one post, and for many at once."""

from collections.abc import Sequence

from host.contacts import service as contacts
from host.core.db import Tx
from host.core.errors import BadInputError
from host.feed import repository
from host.feed.errors import PostNotFoundError
from host.feed.model import ID_LENGTH_MAX, Audience, Post

_NOT_HERE = "This post is not here. It may have been deleted, or it is for others."


def check_id(text: str) -> str:
    """Return an id that a caller chose, or refuse it."""
    if not 1 <= len(text) <= ID_LENGTH_MAX or not text.isascii() or not text.isprintable():
        raise BadInputError("The form has lost its number. Load the page again.")
    return text


def access_post(tx: Tx, post_id: str, *, actor_id: str) -> Post:
    """Return a post that ``actor_id`` may see.

    A deleted post, one for other people and one that never was give the same error.
    """
    post = repository.find_post(tx, post_id)
    if post is None:
        raise PostNotFoundError(_NOT_HERE)
    if post.deleted_at_ms is not None:
        raise PostNotFoundError(_NOT_HERE)
    if post.author_id == actor_id:
        return post
    if contacts.is_blocked(tx, post.author_id, actor_id):
        raise PostNotFoundError(_NOT_HERE)
    if post.audience is Audience.PUBLIC:
        return post
    if not contacts.are_contacts(tx, post.author_id, actor_id):
        raise PostNotFoundError(_NOT_HERE)
    return post


def without_blocked(tx: Tx, posts: Sequence[Post], *, viewer_id: str) -> list[Post]:
    """Return ``posts`` less those of people on either side of a block with the viewer."""
    hidden = contacts.find_hidden_ids(tx, viewer_id, sorted({post.author_id for post in posts}))
    return [post for post in posts if post.author_id not in hidden]


def visible_posts(tx: Tx, posts: Sequence[Post], *, viewer_id: str) -> list[Post]:
    """Return those of ``posts`` that the viewer may see: ``access_post`` for many."""
    friends = set(contacts.find_contact_ids(tx, viewer_id)) | {viewer_id}
    return [
        post
        for post in without_blocked(tx, posts, viewer_id=viewer_id)
        if post.audience is Audience.PUBLIC or post.author_id in friends
    ]
