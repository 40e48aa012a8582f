"""Bonuses: spent before cash, what ends first first; given back in reverse; none is ever lost."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host.core.db import Database, Tx
from host.core.errors import AppError, IdempotencyKeyReusedError
from host.core.money import Money
from host.wallet import audit, service
from host.wallet.bonus_model import BONUSES_RUNNING_MAX, PLATFORM, Bonus, BonusSum
from host.wallet.errors import (
    BonusChangedError,
    BonusRefusedError,
    BonusShortError,
    InsufficientFundsError,
)
from host.wallet.escrow_model import Escrow
from host.wallet.model import cash_place, escrow_place, merchant_place, promo_place
from host.wallet.repository import ledger
from host.wallet.service.bonus import bonus_sum
from tests.conftest import START_MS
from tests.wallet import make

DAY_MS = 24 * 3600 * 1000
PROMO, TEA = promo_place(make.CNY).id, merchant_place("tea", make.CNY).id


def bonus(
    bonus_id: str, amount_minor: int, days: int, *, funder: str = "tea", brand: str | None = "tea"
) -> Bonus:
    """Return a bonus of Ann's that ends after some days."""
    return Bonus(
        id=bonus_id,
        person_id="ann",
        funder_id=funder,
        brand_id=brand,
        money=Money(amount_minor, make.CNY),
        left_minor=amount_minor,
        reason="Welcome",
        granted_by="wenqing",
        granted_at_ms=START_MS,
        expires_at_ms=START_MS + days * DAY_MS,
    )


def place_id(bonus_id: str) -> str:
    """Return the account of a bonus."""
    return bonus(bonus_id, 1, 1).place.id


def put_street(tx: Tx) -> None:
    """Ann has 100.00; the tea house and the platform have 100.00 each to give away."""
    for place in (cash_place("ann", make.CNY), promo_place(make.CNY)):
        make.open_with(tx, place, 10_000)
    make.open_with(tx, merchant_place("tea", make.CNY), 10_000)


@pytest.fixture
async def street(db: Database) -> Database:
    """The tea house's 30.00 for ten days, and the platform's 20.00 for five, anywhere."""
    await db.write(put_street)
    await db.write(service.grant_bonus, bonus("b-long", 3_000, 10))
    await db.write(service.grant_bonus, bonus("a-soon", 2_000, 5, funder=PLATFORM, brand=None))
    return db


async def pay(
    db: Database,
    order_id: str,
    amount_minor: int,
    brand: str = "tea",
    *,
    shown_bonus_minor: int | None = None,
    now_ms: int = START_MS,
) -> Escrow:
    """Pay an order of Ann's."""
    return await db.write(
        service.fund_escrow,
        order_id,
        payer_id="ann",
        brand_id=brand,
        money=Money(amount_minor, make.CNY),
        shown_bonus_minor=shown_bonus_minor,
        now_ms=now_ms,
    )


async def balances(db: Database, *account_ids: str) -> list[int]:
    """Return what each account holds."""
    return [held for held, _ in await make.stands(db, *account_ids)]


ALL = (place_id("a-soon"), place_id("b-long"), make.cash("ann"))


async def test_what_ends_first_goes_first_and_cash_last(street: Database) -> None:
    """35.00: 20.00 of the one that ends first, 15.00 of the other; the next order takes cash."""
    await pay(street, "o1", 3_500)
    await pay(street, "o1", 3_500)  # again changes nothing

    assert [0, 1_500, 10_000] == await balances(street, *ALL)

    await pay(street, "o2", 2_000)

    assert [0, 0, 9_500] == await balances(street, *ALL)
    assert [] == await make.breaks(street)


async def test_a_shops_bonus_is_good_in_that_shop_alone(street: Database) -> None:
    """Elsewhere only what is good everywhere pays; cash that is not there refuses the whole."""
    await pay(street, "o1", 3_000, brand="noodles")

    assert [0, 3_000, 9_000] == await balances(street, *ALL)

    with pytest.raises(InsufficientFundsError):
        await pay(street, "o2", 9_001, brand="noodles")
    with pytest.raises(InsufficientFundsError, match="too low"):
        await street.read(
            service.check_can_pay_order,
            "ann",
            brand_id="noodles",
            money=Money(9_001, make.CNY),
            now_ms=START_MS,
        )
    # A bonus is no balance: nothing but an order takes from it.
    with pytest.raises(InsufficientFundsError):
        await make.send(street, make.cash("ann"), TEA, 9_001, "t1")


async def test_a_refund_goes_the_other_way(street: Database) -> None:
    """Cash first, then what ends last; the part of a bonus that is over is its giver's."""
    await pay(street, "o1", 6_000)

    assert [0, 0, 9_000] == await balances(street, *ALL)

    later = START_MS + 6 * DAY_MS
    await street.write(service.refund_part, "o1", "r1", amount_minor=1_500, now_ms=later)

    assert [0, 500, 10_000] == await balances(street, *ALL)

    await street.write(service.expire_bonuses, now_ms=later)
    await street.write(service.refund_escrow, "o1", now_ms=later)

    assert [0, 3_000, 10_000] == await balances(street, *ALL)
    assert [10_000, 7_000] == await balances(street, PROMO, TEA)
    assert [0] == await balances(street, escrow_place("o1", make.CNY).id)
    assert [] == await make.breaks(street)


async def test_a_released_order_gives_back_by_the_same_rule(street: Database) -> None:
    """What settlement takes from the shop later goes where the rest of the payment goes."""
    await pay(street, "o1", 5_500)
    await street.write(service.release_escrow, "o1", fee_minor=10, now_ms=START_MS)

    def ways(tx: Tx, minor: int, now_ms: int) -> list[tuple[str, int]]:
        money = Money(minor, make.CNY)
        found = service.ways_back(tx, "o1", payer_id="ann", money=money, now_ms=now_ms)
        return [(way.place.id, way.amount_minor) for way in found]

    with pytest.raises(_UndoneError) as undone:
        await street.write(_undone(lambda tx: ways(tx, 3_000, START_MS + 10 * DAY_MS)))

    assert [(make.cash("ann"), 500), (TEA, 2_500)] == undone.value.args[0]


async def test_what_is_over_cannot_be_spent_and_goes_back_exactly(street: Database) -> None:
    """From its last moment on it pays nothing; the sweep closes its account at zero."""
    await pay(street, "o1", 500)
    over = START_MS + 10 * DAY_MS

    await pay(street, "o2", 1_000, now_ms=over)

    assert [1_500, 3_000, 9_000] == await balances(street, *ALL)
    assert 2 == await street.write(service.expire_bonuses, now_ms=over)
    assert 0 == await street.write(service.expire_bonuses, now_ms=over)
    assert [0, 0, 9_000, 9_500, 10_000] == await balances(street, *ALL, PROMO, TEA)
    assert BonusSum(make.CNY) == await street.read(bonus_sum, "ann", make.CNY, now_ms=START_MS)
    assert [] == await make.breaks(street)


async def test_the_shown_part_is_the_part_that_moves(street: Database) -> None:
    """Who saw another part of the bonus is asked again, and nothing has moved."""
    with pytest.raises(BonusChangedError, match=r"20\.00 CNY would come from your bonus"):
        await pay(street, "o1", 2_000, brand="noodles", shown_bonus_minor=0)

    assert [2_000, 3_000, 10_000] == await balances(street, *ALL)
    await pay(street, "o1", 2_000, brand="noodles", shown_bonus_minor=2_000)
    assert 2_000 == await street.read(service.used_on_order, "o1")


async def test_a_grant_is_one_grant_within_its_bounds(street: Database) -> None:
    """Again changes nothing; other words under its id, no end, no money or too many: refused."""
    same = bonus("b-long", 3_000, 10)
    assert same == await street.write(service.grant_bonus, same)
    refusals: list[tuple[Bonus, type[AppError]]] = [
        (replace(same, reason="Other"), IdempotencyKeyReusedError),
        (replace(same, id="n", reason=" "), BonusRefusedError),
        (bonus("n", 1, 0), BonusRefusedError),
        (bonus("n", 1, 400), BonusRefusedError),
        (bonus("n", 7_001, 1), BonusShortError),
    ]
    for new, refusal in refusals:
        with pytest.raises(refusal):
            await street.write(service.grant_bonus, new)
    for n in range(BONUSES_RUNNING_MAX - 1):
        await street.write(service.grant_bonus, bonus(f"n{n}", 1, 1))
    with pytest.raises(BonusRefusedError, match="ten bonuses"):
        await street.write(service.grant_bonus, bonus("n", 1, 1))

    assert BonusSum(make.CNY, 5_009, 9, START_MS + DAY_MS) == await street.read(
        bonus_sum, "ann", make.CNY, now_ms=START_MS
    )
    assert [] == await make.breaks(street)


async def test_two_payments_at_once_take_a_bonus_once(street: Database) -> None:
    """Ten orders of 10.00 at once: 50.00 of bonuses and 50.00 of cash, never more."""
    await asyncio.gather(*(pay(street, f"o{n}", 1_000) for n in range(10)))

    assert [0, 0, 5_000] == await balances(street, *ALL)
    assert [] == await make.breaks(street)


async def test_the_audit_sees_a_bonus_that_its_account_does_not_hold(street: Database) -> None:
    """Both what is noted and what was used are held against the ledger."""
    await pay(street, "o1", 500)
    await street.write(
        lambda tx: tx.run("UPDATE wallet_bonus SET left_minor = 1 WHERE id = 'b-long'")
    )
    await street.write(lambda tx: tx.run("UPDATE wallet_bonus_use SET amount_minor = 1"))

    assert [
        f"bonus {place_id('b-long')}: its account says otherwise",
        "order o1: bonus and cash are not what was paid",
    ] == await make.breaks(street)


class _UndoneError(Exception):
    """Ends a transaction without a trace, and carries what it found."""


def _undone(do: Callable[[Tx], object]) -> Callable[[Tx], None]:
    def run(tx: Tx) -> None:
        raise _UndoneError(do(tx))

    return run


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.integers(1, 4_000), st.integers(1, 6), st.booleans()),
        st.tuples(st.just("pay"), st.integers(1, 6_000), st.booleans()),
        st.tuples(st.just("part"), st.integers(0, 3), st.integers(1, 3_000)),
        st.tuples(st.just("refund"), st.integers(0, 3)),
        st.tuples(st.just("release"), st.integers(0, 3)),
        st.tuples(st.just("expire"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 3)),
    ),
    max_size=14,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
async def test_in_any_order_no_unit_is_lost(db: Database, acts: list[Any]) -> None:
    """Whatever is granted, paid, given back and ended: the sum stays, and controls end at zero."""
    with pytest.raises(_UndoneError) as undone:
        await db.write(_undone(lambda tx: _play(tx, acts)))

    assert ([], 30_000, 0) == undone.value.args[0]


def _play(tx: Tx, acts: list[Any]) -> tuple[list[str], int, int]:
    put_street(tx)
    now_ms, grants, orders = START_MS, 0, 0
    for act, *args in acts:
        try:
            if act == "wait":
                now_ms += args[0] * DAY_MS
            elif act == "expire":
                service.expire_bonuses(tx, now_ms=now_ms)
            elif act == "grant":
                funder = PLATFORM if args[2] else "tea"
                new = bonus(f"b{grants}", args[0], 1, funder=funder, brand=None)
                end_ms = now_ms + args[1] * DAY_MS
                grants += 1
                service.grant_bonus(tx, replace(new, granted_at_ms=now_ms, expires_at_ms=end_ms))
            elif act == "pay":
                money = Money(args[0], make.CNY)
                _pay(tx, f"o{orders}", "tea" if args[1] else "noodles", money, now_ms)
                orders += 1
            else:
                _end(tx, act, args, now_ms)
        except AppError:
            pass  # what is refused has changed nothing, which the audit below shows
    for n in range(orders):
        _end(tx, "refund", [n], now_ms)
    service.expire_bonuses(tx, now_ms=now_ms + 366 * DAY_MS)
    held = [
        account.balance_minor
        for place in (
            *(bonus(f"b{n}", 1, 1).place for n in range(grants)),
            *(escrow_place(f"o{n}", make.CNY) for n in range(orders)),
        )
        if (account := ledger.find_account(tx, place.id)) is not None
    ]
    row = tx.row(
        "SELECT CAST(SUM(credits_posted_minor - debits_posted_minor) AS BIGINT) AS total"
        " FROM wallet_account WHERE kind <> 'rail'"
    )
    assert row is not None
    return audit.audit(tx).breaks, row["total"], sum(map(abs, held))


def _pay(tx: Tx, order_id: str, brand_id: str, money: Money, now_ms: int) -> None:
    service.check_can_pay_order(tx, "ann", brand_id=brand_id, money=money, now_ms=now_ms)
    service.fund_escrow(tx, order_id, payer_id="ann", brand_id=brand_id, money=money, now_ms=now_ms)


def _end(tx: Tx, act: str, args: list[int], now_ms: int) -> None:
    escrow = service.find_escrow(tx, f"o{args[0]}")
    if escrow is None or escrow.status is not service.EscrowStatus.FUNDED:
        return
    if act == "part":
        minor = min(args[1], escrow.left.amount_minor - 1)
        if minor:
            service.refund_part(
                tx,
                escrow.order_id,
                f"{escrow.order_id}:{escrow.refunded_minor}",
                amount_minor=minor,
                now_ms=now_ms,
            )
    elif act == "refund":
        service.refund_escrow(tx, escrow.order_id, now_ms=now_ms)
    else:
        service.release_escrow(tx, escrow.order_id, fee_minor=0, now_ms=now_ms)
