"""An earning is divided once as asked, to the last unit, and a part can come back."""

import asyncio
from collections.abc import Sequence

import pytest

from host.core.db import Database
from host.core.errors import IdempotencyKeyReusedError
from host.settlement import service
from host.settlement.errors import (
    EarningNotFoundError,
    MerchantShortError,
    RefundTooLargeError,
    SplitNotFoundError,
    SplitRefusedError,
    SplitTooLargeError,
)
from host.settlement.split_model import Receiver, ReceiverKind, Split, divide
from host.wallet.model import cash_place
from tests.conftest import START_MS
from tests.market.make import put_person
from tests.settlement import make
from tests.wallet.make import CNY


def brand(brand_id: str, amount: int | None = None, bps: int | None = None) -> Receiver:
    """Ask for a part for a brand."""
    return Receiver(ReceiverKind.BRAND, brand_id, amount, bps)


async def split(
    db: Database, receivers: Sequence[Receiver], request_id: str = "s1", brand_id: str = make.TEA
) -> Split:
    """Divide payment p1."""
    return await db.write(
        service.split_earning,
        request_id=request_id,
        brand_id=brand_id,
        actor_id="owner",
        source_kind="payment",
        source_id="p1",
        receivers=receivers,
        now_ms=START_MS,
    )


async def give_back(
    db: Database, made: Split, brand_id: str, amount: int, key: str = "b1"
) -> Split:
    """Return a part."""
    return await db.write(
        service.return_part,
        return_id=key,
        split_id=made.id,
        brand_id=brand_id,
        amount_minor=amount,
        now_ms=START_MS,
    )


@pytest.mark.parametrize(
    ("bps", "amounts"),
    [
        ((3333, 3333, 3334), [34, 33, 33]),  # the whole: what rounding left is the first one's
        ((3333, 3333), [33, 33]),  # not the whole: it stays with the merchant
        ((10_000,), [100]),
    ],
)
def test_shares_are_rounded_down_by_one_rule(bps: tuple[int, ...], amounts: list[int]) -> None:
    """No unit is lost, and none is made."""
    assert amounts == divide(100, [brand(str(n), bps=share) for n, share in enumerate(bps)])


async def test_an_earning_is_divided_between_brands_and_people(db: Database) -> None:
    """Brands wait for theirs, people have it at once, the rest stays; twenty at once are one."""
    await make.brands(db, "farm", "pots")
    bob = await db.write(put_person, "bob")
    await make.earn(db, "p1", 10_000, 60)
    asked = [brand("farm", bps=5_000), brand("pots", 1_000),
             Receiver(ReceiverKind.PERSON, bob, 70)]  # fmt: skip

    made = await asyncio.gather(*(split(db, asked) for _ in range(20)))

    assert 1 == len({one.id for one in made})
    assert [(4_970, 0), (1_000, 0)] == [await make.has(db, who) for who in ("farm", "pots")]
    assert (70, (3_900, 0)) == (
        await make.balance(db, cash_place(bob, CNY)),
        await make.has(db),
    )
    with pytest.raises(IdempotencyKeyReusedError):
        await split(db, asked[:1])
    with pytest.raises(SplitTooLargeError):
        await split(db, [brand("farm", 3_901)], "s2")
    with pytest.raises(EarningNotFoundError):
        await split(db, asked, "s3", brand_id="farm")
    assert 3 == await make.settle(db)
    assert [] == await make.breaks(db)


async def test_a_part_comes_back_from_its_receiver_alone(db: Database) -> None:
    """In parts, bounded by what was received, and it can be divided again."""
    await make.brands(db, "farm", "pots")
    await make.earn(db, "p1", 1_000)
    made = await split(db, [brand("farm", 600)])
    await make.settle(db)

    await asyncio.gather(*(give_back(db, made, "farm", 200) for _ in range(10)))
    await give_back(db, made, "farm", 400, "b2")

    with pytest.raises(SplitTooLargeError):
        await give_back(db, made, "farm", 1, "b3")
    with pytest.raises(SplitNotFoundError):
        await give_back(db, made, "pots", 1)
    with pytest.raises(IdempotencyKeyReusedError):
        await give_back(db, made, "farm", 1)
    assert [(0, 0), (600, 400)] == [await make.has(db, who) for who in ("farm", make.TEA)]
    await split(db, [brand("pots", 1_000)], "s2")
    assert [] == await make.breaks(db)


async def test_what_was_divided_is_not_the_merchants_to_give_back(db: Database) -> None:
    """A refund after a split comes from the merchant's own money, or not at all."""
    await make.brands(db, "farm")
    await make.earn(db, "p1", 1_000, 10)
    await split(db, [brand("farm", bps=10_000)])

    with pytest.raises(MerchantShortError):
        await make.refund(db, "p1", "r1", 500)
    await make.earn(db, "p2", 495)
    await make.refund(db, "p1", "r1", 500)

    assert [(0, 0), (990, 0)] == [await make.has(db, who) for who in (make.TEA, "farm")]
    with pytest.raises(RefundTooLargeError):
        await make.refund(db, "p1", "r2", 501)
    assert [] == await make.breaks(db)


async def test_a_split_says_who_and_how_much(db: Database) -> None:
    """Nobody, too many, twice the same, oneself, nothing, both: refused, and nothing has moved."""
    await make.brands(db, "farm", *(f"b{n}" for n in range(51)))
    await make.earn(db, "p1", 100)
    wrong: list[list[Receiver]] = [
        [],
        [brand(f"b{n}", 1) for n in range(51)],
        [brand("farm", 1), brand("farm", 2)],
        [brand(make.TEA, 1)],
        [brand("farm", 0)],
        [brand("farm", -5), brand("b1", 10)],
        [brand("farm", bps=1)],
        [brand("farm", 1, 1)],
        [brand("farm")],
    ]

    for asked in wrong:
        with pytest.raises(SplitRefusedError):
            await split(db, asked)
    for n in range(50):
        await split(db, [brand("farm", 1)], f"s{n}")
    with pytest.raises(SplitRefusedError):
        await split(db, [brand("farm", 1)], "s50")

    assert [(50, 0), (50, 0)] == [await make.has(db, who) for who in (make.TEA, "farm")]
    assert [] == await make.breaks(db)
