"""JSON of the feed."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.cards import Card
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.media import find_sizes
from host.core.paging import decode_cursor
from host.core.web import current_person_id, decode, deps
from host.feed import service
from host.feed.model import (
    ALT_LENGTH_MAX,
    COMMENT_LENGTH_MAX,
    PICTURE_COUNT_MAX,
    TEXT_LENGTH_MAX,
    Audience,
    Picture,
    Post,
    Scope,
    ShownComment,
    ShownPost,
)
from host.feed.service.shown import Loaders

blueprint = Blueprint("feed_api", __name__, url_prefix="/api/v1/posts")

Id = Annotated[str, Meta(min_length=1, max_length=64)]


class PutPicture(msgspec.Struct, forbid_unknown_fields=True):
    """A picture that the person has stored before."""

    media_id: Id
    alt: Annotated[str, Meta(max_length=ALT_LENGTH_MAX)] = ""


class PutCard(msgspec.Struct, forbid_unknown_fields=True):
    """What the post shows."""

    kind: Id
    id: Id


class PutPost(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /posts/<id>``."""

    text: Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)] = ""
    audience: Audience = Audience.FRIENDS
    pictures: Annotated[list[PutPicture], Meta(max_length=PICTURE_COUNT_MAX)] = []
    card: PutCard | None = None


class PutComment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /posts/<id>/comments/<comment id>``."""

    text: Annotated[str, Meta(min_length=1, max_length=COMMENT_LENGTH_MAX)]


@blueprint.get("")
async def list_posts() -> ResponseReturnValue:
    """Return a page of the feed, newest first; ``before`` continues it."""
    scope = request.args.get("scope", Scope.ALL.value)
    if scope not in tuple(Scope):
        raise BadInputError("scope is all or friends.")
    page = await deps().db.read(
        service.list_posts,
        viewer_id=current_person_id(),
        scope=Scope(scope),
        before=decode_cursor(request.args.get("before", "")),
        loaders=deps().card_loaders,
    )
    return {"posts": [_post(shown) for shown in page.posts], "next": page.next_cursor}


@blueprint.get("/unread")
async def show_unread() -> ResponseReturnValue:
    """Return what the badge of the tab says."""
    count = await deps().db.read(service.count_unseen, actor_id=current_person_id())
    return {"discover": count}


@blueprint.get("/<post_id>")
async def show_post(post_id: str) -> ResponseReturnValue:
    """Return one post with its comments."""
    opened = await deps().db.read(
        service.open_post, post_id, actor_id=current_person_id(), loaders=deps().card_loaders
    )
    return _post(opened.shown) | {"comments": [_comment(one) for one in opened.comments]}


@blueprint.put("/<post_id>")
async def put_post(post_id: str) -> ResponseReturnValue:
    """Publish a post.  Safe to retry: the id in the URL is the idempotency key."""
    body = decode(PutPost, await request.get_data())
    shown = await deps().db.write(
        _create_post,
        post_id,
        body,
        author_id=current_person_id(),
        loaders=deps().card_loaders,
        now_ms=deps().now_ms(),
    )
    return _post(shown), 201


@blueprint.delete("/<post_id>")
async def delete_post(post_id: str) -> ResponseReturnValue:
    """Take one's own post back."""
    await deps().db.write(
        service.delete_post, post_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


@blueprint.put("/<post_id>/like")
async def put_like(post_id: str) -> ResponseReturnValue:
    """Like a post; again changes nothing."""
    await deps().db.write(
        service.like_post, post_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


@blueprint.delete("/<post_id>/like")
async def delete_like(post_id: str) -> ResponseReturnValue:
    """Take a like back."""
    await deps().db.write(service.unlike_post, post_id, actor_id=current_person_id())
    return "", 204


@blueprint.put("/<post_id>/hidden")
async def put_hidden(post_id: str) -> ResponseReturnValue:
    """Keep a post out of one's feed."""
    await deps().db.write(
        service.hide_post, post_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


@blueprint.put("/<post_id>/comments/<comment_id>")
async def put_comment(post_id: str, comment_id: str) -> ResponseReturnValue:
    """Comment on a post.  Safe to retry."""
    body = decode(PutComment, await request.get_data())
    comment = await deps().db.write(
        service.post_comment,
        comment_id,
        post_id=post_id,
        actor_id=current_person_id(),
        text=body.text,
        now_ms=deps().now_ms(),
    )
    return {"id": comment.id, "text": comment.text, "created_at_ms": comment.created_at_ms}, 201


@blueprint.delete("/<post_id>/comments/<comment_id>")
async def delete_comment(post_id: str, comment_id: str) -> ResponseReturnValue:  # noqa: ARG001  (part of the address)
    """Delete a comment: one's own, or under one's own post."""
    await deps().db.write(
        service.delete_comment,
        comment_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return "", 204


def _create_post(
    tx: Tx, post_id: str, body: PutPost, *, author_id: str, loaders: Loaders, now_ms: int
) -> ShownPost:
    post: Post = service.create_post(
        tx,
        post_id,
        author_id=author_id,
        text=body.text,
        audience=body.audience,
        pictures=_own_pictures(tx, body.pictures, owner_id=author_id),
        card=(body.card.kind, body.card.id) if body.card else None,
        loaders=loaders,
        now_ms=now_ms,
    )
    return service.show_post(tx, post.id, actor_id=author_id, loaders=loaders)


def _own_pictures(tx: Tx, wanted: list[PutPicture], *, owner_id: str) -> list[Picture]:
    sizes = find_sizes(tx, [one.media_id for one in wanted], owner_id=owner_id)
    if any(one.media_id not in sizes for one in wanted):
        raise BadInputError("You have stored no such picture. Store it first.")
    return [Picture(one.media_id, *sizes[one.media_id], one.alt) for one in wanted]


def _post(shown: ShownPost) -> dict[str, Any]:
    return {
        "id": shown.id,
        "author": {"id": shown.author.id, "handle": shown.author.handle, "name": shown.author_name},
        "text": shown.post.text,
        "audience": shown.post.audience,
        "pictures": [
            {"url": f"/media/{p.media_id}.webp", "width": p.width, "height": p.height, "alt": p.alt}
            for p in shown.pictures
        ],
        "card": _card(shown.card) if shown.card else None,
        "like_count": shown.like_count,
        "comment_count": shown.comment_count,
        "is_liked": shown.is_liked,
        "created_at_ms": shown.post.created_at_ms,
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "id": card.id,
        "title": card.title,
        "amount_minor": card.amount_minor,
        "currency": card.currency,
        "stock_left": card.stock_left,
        "shop_name": card.shop_name,
        "open_url": card.open_url,
    }


def _comment(shown: ShownComment) -> dict[str, Any]:
    return {
        "id": shown.comment.id,
        "author": {"id": shown.author.id, "handle": shown.author.handle, "name": shown.author_name},
        "text": shown.comment.text,
        "created_at_ms": shown.comment.created_at_ms,
    }
