"""Posts: who sees them, in which order, and that they are written once."""

import pytest

from host.contacts import service as contacts
from host.core.errors import BadInputError, IdempotencyKeyReusedError, TooManyError
from host.core.paging import decode_cursor
from host.core.sqlite import SqliteDatabase
from host.feed import service
from host.feed.errors import (
    CardRefusedError,
    EmptyPostError,
    PostNotFoundError,
    TooManyPicturesError,
)
from host.feed.model import PAGE_ROWS, POSTS_PER_MINUTE_MAX, Audience, Scope
from tests.conftest import START_MS
from tests.feed.make import CUP, LOADERS, feed, post
from tests.social import make_friends, make_person


async def see(db: SqliteDatabase, post_id: str, actor_id: str) -> str:
    """Return the text of a post as somebody may see it."""
    found = await db.read(service.access_post, post_id, actor_id=actor_id)
    return found.text


class TestWhoSeesIt:
    """Every way to a post asks the same question."""

    async def test_friends_see_what_is_for_friends_and_strangers_do_not(
        self, db: SqliteDatabase
    ) -> None:
        """Ann's post for friends: Bob, her friend, has it; Cleo, a stranger, has nothing."""
        ann, bob = await make_friends(db, "ann", "bob")
        cleo = await make_person(db, "cleo")
        made = await post(db, ann.id)

        assert ["Hello, lane"] == await feed(db, bob.id)
        assert [] == await feed(db, cleo.id)
        with pytest.raises(PostNotFoundError):
            await see(db, made.id, cleo.id)

    async def test_everybody_sees_what_is_public_but_not_under_friends(
        self, db: SqliteDatabase
    ) -> None:
        """A stranger's public post is in "for you" and not in "friends"."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        await post(db, ann.id, audience=Audience.PUBLIC)

        assert ["Hello, lane"] == await feed(db, bob.id)
        assert [] == await feed(db, bob.id, Scope.FRIENDS)
        assert ["Hello, lane"] == await feed(db, ann.id, Scope.FRIENDS)

    @pytest.mark.parametrize("blocker", ["author", "reader"])
    async def test_a_block_hides_both_ways_everywhere(
        self, db: SqliteDatabase, blocker: str
    ) -> None:
        """Whoever of the two blocks: feed, post, person's page and card show nothing."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id, audience=Audience.PUBLIC)
        one, other = (ann, bob) if blocker == "author" else (bob, ann)
        await db.write(contacts.block, other.id, actor_id=one.id, now_ms=START_MS)

        page = await db.read(
            service.list_posts_of, ann.id, viewer_id=bob.id, before=None, loaders=LOADERS
        )

        assert [] == await feed(db, bob.id)
        assert () == page.posts
        assert {} == await db.read(service.load_post_cards, [made.id], bob.id)
        with pytest.raises(PostNotFoundError):
            await see(db, made.id, bob.id)

    async def test_a_lost_friendship_closes_old_posts(self, db: SqliteDatabase) -> None:
        """The audience is who is a friend now, not who was when it was written."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)
        await db.write(contacts.remove, bob.id, actor_id=ann.id, now_ms=START_MS)

        assert [] == await feed(db, bob.id)
        with pytest.raises(PostNotFoundError):
            await see(db, made.id, bob.id)

    async def test_a_missing_post_and_a_strangers_say_the_same(self, db: SqliteDatabase) -> None:
        """Ids cannot be probed by the words of the refusal."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        made = await post(db, ann.id)

        refusals = []
        for post_id in (made.id, "nothing"):
            with pytest.raises(PostNotFoundError) as refusal:
                await see(db, post_id, bob.id)
            refusals.append(str(refusal.value))

        assert refusals[0] == refusals[1]

    async def test_a_persons_page_shows_a_stranger_the_public_part(
        self, db: SqliteDatabase
    ) -> None:
        """Of one post for friends and one for everybody, a stranger sees the second."""
        ann, bob = await make_friends(db, "ann", "bob")
        cleo = await make_person(db, "cleo")
        await post(db, ann.id, "for friends")
        await post(db, ann.id, "for all", audience=Audience.PUBLIC, now_ms=START_MS + 1)

        seen = {}
        for viewer in (ann, bob, cleo):
            page = await db.read(
                service.list_posts_of, ann.id, viewer_id=viewer.id, before=None, loaders=LOADERS
            )
            seen[viewer.handle] = [shown.post.text for shown in page.posts]

        assert seen == {
            "ann": ["for all", "for friends"],
            "bob": ["for all", "for friends"],
            "cleo": ["for all"],
        }

    async def test_a_hidden_post_leaves_ones_own_feed_alone(self, db: SqliteDatabase) -> None:
        """Bob hides a post: it leaves his feed, nobody else's, and its address still works."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)
        await db.write(service.hide_post, made.id, actor_id=bob.id, now_ms=START_MS)

        assert [] == await feed(db, bob.id)
        assert ["Hello, lane"] == await feed(db, ann.id)
        assert await see(db, made.id, bob.id) == "Hello, lane"


class TestPages:
    """Paging by key."""

    async def test_pages_meet_every_post_once_even_when_times_are_equal(
        self, db: SqliteDatabase
    ) -> None:
        """Sixty posts of one millisecond, read page by page, come once each, newest first."""
        ann = await make_person(db, "ann")
        for n in range(60):
            minute = n // POSTS_PER_MINUTE_MAX * 60_000
            await post(db, ann.id, f"{n}", now_ms=START_MS + minute)

        seen: list[str] = []
        cursor = None
        while True:
            page = await db.read(
                service.list_posts,
                viewer_id=ann.id,
                scope=Scope.ALL,
                before=decode_cursor(cursor) if cursor else None,
                loaders=LOADERS,
            )
            seen += [shown.post.text for shown in page.posts]
            cursor = page.next_cursor
            if cursor is None:
                break

        assert [f"{n}" for n in reversed(range(60))] == seen

    async def test_a_page_full_of_blocked_people_still_leads_on(self, db: SqliteDatabase) -> None:
        """When all of the first page is hidden, the page is empty and its cursor continues."""
        ann, bob, cleo = [await make_person(db, handle) for handle in ("ann", "bob", "cleo")]
        await post(db, ann.id, "below", audience=Audience.PUBLIC)
        for n in range(PAGE_ROWS):
            at_ms = START_MS + (n + 1) * 60_000
            await post(db, bob.id, f"{n}", audience=Audience.PUBLIC, now_ms=at_ms)
        await db.write(contacts.block, bob.id, actor_id=cleo.id, now_ms=START_MS)

        first = await db.read(
            service.list_posts, viewer_id=cleo.id, scope=Scope.ALL, before=None, loaders=LOADERS
        )
        assert first.next_cursor is not None
        second = await db.read(
            service.list_posts,
            viewer_id=cleo.id,
            scope=Scope.ALL,
            before=decode_cursor(first.next_cursor),
            loaders=LOADERS,
        )

        assert () == first.posts
        assert ["below"] == [shown.post.text for shown in second.posts]


class TestWriting:
    """A post is checked, cleaned and written once."""

    async def test_the_same_id_writes_one_post(self, db: SqliteDatabase) -> None:
        """A form that is sent twice publishes once; other words under the id are refused."""
        ann = await make_person(db, "ann")
        first = await post(db, ann.id, post_id="form-1")

        assert first == await post(db, ann.id, post_id="form-1", now_ms=START_MS + 9)
        with pytest.raises(IdempotencyKeyReusedError):
            await post(db, ann.id, "Other words", post_id="form-1")
        assert ["Hello, lane"] == await feed(db, ann.id)

    async def test_anothers_id_cannot_be_taken(self, db: SqliteDatabase) -> None:
        """Bob sends Ann's very words under Ann's id: refused, and hers stays hers."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        await post(db, ann.id, post_id="form-1")

        with pytest.raises(IdempotencyKeyReusedError):
            await post(db, bob.id, post_id="form-1")

    async def test_an_empty_post_is_refused_and_a_picture_is_enough(
        self, db: SqliteDatabase
    ) -> None:
        """White space is nothing; a picture without words is a post."""
        ann = await make_person(db, "ann")

        with pytest.raises(EmptyPostError):
            await post(db, ann.id, " \n\u200b ")
        await post(db, ann.id, "", pictures=[CUP])
        assert [""] == await feed(db, ann.id)

    async def test_limits_are_said(self, db: SqliteDatabase) -> None:
        """2,001 characters and ten pictures are refused with the limit in the words."""
        ann = await make_person(db, "ann")

        with pytest.raises(BadInputError, match="2000 are allowed"):
            await post(db, ann.id, "x" * 2001)
        with pytest.raises(TooManyPicturesError, match="9 pictures"):
            await post(db, ann.id, pictures=[CUP] * 10)

    async def test_a_product_is_shown_live_and_must_exist(self, db: SqliteDatabase) -> None:
        """The card comes with the post; what is no product, or no more, is refused."""
        ann = await make_person(db, "ann")
        made = await post(db, ann.id, card=("product", "tea"))

        shown = await db.read(service.show_post, made.id, actor_id=ann.id, loaders=LOADERS)
        assert shown.card is not None
        assert (shown.card.amount_minor, shown.card.buy_url) == (12_800, "/buy/tea")
        for card in (("product", "gone"), ("order", "tea"), ("nonsense", "tea")):
            with pytest.raises(CardRefusedError):
                await post(db, ann.id, card=card)

    async def test_posting_has_a_budget(self, db: SqliteDatabase) -> None:
        """The seventh post of a minute waits for the next one."""
        ann = await make_person(db, "ann")
        for n in range(POSTS_PER_MINUTE_MAX):
            await post(db, ann.id, f"{n}")

        with pytest.raises(TooManyError):
            await post(db, ann.id, "one more")
        await post(db, ann.id, "one more", now_ms=START_MS + 60_000)


class TestDeleting:
    """Taking a post back."""

    async def test_a_deleted_post_is_gone_for_everybody_with_its_words(
        self, db: SqliteDatabase
    ) -> None:
        """After deletion neither the author nor the database has the words or the pictures."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id, "secret", pictures=[CUP])
        await db.write(service.delete_post, made.id, actor_id=ann.id, now_ms=START_MS)

        row = await db.read(lambda tx: tx.row("SELECT text FROM feed_post"))
        kept = await db.read(lambda tx: tx.rows("SELECT media_id FROM feed_picture"))

        assert [] == await feed(db, bob.id)
        assert (row, kept) == ({"text": ""}, [])
        with pytest.raises(PostNotFoundError):
            await see(db, made.id, ann.id)

    async def test_only_the_author_deletes(self, db: SqliteDatabase) -> None:
        """A friend who sees the post cannot take it away."""
        ann, bob = await make_friends(db, "ann", "bob")
        made = await post(db, ann.id)

        with pytest.raises(PostNotFoundError):
            await db.write(service.delete_post, made.id, actor_id=bob.id, now_ms=START_MS)
        assert ["Hello, lane"] == await feed(db, ann.id)
