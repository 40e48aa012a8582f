"""What is available leaves once, to the owner's bank, and is there again when it comes back."""

import asyncio

import pytest

from host import subscriptions
from host.brands.errors import BrandNotFoundError
from host.core import outbox
from host.core.db import Tx
from host.core.deps import Deps
from host.core.errors import BadInputError, IdempotencyKeyReusedError
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.settlement import service
from host.settlement.errors import MerchantShortError, NoBankAccountError
from host.settlement.model import DAY_MS
from host.settlement.payout_model import Bank, Payout, Schedule
from host.settlement.repository import payouts as repository
from host.wallet.chores import ask_rails
from host.wallet.errors import InsufficientFundsError, PinSpentError
from host.wallet.model import cash_place
from host.wallet.rail_model import RailAnswer, RailState
from host.wallet.rails import LATE_FAILED_MINOR
from host.wallet.service import rail
from tests.conftest import START_MS, Clock
from tests.market import make as market
from tests.market.make import Lane
from tests.settlement import make
from tests.wallet.make import CNY, open_with


@pytest.fixture
async def shop(db: SqliteDatabase) -> Lane:
    """A shop with 1,000.00 available, and its owner."""
    lane = await market.lane(db)
    await db.write(market.wallet.set_pin, lane.seller_id, pin_hash="x", attempt_id=None,
                   now_ms=START_MS)  # fmt: skip
    await db.write(open_with, cash_place("payer", CNY), 100_000)
    await db.write(make.pay_in, "p1", 100_000, brand_id=lane.brand_id, payer_id="payer")
    await make.settle(db)
    return lane


async def right_pin(lane: Lane, person_id: str) -> str:
    """Return an attempt at the owner's PIN that was right."""

    def give_pin(tx: Tx) -> str:
        attempt = market.wallet.begin_pin_attempt(tx, person_id, START_MS)
        market.wallet.accept_pin(tx, attempt.id, person_id)
        return attempt.id

    return await lane.db.write(give_pin)


async def bank(lane: Lane, schedule: Schedule = Schedule.MANUAL, *, actor_id: str = "") -> Bank:
    """Say where the money goes."""
    return await lane.db.write(
        service.save_bank,
        lane.brand_id,
        actor_id=actor_id or lane.seller_id,
        currency=CNY,
        rail="sandbox",
        holder="Zhou Wei",
        number="6222 0000 1234 5678",
        schedule=schedule,
        minimum_minor=1_000,
        pin_attempt_id=await right_pin(lane, lane.seller_id),
        now_ms=make.NEXT_DAY_MS,
    )


async def ask(lane: Lane, amount_minor: int, key: str = "k1", *, actor_id: str = "") -> Payout:
    """Ask for a payout."""
    return await lane.db.write(
        service.ask_payout,
        key,
        brand_id=lane.brand_id,
        actor_id=actor_id or lane.seller_id,
        money=Money(amount_minor, CNY),
        now_ms=make.NEXT_DAY_MS,
    )


async def relay(lane: Lane) -> None:
    """Deliver what was published."""
    while await outbox.deliver_next(
        lane.db, subscriptions.all_subscriptions(), now_ms=make.NEXT_DAY_MS + 30 * DAY_MS
    ):
        pass


async def newest(lane: Lane) -> Payout:
    """Return the last payout."""
    return (await lane.db.read(repository.find_payouts, lane.brand_id, limit=1))[0]


async def test_a_payout_leaves_once_and_its_end_is_known(
    shop: Lane, deps: Deps, clock: Clock
) -> None:
    """Ten taps reserve once; the rail is asked by the chore; the state follows."""
    await bank(shop)

    payouts = await asyncio.gather(*(ask(shop, 60_000) for _ in range(10)))
    assert (1, (0, 40_000)) == (
        len({payout.id for payout in payouts}),
        await make.has(shop.db, shop.brand_id),
    )
    with pytest.raises(IdempotencyKeyReusedError):
        await ask(shop, 1)
    with pytest.raises(InsufficientFundsError):
        await ask(shop, 40_001, "k2")
    clock.at_ms = make.NEXT_DAY_MS + DAY_MS
    await ask_rails(deps, now_ms=clock.at_ms)
    await relay(shop)

    assert ("done", "•••• 5678") == ((await newest(shop)).state, payouts[0].shown_number)
    assert [] == await make.breaks(shop.db)


async def test_a_payout_that_fails_or_comes_back_is_available_again(
    shop: Lane, deps: Deps, clock: Clock
) -> None:
    """With the reason told, and the schedule stopped until the owner has looked."""
    await bank(shop, Schedule.DAILY)
    await ask(shop, LATE_FAILED_MINOR)
    for hours in (1, 2):  # the sandbox does not answer to this amount before it is asked again
        clock.at_ms = make.NEXT_DAY_MS + hours * DAY_MS // 24
        await ask_rails(deps, now_ms=clock.at_ms)
    await relay(shop)
    assert ("failed", "declined", (0, 100_000)) == (
        (await newest(shop)).state,
        (await newest(shop)).reason,
        await make.has(shop.db, shop.brand_id),
    )

    scheduled_ms = make.NEXT_DAY_MS + DAY_MS
    assert 1 == await make.settle(shop.db, scheduled_ms)
    assert (0, 0) == await make.has(shop.db, shop.brand_id)
    await ask_rails(deps, now_ms=scheduled_ms + DAY_MS // 2)
    payout = await newest(shop)
    returned = RailAnswer(RailState.RETURNED, reason="account closed")
    await shop.db.write(rail.record_answer, payout.id, returned, now_ms=scheduled_ms + DAY_MS // 2)
    await relay(shop)

    assert "returned" == (await newest(shop)).state
    assert (0, 100_000) == await make.has(shop.db, shop.brand_id)
    (known,) = await shop.db.read(repository.find_banks, shop.brand_id)
    assert Schedule.MANUAL == known.schedule
    assert 0 == await make.settle(shop.db, scheduled_ms + 9 * DAY_MS)
    assert [] == await make.breaks(shop.db)


async def test_only_the_owner_pays_out(shop: Lane) -> None:
    """Staff is refused like a stranger; without an account there is nowhere to pay to."""
    staff_id = await shop.db.write(market.put_person, "xiaomei")
    await market.join_team(shop, "xiaomei")

    with pytest.raises(NoBankAccountError):
        await ask(shop, 100)
    for stranger in (staff_id, shop.buyer_id):
        with pytest.raises(BrandNotFoundError):
            await bank(shop, actor_id=stranger)
        with pytest.raises(BrandNotFoundError):
            await ask(shop, 100, actor_id=stranger)


@pytest.mark.parametrize(
    ("schedule", "days"), [(Schedule.DAILY, 1), (Schedule.WEEKLY, 3), (Schedule.MANUAL, None)]
)
def test_schedules_are_midnights(schedule: Schedule, days: int | None) -> None:
    """From a Friday: the next midnight, the night to Monday, or never."""
    due = schedule.next_after(START_MS)

    assert due == (None if days is None else (START_MS // DAY_MS + days) * DAY_MS)


async def test_a_brand_pays_into_a_wallet(shop: Lane) -> None:
    """Ten times at once is once; the person hears in chat; more than is available is refused."""

    async def pay(amount_minor: int, key: str = "k1", memo: str = "Prize") -> object:
        return await shop.db.write(
            service.pay_person,
            key,
            brand_id=shop.brand_id,
            actor_id=shop.seller_id,
            person_id=shop.buyer_id,
            money=Money(amount_minor, CNY),
            memo=memo,
            now_ms=make.NEXT_DAY_MS,
        )

    assert 1 == len(set(await asyncio.gather(*(pay(500) for _ in range(10)))))
    for wrong in ({"amount_minor": 501}, {"amount_minor": 500, "memo": "Wages"}):
        with pytest.raises(IdempotencyKeyReusedError):
            await pay(**wrong)  # type: ignore[arg-type]
    with pytest.raises(MerchantShortError):
        await pay(99_501, "k2")
    with pytest.raises(BadInputError):
        await pay(1, "k3", " ")
    await relay(shop)

    def notices(tx: Tx) -> list[str]:
        return [row["text"] for row in tx.rows("SELECT text FROM chat_message WHERE text <> ''")]

    assert ["We paid ¥5.00 into your wallet: Prize"] == await shop.db.read(notices)
    assert (100_500, 0, 99_500) == await market.money(shop)
    assert [] == await make.breaks(shop.db)


async def test_a_pin_opens_one_account(shop: Lane) -> None:
    """The attempt that said where the money goes is spent."""
    attempt_id = await right_pin(shop, shop.seller_id)
    facts = {"currency": CNY, "rail": "sandbox", "holder": "Zhou Wei", "number": "DE1234567890",
             "schedule": Schedule.MANUAL, "minimum_minor": 1}  # fmt: skip

    async def save() -> Bank:
        return await shop.db.write(
            service.save_bank, shop.brand_id, actor_id=shop.seller_id,
            pin_attempt_id=attempt_id, now_ms=START_MS, **facts,
        )  # type: ignore[arg-type]  # fmt: skip

    await save()
    with pytest.raises(PinSpentError):
        await save()
