"""Posts and their pictures."""

from collections.abc import Sequence

from host.core.db import Row, Tx, expand
from host.core.paging import Cursor
from host.feed.model import Audience, Picture, Post

# Before every post there is: where the first page begins.
NEWEST: Cursor = (2**62, "")

_POST = (
    "SELECT id, author_id, text, audience, card_kind, card_id, created_at_ms, deleted_at_ms"
    " FROM feed_post"
)
_PAGE_ALL = (
    _POST  # noqa: S608  (constants)
    + " WHERE deleted_at_ms IS NULL AND (created_at_ms, id) < (:at_ms, :id)"
    " AND (audience = 'public' OR author_id IN (:authors))"
    " AND id NOT IN (SELECT post_id FROM feed_hidden WHERE person_id = :viewer)"
    " ORDER BY created_at_ms DESC, id DESC LIMIT :limit"
)
_PAGE_FRIENDS = (
    _POST  # noqa: S608  (constants)
    + " WHERE deleted_at_ms IS NULL AND (created_at_ms, id) < (:at_ms, :id)"
    " AND author_id IN (:authors)"
    " AND id NOT IN (SELECT post_id FROM feed_hidden WHERE person_id = :viewer)"
    " ORDER BY created_at_ms DESC, id DESC LIMIT :limit"
)


def find_post(tx: Tx, post_id: str) -> Post | None:
    """Return a post, deleted or not."""
    row = tx.row(_POST + " WHERE id = :id", id=post_id)
    return None if row is None else _post(row)


def find_posts(tx: Tx, ids: Sequence[str]) -> list[Post]:
    """Return those of ``ids`` that are not deleted."""
    sql, params = expand(_POST + " WHERE deleted_at_ms IS NULL AND id IN (:ids)", ids=ids)
    return [_post(row) for row in tx.rows(sql, **params)]


def find_page_of_all(
    tx: Tx, viewer_id: str, *, authors: Sequence[str], before: Cursor, limit: int
) -> list[Post]:
    """Return public posts and those of ``authors``, newest first."""
    return _page(tx, _PAGE_ALL, viewer_id, authors=authors, before=before, limit=limit)


def find_page_of(
    tx: Tx, viewer_id: str, *, authors: Sequence[str], before: Cursor, limit: int
) -> list[Post]:
    """Return the posts of ``authors``, newest first."""
    return _page(tx, _PAGE_FRIENDS, viewer_id, authors=authors, before=before, limit=limit)


def insert_post(tx: Tx, post: Post, pictures: Sequence[Picture]) -> None:
    """Store a new post with its pictures in order."""
    tx.run(
        "INSERT INTO feed_post (id, author_id, text, audience, card_kind, card_id, created_at_ms)"
        " VALUES (:id, :author, :text, :audience, :card_kind, :card_id, :now)",
        id=post.id,
        author=post.author_id,
        text=post.text,
        audience=post.audience.value,
        card_kind=post.card_kind,
        card_id=post.card_id,
        now=post.created_at_ms,
    )
    for position, picture in enumerate(pictures):
        tx.run(
            "INSERT INTO feed_picture (post_id, position, media_id, width, height, alt)"
            " VALUES (:post, :position, :media, :width, :height, :alt)",
            post=post.id,
            position=position,
            media=picture.media_id,
            width=picture.width,
            height=picture.height,
            alt=picture.alt,
        )


def empty_post(tx: Tx, post_id: str, *, now_ms: int) -> None:
    """Take away everything of a post but its id."""
    tx.run(
        "UPDATE feed_post SET text = '', card_kind = NULL, card_id = NULL, deleted_at_ms = :now"
        " WHERE id = :id",
        now=now_ms,
        id=post_id,
    )
    tx.run("DELETE FROM feed_picture WHERE post_id = :id", id=post_id)
    tx.run("DELETE FROM feed_like WHERE post_id = :id", id=post_id)
    tx.run("DELETE FROM feed_news WHERE post_id = :id", id=post_id)
    tx.run(
        "UPDATE feed_comment SET text = '', deleted_at_ms = :now"
        " WHERE post_id = :id AND deleted_at_ms IS NULL",
        now=now_ms,
        id=post_id,
    )


def find_pictures(tx: Tx, post_ids: Sequence[str]) -> dict[str, tuple[Picture, ...]]:
    """Return the pictures of each post in order."""
    sql, params = expand(
        "SELECT post_id, media_id, width, height, alt FROM feed_picture"
        " WHERE post_id IN (:ids) ORDER BY post_id, position",
        ids=post_ids,
    )
    found: dict[str, list[Picture]] = {post_id: [] for post_id in post_ids}
    for row in tx.rows(sql, **params):
        picture = Picture(row["media_id"], row["width"], row["height"], row["alt"])
        found[row["post_id"]].append(picture)
    return {post_id: tuple(pictures) for post_id, pictures in found.items()}


def hide_post(tx: Tx, post_id: str, person_id: str, *, now_ms: int) -> None:
    """Keep a post out of the person's feed."""
    tx.run(
        "INSERT INTO feed_hidden (person_id, post_id, created_at_ms)"
        " VALUES (:person, :post, :now) ON CONFLICT DO NOTHING",
        person=person_id,
        post=post_id,
        now=now_ms,
    )


def _page(
    tx: Tx, sql: str, viewer_id: str, *, authors: Sequence[str], before: Cursor, limit: int
) -> list[Post]:
    sql, params = expand(sql, authors=authors)
    rows = tx.rows(sql, at_ms=before[0], id=before[1], viewer=viewer_id, limit=limit, **params)
    return [_post(row) for row in rows]


def _post(row: Row) -> Post:
    return Post(
        row["id"],
        row["author_id"],
        row["text"],
        Audience(row["audience"]),
        row["card_kind"],
        row["card_id"],
        row["created_at_ms"],
        row["deleted_at_ms"],
    )
