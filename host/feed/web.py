"""Pages of the feed: Discover, one post, writing one, news."""

import asyncio
from typing import Any

from quart import Blueprint, request
from quart.datastructures import FileStorage
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.core.media import find_sizes, store_image
from host.core.paging import Cursor, decode_cursor
from host.core.web import (
    current_person_id,
    deps,
    render,
    see_other,
    translate,
    wants_json,
    with_query,
)
from host.feed import service
from host.feed.errors import TooManyPicturesError
from host.feed.model import (
    ALT_LENGTH_MAX,
    COMMENT_LENGTH_MAX,
    PICTURE_COUNT_MAX,
    TEXT_LENGTH_MAX,
    Audience,
    FeedPage,
    Picture,
    Scope,
)
from host.feed.service.shown import Loaders
from host.identity import service as identity
from host.identity.model import Person

blueprint = Blueprint("feed", __name__)

_SCOPES = {"": Scope.ALL, "friends": Scope.FRIENDS}


@blueprint.get("/discover")
async def show_feed() -> str:
    """Show the posts of everybody, or of one's friends, newest first."""
    scope = _SCOPES.get(request.args.get("scope", ""), Scope.ALL)
    page = await deps().db.read(
        service.list_posts,
        viewer_id=current_person_id(),
        scope=scope,
        before=decode_cursor(request.args.get("before", "")),
        loaders=deps().card_loaders,
    )
    more_url = _more_url("/discover", page, scope="" if scope is Scope.ALL else scope.value)
    return await render(
        "feed/list.html", tab="discover", page=page, scope=scope.value, more_url=more_url
    )


@blueprint.get("/feed/people/<handle>")
async def show_person_posts(handle: str) -> str:
    """Show what one person posted."""
    author, page = await deps().db.read(
        _list_posts_of,
        handle,
        viewer_id=current_person_id(),
        before=decode_cursor(request.args.get("before", "")),
        loaders=deps().card_loaders,
    )
    more_url = _more_url(f"/feed/people/{author.handle}", page)
    return await render(
        "feed/person.html", tab="discover", page=page, author=author, more_url=more_url
    )


@blueprint.get("/feed/new")
async def show_new_post() -> str:
    """Show the form for a post, with the product it is about if there is one."""
    person_id = current_person_id()
    kind, card_id = request.args.get("kind", ""), request.args.get("id", "")
    card = None
    if kind and card_id:
        card = await deps().db.read(
            service.find_card, (kind, card_id), actor_id=person_id, loaders=deps().card_loaders
        )
    return await render(
        "feed/new.html",
        tab="discover",
        card=card,
        post_id=new_id(),
        text_length_max=TEXT_LENGTH_MAX,
        alt_length_max=ALT_LENGTH_MAX,
        picture_count_max=PICTURE_COUNT_MAX,
    )


@blueprint.post("/posts")
async def post_post() -> ResponseReturnValue:
    """Publish a post."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    audience = _parse_audience(form.get("audience", ""))
    files = [one for one in (await request.files).getlist("pictures") if one.filename]
    kind, card_id = form.get("card_kind", ""), form.get("card_id", "")
    draft: dict[str, Any] = {
        "author_id": person_id,
        "text": form.get("text", ""),
        "card": (kind, card_id) if kind and card_id else None,
        "loaders": deps().card_loaders,
    }
    post_id = form.get("post_id", "")
    await deps().db.read(service.check_draft, post_id, **draft)
    pictures = await _store_pictures(files, form.getlist("alt"), owner_id=person_id)
    await deps().db.write(
        service.create_post,
        post_id,
        audience=audience,
        pictures=pictures,
        now_ms=deps().now_ms(),
        **draft,
    )
    return see_other("/discover")


@blueprint.get("/posts/<post_id>")
async def show_post(post_id: str) -> str:
    """Show one post with its comments."""
    return await _show_post(post_id)


@blueprint.get("/posts/<post_id>/menu")
async def show_post_menu(post_id: str) -> str:
    """Show what can be done with a post."""
    shown = await deps().db.read(
        service.show_post, post_id, actor_id=current_person_id(), loaders=deps().card_loaders
    )
    return await render("feed/menu.html", tab="discover", shown=shown)


@blueprint.post("/posts/<post_id>/like")
async def post_like(post_id: str) -> ResponseReturnValue:
    """Like a post, or take the like back."""
    person_id = current_person_id()
    if (await request.form).get("liked") == "1":
        await deps().db.write(service.unlike_post, post_id, actor_id=person_id)
    else:
        await deps().db.write(
            service.like_post, post_id, actor_id=person_id, now_ms=deps().now_ms()
        )
    if not wants_json():
        return see_other(f"/posts/{post_id}")
    shown = await deps().db.read(
        service.show_post, post_id, actor_id=person_id, loaders=deps().card_loaders
    )
    return await render("feed/like_form.html", shown=shown)


@blueprint.post("/posts/<post_id>/comments")
async def post_comment(post_id: str) -> ResponseReturnValue:
    """Comment on a post."""
    form: MultiDict[str, str] = await request.form
    await deps().db.write(
        service.post_comment,
        form.get("comment_id", ""),
        post_id=post_id,
        actor_id=current_person_id(),
        text=form.get("text", ""),
        now_ms=deps().now_ms(),
    )
    return await _show_talk(post_id)


@blueprint.post("/comments/<comment_id>/delete")
async def post_comment_delete(comment_id: str) -> ResponseReturnValue:
    """Delete a comment."""
    post = await deps().db.write(
        service.delete_comment,
        comment_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return await _show_talk(post.id)


@blueprint.get("/posts/<post_id>/talk")
async def show_talk(post_id: str) -> ResponseReturnValue:
    """Show the likes and comments alone: what an open page asks for again."""
    return await _show_talk(post_id)


@blueprint.post("/posts/<post_id>/delete")
async def post_delete(post_id: str) -> ResponseReturnValue:
    """Take one's own post back."""
    await deps().db.write(
        service.delete_post, post_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other("/discover")


@blueprint.post("/posts/<post_id>/hide")
async def post_hide(post_id: str) -> ResponseReturnValue:
    """Keep a post out of one's feed."""
    await deps().db.write(
        service.hide_post, post_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    if wants_json():
        return {"redirect": "/discover", "toast": translate("You will not see this post again.")}
    return see_other("/discover")


@blueprint.get("/feed/news")
async def show_news() -> str:
    """Show what others did with one's posts; looking at it makes it seen."""
    person_id = current_person_id()
    news = await deps().db.read(service.list_news, actor_id=person_id)
    await deps().db.write(service.mark_seen, actor_id=person_id, now_ms=deps().now_ms())
    return await render("feed/news.html", tab="discover", news=news)


async def _show_post(post_id: str) -> str:
    opened = await deps().db.read(
        service.open_post, post_id, actor_id=current_person_id(), loaders=deps().card_loaders
    )
    return await render(
        "feed/post.html",
        tab="discover",
        opened=opened,
        shown=opened.shown,
        comment_id=new_id(),
        comment_length_max=COMMENT_LENGTH_MAX,
    )


async def _show_talk(post_id: str) -> ResponseReturnValue:
    if not wants_json():
        return see_other(f"/posts/{post_id}")
    opened = await deps().db.read(
        service.open_post, post_id, actor_id=current_person_id(), loaders=deps().card_loaders
    )
    return await render(
        "feed/talk.html",
        opened=opened,
        shown=opened.shown,
        comment_id=new_id(),
        comment_length_max=COMMENT_LENGTH_MAX,
    )


async def _store_pictures(
    files: list[FileStorage], alts: list[str], *, owner_id: str
) -> list[Picture]:
    if len(files) > PICTURE_COUNT_MAX:
        raise TooManyPicturesError(
            "A post carries %(limit)s pictures. Take some away; your words are kept.",
            limit=PICTURE_COUNT_MAX,
        )
    ids = [
        str(await store_image(deps(), await asyncio.to_thread(file.read), owner_id=owner_id))
        for file in files
    ]
    sizes = await deps().db.read(find_sizes, ids, owner_id=owner_id)
    words = [*alts, *[""] * len(ids)]
    return [Picture(one, *sizes[one], words[n]) for n, one in enumerate(ids)]


def _list_posts_of(
    tx: Tx, handle: str, *, viewer_id: str, before: Cursor | None, loaders: Loaders
) -> tuple[Person, FeedPage]:
    author = identity.access_person_by_handle(tx, handle)
    page = service.list_posts_of(tx, author.id, viewer_id=viewer_id, before=before, loaders=loaders)
    return author, page


def _more_url(path: str, page: FeedPage, *, scope: str = "") -> str:
    return with_query(path, scope=scope, before=page.next_cursor) if page.next_cursor else ""


def _parse_audience(text: str) -> Audience:
    try:
        return Audience(text)
    except ValueError:
        raise BadInputError("Choose who may see the post: friends or everybody.") from None
