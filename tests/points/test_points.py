"""Points are given once, follow refunds, become money once, and never mix with it."""

import asyncio

import pytest

from host.brands.errors import BrandNotFoundError
from host.core.db import Database, Tx
from host.core.errors import BadInputError, IdempotencyKeyReusedError
from host.core.money import POINTS, Money, Points, format_money, parse_currency
from host.points import service
from host.points.errors import NoProgrammeError, ProgrammeRefusedError, TooFewPointsError
from host.points.model import MONTH_MS, points_place
from host.settlement.errors import MerchantShortError
from host.wallet import service as wallet
from host.wallet.errors import CurrencyMismatchError, InsufficientFundsError
from host.wallet.model import Purpose, cash_place
from tests.conftest import START_MS
from tests.market.make import Lane, lane, second_shop
from tests.points import make
from tests.settlement.make import breaks, settle
from tests.wallet.make import CNY


@pytest.fixture
async def at(db: Database) -> Lane:
    """A shop that gives points, and a buyer with 1,000.00."""
    made = await lane(db)
    await db.write(make.programme, made)
    return made


async def test_an_order_gives_points_once_and_a_refund_takes_them_back(at: Lane) -> None:
    """Every event comes twice; part of the money back is part of the points, rounded down."""
    await at.db.write(make.buy, at, "o1", 34_099)
    assert (340, 340) == await at.db.read(make.has, at)

    await at.db.write(make.refund, at, "o1", "r1", 10_000)
    assert (240, 240) == await at.db.read(make.has, at)

    await at.db.write(make.refund, at, "o1", "r2", 24_099)
    assert (0, 0) == await at.db.read(make.has, at)
    assert [] == await breaks(at.db)


async def test_no_more_is_taken_back_than_is_left_and_it_is_not_asked_for_later(at: Lane) -> None:
    """Points that became money are gone: the next order's points are its own."""
    await at.db.write(make.buy, at, "o1", 30_000)
    await settle(at.db)
    assert 250 == await at.db.write(make.redeem, at, "k1", 250)
    await at.db.write(make.buy, at, "o3", 20_000)

    await at.db.write(make.refund, at, "o1", "r1", 29_000)
    assert (0, 0) == await at.db.read(make.has, at)
    await at.db.write(make.buy, at, "o2", 5_000)
    await at.db.write(make.look, at, "o1")

    assert (50, 50) == await at.db.read(make.has, at)
    assert [] == await breaks(at.db)


async def test_redeeming_moves_points_and_money_together_once_a_key(at: Lane) -> None:
    """Ten at once of all points: one wins, and its retry hears the same."""
    await at.db.write(make.programme, at, worth_minor=100)
    await at.db.write(make.buy, at, "o1", 34_000)
    await settle(at.db)
    before = await at.db.read(wallet.balance, at.buyer_id, CNY)

    found = await asyncio.gather(
        *(at.db.write(make.redeem, at, f"k{n}", 340) for n in range(10)), return_exceptions=True
    )

    won = [n for n, one in enumerate(found) if one == 340]
    assert 1 == len(won)
    assert 9 == sum(isinstance(one, TooFewPointsError) for one in found)
    assert 340 == await at.db.write(make.redeem, at, f"k{won[0]}", 340)
    with pytest.raises(IdempotencyKeyReusedError):
        await at.db.write(make.redeem, at, f"k{won[0]}", 1)
    after = await at.db.read(wallet.balance, at.buyer_id, CNY)
    assert 340 == after.available_minor - before.available_minor
    assert (0, 0) == await at.db.read(make.has, at)
    assert [] == await breaks(at.db)


async def test_a_shop_that_is_short_moves_neither(at: Lane) -> None:
    """What is only pending pays nothing: the points stay."""
    await at.db.write(make.buy, at, "o1", 34_000)

    with pytest.raises(MerchantShortError, match="too little available"):
        await at.db.write(make.redeem, at, "k1", 340)

    assert (340, 340) == await at.db.read(make.has, at)
    await settle(at.db)
    assert 340 == await at.db.write(make.redeem, at, "k1", 340)


async def test_points_are_no_money_anywhere(at: Lane) -> None:
    """No Money is made of them, nobody's typed currency is theirs, no account mixes the two."""
    await at.db.write(make.buy, at, "o1", 34_000)
    with pytest.raises(ValueError, match="PTS"):
        Money(1, POINTS)
    with pytest.raises(ValueError, match="CNY"):
        Points(1, CNY)
    with pytest.raises(BadInputError):
        parse_currency(POINTS)
    assert "-3,050\N{NO-BREAK SPACE}PTS" == format_money(-3_050, POINTS, "en")
    assert [CNY] == [one.currency for one in await at.db.read(wallet.balances, at.buyer_id)]

    def move(tx: Tx, money: Money, purpose: Purpose = Purpose.SEND) -> None:
        wallet.post_transfer(
            tx,
            f"mix:{money}",
            debit_id=points_place(at.brand_id, at.buyer_id).id,
            credit_id=cash_place(at.buyer_id, CNY).id,
            money=money,
            purpose=purpose,
            actor_id=at.buyer_id,
            now_ms=START_MS,
        )

    for money in (Money(1, CNY), Points(1, POINTS)):
        with pytest.raises(CurrencyMismatchError):
            await at.db.write(move, money)


async def test_each_shop_has_points_of_its_own(at: Lane) -> None:
    """Points of one shop pay nothing at another, nor can they be overdrawn in the ledger."""
    other = await second_shop(at)
    await at.db.write(make.buy, at, "o1", 34_000)
    with pytest.raises(NoProgrammeError):
        await at.db.write(make.redeem, other, "k1", 1)
    await at.db.write(make.programme, other)
    await at.db.write(make.buy, other, "o2", 500)

    with pytest.raises(TooFewPointsError):
        await at.db.write(make.redeem, other, "k1", 6)
    assert [(340, 340), (5, 5)] == [await at.db.read(make.has, one) for one in (at, other)]

    def overdraw(tx: Tx) -> None:
        service._move(tx, "x", other.brand_id, at.buyer_id, -6, purpose=Purpose.POINTS_LAPSED,
                      now_ms=START_MS)  # fmt: skip

    with pytest.raises(InsufficientFundsError):
        await at.db.write(overdraw)


async def test_a_promise_is_kept_while_people_hold_points(at: Lane) -> None:
    """The worth may rise, not fall; switching off gives nothing new and redeems all the same."""
    await at.db.write(make.buy, at, "o1", 34_000)
    await settle(at.db)
    with pytest.raises(ProgrammeRefusedError, match="never less"):
        await at.db.write(make.programme, at, worth_minor=99)
    with pytest.raises(BadInputError, match="more than was paid"):
        await at.db.write(make.programme, at, worth_minor=10_001)
    with pytest.raises(BrandNotFoundError):
        await at.db.write(
            service.set_programme,
            at.brand_id,
            actor_id=at.buyer_id,
            is_on=True,
            earn=Money(1, CNY),
            worth=Money(1, CNY),
            expiry_months=None,
            now_ms=START_MS,
        )

    await at.db.write(make.programme, at, is_on=False, worth_minor=150)
    await at.db.write(make.buy, at, "o2", 10_000)
    assert (340, 340) == await at.db.read(make.has, at)
    assert 510 == await at.db.write(make.redeem, at, "k1", 340)

    later_ms = await at.db.read(wallet.ledger_time) + 1
    await at.db.write(make.programme, at, worth_minor=1, now_ms=later_ms)
    await at.db.write(make.refund, at, "o2", "r1", 1)
    assert (0, 0) == await at.db.read(make.has, at)


async def test_points_lapse_when_none_are_earned_for_so_long(at: Lane) -> None:
    """The last order sets the day, by the terms of that day; rounding takes no point too many."""
    await at.db.write(make.programme, at, worth_minor=33, months=2)
    await at.db.write(make.buy, at, "o1", 10_000)
    await at.db.write(make.programme, at, worth_minor=33, months=1)
    await settle(at.db)
    assert 1 == await at.db.write(make.redeem, at, "k1", 5)
    assert (96, 96) == await at.db.read(make.has, at)
    with pytest.raises(TooFewPointsError, match="smallest coin"):
        await at.db.write(make.redeem, at, "k2", 3)

    assert 0 == await at.db.write(service.sweep, now_ms=START_MS + 2 * MONTH_MS - 1)
    assert [1, 0] == [
        await at.db.write(service.sweep, now_ms=START_MS + 2 * MONTH_MS) for _ in range(2)
    ]
    assert (0, 0) == await at.db.read(make.has, at)
    assert [] == await breaks(at.db)
