"""The feed over HTTP: pages, forms, JSON, and what each refuses."""

import io
import re

import pytest
from PIL import Image
from quart import Quart
from quart.datastructures import FileStorage
from quart.typing import TestClientProtocol as Client

from host.contacts import service as contacts
from host.core.sqlite import SqliteDatabase
from tests.conftest import START_MS
from tests.wallet.people import Person, register


def picture(side_px: int = 40) -> FileStorage:
    """Return a small red picture as a browser sends it."""
    out = io.BytesIO()
    Image.new("RGB", (side_px, side_px), (184, 48, 30)).save(out, "PNG")
    out.seek(0)
    return FileStorage(out, filename="door.png", content_type="image/png")


async def publish(person: Person, post_id: str = "p1", **fields: str) -> int:
    """Send the form of a new post."""
    form = {"post_id": post_id, "text": "Hello, lane", "audience": "public"} | fields
    status, _ = await person.post("/posts", **form)
    return status


async def befriend(db: SqliteDatabase, a: Person, b: Person) -> None:
    """Make two people contacts."""
    await db.write(contacts.make_contacts, a.id, b.id, START_MS)


class TestPages:
    """What people see and send."""

    @pytest.mark.parametrize(
        "path", ["/discover", "/discover?scope=friends", "/feed/new", "/feed/news", "/posts/x"]
    )
    async def test_a_stranger_is_sent_to_the_door(self, client: Client, path: str) -> None:
        """Nothing of the feed is for who is not signed in."""
        answer = await client.get(path)

        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in?next=")

    async def test_a_refused_post_leaves_no_picture(self, app: Quart, db: SqliteDatabase) -> None:
        """Neither a card that is gone nor too many words take space from their author."""
        ann = await register(app, "ann")
        for fields in ({"card_kind": "product", "card_id": "gone"}, {"text": "x" * 2001}):
            form = {"csrf": ann.csrf, "post_id": "p1", "audience": "public"} | fields
            answer = await ann.client.post("/posts", form=form, files={"pictures": picture()})
            assert 422 == answer.status_code

        assert [] == await db.read(lambda tx: tx.rows("SELECT id FROM core_media LIMIT 1"))

    async def test_a_post_with_a_picture_reaches_a_friend(
        self, app: Quart, db: SqliteDatabase
    ) -> None:
        """Ann publishes with a picture and its words; Bob sees both, likes and comments."""
        ann, bob = await register(app, "ann"), await register(app, "bob")
        await befriend(db, ann, bob)
        answer = await ann.client.post(
            "/posts",
            form={"csrf": ann.csrf, "post_id": "p1", "text": "The door", "audience": "friends",
                  "alt": "A red door"},
            files={"pictures": picture()},
        )  # fmt: skip
        assert answer.status_code == 303

        tile = await bob.get("/discover")
        found = re.search(r'src="(/media/[0-9a-f]{32}-720\.webp)"[^>]*alt="A red door"', tile)
        assert found is not None
        assert (await bob.client.get(found[1])).content_type == "image/webp"
        await bob.post("/posts/p1/like", liked="0")
        await bob.post("/posts/p1/comments", comment_id="c1", text="Where is <that>?")

        page = await ann.get("/posts/p1")
        assert "Where is &lt;that&gt;?" in page
        assert 'aria-label="Like (1)"' in page
        assert "Where is &lt;that&gt;?" in await ann.get("/feed/news")

    async def test_a_form_sent_twice_is_one_post(self, app: Quart) -> None:
        """A double tap on Publish publishes once."""
        ann = await register(app, "ann")

        assert [303, 303] == [await publish(ann), await publish(ann)]
        assert (await ann.get("/discover")).count('id="post-') == 1

    async def test_what_is_no_picture_is_refused_and_nothing_is_published(self, app: Quart) -> None:
        """A text file under a picture's name is named as the reason."""
        ann = await register(app, "ann")
        fake = FileStorage(io.BytesIO(b"<svg onload=alert(1)>"), filename="a.png")
        answer = await ann.client.post(
            "/posts",
            form={"csrf": ann.csrf, "post_id": "p1", "text": "x", "audience": "public"},
            files={"pictures": fake},
        )

        assert answer.status_code == 422
        assert 'id="post-' not in await ann.get("/discover")

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"text": " "}, 422),
            ({"audience": "world"}, 422),
            ({"post_id": ""}, 422),
            ({"post_id": "x" * 65}, 422),
            ({"card_kind": "order", "card_id": "x"}, 422),
            ({"card_kind": "product", "card_id": "gone"}, 422),
            ({"csrf": "forged"}, 403),
        ],
    )
    async def test_a_wrong_form_is_refused(
        self, app: Quart, fields: dict[str, str], status: int
    ) -> None:
        """Each with a documented problem, and nothing is published."""
        ann = await register(app, "ann")
        form = {"csrf": ann.csrf, "post_id": "p1", "text": "x", "audience": "public"} | fields
        answer = await ann.client.post("/posts", form=form)

        assert status == answer.status_code
        assert 'id="post-' not in await ann.get("/discover")

    async def test_a_script_gets_the_part_that_changed(self, app: Quart) -> None:
        """A like from a page of ours answers with the button alone."""
        ann = await register(app, "ann")
        await publish(ann)
        answer = await ann.client.post(
            "/posts/p1/like", form={"liked": "0"}, headers={"X-Fragment": "1", "X-CSRF": ann.csrf}
        )
        text = await answer.get_data(as_text=True)

        assert text.startswith("<form")
        assert 'aria-pressed="true"' in text

    async def test_ones_own_menu_deletes_and_anothers_hides(self, app: Quart) -> None:
        """Ann may delete; Bob may hide; Bob deleting gets what a missing post gets."""
        ann, bob = await register(app, "ann"), await register(app, "bob")
        await publish(ann)

        assert "/posts/p1/delete" in await ann.get("/posts/p1/menu")
        assert "/posts/p1/delete" not in await bob.get("/posts/p1/menu")
        assert (await bob.post("/posts/p1/delete"))[0] == 404
        assert (await bob.post("/posts/p1/hide"))[0] == 303
        assert 'id="post-p1"' not in await bob.get("/discover")
        assert 'id="post-p1"' in await ann.get("/discover")

    @pytest.mark.parametrize("cursor", ["%%%", "abc", "LTEuMQ", "x" * 5000])
    async def test_a_damaged_cursor_is_refused(self, app: Quart, cursor: str) -> None:
        """It is bad input, not an error of ours."""
        ann = await register(app, "ann")
        answer = await ann.client.get("/discover", query_string={"before": cursor})

        assert answer.status_code == 422


class TestApi:
    """The same over JSON."""

    async def test_a_post_is_put_read_liked_and_deleted(self, app: Quart) -> None:
        """PUT twice is one post; DELETE makes it look as if it had never been."""
        ann, bob = await register(app, "ann"), await register(app, "bob")
        body = {"text": "Hello", "audience": "public"}

        first = await ann.put("/api/v1/posts/p1", body)
        again = await ann.put("/api/v1/posts/p1", body)
        assert (first[0], first) == (201, again)

        answer = await bob.client.put("/api/v1/posts/p1/like", headers={"X-CSRF": bob.csrf})
        assert answer.status_code == 204
        status, comment = await bob.put("/api/v1/posts/p1/comments/c1", {"text": "Hi"})
        assert (status, comment["text"]) == (201, "Hi")

        _, read = await ann.json("/api/v1/posts/p1")
        assert (read["like_count"], read["comment_count"]) == (1, 1)
        assert (read["comments"][0]["text"], read["author"]["handle"]) == ("Hi", "ann")
        _, unread = await ann.json("/api/v1/posts/unread")
        assert unread == {"discover": 2}
        _, page = await bob.json("/api/v1/posts")
        assert ["p1"] == [one["id"] for one in page["posts"]]

        await ann.client.delete("/api/v1/posts/p1", headers={"X-CSRF": ann.csrf})
        assert (await bob.json("/api/v1/posts/p1"))[0] == 404

    @pytest.mark.parametrize(
        "body",
        [
            {"text": "x", "audience": "world"},
            {"text": "x", "unknown": 1},
            {"text": 7},
            {"text": "x" * 2001},
            {"text": "x", "pictures": [{"media_id": "0" * 32}]},
            {"text": "x", "card": {"kind": "order", "id": "1"}},
            {},
        ],
    )
    async def test_a_wrong_body_is_refused(self, app: Quart, body: object) -> None:
        """With 422 and words; another person's picture is one that was never stored."""
        ann = await register(app, "ann")
        status, problem = await ann.put("/api/v1/posts/p1", body)

        assert (status, bool(problem["detail"])) == (422, True)

    async def test_without_a_session_nothing_is_answered(self, client: Client) -> None:
        """401 with the problem type."""
        answer = await client.get("/api/v1/posts")

        assert (answer.status_code, (await answer.get_json(force=True))["type"]) == (
            401,
            "/problems/sign-in-required",
        )
