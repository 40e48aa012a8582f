"""Builders for the feed's tests: posts with defaults, and a product that exists."""

from collections.abc import Sequence

from host.core.cards import Card
from host.core.db import Tx
from host.core.ids import new_id
from host.core.sqlite import SqliteDatabase
from host.feed import service
from host.feed.model import Audience, Picture, Post, Scope
from tests.conftest import START_MS

CUP = Picture("c" * 32, 800, 1000, "A cup of tea")


def load_tea(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the card of the one product there is: what the market does, without a market."""
    tea = Card(
        "product", "tea", "Longjing", amount_minor=12_800, currency="CNY", buy_url="/buy/tea"
    )
    return {"tea": tea} if "tea" in ids else {}


LOADERS = {"product": load_tea}


async def post(
    db: SqliteDatabase,
    author_id: str,
    text: str = "Hello, lane",
    *,
    audience: Audience = Audience.FRIENDS,
    pictures: Sequence[Picture] = (),
    card: tuple[str, str] | None = None,
    post_id: str = "",
    now_ms: int = START_MS,
) -> Post:
    """Publish a post."""
    return await db.write(
        service.create_post,
        post_id or new_id(),
        author_id=author_id,
        text=text,
        audience=audience,
        pictures=pictures,
        card=card,
        loaders=LOADERS,
        now_ms=now_ms,
    )


async def feed(db: SqliteDatabase, viewer_id: str, scope: Scope = Scope.ALL) -> list[str]:
    """Return the texts on the first page of somebody's feed."""
    page = await db.read(
        service.list_posts, viewer_id=viewer_id, scope=scope, before=None, loaders=LOADERS
    )
    return [shown.post.text for shown in page.posts]


async def comment(
    db: SqliteDatabase, post_id: str, actor_id: str, text: str = "Nice", comment_id: str = ""
) -> str:
    """Comment on a post and return the comment's id."""
    made = await db.write(
        service.post_comment,
        comment_id or new_id(),
        post_id=post_id,
        actor_id=actor_id,
        text=text,
        now_ms=START_MS,
    )
    return made.id
