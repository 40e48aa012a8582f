"""Earned money waits, becomes available, and can go back as long as the merchant has it."""

import asyncio

import pytest

from host.core.db import Database
from host.core.errors import IdempotencyKeyReusedError
from host.settlement.errors import EarningNotFoundError, MerchantShortError, RefundTooLargeError
from host.wallet.model import fees_place
from tests.settlement import make
from tests.wallet.make import CNY


async def test_earned_money_is_available_on_the_next_day(db: Database) -> None:
    """T+1 by default: nothing before midnight, one transfer for all of it after, and once."""
    await make.earn(db, "p1", 10_000, 60)
    await make.earn(db, "p2", 5_000)

    assert 0 == await make.settle(db, make.NEXT_DAY_MS - 1)
    assert (14_940, 0) == await make.has(db)
    assert [1, 0] == [await make.settle(db) for _ in range(2)]

    assert (0, 14_940) == await make.has(db)
    assert [(14_940, 2)] == await make.batches(db)
    assert [] == await make.breaks(db)


@pytest.mark.parametrize(("days", "wait_days"), [(0, 0), (1, 1), (7, 7)])
async def test_terms_hold_for_what_is_earned_under_them(
    db: Database, days: int, wait_days: int
) -> None:
    """A brand of its own has its own days; terms that come later change no promise."""
    await make.agree(db, days=days)
    await make.earn(db, "p1", 100)
    await make.agree(db, days=30)
    due_at_ms = make.START_MS if days == 0 else make.NEXT_DAY_MS + (wait_days - 1) * make.DAY_MS

    assert [0, 1] == [await make.settle(db, due_at_ms + step) for step in (-1, 0)]
    assert (0, 100) == await make.has(db)


async def test_500_credits_while_a_sweep_runs_lose_nothing(db: Database) -> None:
    """AB-022: each batch moves exactly what it names, and what came meanwhile is in the next."""
    await make.agree(db, days=0)

    await asyncio.gather(
        *(make.earn(db, f"p{n}", 100 + n, n % 3) for n in range(500)),
        *(make.settle(db, make.START_MS) for _ in range(20)),
    )
    await make.settle(db, make.START_MS)

    total_minor = sum(100 + n - n % 3 for n in range(500))
    assert (0, total_minor) == await make.has(db)
    made = await make.batches(db)
    assert (total_minor, 500) == tuple(map(sum, zip(*made, strict=True)))
    assert [] == await make.breaks(db)


async def test_a_source_is_earned_once(db: Database) -> None:
    """Recording it again changes nothing; with another fee it is refused."""
    await make.earn(db, "p1", 100, 1)
    await db.write(make.pay_in, "p1", 100, 1, payer_id="payer of p1")

    with pytest.raises(IdempotencyKeyReusedError):
        await db.write(make.pay_in, "p1", 100, 2, payer_id="payer of p1")

    assert (99, 0) == await make.has(db)
    assert [] == await make.breaks(db)


class TestRefund:
    """Money that goes back after it was earned."""

    async def test_of_one_unit_at_a_time_returns_the_whole_fee(self, db: Database) -> None:
        """In parts or at once, what was paid and the fee of it come back to the last unit."""
        await make.earn(db, "p1", 10, 3)

        for n in range(10):
            await make.refund(db, "p1", f"r{n}", 1)
        with pytest.raises(RefundTooLargeError):
            await make.refund(db, "p1", "r10", 1)

        assert (0, 0) == await make.has(db)
        assert (10, 0) == (await make.cash(db, "p1"), await make.balance(db, fees_place(CNY)))
        assert 1 == await make.settle(db)
        assert [] == await make.breaks(db)

    async def test_repeated_is_one_refund(self, db: Database) -> None:
        """Twenty at once with one id give back once; with another amount it is refused."""
        await make.earn(db, "p1", 1_000, 6)

        refunds = await asyncio.gather(*(make.refund(db, "p1", "r1", 500) for _ in range(20)))

        assert 1 == len({refund.id for refund in refunds})
        assert (500, 3) == (await make.cash(db, "p1"), refunds[0].fee_minor)
        with pytest.raises(IdempotencyKeyReusedError):
            await make.refund(db, "p1", "r1", 499)
        with pytest.raises(EarningNotFoundError):
            await make.refund(db, "p2", "r1", 500)
        assert [] == await make.breaks(db)

    async def test_takes_pending_first_and_then_available(self, db: Database) -> None:
        """What another earning lends is made good by the next batch, and nothing stays behind."""
        await make.earn(db, "old", 1_000)
        await make.settle(db)
        await make.agree(db, days=3)
        await make.earn(db, "new", 400)

        await make.refund(db, "old", "r1", 700, now_ms=make.NEXT_DAY_MS)

        assert (0, 700) == await make.has(db)
        assert 0 == await make.settle(db)
        assert 1 == await make.settle(db, make.NEXT_DAY_MS + 2 * make.DAY_MS)
        assert [(0, 2), (1_000, 1)] == await make.batches(db)
        assert [] == await make.breaks(db)

    async def test_is_refused_when_the_merchant_has_paid_everything_out(self, db: Database) -> None:
        """AB-047: nobody else's money is taken; the same id works once the shop has earned."""
        await make.earn(db, "p1", 1_000, 6)
        await make.settle(db)
        await make.spend_all(db)

        with pytest.raises(MerchantShortError):
            await make.refund(db, "p1", "r1", 1_000)
        assert (0, 6) == (await make.cash(db, "p1"), await make.balance(db, fees_place(CNY)))

        await make.earn(db, "p2", 2_000)
        await make.refund(db, "p1", "r1", 1_000)
        assert (1_000, 0) == (await make.cash(db, "p1"), await make.balance(db, fees_place(CNY)))
        assert (1_006, 0) == await make.has(db)
        assert [] == await make.breaks(db)
