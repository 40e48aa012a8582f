"""What others did with one's posts."""

from host.contacts import service as contacts
from host.core import live
from host.core.db import Tx
from host.feed import repository
from host.feed.model import NEWS_ROWS, News
from host.feed.repository import news
from host.identity import service as identity

_BADGE_MAX = 100


def list_news(tx: Tx, *, actor_id: str) -> list[News]:
    """Return the latest news, newest first, less that of people on either side of a block."""
    rows = news.find(tx, actor_id, limit=NEWS_ROWS)
    actor_ids = sorted({row["actor_id"] for row in rows})
    hidden = contacts.find_hidden_ids(tx, actor_id, actor_ids)
    people = identity.find_people(tx, actor_ids)
    aliases = contacts.find_aliases(tx, actor_id, actor_ids)
    pictures = repository.find_pictures(tx, sorted({row["post_id"] for row in rows}))
    return [
        News(
            kind=row["kind"],
            post_id=row["post_id"],
            actor=people[row["actor_id"]],
            actor_name=aliases.get(row["actor_id"]) or people[row["actor_id"]].name,
            text=row["comment_text"] or "",
            picture_id=next((p.media_id for p in pictures[row["post_id"]]), None),
            post_text=row["post_text"],
            at_ms=row["created_at_ms"],
            is_new=row["seen_at_ms"] is None,
        )
        for row in rows
        if row["actor_id"] in people and row["actor_id"] not in hidden
    ]


def count_unseen(tx: Tx, *, actor_id: str) -> int:
    """Return what the badge says; a hundred stands for more."""
    actors = news.find_unseen_actors(tx, actor_id, limit=_BADGE_MAX)
    hidden = contacts.find_hidden_ids(tx, actor_id, sorted(set(actors)))
    return sum(one not in hidden for one in actors)


def mark_seen(tx: Tx, *, actor_id: str, now_ms: int) -> None:
    """Remember that the actor has seen the news that the page shows."""
    rows = news.find(tx, actor_id, limit=NEWS_ROWS)
    fresh = [row["id"] for row in rows if row["seen_at_ms"] is None]
    if fresh:
        news.mark_seen(tx, actor_id, fresh, now_ms=now_ms)
        live.publish(tx, [actor_id], "feed.seen", {}, now_ms=now_ms)
