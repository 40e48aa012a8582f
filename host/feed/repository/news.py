"""News: what others did with one's posts."""

from collections.abc import Sequence

from host.core.db import Row, Tx, expand
from host.feed.model import Post


def insert(
    tx: Tx,
    news_id: str,
    post: Post,
    *,
    kind: str,
    actor_id: str,
    comment_id: str | None = None,
    now_ms: int,
) -> None:
    """Tell the author of ``post``, once per id."""
    tx.run(
        "INSERT INTO feed_news (id, person_id, kind, post_id, actor_id, comment_id, created_at_ms)"
        " VALUES (:id, :person, :kind, :post, :actor, :comment, :now) ON CONFLICT DO NOTHING",
        id=news_id,
        person=post.author_id,
        kind=kind,
        post=post.id,
        actor=actor_id,
        comment=comment_id,
        now=now_ms,
    )


def delete(tx: Tx, news_id: str) -> None:
    """Take a piece of news back."""
    tx.run("DELETE FROM feed_news WHERE id = :id", id=news_id)


def find(tx: Tx, person_id: str, *, limit: int) -> list[Row]:
    """Return the latest news of a person with the words they are about, newest first."""
    return tx.rows(
        "SELECT n.id, n.kind, n.post_id, n.actor_id, n.created_at_ms, n.seen_at_ms,"
        " p.text AS post_text, c.text AS comment_text"
        " FROM feed_news n JOIN feed_post p ON p.id = n.post_id"
        " LEFT JOIN feed_comment c ON c.id = n.comment_id"
        " WHERE n.person_id = :person ORDER BY n.created_at_ms DESC, n.id DESC LIMIT :limit",
        person=person_id,
        limit=limit,
    )


def find_unseen_actors(tx: Tx, person_id: str, *, limit: int) -> list[str]:
    """Return who did what the person has not seen yet, one entry per act."""
    rows = tx.rows(
        "SELECT actor_id FROM feed_news WHERE person_id = :person AND seen_at_ms IS NULL"
        " LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [row["actor_id"] for row in rows]


def mark_seen(tx: Tx, person_id: str, ids: Sequence[str], *, now_ms: int) -> None:
    """Remember that the person has seen these."""
    sql, params = expand(
        "UPDATE feed_news SET seen_at_ms = :now"
        " WHERE person_id = :person AND seen_at_ms IS NULL AND id IN (:ids)",
        ids=ids,
    )
    tx.run(sql, now=now_ms, person=person_id, **params)
