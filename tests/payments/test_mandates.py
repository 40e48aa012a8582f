"""Mandates: leave to debit by rule, within ceilings that hold whatever clock and crowd do."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core.money import Money
from host.core.postgresql import PostgresDatabase
from host.payments.errors import MandateUsedUpError
from host.payments.mandate_model import Mandate, MandateStatus, Period, Terms, period_start_ms
from host.payments.model import Caller, KeyRole, Mode
from host.payments.repository import mandates as repository
from host.payments.service import mandates, signing
from host.wallet import service as wallet
from host.wallet.authority import Method
from host.wallet.errors import PinSpentError
from host.wallet.freeze_model import FreezeMode
from host.wallet.model import fees_place, pending_place
from host.wallet.service.authorise import confirm
from tests.conftest import START_MS
from tests.market import make as market
from tests.market.make import CNY
from tests.market.people import deliver
from tests.payments.make import Shop, new_order
from tests.wallet import make as ledger
from tests.wallet.people import PIN, balance, register

TERMS = Terms("Tea of the month", CNY, 500, Period.MONTH, 1_200, 3)
DAY_MS = 24 * 3600 * 1000


def new_mandate(number: str = "club-1", **changed: Any) -> dict[str, Any]:
    """Return the body that asks for 5.00 each time, 12.00 and three debits a month."""
    return {
        "out_mandate_no": number, "description": "Tea of the month", "currency": "CNY",
        "debit_max_minor": 500, "period": "month", "period_max_minor": 1_200,
        "period_count_max": 3, **changed,
    }  # fmt: skip


async def asked(shop: Shop, number: str = "club-1", **changed: Any) -> Mandate:
    """Ask for a mandate."""
    status, made = await shop.call("POST", "/mandates", new_mandate(number, **changed))
    assert 201 == status, made
    return await found(shop, made["id"])


async def found(shop: Shop, mandate_id: str) -> Mandate:
    """Return a mandate as it is."""
    mandate = await shop.deps.db.read(repository.find_mandate, mandate_id)
    assert mandate is not None
    return mandate


async def signed(shop: Shop, number: str = "club-1", **changed: Any) -> Mandate:
    """Ask for a mandate and let the buyer sign it."""
    mandate = await asked(shop, number, **changed)
    status, where = await shop.buyer.post(
        f"/pay/mandates/{mandate.id}", terms=mandate.fingerprint, pin=PIN
    )
    assert 303 == status, where
    return await found(shop, mandate.id)


async def debit(shop: Shop, number: str, minor: int = 500) -> tuple[int, str, Any]:
    """Debit; return status, what became of it (a status or a problem), and the answer."""
    body = {"out_trade_no": number, "amount_minor": minor}
    status, answer = await shop.call("POST", "/mandates/club-1/debits", body)
    return status, answer.get("type", "").removeprefix("/problems/") or answer["status"], answer


async def money(shop: Shop) -> tuple[int, ...]:
    """Return the buyer's balance, what the shop has pending, and the fees."""
    places = (pending_place(shop.brand_id, CNY).id, fees_place(CNY).id)
    stands = await ledger.stands(shop.deps.db, *places)
    assert [] == await ledger.breaks(shop.deps.db)
    return ((await balance(shop.buyer))[1], *(posted for posted, _ in stands))


async def test_signed_once_it_is_debited_like_any_order(shop: Shop) -> None:
    """Fee, earning, notices, a receipt, a refund; one number takes once; two signatures are one."""
    mandate = await asked(shop)
    page = await shop.buyer.get(f"/pay/mandates/{mandate.id}")
    early = await debit(shop, "d-1")
    assert await signed(shop) == await signed(shop)
    await shop.order("other", amount_minor=500, description=TERMS.description,
                     metadata={mandates.METADATA_KEY: "club-1"})  # fmt: skip

    status, state, order = await debit(shop, "d-1")
    again = await debit(shop, "d-1")
    await deliver(shop.deps)
    refund = {"out_trade_no": "d-1", "out_refund_no": "r-1", "amount_minor": 100}

    assert [True] * 3 == [text in page for text in ("Tea House", "¥5<span", "¥12<span")]
    assert (409, "payment-state") == early[:2]
    assert (201, "paid", "club-1") == (status, state, order["metadata"]["out_mandate_no"])
    assert order == again[2]
    assert (99_500, 497, 3) == await money(shop)
    assert "trade-number-used" == (await debit(shop, "d-1", 400))[1]
    assert "trade-number-used" == (await debit(shop, "other"))[1]
    assert 201 == (await shop.call("POST", "/refunds", refund))[0]
    assert (99_600, 397, 3) == await money(shop)
    _, events = await shop.call("GET", "/events")
    assert ["refund.succeeded", "payment.paid", "mandate.signed"] == [
        each["type"] for each in events["events"]
    ]
    assert "club-1" == events["events"][2]["data"]["mandate"]["out_mandate_no"]
    assert f"/pay/{order['id']}" in await shop.buyer.get(f"/pay/mandates/{mandate.id}")
    texts = await shop.deps.db.read(
        lambda tx: [row["text"] for row in tx.rows("SELECT text FROM chat_message")]
    )
    assert 1 == texts.count("¥5.00 was debited as you allowed.")


async def test_a_crowd_of_debits_stays_under_the_ceiling(shop: Shop) -> None:
    """Of six at once two fit the month's sum; a revocation among more stops all after it."""
    mandate = await signed(shop)

    results = await asyncio.gather(*(debit(shop, f"d-{n}") for n in range(6)))
    shop.clock.forward(20 * DAY_MS)
    mixed = await asyncio.gather(
        debit(shop, "e-1"),
        shop.buyer.post(f"/pay/mandates/{mandate.id}/revoke"),
        debit(shop, "e-2"),
    )

    assert [(201, "paid")] * 2 + [(409, "mandate-used-up")] * 4 == sorted(r[:2] for r in results)
    assert {"paid", "mandate-over"} >= {mixed[0][1], mixed[2][1]}
    assert ("mandate-over", "never") == (
        (late := await debit(shop, "e-3"))[1], late[2]["retry"],
    )  # fmt: skip
    paid = 2 + sum(result[1] == "paid" for result in (mixed[0], mixed[2]))
    assert 100_000 - 500 * paid == (await money(shop))[0]
    now = await found(shop, mandate.id)
    assert (MandateStatus.REVOKED, "person") == (now.status, now.revoked_by)
    assert (await debit(shop, "d-0"))[1] in {"paid", "mandate-over"}


async def test_two_hosts_count_one_after_the_other(
    shop: Shop, request: pytest.FixtureRequest
) -> None:
    """Of twelve debits sent to both hosts of one PostgreSQL two fit; SQLite has one host."""
    mandate, one = await signed(shop), shop.deps.db
    is_shared = isinstance(one, PostgresDatabase)
    url = request.getfixturevalue("postgres_url") if is_shared else ""
    two = await PostgresDatabase.open(url) if is_shared else one
    caller = Caller(shop.key_id, shop.brand_id, Mode.LIVE, KeyRole.FULL)

    results = await asyncio.gather(
        *(
            (one, two)[n % 2].write(
                mandates.take_debit, "club-1", mandates.Debit(f"d-{n}", 500), caller=caller,
                fee_bps=0, now_ms=START_MS,
            )
            for n in range(12)
        ),
        return_exceptions=True,
    )  # fmt: skip
    if is_shared:
        await two.close()

    assert 10 == sum(isinstance(result, MandateUsedUpError) for result in results)
    assert (1_000, 2) == ((use := (await found(shop, mandate.id)).use).minor, use.count)
    assert 99_000 == (await money(shop))[0]


async def test_refusals_say_what_to_do_and_nothing_of_the_payer(shop: Shop) -> None:
    """Ceilings, a tier, a rule that would hold, a freeze: nothing moves, nothing is kept."""
    buyer = shop.buyer.id
    await shop.deps.db.write(market.give, buyer, 900_000)
    await signed(shop, debit_max_minor=500_000, period_max_minor=10**7, period_count_max=9)
    tried = {"large": await debit(shop, "d", 500_001)}
    paid = [await debit(shop, f"p-{n}", 100_000) for n in range(2)]
    tried["held"] = await debit(shop, "d", 100_000)
    paid.append(await debit(shop, "p-2", 400_000))
    tried["tier"] = await debit(shop, "d", 500_000)
    hits = await shop.deps.db.read(wallet.find_hits)
    await shop.deps.db.write(
        wallet.freeze_wallet, buyer, mode=FreezeMode.DEBIT, reason="x", actor_id="a",
        now_ms=START_MS,
    )  # fmt: skip
    tried["frozen"] = await debit(shop, "d", 500)

    assert {
        "large": (422, "debit-too-large", "never"),
        "tier": (403, "debit-refused", "new_key"),
        "held": (403, "debit-refused", "new_key"),
        "frozen": (403, "debit-refused", "new_key"),
    } == {name: (*each[:2], each[2].get("retry")) for name, each in tried.items()}
    assert {"type", "title", "status", "detail", "instance", "retry"} >= set(tried["tier"][2])
    assert ["paid"] * 3 == [each[1] for each in paid]
    assert "structuring" in {hit.rule_id for hit in hits}
    assert 404 == (await shop.call("GET", "/orders/d"))[0]
    assert 400_000 == (await money(shop))[0]


async def test_an_empty_purse_is_short(shop: Shop) -> None:
    """The merchant learns that it is not enough, never how much there is; later the same passes."""
    await signed(shop)
    first = await shop.order("all", amount_minor=99_700)
    assert 303 == await shop.pay(first["id"], minor=99_700)

    status, problem, answer = await debit(shop, "d-1")

    assert (409, "payer-short", "same_key") == (status, problem, answer["retry"])
    assert "minor" not in str(answer)
    assert (201, "paid") == (await debit(shop, "d-1", 300))[:2]


async def test_strangers_see_nothing(shop: Shop) -> None:
    """What somebody signed looks missing to others: its page, its signature, its revocation."""
    mandate = await signed(shop)
    eve = await register(shop.app, "eve")
    path = f"/pay/mandates/{mandate.id}"

    page = await eve.get(path, status=404)
    statuses = [
        (await eve.post(path, terms=mandate.fingerprint, pin=PIN))[0],
        (await eve.post(f"{path}/revoke"))[0],
        (await shop.call("GET", "/mandates/club-2"))[0],
        (await shop.call("GET", "/mandates/club-1", token=await shop.key(mode=Mode.TEST)))[0],
    ]

    assert "Tea House" not in page
    assert [404] * 4 == statuses
    assert "Tea House" in await shop.buyer.get("/wallet/mandates")
    assert "Tea House" not in await eve.get("/wallet/mandates")


async def test_a_signature_is_of_these_terms_once(shop: Shop) -> None:
    """A wrong PIN, other terms, no PIN, a proof for another mandate or used before: not signed."""
    first, second = await asked(shop), await asked(shop, "club-2", period_max_minor=900)
    buyer, now_ms = shop.buyer.id, shop.clock.now_ms()
    path = f"/pay/mandates/{first.id}"
    refused = [
        (await shop.buyer.post(path, terms=first.fingerprint, pin="000000"))[0],
        (await shop.buyer.post(path, terms=second.fingerprint, pin=PIN))[0],
        (await shop.buyer.post(path, terms=first.fingerprint))[0],
        (await shop.call("POST", "/mandates", new_mandate(period_max_minor=1_300)))[0],
    ]
    proof = await shop.deps.db.write(
        confirm, signing.signing_intent(first, buyer), Method.PIN, device_at_ms=None, now_ms=now_ms
    )

    async def sign(mandate: Mandate) -> None:
        await shop.deps.db.write(
            signing.sign, mandate.id, actor_id=buyer, confirmation_id=proof,
            shown_terms=mandate.fingerprint, now_ms=now_ms,
        )  # fmt: skip

    with pytest.raises(PinSpentError):
        await sign(second)
    await sign(first)
    with pytest.raises(PinSpentError):
        await sign(second)

    assert [403, 422, 403, 409] == refused
    assert MandateStatus.CREATED is (await found(shop, second.id)).status
    assert 0 == await shop.deps.db.read(
        lambda tx: wallet.standing(tx, buyer, CNY, now_ms=now_ms).day.used_minor
    )


async def test_time_ends_it(shop: Shop) -> None:
    """Past its end nothing is debited; a request of eight days ago is signed no more."""
    await signed(shop, ends_at_ms=START_MS + DAY_MS)
    old = await asked(shop, "old")
    shop.clock.forward(DAY_MS)
    status, problem, answer = await debit(shop, "d-1")
    shop.clock.forward(7 * DAY_MS)
    late, _ = await shop.buyer.post(f"/pay/mandates/{old.id}", terms=old.fingerprint, pin=PIN)

    assert (409, "mandate-over", "ended") == (status, problem, answer["state"])
    assert 409 == late


async def test_a_test_mandate_moves_nothing(shop: Shop) -> None:
    """Signed by an address of its own, debited with the amounts that make something happen."""
    shop.token = await shop.key(mode=Mode.TEST)
    await asked(shop, debit_max_minor=50_000, period_max_minor=100_000)
    status, made = await shop.call("POST", "/mandates/club-1/test-signature")

    assert (200, "signed") == (status, made["status"])
    assert (201, "paid") == (await debit(shop, "d-1"))[:2]
    assert (409, "payment-declined") == (await debit(shop, "d-2", 40_001))[:2]
    assert 500 == (await shop.call("GET", "/mandates/club-1"))[1]["used_minor"]
    assert (100_000, 0, 0) == await money(shop)
    assert 409 == (await shop.call("POST", "/orders", new_order("d-1")))[0]


def at(text: str) -> int:
    """Return a moment of UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def mandate_of(period: Period) -> Mandate:
    """Return a signed mandate of 5.00 each time, 12.00 and three debits a period."""
    return Mandate(
        "pm1", "b", Mode.LIVE, "n", "f", "k", replace(TERMS, period=period), 0, 1,
        status=MandateStatus.SIGNED, person_id="p",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("period", "start", "last", "first"),
    [
        (Period.WEEK, "2026-11-23", "2026-11-29T23:59:59.999", "2026-11-30"),
        (Period.WEEK, "2026-12-28", "2027-01-03T23:59:59.999", "2027-01-04"),
        (Period.MONTH, "2028-02-01", "2028-02-29T23:59:59.999", "2028-03-01"),
        (Period.MONTH, "2026-12-01", "2026-12-31T23:59:59.999", "2027-01-01"),
    ],
)
def test_a_period_begins_anew_at_its_edge(
    period: Period, start: str, last: str, first: str
) -> None:
    """Full to its last millisecond, empty at the next; a step back of the clock opens nothing."""
    full = mandate_of(period).debited(500, at(start)).debited(500, at(last))
    anew = full.debited(500, at(first)).debited(500, at(first))

    assert at(start) == period_start_ms(period, at(last))
    assert at(first) == full.next_period_ms(at(last))
    assert [True, False, True] == [
        full.has_room(200, at(last)), full.has_room(201, at(last)), full.has_room(500, at(first)),
    ]  # fmt: skip
    assert not anew.has_room(500, at(last)), "the clock was set back"


@given(
    st.sampled_from(Period),
    st.lists(st.tuples(st.integers(0, 120 * 24), st.integers(1, 500)), max_size=30),
)
def test_no_period_takes_more_than_was_signed(period: Period, tries: list[tuple[int, int]]) -> None:
    """Whatever the clock does, no week or month has more than its sum and its number."""
    mandate, taken = mandate_of(period), dict[int, list[int]]()
    for hours, amount_minor in tries:
        now_ms = START_MS + hours * 3600 * 1000
        if mandate.has_room(amount_minor, now_ms):
            mandate = mandate.debited(amount_minor, now_ms)
            taken.setdefault(mandate.use.start_ms, []).append(amount_minor)
            assert Money(mandate.use.minor, CNY).amount_minor == sum(taken[mandate.use.start_ms])
            assert period_start_ms(period, now_ms) <= mandate.use.start_ms

    assert all(sum(each) <= 1_200 and len(each) <= 3 for each in taken.values())
