"""Exchange: a linked chain on an offer that serves once; no transfer mixes currencies."""

import pytest

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import Currency, Money
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from host.wallet.errors import InsufficientFundsError, QuoteExpiredError, QuoteNotFoundError
from host.wallet.model import Quote, Transfer, exchange_place, fees_place
from host.wallet.service.exchange import QUOTE_TTL_MS, Rate, forget_old_quotes
from tests.conftest import START_MS
from tests.wallet import make

USD, JPY, KWD = Currency("USD"), Currency("JPY"), Currency("KWD")
TO_USD = Rate(make.CNY, USD, 14, 100)


async def offer(db: SqliteDatabase, quote_id: str, minor: int, rate: Rate = TO_USD) -> Quote:
    """Ask for an offer in Ann's name, at half a percent."""
    return await db.write(
        service.quote_exchange,
        quote_id,
        person_id="ann",
        sell=Money(minor, rate.sell_currency),
        rate=rate,
        fee_bps=50,
        now_ms=START_MS,
    )


async def take(db: SqliteDatabase, quote_id: str, *, at_ms: int = START_MS) -> list[Transfer]:
    """Take an offer in Ann's name."""
    return await db.write(service.exchange, quote_id, person_id="ann", now_ms=at_ms)


@pytest.fixture
async def lane(db: SqliteDatabase) -> SqliteDatabase:
    """Ann has 1000 in CNY; the platform has 130 US cents to give."""
    await make.wallet(db, "ann", 1000)

    def fund(tx: Tx) -> None:
        make.open_with(tx, exchange_place(USD), 130)

    await db.write(fund)
    return db


async def standing(db: SqliteDatabase) -> list[int]:
    """Return Ann's two balances, the platform's two, and its fees."""
    places = (
        make.cash("ann"),
        make.cash("ann", USD),
        exchange_place(make.CNY).id,
        exchange_place(USD).id,
        fees_place(make.CNY).id,
    )
    return [balance for balance, _ in await make.stands(db, *places)]


async def test_an_exchange_moves_both_currencies_or_neither(lane: SqliteDatabase) -> None:
    """10.00 less 0.05 at 0.14 is 1.39 and a fraction, which stays with the platform."""
    quote = await offer(lane, "q1", 900)
    assert (5, 125) == (quote.fee_minor, quote.buy.amount_minor)

    transfers = await take(lane, "q1")

    assert 3 == len(transfers)
    assert [100, 125, 895, 5, 5] == await standing(lane)
    assert [] == await make.breaks(lane)


async def test_an_offer_serves_once(lane: SqliteDatabase) -> None:
    """Taking it again is answered with the same transfers and moves nothing, also later."""
    await offer(lane, "q1", 500)
    first = await take(lane, "q1")
    stands = await standing(lane)

    assert first == await take(lane, "q1", at_ms=START_MS + 10 * QUOTE_TTL_MS)
    assert stands == await standing(lane)


async def test_what_the_platform_does_not_have_cannot_be_bought(lane: SqliteDatabase) -> None:
    """The chain is undone as a whole, and the offer may still be taken once there is money."""
    await offer(lane, "q1", 1000)

    with pytest.raises(InsufficientFundsError):
        await take(lane, "q1")
    assert [1000, 0, 0, 130, 0] == await standing(lane)

    await make.send(
        lane, "rail:sandbox:settlement:USD", exchange_place(USD).id, 50, "more", currency=USD
    )
    await take(lane, "q1")

    assert [0, 139, 995, 41, 5] == await standing(lane)


async def test_an_offer_is_one_persons_and_ends(lane: SqliteDatabase) -> None:
    """A stranger's looks like none; after a minute it is over; a day later it is forgotten."""
    await offer(lane, "q1", 100)

    with pytest.raises(QuoteNotFoundError):
        await lane.write(service.exchange, "q1", person_id="eve", now_ms=START_MS)
    with pytest.raises(QuoteExpiredError):
        await take(lane, "q1", at_ms=START_MS + QUOTE_TTL_MS)

    assert 1 == await lane.write(forget_old_quotes, now_ms=START_MS + 2 * 24 * 3600 * 1000)
    with pytest.raises(QuoteNotFoundError):
        await take(lane, "q1")


@pytest.mark.parametrize(
    ("rate", "sold", "bought"),
    [
        (Rate(JPY, KWD, 21, 10_000), 1000, 2089),
        (Rate(KWD, JPY, 476, 1), 2100, 994),
        (Rate(make.CNY, JPY, 21, 1), 99, 20),
    ],
)
async def test_exponents_are_minded(
    lane: SqliteDatabase, rate: Rate, sold: int, bought: int
) -> None:
    """Yen have no minor unit and dinars three digits; what is left over is never given away."""
    assert bought == (await offer(lane, "q1", sold, rate)).buy.amount_minor


async def test_what_buys_nothing_is_refused(lane: SqliteDatabase) -> None:
    """Less than one minor unit, and a currency for itself."""
    with pytest.raises(BadInputError):
        await offer(lane, "q1", 2)
    with pytest.raises(BadInputError):
        await offer(lane, "q2", 100, Rate(make.CNY, make.CNY, 1, 1))
