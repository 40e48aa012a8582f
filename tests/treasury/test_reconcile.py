"""A rail's statement against orders and ledger: every difference is named, none is put right."""

import dataclasses

import pytest

from host.core.db import Database
from host.core.errors import ForbiddenError
from host.core.money import Money
from host.treasury import service
from host.treasury.errors import BreakRefusedError, StatementRefusedError, StatementTakenError
from host.treasury.model import Closing, Line, LineKind
from host.treasury.service import sandbox
from host.treasury.statement_file import COLUMNS, read_statement
from host.wallet.rail_model import RailOperation
from tests.conftest import START_MS
from tests.treasury.office import CNY, DAY_MS, RAIL, TODAY, TOMORROW, USD, Office, open_office
from tests.wallet import make


@pytest.fixture
async def office(db: Database) -> Office:
    """Two admins and Ann."""
    return await open_office(db)


def line_of(operation: RailOperation, *, day: str = TODAY, kind: str = "") -> Line:
    """Return the line that shows an order as it is."""
    kind = kind or operation.direction.value
    reference = f"{operation.rail_reference}{kind}"
    return Line(0, LineKind(kind), reference, operation.id, operation.money, day)


def other(line: Line, amount_minor: int, currency: str = CNY) -> Line:
    """Return a line with another amount."""
    return dataclasses.replace(line, money=Money(amount_minor, make.Currency(currency)))


async def test_a_statement_that_fits_settles_everything(office: Office) -> None:
    """In, out and what came back: settlement ends where the statement does, nothing is open."""
    came, went = await office.top_up(50_000), await office.pay_out(20_000)
    await office.take_back(went)
    assert (0, 70_000, 20_000) == await office.rail_stands()
    lines = (line_of(went), line_of(went, kind="out_returned"), line_of(came))

    imported = await office.reconcile(*lines, closings=(Closing(CNY, 50_000),))
    again = await office.reconcile(*lines, closings=(Closing(CNY, 50_000),))

    assert (3, 3) == (imported.matched_count, imported.line_count)
    assert imported == again
    assert (50_000, 0, 0) == await office.rail_stands()
    assert [] == await office.kinds()
    await office.check()


async def test_each_way_to_be_wrong_is_named_and_none_is_put_right(office: Office) -> None:
    """Missing, extra, doubled, off by one, the next day, another currency (AB-076)."""
    done = [await office.top_up(1000 + n, f"k{n}") for n in range(6)]
    went = await office.pay_out(500)
    right, twice, more, late, foreign = (line_of(operation) for operation in done[1:])
    extra = Line(0, LineKind.IN, "X-1", "", Money(77, CNY), TODAY)
    before = await make.stands(office.db, make.cash(office.ann.id))

    await office.reconcile(
        right, twice, dataclasses.replace(twice, reference="again"), other(more, 1004),
        dataclasses.replace(late, day=TOMORROW), other(foreign, 1005, USD), extra,
        other(line_of(went), 501), Line(0, LineKind.OUT, "X-2", "none", Money(9, CNY), TODAY),
        closings=(Closing(CNY, 3577),),
    )  # fmt: skip

    assert [
        ("amount", 1, -1),  # a payout that took one more than was ordered
        ("amount", 1, 1),
        ("balance", 1, 0),
        ("currency", 1005, 1005),
        ("doubled", 1002, 1002),
        ("extra", 9, -9),
        ("extra", 77, 77),
        ("missing", 1000, 0),
        ("next_day", 1004, 0),
    ] == await office.kinds()
    assert before == await make.stands(office.db, make.cash(office.ann.id))
    await office.check()

    await office.reconcile(line_of(done[4], day=TOMORROW), line_of(done[0]), day=TOMORROW)
    left = [kind for kind, _, _ in await office.kinds()]
    assert not {"missing", "next_day"} & set(left), "closed with the day of the later statement"
    await office.check()


@pytest.mark.parametrize("state", ["unknown", "failed"])
async def test_what_the_rail_has_not_told_is_no_credit(office: Office, state: str) -> None:
    """A statement shows as done what is unknown or failed here: the money waits in suspense."""
    amount_minor = {"unknown": 66_604, "failed": 66_601}[state]
    operation = await office.top_up(amount_minor)
    assert state == operation.state

    await office.reconcile(line_of(operation))

    assert [("state", amount_minor, amount_minor)] == await office.kinds()
    assert [(0, 0)] == await make.stands(office.db, make.cash(office.ann.id))
    await office.check()


async def test_what_was_in_suspense_is_matched_later(office: Office) -> None:
    """The rail answers after its statement: an admin matches the two, once; suspense is empty."""
    operation = await office.top_up(66_602)
    await office.reconcile(line_of(operation))
    (found,) = await office.breaks()
    with pytest.raises(BreakRefusedError, match="state"):
        await office.write(service.match_break, found.id, operation_id=operation.id)
    again = await office.top_up(66_602)
    assert "done" == again.state

    await office.write(service.add_note, found.id, note_id="n1", text="They answered today.")
    await office.write(service.match_break, found.id, operation_id=operation.id)

    assert [] == await office.kinds()
    assert (66_602, 0, 0) == await office.rail_stands()
    with pytest.raises(BreakRefusedError, match="closed already"):
        await office.write(service.match_break, found.id, operation_id=operation.id)
    await office.check()


async def test_more_than_there_is_cannot_leave(office: Office) -> None:
    """A line that takes more than was settled is listed and not booked; later it can be."""
    came, went = await office.top_up(5000), await office.pay_out(4000)
    await office.reconcile(line_of(went))
    assert [("missing", 5000, 0), ("uncovered", 4000, 0)] == await office.kinds()
    found = next(one for one in await office.breaks() if one.kind == "uncovered")
    with pytest.raises(BreakRefusedError, match="holds less"):
        await office.write(service.book_line, found.id)

    await office.reconcile(line_of(came, day=TOMORROW), day=TOMORROW)
    await office.write(service.book_line, found.id)

    assert [] == await office.kinds()
    assert (1000, 0, 0) == await office.rail_stands()
    await office.check()


async def test_a_break_is_closed_with_a_reason_and_ages(office: Office) -> None:
    """What moves no money is closed by hand; money in suspense cannot be talked away."""
    await office.top_up(5000)
    extra = Line(0, LineKind.IN, "X-1", "", Money(77, CNY), TODAY)
    await office.reconcile(extra)
    later_ms = START_MS + 3 * DAY_MS
    aged = await office.db.read(service.find_breaks, now_ms=later_ms)
    assert [3, 3] == [one.age_days for one in aged]
    by_kind = {one.kind.value: one for one in await office.breaks()}

    with pytest.raises(BreakRefusedError, match="ten signs"):
        await office.write(service.close_break, by_kind["missing"].id, reason="because")
    with pytest.raises(BreakRefusedError, match="suspense"):
        await office.write(service.close_break, by_kind["extra"].id, reason="It was a mistake.")
    with pytest.raises(ForbiddenError):
        await office.write(
            service.close_break, by_kind["missing"].id, reason="I say so.", actor_id=office.ann.id
        )
    await office.write(service.close_break, by_kind["missing"].id, reason="Comes on Monday.")

    assert [("extra", 77, 77)] == await office.kinds()
    await office.check()


async def test_one_day_has_one_statement(office: Office) -> None:
    """Another file for the same day is refused; a file that is wrong imports nothing."""
    operation = await office.top_up(5000)
    await office.reconcile(line_of(operation))
    with pytest.raises(StatementTakenError):
        await office.reconcile(line_of(operation), other(line_of(operation), 1))
    with pytest.raises(ForbiddenError):
        await office.write(
            service.import_statement,
            read_statement(f"{','.join(COLUMNS)}\nstatement,sandbox,,,,2026-11-25\n".encode()),
            actor_id=office.ann.id,
        )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("in,R,,1e3,CNY,2026-11-20", "Line 3: the amount"),
        ("in,R,,１２,CNY,2026-11-20", "Line 3: the amount"),
        ("in,R,,0,CNY,2026-11-20", "Line 3: the amount"),
        ("in,R,,-5,CNY,2026-11-20", "Line 3: the amount"),
        ("in,R,,1000000000000001,CNY,2026-11-20", "Line 3: the amount"),
        ("in,R,,5,XXX,2026-11-20", "Line 3: the currency"),
        ("in,R,,5,CNY,2026-13-20", "Line 3: the day"),
        ("in,,,5,CNY,2026-11-20", "Line 3: the reference"),
        ("gift,R,,5,CNY,2026-11-20", "Line 3: the type"),
        ("in,R,,5,CNY", "Line 3: the number of columns"),
        ('in,"R,,5,CNY,2026-11-20', "no CSV"),
    ],
)
def test_a_wrong_line_is_named(row: str, words: str) -> None:
    """A file is read as strictly as a request; nothing of it is believed when one line is wrong."""
    head = f"{','.join(COLUMNS)}\nstatement,sandbox,,,,2026-11-20\n"
    with pytest.raises(StatementRefusedError) as refusal:
        read_statement(f"{head}{row}\n".encode())

    assert words in str(refusal.value)


async def test_the_sandbox_misreports_on_purpose(office: Office) -> None:
    """Its own statement, with the five amounts that it gets wrong and money that is nobody's."""
    for number, amount_minor in enumerate((5000, *sandbox.MISREPORTED_MINOR)):
        await office.top_up(amount_minor, f"k{number}")
    content = await office.db.read(service.make_statement, TODAY, extra=Money(321, CNY))

    await office.write(service.import_statement, read_statement(content))

    assert ["amount", "currency", "doubled", "extra", "missing", "next_day"] == [
        kind for kind, _, _ in await office.kinds()
    ]
    view = await office.db.read(
        service.read_overview, actor_id=office.grace.id, now_ms=START_MS + DAY_MS
    )
    (rail,) = view.rails
    assert RAIL == rail.name
    assert [0] * len(rail.money) == [money.difference_minor for money in rail.money]
    await office.check()
