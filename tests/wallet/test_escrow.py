"""Escrow: a buyer's money waits for the goods and goes one way, once."""

import asyncio

import pytest

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from host.wallet.errors import EscrowEndedError, EscrowNotFoundError, InsufficientFundsError
from host.wallet.escrow_model import Escrow
from host.wallet.model import escrow_place, fees_place, pending_place
from tests.conftest import START_MS
from tests.wallet import make

TEA = Money(12_800, make.CNY)
HELD = escrow_place("o1", make.CNY).id
SHOP = pending_place("tea", make.CNY).id
FEES = fees_place(make.CNY).id


async def fund(db: SqliteDatabase, payer_id: str = "ann", money: Money = TEA) -> Escrow:
    """Pay order o1 of the tea house."""
    return await db.write(
        service.fund_escrow, "o1", payer_id=payer_id, brand_id="tea", money=money, now_ms=START_MS
    )


async def release(db: SqliteDatabase, fee_minor: int = 77) -> Escrow:
    """Pay the tea house."""
    return await db.write(service.release_escrow, "o1", fee_minor=fee_minor, now_ms=START_MS)


async def refund(db: SqliteDatabase) -> Escrow:
    """Give the buyer the money back."""
    return await db.write(service.refund_escrow, "o1", now_ms=START_MS)


async def test_paid_money_waits(db: SqliteDatabase) -> None:
    """The buyer has less, the order holds it, the shop has nothing yet."""
    ann = await make.wallet(db, "ann", 20_000)

    await fund(db)

    assert [(7_200, 0), (12_800, 0), (0, 0)] == await make.stands(db, ann, HELD, SHOP)
    assert [] == await make.breaks(db)


async def test_released_money_is_the_shops_less_the_fee(db: SqliteDatabase) -> None:
    """The order's account ends at zero."""
    ann = await make.wallet(db, "ann", 20_000)
    await fund(db)

    ended = await release(db)

    assert ("released", 77) == (ended.status, ended.fee_minor)
    assert [(7_200, 0), (0, 0), (12_723, 0), (77, 0)] == await make.stands(
        db, ann, HELD, SHOP, FEES
    )
    assert [] == await make.breaks(db)


async def test_a_release_without_fee_is_one_transfer(db: SqliteDatabase) -> None:
    """A fee of nothing writes nothing."""
    await make.wallet(db, "ann", 20_000)
    await fund(db)

    await release(db, fee_minor=0)

    assert [(0, 0), (12_800, 0), (0, 0)] == await make.stands(db, HELD, SHOP, FEES)


async def test_refunded_money_is_the_buyers_again(db: SqliteDatabase) -> None:
    """All of it, and the order's account ends at zero."""
    ann = await make.wallet(db, "ann", 20_000)
    await fund(db)

    await refund(db)

    assert [(20_000, 0), (0, 0), (0, 0)] == await make.stands(db, ann, HELD, SHOP)
    assert [] == await make.breaks(db)


async def test_each_step_may_be_repeated(db: SqliteDatabase) -> None:
    """A repeated event repeats nothing."""
    ann = await make.wallet(db, "ann", 20_000)

    assert await fund(db) == await fund(db)
    assert await release(db) == await release(db)

    assert [(7_200, 0), (0, 0), (12_723, 0)] == await make.stands(db, ann, HELD, SHOP)


async def test_the_other_way_is_closed(db: SqliteDatabase) -> None:
    """A released order is not refunded, and not released again with another fee."""
    await make.wallet(db, "ann", 20_000)
    await fund(db)
    await release(db)

    with pytest.raises(EscrowEndedError):
        await refund(db)
    with pytest.raises(EscrowEndedError):
        await release(db, fee_minor=78)

    assert [] == await make.breaks(db)


async def test_release_and_refund_at_once_end_one_way(db: SqliteDatabase) -> None:
    """Of ten of each at the same moment, one way wins and the other is refused."""
    ann = await make.wallet(db, "ann", 20_000)
    await fund(db)

    results = await asyncio.gather(
        *(release(db) for _ in range(10)), *(refund(db) for _ in range(10)), return_exceptions=True
    )

    assert 10 == sum(isinstance(result, EscrowEndedError) for result in results)
    assert [(7_200, 0), (0, 0), (12_723, 0)] == await make.stands(db, ann, HELD, SHOP)


async def test_an_order_is_paid_by_one_person_with_one_amount(db: SqliteDatabase) -> None:
    """Another payer or another amount for the same order is refused (AB-020)."""
    await make.wallet(db, "ann", 20_000)
    bob = await make.wallet(db, "bob", 20_000)
    await fund(db)

    with pytest.raises(IdempotencyKeyReusedError):
        await fund(db, payer_id="bob")
    with pytest.raises(IdempotencyKeyReusedError):
        await fund(db, money=Money(1, make.CNY))

    assert [(20_000, 0), (12_800, 0)] == await make.stands(db, bob, HELD)


async def test_without_money_nothing_is_held(db: SqliteDatabase) -> None:
    """An empty wallet pays for nothing, and the order can be paid later."""
    with pytest.raises(InsufficientFundsError):
        await fund(db)

    assert await db.read(service.find_escrow, "o1") is None
    with pytest.raises(EscrowNotFoundError):
        await release(db)


async def test_escrow_belongs_to_the_callers_transaction(db: SqliteDatabase) -> None:
    """When the order cannot be made after the money was taken, nothing was taken."""
    ann = await make.wallet(db, "ann", 20_000)

    def pay_and_fail(tx: Tx) -> None:
        service.fund_escrow(tx, "o1", payer_id="ann", brand_id="tea", money=TEA, now_ms=START_MS)
        raise EscrowEndedError("Sold out.")

    with pytest.raises(EscrowEndedError):
        await db.write(pay_and_fail)

    assert [(20_000, 0), (0, 0)] == await make.stands(db, ann, HELD)
    assert [] == await make.breaks(db)


async def test_balance_shows_what_waits(db: SqliteDatabase) -> None:
    """The buyer sees what can be spent and what is held for orders."""
    await make.wallet(db, "ann", 20_000)
    await fund(db)

    balance = await db.read(service.balance, "ann", make.CNY)

    assert (7_200, 12_800) == (balance.available_minor, balance.in_escrow_minor)
