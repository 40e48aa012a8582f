"""Likes, comments, and the news of them."""

import pytest

from host.contacts import service as contacts
from host.core import live
from host.core.errors import IdempotencyKeyReusedError
from host.core.sqlite import SqliteDatabase
from host.feed import service
from host.feed.errors import CommentNotFoundError, EmptyPostError, PostNotFoundError
from host.feed.model import Audience, OpenPost
from tests.conftest import START_MS
from tests.feed.make import LOADERS, comment, post
from tests.social import make_friends, make_person


async def look(db: SqliteDatabase, post_id: str, actor_id: str) -> OpenPost:
    """Open a post."""
    return await db.read(service.open_post, post_id, actor_id=actor_id, loaders=LOADERS)


async def like(db: SqliteDatabase, post_id: str, actor_id: str) -> None:
    """Like a post."""
    await db.write(service.like_post, post_id, actor_id=actor_id, now_ms=START_MS)


async def heard(db: SqliteDatabase, person_id: str) -> list[str]:
    """Return the kinds of live events that somebody got from the feed."""
    events = await db.read(live.find_events, person_id, since=0)
    return [event.kind for event in events if event.kind.startswith("feed.")]


class TestLikes:
    """A like is there or not."""

    async def test_liking_twice_counts_once_and_tells_once(self, db: SqliteDatabase) -> None:
        """A double tap is one like, one piece of news, one live event."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)
        await like(db, made.id, bob.id)
        await like(db, made.id, bob.id)

        opened = await look(db, made.id, bob.id)

        assert (opened.shown.like_count, opened.shown.is_liked) == (1, True)
        assert await db.read(service.count_unseen, actor_id=ann.id) == 1
        assert ["feed.liked"] == await heard(db, ann.id)

    async def test_a_like_taken_back_takes_its_news_along(self, db: SqliteDatabase) -> None:
        """Nothing is left of it."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)
        await like(db, made.id, bob.id)
        await db.write(service.unlike_post, made.id, actor_id=bob.id)

        assert (await look(db, made.id, ann.id)).shown.like_count == 0
        assert [] == await db.read(service.list_news, actor_id=ann.id)

    async def test_ones_own_like_is_no_news(self, db: SqliteDatabase) -> None:
        """It counts, and nobody is told."""
        ann = await make_person(db, "ann")
        made = await post(db, ann.id)
        await like(db, made.id, ann.id)

        assert (await look(db, made.id, ann.id)).shown.like_count == 1
        assert [] == await heard(db, ann.id)

    async def test_who_may_not_see_the_post_cannot_like_it(self, db: SqliteDatabase) -> None:
        """A stranger with the address of a post for friends is refused like for a missing one."""
        ann, cleo = await make_person(db, "ann"), await make_person(db, "cleo")
        made = await post(db, ann.id)

        with pytest.raises(PostNotFoundError):
            await like(db, made.id, cleo.id)


class TestComments:
    """Comments come once, in order, and only to who sees the post."""

    async def test_friends_of_the_author_read_each_other(self, db: SqliteDatabase) -> None:
        """Bob and Cleo are friends of Ann and not of each other: both comments are there."""
        ann, bob, cleo = await make_friends(db, "ann", "bob", "cleo")
        made = await post(db, ann.id)
        await comment(db, made.id, bob.id, "first")
        await comment(db, made.id, cleo.id, "second")

        opened = await look(db, made.id, bob.id)

        assert ["first", "second"] == [one.comment.text for one in opened.comments]
        assert [True, False] == [one.may_delete for one in opened.comments]

    async def test_a_block_between_two_friends_of_the_author_hides_their_words(
        self, db: SqliteDatabase
    ) -> None:
        """Bob blocks Cleo: neither reads the other under Ann's post; Ann reads both."""
        ann, bob, cleo = await make_friends(db, "ann", "bob", "cleo")
        made = await post(db, ann.id)
        await comment(db, made.id, bob.id, "of bob")
        await comment(db, made.id, cleo.id, "of cleo")
        await like(db, made.id, cleo.id)
        await db.write(contacts.block, cleo.id, actor_id=bob.id, now_ms=START_MS)

        seen = {
            one.handle: [c.comment.text for c in (await look(db, made.id, one.id)).comments]
            for one in (ann, bob, cleo)
        }

        assert seen == {"ann": ["of bob", "of cleo"], "bob": ["of bob"], "cleo": ["of cleo"]}
        assert () == (await look(db, made.id, bob.id)).likers

    async def test_the_same_id_writes_one_comment(self, db: SqliteDatabase) -> None:
        """A form sent twice says it once; the author hears it once."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)
        await comment(db, made.id, bob.id, "Nice", "form-1")
        await comment(db, made.id, bob.id, "Nice", "form-1")

        with pytest.raises(IdempotencyKeyReusedError):
            await comment(db, made.id, bob.id, "Other", "form-1")
        assert (await look(db, made.id, ann.id)).shown.comment_count == 1
        assert ["feed.commented"] == await heard(db, ann.id)

    async def test_nothing_visible_is_no_comment(self, db: SqliteDatabase) -> None:
        """Spaces and invisible signs are refused."""
        ann = await make_person(db, "ann")
        made = await post(db, ann.id)

        with pytest.raises(EmptyPostError):
            await comment(db, made.id, ann.id, " \u200b\n")

    async def test_the_writer_and_the_author_of_the_post_delete(self, db: SqliteDatabase) -> None:
        """Bob deletes his own, Ann deletes under her post, Cleo deletes neither."""
        ann, bob, cleo = await make_friends(db, "ann", "bob", "cleo")
        made = await post(db, ann.id)
        one = await comment(db, made.id, bob.id, "one")
        two = await comment(db, made.id, bob.id, "two")

        with pytest.raises(CommentNotFoundError):
            await db.write(service.delete_comment, one, actor_id=cleo.id, now_ms=START_MS)
        await db.write(service.delete_comment, one, actor_id=bob.id, now_ms=START_MS)
        await db.write(service.delete_comment, two, actor_id=ann.id, now_ms=START_MS)

        assert () == (await look(db, made.id, ann.id)).comments
        assert [] == await db.read(service.list_news, actor_id=ann.id)


class TestNews:
    """What others did with one's posts."""

    async def test_news_is_new_until_it_was_looked_at(self, db: SqliteDatabase) -> None:
        """A comment and a like: two on the badge, none after looking, both still listed."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id, audience=Audience.PUBLIC)
        await comment(db, made.id, bob.id, "Where is it from?")
        await like(db, made.id, bob.id)

        before = await db.read(service.count_unseen, actor_id=ann.id)
        await db.write(service.mark_seen, actor_id=ann.id, now_ms=START_MS)
        news = await db.read(service.list_news, actor_id=ann.id)

        assert (before, await db.read(service.count_unseen, actor_id=ann.id)) == (2, 0)
        assert {("commented", "Where is it from?"), ("liked", "")} == {
            (one.kind, one.text) for one in news
        }

    async def test_a_block_hides_news_and_its_badge(self, db: SqliteDatabase) -> None:
        """Ann blocks Bob after he liked: neither list nor badge names him."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)
        await like(db, made.id, bob.id)
        await db.write(contacts.block, bob.id, actor_id=ann.id, now_ms=START_MS)

        assert [] == await db.read(service.list_news, actor_id=ann.id)
        assert await db.read(service.count_unseen, actor_id=ann.id) == 0
