"""Posts and comments as one person sees them: names, pictures, live cards, counts."""

from collections.abc import Mapping, Sequence

from host.contacts import service as contacts
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.feed import repository
from host.feed.model import Comment, Post, ShownComment, ShownPost
from host.identity import service as identity

Loaders = Mapping[str, CardLoader]


def show_posts(
    tx: Tx, posts: Sequence[Post], *, viewer_id: str, loaders: Loaders
) -> list[ShownPost]:
    """Return ``posts`` as the viewer sees them, in the same order."""
    ids = [post.id for post in posts]
    author_ids = sorted({post.author_id for post in posts})
    people = identity.find_people(tx, author_ids)
    aliases = contacts.find_aliases(tx, viewer_id, author_ids)
    pictures = repository.find_pictures(tx, ids)
    cards = load_cards(tx, posts, viewer_id=viewer_id, loaders=loaders)
    likes, comments = repository.count_likes(tx, ids), repository.count_comments(tx, ids)
    liked = repository.find_liked(tx, viewer_id, ids)
    return [
        ShownPost(
            post,
            people[post.author_id],
            aliases.get(post.author_id) or people[post.author_id].name,
            pictures[post.id],
            cards.get(post.card) if post.card else None,
            likes.get(post.id, 0),
            comments.get(post.id, 0),
            post.id in liked,
            post.author_id == viewer_id,
        )
        for post in posts
        if post.author_id in people
    ]


def load_cards(
    tx: Tx, posts: Sequence[Post], *, viewer_id: str, loaders: Loaders
) -> dict[tuple[str, str], Card]:
    """Return the cards of ``posts`` as they stand now, one question per kind."""
    wanted: dict[str, set[str]] = {}
    for post in posts:
        if post.card is not None:
            wanted.setdefault(post.card[0], set()).add(post.card[1])
    return {
        (kind, card_id): card
        for kind, ids in wanted.items()
        if kind in loaders
        for card_id, card in loaders[kind](tx, sorted(ids), viewer_id).items()
    }


def show_comments(
    tx: Tx, comments: Sequence[Comment], *, post: Post, viewer_id: str
) -> list[ShownComment]:
    """Return ``comments`` as the viewer sees them, less those of blocked and blocking people."""
    author_ids = sorted({comment.author_id for comment in comments})
    hidden = contacts.find_hidden_ids(tx, viewer_id, author_ids)
    people = identity.find_people(tx, author_ids)
    aliases = contacts.find_aliases(tx, viewer_id, author_ids)
    return [
        ShownComment(
            comment,
            people[comment.author_id],
            aliases.get(comment.author_id) or people[comment.author_id].name,
            viewer_id in (comment.author_id, post.author_id),
        )
        for comment in comments
        if comment.author_id in people and comment.author_id not in hidden
    ]
