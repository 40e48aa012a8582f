"""Likes and comments."""

from collections.abc import Sequence

from host.core.db import Row, Tx, expand
from host.feed.model import Comment


def count_likes(tx: Tx, post_ids: Sequence[str]) -> dict[str, int]:
    """Return how many people like each post; those that nobody likes are left out."""
    sql, params = expand(
        "SELECT post_id, COUNT(*) AS found FROM feed_like WHERE post_id IN (:ids) GROUP BY post_id",
        ids=post_ids,
    )
    return {row["post_id"]: row["found"] for row in tx.rows(sql, **params)}


def count_comments(tx: Tx, post_ids: Sequence[str]) -> dict[str, int]:
    """Return how many comments each post has; those without are left out."""
    sql, params = expand(
        "SELECT post_id, COUNT(*) AS found FROM feed_comment"
        " WHERE deleted_at_ms IS NULL AND post_id IN (:ids) GROUP BY post_id",
        ids=post_ids,
    )
    return {row["post_id"]: row["found"] for row in tx.rows(sql, **params)}


def find_liked(tx: Tx, person_id: str, post_ids: Sequence[str]) -> set[str]:
    """Return which of the posts the person likes."""
    sql, params = expand(
        "SELECT post_id FROM feed_like WHERE person_id = :person AND post_id IN (:ids)",
        ids=post_ids,
    )
    return {row["post_id"] for row in tx.rows(sql, person=person_id, **params)}


def find_likers(tx: Tx, post_id: str, *, limit: int) -> list[str]:
    """Return who likes a post, the latest first."""
    rows = tx.rows(
        "SELECT person_id FROM feed_like WHERE post_id = :post"
        " ORDER BY created_at_ms DESC, person_id LIMIT :limit",
        post=post_id,
        limit=limit,
    )
    return [row["person_id"] for row in rows]


def insert_like(tx: Tx, post_id: str, person_id: str, *, now_ms: int) -> bool:
    """Let the person like the post; False when they did."""
    inserted = tx.run(
        "INSERT INTO feed_like (post_id, person_id, created_at_ms)"
        " VALUES (:post, :person, :now) ON CONFLICT DO NOTHING",
        post=post_id,
        person=person_id,
        now=now_ms,
    )
    return inserted > 0


def delete_like(tx: Tx, post_id: str, person_id: str) -> bool:
    """Take a like back; False when there was none."""
    deleted = tx.run(
        "DELETE FROM feed_like WHERE post_id = :post AND person_id = :person",
        post=post_id,
        person=person_id,
    )
    return deleted > 0


def find_comment(tx: Tx, comment_id: str) -> Comment | None:
    """Return a comment, deleted (without text) or not."""
    row = tx.row(
        "SELECT id, post_id, author_id, text, created_at_ms FROM feed_comment WHERE id = :id",
        id=comment_id,
    )
    return None if row is None else _comment(row)


def find_comments(tx: Tx, post_id: str, *, limit: int) -> list[Comment]:
    """Return the latest comments of a post, the oldest of them first."""
    rows = tx.rows(
        "SELECT id, post_id, author_id, text, created_at_ms FROM feed_comment"
        " WHERE post_id = :post AND deleted_at_ms IS NULL"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        post=post_id,
        limit=limit,
    )
    return [_comment(row) for row in reversed(rows)]


def insert_comment(tx: Tx, comment: Comment) -> None:
    """Store a comment."""
    tx.run(
        "INSERT INTO feed_comment (id, post_id, author_id, text, created_at_ms)"
        " VALUES (:id, :post, :author, :text, :now)",
        id=comment.id,
        post=comment.post_id,
        author=comment.author_id,
        text=comment.text,
        now=comment.created_at_ms,
    )


def empty_comment(tx: Tx, comment_id: str, *, now_ms: int) -> None:
    """Take away everything of a comment but its id."""
    tx.run(
        "UPDATE feed_comment SET text = '', deleted_at_ms = :now WHERE id = :id",
        now=now_ms,
        id=comment_id,
    )
    tx.run("DELETE FROM feed_news WHERE comment_id = :id", id=comment_id)


def _comment(row: Row) -> Comment:
    return Comment(row["id"], row["post_id"], row["author_id"], row["text"], row["created_at_ms"])
