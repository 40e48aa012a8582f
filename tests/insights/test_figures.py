"""What is shown of a day, and what nobody can find out from it."""

import pytest

from host.core.sqlite import SqliteDatabase
from host.insights import service
from host.insights.model import (
    FIELDS_PER_NAME_MAX,
    FIGURES_KEPT_DAYS,
    NAMES_MAX,
    VALUES_PER_FIELD_MAX,
)
from host.programs.errors import ProgramNotFoundError
from tests.insights.conftest import Counter
from tests.market import make
from tests.programs.packages import APP_ID

LEFT = (
    "SELECT (SELECT COUNT(*) FROM insights_count) AS counts,"
    " (SELECT COUNT(*) FROM insights_person) AS people,"
    " (SELECT COUNT(*) FROM insights_figure) AS figures"
)


async def left(db: SqliteDatabase) -> tuple[int, int, int]:
    """Return how many counts, hashes and figures there are."""
    row = await db.read(lambda tx: tx.row(LEFT))
    assert row is not None
    return row["counts"], row["people"], row["figures"]


class TestThreshold:
    """No figure is about fewer than ten people."""

    @pytest.mark.parametrize(("people_count", "shown"), [(9, (0, 0)), (10, (20, 10))])
    async def test_ten_people_are_shown_and_nine_are_not(
        self, counter: Counter, people_count: int, shown: tuple[int, int]
    ) -> None:
        """However often nine people come, and even to the host itself nothing is left of them."""
        await counter.open(range(people_count))
        await counter.open(range(people_count))
        await counter.next_day()

        insights = await counter.figures()

        assert shown == (insights.openings, insights.people_count)

    async def test_nothing_too_small_is_left_in_the_database(
        self, counter: Counter, db: SqliteDatabase
    ) -> None:
        """After the day, neither counts nor hashes, and no figure of nine people."""
        await counter.open(range(9))
        await counter.report("tasted", range(9), tea="green")
        assert (4, 36, 0) == await left(db)

        await counter.next_day()

        assert (0, 0, 0) == await left(db)

    async def test_an_event_of_nine_among_many_is_not_shown(self, counter: Counter) -> None:
        """Each event needs ten people of its own, not the program's."""
        await counter.open(range(40))
        await counter.report("bought", range(9))
        await counter.report("looked", range(20))
        await counter.next_day()

        assert {"looked": (20, 20)} == await counter.events()

    async def test_who_did_not_is_not_shown_either(self, counter: Counter) -> None:
        """Of 25 people 24 looked: the figure says all, so nobody finds the one who did not."""
        await counter.open(range(25))
        await counter.report("looked", range(24))
        await counter.report("bought", range(15))
        await counter.next_day()

        assert {"looked": (25, 25), "bought": (15, 15)} == await counter.events()

    async def test_openings_need_ten_people_who_opened(self, counter: Counter) -> None:
        """People who were there from the day before are no cover for three who came."""
        await counter.open(range(3))
        await counter.report("looked", range(12))
        await counter.next_day()

        insights = await counter.figures()

        assert (12, 0) == (insights.people_count, insights.openings)

    async def test_today_is_not_shown(self, counter: Counter) -> None:
        """Looking before and after somebody comes would show what they did."""
        await counter.open(range(30))

        assert 0 == (await counter.figures()).people_count

    async def test_a_name_is_unknown_until_ten_people_are_behind_it(self, counter: Counter) -> None:
        """A name or a value that few have set off could itself say who they are."""
        await counter.open(range(30))
        await counter.report("looked", range(30), tea="green")
        await counter.report("ann_came", [1])
        await counter.report("looked", [2], tea="for ann")
        await counter.next_day()

        assert ["looked"] == list(await counter.events())
        assert "for ann" not in await counter.values("looked", "tea")

        await counter.next_day(days_count=7)
        await counter.open(range(30))
        await counter.report("looked", range(5))
        await counter.next_day()

        assert {"looked": (0, 0)} == await counter.events()


class TestComplement:
    """What is hidden cannot be found by subtraction."""

    async def test_one_hidden_value_takes_another_along(self, counter: Counter) -> None:
        """Of green 30, black 12 and white 1, the event's 43 would show white: black is hidden."""
        await counter.open(range(60))
        await counter.report("drank", range(30), tea="green")
        await counter.report("drank", range(30, 42), tea="black")
        await counter.report("drank", [42], tea="white")
        await counter.next_day()

        assert {"drank": (43, 43)} == await counter.events()
        assert {"green": 30, "": 13} == await counter.values("drank", "tea")

    async def test_two_hidden_values_of_nine_people_take_another_along(
        self, counter: Counter
    ) -> None:
        """Together they are still fewer than ten people."""
        await counter.open(range(60))
        await counter.report("drank", range(30), tea="green")
        await counter.report("drank", range(30, 42), tea="black")
        await counter.report("drank", range(42, 47), tea="white")
        await counter.report("drank", range(42, 51), tea="red")
        await counter.next_day()

        assert {"green": 30, "": 26} == await counter.values("drank", "tea")

    async def test_hidden_values_of_ten_people_stand_alone(self, counter: Counter) -> None:
        """Nothing more is hidden than must be."""
        await counter.open(range(60))
        await counter.report("drank", range(30), tea="green")
        await counter.report("drank", range(30, 42), tea="black")
        await counter.report("drank", range(42, 47), tea="white")
        await counter.report("drank", range(47, 52), tea="red")
        await counter.next_day()

        assert {"green": 30, "black": 12, "": 10} == await counter.values("drank", "tea")

    async def test_a_report_without_the_field_is_hidden_too(self, counter: Counter) -> None:
        """Three who gave no value are the difference between the event and its values."""
        await counter.open(range(60))
        await counter.report("drank", range(30), tea="green")
        await counter.report("drank", range(30, 42), tea="black")
        await counter.report("drank", range(42, 45))
        await counter.next_day()

        assert {"green": 30, "": 15} == await counter.values("drank", "tea")

    async def test_many_reports_without_the_field_hide_no_value(self, counter: Counter) -> None:
        """Twelve people said which tea; the rest is the thirty who did not."""
        await counter.open(range(60))
        await counter.report("drank", range(12), tea="green")
        await counter.report("drank", range(12, 42))
        await counter.next_day()

        assert {"green": 12, "": 30} == await counter.values("drank", "tea")

    async def test_values_that_add_up_are_all_shown(self, counter: Counter) -> None:
        """Where nothing is hidden, there is no rest."""
        await counter.open(range(60))
        await counter.report("drank", range(30), tea="green")
        await counter.report("drank", range(30, 42), tea="black")
        await counter.next_day()

        assert {"green": 30, "black": 12} == await counter.values("drank", "tea")

    async def test_windows_differ_by_days_that_are_shown(self, counter: Counter) -> None:
        """A day of nine people is in no sum, so no two windows differ by it."""
        await counter.open(range(9))
        await counter.next_day()
        before = await counter.figures(7)
        for _ in range(7):
            await counter.open(range(20))
            await counter.next_day()

        week, month = await counter.figures(7), await counter.figures(28)

        assert 0 == before.people_count
        assert 140 == week.people_count == month.people_count
        assert (0, 21) == (week.hidden_count, month.hidden_count)


class TestLimits:
    """What a day counts of a program."""

    async def test_names_after_the_fiftieth_are_other(self, counter: Counter) -> None:
        """Known names go on being counted."""
        await counter.open(range(60))
        for n in range(NAMES_MAX + 5):
            await counter.report(f"event_{n}", range(12))
        await counter.report("event_0", range(12))
        await counter.next_day()

        events = await counter.events()

        assert NAMES_MAX + 1 == len(events)
        assert (24, 12) == events["event_0"]
        assert (60, 12) == events["other"]

    async def test_values_after_the_twentieth_are_the_rest(self, counter: Counter) -> None:
        """They are counted in the event, and not by name."""
        await counter.open(range(60))
        for n in range(VALUES_PER_FIELD_MAX + 3):
            await counter.report("drank", range(12), tea=f"tea {n:02}")
        await counter.next_day()

        values = await counter.values("drank", "tea")

        assert {"": 36} | {f"tea {n:02}": 12 for n in range(VALUES_PER_FIELD_MAX)} == values

    async def test_fields_after_the_fifth_are_not_counted(self, counter: Counter) -> None:
        """The event is."""
        await counter.open(range(60))
        for n in range(FIELDS_PER_NAME_MAX + 2):
            await counter.report("drank", range(n, n + 12), **{f"field_{n}": "yes"})
        await counter.next_day()

        assert (84, 18) == (await counter.events())["drank"]
        assert {"": 84} == await counter.values("drank", f"field_{FIELDS_PER_NAME_MAX - 1}")
        assert {} == await counter.values("drank", f"field_{FIELDS_PER_NAME_MAX}")

    async def test_a_full_day_counts_no_more(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The cap is on the program, whoever reports."""
        monkeypatch.setattr("host.insights.service.counting.REPORTS_PER_DAY_MAX", 15)
        await counter.open(range(60))
        await counter.report("looked", range(30))
        await counter.next_day()

        assert {"looked": (15, 15)} == await counter.events()


class TestDays:
    """Days are closed one by one, and forgotten."""

    async def test_people_are_strangers_on_the_next_day(
        self, counter: Counter, db: SqliteDatabase
    ) -> None:
        """The same person has another hash on another day, and in another program."""
        sql = "SELECT DISTINCT person_hash FROM insights_person"
        await counter.open([1])
        await counter.open([1], app_id="lane.other.shop")
        counter.clock.forward(24 * 3600 * 1000)
        await counter.open([1])

        hashes = [str(row["person_hash"]) for row in await db.read(lambda tx: tx.rows(sql))]

        assert 3 == len(hashes)
        assert "person-1" not in hashes

    async def test_a_day_ends_at_midnight_and_closes_an_hour_later(
        self, counter: Counter, db: SqliteDatabase
    ) -> None:
        """What came before midnight is that day's; the new day goes on being counted."""
        midnight_ms = -counter.clock.at_ms % (24 * 3600 * 1000)
        counter.clock.forward(midnight_ms - 1)
        await counter.open(range(10))
        counter.clock.forward(1)
        await counter.open(range(5))

        await counter.next_day(days_count=0)
        assert (4, 30, 0) == await left(db)
        counter.clock.forward(3600 * 1000)
        await counter.next_day(days_count=0)

        assert (2, 10, 2) == await left(db)
        assert [0] * 6 + [10] == [day.people_count for day in (await counter.figures()).days]

    async def test_figures_are_kept_for_400_days(
        self, counter: Counter, db: SqliteDatabase
    ) -> None:
        """And not a day more."""
        await counter.open(range(10))
        await counter.next_day(days_count=FIGURES_KEPT_DAYS)
        assert (0, 0, 2) == await left(db)

        await counter.next_day()

        assert (0, 0, 0) == await left(db)

    async def test_a_stranger_finds_no_program(self, counter: Counter) -> None:
        """Another brand's team reads what it would of a program that does not exist."""
        stranger_id = await counter.deps.db.write(make.put_person, "eve")
        refusals = []
        for app_id in (APP_ID, "lane.no.such"):
            with pytest.raises(ProgramNotFoundError) as refusal:
                await counter.deps.db.read(
                    service.find_insights,
                    app_id,
                    actor_id=stranger_id,
                    days_count=7,
                    now_ms=counter.clock.at_ms,
                )
            refusals.append(str(refusal.value))

        assert refusals[0] == refusals[1]
