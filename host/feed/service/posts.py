"""Writing, reading, hiding and deleting posts."""

from collections.abc import Sequence

from host.contacts import service as contacts
from host.core import outbox
from host.core.cards import Card
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.limits import check_rate
from host.core.paging import Cursor, encode_cursor
from host.core.text import clean_line, clean_text
from host.feed import repository
from host.feed.errors import (
    CardRefusedError,
    EmptyPostError,
    PostNotFoundError,
    TooManyPicturesError,
)
from host.feed.events import PostDeleted, PostPublished
from host.feed.model import (
    ALT_LENGTH_MAX,
    CARD_KINDS,
    COMMENT_ROWS,
    PAGE_ROWS,
    PICTURE_COUNT_MAX,
    POSTS_PER_MINUTE_MAX,
    TEXT_LENGTH_MAX,
    Audience,
    FeedPage,
    OpenPost,
    Picture,
    Post,
    Scope,
    ShownPost,
)
from host.feed.service.access import access_post, check_id, without_blocked
from host.feed.service.shown import Loaders, show_comments, show_posts
from host.identity import service as identity

_LIKERS_SHOWN = 12


def create_post(
    tx: Tx,
    post_id: str,
    *,
    author_id: str,
    text: str,
    audience: Audience,
    pictures: Sequence[Picture],
    card: tuple[str, str] | None,
    loaders: Loaders,
    now_ms: int,
) -> Post:
    """Publish a post, once.

    ``post_id`` is the caller's idempotency key: sending the same again returns the first post.
    """
    plain = clean_text(text, length_max=TEXT_LENGTH_MAX)
    kind, card_id = card or (None, None)
    new = Post(check_id(post_id), author_id, plain, audience, kind, card_id, now_ms)

    earlier = repository.find_post(tx, post_id)
    if earlier is not None:
        if not earlier.says_the_same(new):
            raise IdempotencyKeyReusedError("This id belongs to another post. Use a new id.")
        return earlier

    check_rate(tx, f"feed.post:{author_id}", per_minute=POSTS_PER_MINUTE_MAX, now_ms=now_ms)
    _check_not_empty(new, pictures)
    if card is not None:
        find_card(tx, card, actor_id=author_id, loaders=loaders)
    repository.insert_post(tx, new, [_cleaned(picture) for picture in pictures])
    event = PostPublished(new.id, author_id, audience.value, kind or "", card_id or "")
    outbox.publish(tx, event, now_ms=now_ms)
    return new


def check_draft(
    tx: Tx,
    post_id: str,
    *,
    author_id: str,
    text: str,
    card: tuple[str, str] | None,
    loaders: Loaders,
) -> None:
    """Refuse what ``create_post`` would refuse, before pictures are kept and counted for it."""
    clean_text(text, length_max=TEXT_LENGTH_MAX)
    if repository.find_post(tx, check_id(post_id)) is None and card is not None:
        find_card(tx, card, actor_id=author_id, loaders=loaders)


def find_card(tx: Tx, card: tuple[str, str], *, actor_id: str, loaders: Loaders) -> Card:
    """Return the card that a post of the actor may show, or refuse."""
    kind, card_id = card
    if kind not in CARD_KINDS or kind not in loaders:
        raise CardRefusedError("A post can show a product, a shop or a mini-program, nothing else.")
    found = loaders[kind](tx, [card_id], actor_id).get(card_id)
    if found is None:
        raise CardRefusedError("What this post should show is not there any more.")
    return found


def list_posts(
    tx: Tx, *, viewer_id: str, scope: Scope, before: Cursor | None, loaders: Loaders
) -> FeedPage:
    """Return a page of the feed, newest first: complete and in order of time, not ranked."""
    authors = [*contacts.find_contact_ids(tx, viewer_id), viewer_id]
    find = repository.find_page_of if scope is Scope.FRIENDS else repository.find_page_of_all
    found = find(
        tx, viewer_id, authors=authors, before=before or repository.NEWEST, limit=PAGE_ROWS
    )
    return _page(tx, found, viewer_id=viewer_id, loaders=loaders)


def list_posts_of(
    tx: Tx, author_id: str, *, viewer_id: str, before: Cursor | None, loaders: Loaders
) -> FeedPage:
    """Return a page of what one person posted, as far as the viewer may see it."""
    is_near = author_id == viewer_id or contacts.are_contacts(tx, author_id, viewer_id)
    found = repository.find_page_of(
        tx, viewer_id, authors=[author_id], before=before or repository.NEWEST, limit=PAGE_ROWS
    )
    seen = [post for post in found if is_near or post.audience is Audience.PUBLIC]
    page = _page(tx, seen, viewer_id=viewer_id, loaders=loaders)
    return FeedPage(page.posts, _next_cursor(found))


def show_post(tx: Tx, post_id: str, *, actor_id: str, loaders: Loaders) -> ShownPost:
    """Return one post as the actor sees it."""
    post = access_post(tx, post_id, actor_id=actor_id)
    shown = show_posts(tx, [post], viewer_id=actor_id, loaders=loaders)
    if not shown:
        raise PostNotFoundError("This post is not here. Its author has left.")
    return shown[0]


def open_post(tx: Tx, post_id: str, *, actor_id: str, loaders: Loaders) -> OpenPost:
    """Return one post with its comments and those who like it."""
    shown = show_post(tx, post_id, actor_id=actor_id, loaders=loaders)
    comments = repository.find_comments(tx, post_id, limit=COMMENT_ROWS)
    liker_ids = repository.find_likers(tx, post_id, limit=_LIKERS_SHOWN)
    hidden = contacts.find_hidden_ids(tx, actor_id, liker_ids)
    people = identity.find_people(tx, liker_ids)
    return OpenPost(
        shown,
        tuple(show_comments(tx, comments, post=shown.post, viewer_id=actor_id)),
        tuple(people[one] for one in liker_ids if one in people and one not in hidden),
    )


def delete_post(tx: Tx, post_id: str, *, actor_id: str, now_ms: int) -> None:
    """Take back one's own post, with its comments and likes."""
    post = access_post(tx, post_id, actor_id=actor_id)
    if post.author_id != actor_id:
        raise PostNotFoundError("You have no post with this id.")
    repository.empty_post(tx, post_id, now_ms=now_ms)
    outbox.publish(tx, PostDeleted(post_id, actor_id), now_ms=now_ms)


def hide_post(tx: Tx, post_id: str, *, actor_id: str, now_ms: int) -> None:
    """Keep a post out of the actor's feed.  Its author is not told."""
    access_post(tx, post_id, actor_id=actor_id)
    repository.hide_post(tx, post_id, actor_id, now_ms=now_ms)


def _page(tx: Tx, found: Sequence[Post], *, viewer_id: str, loaders: Loaders) -> FeedPage:
    # Blocks are taken off after the page is cut, so a page may be short and still have a next.
    seen = without_blocked(tx, found, viewer_id=viewer_id)
    shown = show_posts(tx, seen, viewer_id=viewer_id, loaders=loaders)
    return FeedPage(tuple(shown), _next_cursor(found))


def _next_cursor(found: Sequence[Post]) -> str | None:
    if len(found) < PAGE_ROWS:
        return None
    return encode_cursor(found[-1].created_at_ms, found[-1].id)


def _check_not_empty(post: Post, pictures: Sequence[Picture]) -> None:
    if not post.text and not pictures and post.card is None:
        raise EmptyPostError("Write something, or add a picture or a product.")
    if len(pictures) > PICTURE_COUNT_MAX:
        raise TooManyPicturesError(
            "A post carries %(limit)s pictures. Take some away; your words are kept.",
            limit=PICTURE_COUNT_MAX,
        )


def _cleaned(picture: Picture) -> Picture:
    alt = clean_line(picture.alt, length_max=ALT_LENGTH_MAX)
    return Picture(picture.media_id, picture.width, picture.height, alt)
