"""A post as a card: what "share" puts into a chat."""

from collections.abc import Sequence

from host.core.cards import Card
from host.core.db import Tx
from host.feed import repository
from host.feed.service.access import visible_posts
from host.identity import service as identity

_TITLE_LENGTH = 90


def load_post_cards(tx: Tx, post_ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of those posts that the viewer may see."""
    found = repository.find_posts(tx, post_ids)
    posts = visible_posts(tx, found, viewer_id=viewer_id)
    pictures = repository.find_pictures(tx, [post.id for post in posts])
    people = identity.find_people(tx, [post.author_id for post in posts])
    return {
        post.id: Card(
            kind="post",
            id=post.id,
            title=_title(post.text) or people[post.author_id].name,
            subtitle=people[post.author_id].name,
            image_id=next((p.media_id for p in pictures[post.id]), None),
            open_url=f"/posts/{post.id}",
        )
        for post in posts
        if post.author_id in people
    }


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1] + "…"
