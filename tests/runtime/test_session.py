"""An open page on the host's side: what was missed is known, and a failed change leaves nothing."""

import pytest

from runtime.session import PageSession, dataset_of
from runtime.view import ViewFailedError, apply, compile_template

TEMPLATE = compile_template(
    '<p>{{ 10 / n }}</p><input m-model="text">'
    '<button m-for="x in rows" m-key="x" m-on:tap="pick" data-unit-id="{{ x }}">{{ x }}</button>',
    "pages/a/a.html",
)


def make_session(**state: object) -> PageSession:
    """Open a page."""
    return PageSession(TEMPLATE, {"n": 1, "text": "", "rows": [1, 2], **state})


class TestPatches:
    """What a browser has missed."""

    def test_missed_patches_bring_a_browser_up_to_date(self) -> None:
        """A browser that missed three changes gets these three."""
        session = make_session()
        browser = session.open()
        for n in (2, 5, 10):
            session.apply({"n": n})

        missed = session.since(0)

        assert missed is not None
        assert [patch.n for patch in missed] == [1, 2, 3]
        for patch in missed:
            browser = apply(browser, patch.ops)
        assert browser == session.open()

    def test_a_browser_that_is_up_to_date_gets_nothing(self) -> None:
        """Nothing was missed."""
        assert make_session().since(0) == []

    @pytest.mark.parametrize("n", [-1, 99])
    def test_a_number_that_cannot_be_asks_for_the_whole_page(self, n: int) -> None:
        """Neither the future nor the impossible past has patches."""
        assert make_session().since(n) is None

    def test_a_browser_far_behind_gets_the_whole_page(self) -> None:
        """Only the last patches are kept."""
        session = make_session()
        for n in range(1, 60):
            session.apply({"n": n})

        assert session.since(0) is None
        assert session.since(58) is not None

    def test_a_page_made_anew_after_a_restart_goes_on_counting(self) -> None:
        """After a restart the browser's page is either current or sent whole."""
        session = PageSession(TEMPLATE, {"n": 1, "rows": []}, n=7)

        assert session.since(7) == []
        assert session.since(6) is None
        assert session.apply({"n": 2}).n == 8


class TestDrafts:
    """Changes that are drafted, accepted or dropped."""

    def test_a_change_that_cannot_be_shown_changes_nothing(self) -> None:
        """State, tree and number stay when rendering fails."""
        session = make_session()
        before = (session.n, dict(session.state), session.open())

        with pytest.raises(ViewFailedError, match="division by zero"):
            session.apply({"n": 0})

        assert (session.n, session.state, session.open()) == before

    def test_a_draft_that_is_not_accepted_changes_nothing(self) -> None:
        """A change that could not be stored was never shown."""
        session = make_session()

        session.draft({"n": 2, "rows": []})

        assert (session.n, session.state["n"]) == (0, 1)

    def test_a_handler_that_empties_a_field_is_seen(self) -> None:
        """The browser shows what was typed, so the way back to nothing is a change."""
        session = make_session()
        typed = {**session.state, "text": "hello"}

        patch = session.accept(session.draft(typed, {**typed, "text": ""}))

        assert patch.ops[-1] == [1, [1], {"value": ""}]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("x" * 300_000, "more than 256 KiB"),
            ([[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]], "nest more than 24 deep"),
            (object(), "not plain JSON values"),
        ],
    )
    def test_page_data_have_limits(self, value: object, message: str) -> None:
        """Too much, too deep or not plain: refused."""
        with pytest.raises(ViewFailedError, match=message):
            make_session().apply({"text": value})


class TestTargets:
    """What a browser says that a person touched."""

    def test_what_is_shown_can_be_touched(self) -> None:
        """The element at the position, with its own data."""
        found = make_session().find_target("tap", "pick", {"unit_id": "2"}, [3])

        assert found is not None
        assert dataset_of(found) == {"unit_id": "2"}

    def test_a_row_that_has_moved_is_still_found(self) -> None:
        """A tap on a page that changed meanwhile goes to the row that was touched."""
        session = make_session(rows=[9, 2])
        session.apply({"rows": [2, 9]})

        found = session.find_target("tap", "pick", {"unit_id": "2"}, [3])

        assert found is not None

    @pytest.mark.parametrize(
        ("event", "handler", "dataset", "path"),
        [
            ("tap", "refund_all", {}, [2]),
            ("tap", "pick", {"unit_id": "7"}, [2]),
            ("tap", "pick", {"unit_id": "1", "price": "0"}, [2]),
            ("submit", "pick", {"unit_id": "1"}, [2]),
            ("tap", "on_load", {}, [-1, 5]),
        ],
    )
    def test_what_is_not_shown_cannot_be_touched(
        self, event: str, handler: str, dataset: dict[str, str], path: list[int]
    ) -> None:
        """Neither another handler nor data that the page does not carry."""
        assert make_session().find_target(event, handler, dataset, path) is None

    def test_only_fields_of_the_page_can_be_written(self) -> None:
        """``m-model`` names are the only state that a browser may set."""
        session = make_session()

        assert session.shows_model("text")
        assert not session.shows_model("n")
