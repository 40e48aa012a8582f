"""Asking for money: everybody pays their share once, at once to whom they owe it."""

import asyncio

import pytest

from host.chat import service as chat
from host.chat.cards import split_cards
from host.contacts import service as contacts
from host.core.db import Database
from host.core.errors import IdempotencyKeyReusedError, TooManyError
from host.core.ids import new_id
from host.core.money import Money
from host.wallet import service as wallet
from host.wallet.cards import request_cards
from host.wallet.errors import (
    InsufficientFundsError,
    NotAContactError,
    RequestEndedError,
    RequestNotFoundError,
    RequestRefusedError,
)
from host.wallet.model import split_place
from host.wallet.request_model import MoneyRequest, RequestStatus
from host.wallet.service import request_views, requests, statement
from tests.conftest import START_MS
from tests.wallet import make
from tests.wallet.crowd import CNY, DAY_MS, Crowd, gather_crowd, stranger


async def ask(crowd: Crowd, minor: int = 1_200, *, request_id: str = "") -> MoneyRequest:
    """Let the first ask the second for money."""
    return await crowd.db.write(
        requests.ask_money, request_id or new_id(), requester_id=crowd.ids[0],
        payer_id=crowd.ids[1], money=Money(minor, CNY), memo="Noodles", now_ms=START_MS,
    )  # fmt: skip


async def split(crowd: Crowd, shares: dict[str, int]) -> MoneyRequest:
    """Let the first split a bill in a group of everybody."""
    group = await crowd.db.write(
        chat.create_group, new_id(), owner_id=crowd.ids[0], title="Tea",
        member_ids=crowd.ids[1:], now_ms=START_MS,
    )  # fmt: skip
    return await crowd.db.write(
        chat.split_bill, new_id(), chat.SplitAsk(group.id, CNY, shares, "Dinner"),
        actor_id=crowd.ids[0], now_ms=START_MS,
    )  # fmt: skip


async def pay(
    crowd: Crowd, request: MoneyRequest, payer_id: str, *, now_ms: int = START_MS
) -> MoneyRequest:
    """Let somebody pay their share."""
    intent = requests.pay_intent(request, payer_id)
    confirmation_id = await crowd.db.write(make.confirmed, intent, now_ms=now_ms)
    return await crowd.db.write(
        requests.pay_share, request.id, payer_id=payer_id, confirmation_id=confirmation_id,
        now_ms=now_ms,
    )  # fmt: skip


class TestBetweenTwo:
    """Ask, pay, decline, cancel, remind, forget."""

    async def test_paid_once_by_who_was_asked(self, db: Database) -> None:
        """Five payments at once move the money once; both read with whom and what for."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        request = await ask(two)
        paid = await asyncio.gather(*(pay(two, request, bob) for _ in range(5)))

        assert {RequestStatus.DONE} == {one.status for one in paid}
        assert [(51_200, 0), (48_800, 0)] == await two.has(ann, bob)
        transfer_id = paid[0].shares[0].transfer_id
        for person in two.ids:
            line = await db.read(
                statement.access_line, transfer_id, actor_id=person, order_cards=None
            )
            assert "Noodles" == line.line.memo
        assert 1 == len(await make.facts(db, "wallet.share_ended"))
        assert [] == await make.breaks(db)

    async def test_what_ended_is_not_paid(self, db: Database) -> None:
        """Declined, cancelled, a week old: nothing moves, and each says so once."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        declined, closed, old = [await ask(two) for _ in range(3)]
        for _ in range(2):
            await db.write(requests.decline_share, declined.id, payer_id=bob, now_ms=START_MS)
            await db.write(requests.close_request, closed.id, actor_id=ann, now_ms=START_MS)
        late_ms = old.expires_at_ms
        with pytest.raises(RequestEndedError):
            await pay(two, old, bob, now_ms=late_ms)
        for _ in range(2):
            await db.write(wallet.sweep, now_ms=late_ms)
        for request in (declined, closed, old):
            with pytest.raises(RequestEndedError):
                await pay(two, request, bob)

        told = await make.facts(db, "wallet.request_ended")
        assert ["done", "closed", "expired"] == [one["outcome"] for one in told]
        assert [(50_000, 0), (50_000, 0)] == await two.has(ann, bob)

    async def test_pay_and_decline_at_once(self, db: Database) -> None:
        """One of them wins, and the money says which."""
        two = await gather_crowd(db, "ann", "bob")
        _, bob = two.ids
        request = await ask(two)
        await asyncio.gather(
            pay(two, request, bob),
            db.write(requests.decline_share, request.id, payer_id=bob, now_ms=START_MS),
            db.write(requests.close_request, request.id, actor_id=two.ids[0], now_ms=START_MS),
            return_exceptions=True,
        )
        found = await db.read(requests.access_request, request.id, actor_id=bob)
        assert RequestStatus.OPEN is not found.status
        assert [(50_000 - found.paid_minor, 0)] == await two.has(bob)
        assert [] == await make.breaks(db)

    async def test_whom_one_may_ask(self, db: Database) -> None:
        """Contacts, whom no block parts; a key asks once; a stranger finds nothing (AB-035)."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        eve = await stranger(db)
        request = await ask(two, request_id="tea-for-two")
        assert request == await ask(two, request_id="tea-for-two")
        with pytest.raises(IdempotencyKeyReusedError):
            await ask(two, 1_201, request_id="tea-for-two")
        with pytest.raises(RequestNotFoundError):
            await db.read(requests.access_request, request.id, actor_id=eve)
        with pytest.raises(RequestNotFoundError):
            await db.write(requests.decline_share, request.id, payer_id=ann, now_ms=START_MS)
        with pytest.raises(RequestNotFoundError):
            await db.write(requests.close_request, request.id, actor_id=bob, now_ms=START_MS)
        assert {} == await db.read(request_cards, [request.id], eve)

        await db.write(contacts.block, ann, actor_id=bob, now_ms=START_MS)
        with pytest.raises(NotAContactError):
            await ask(two)
        assert [] == await db.read(request_views.find_open, bob, now_ms=START_MS)

    async def test_one_reminder_a_day(self, db: Database) -> None:
        """Not on the day it was asked, not twice in a day."""
        two = await gather_crowd(db, "ann", "bob")
        request = await ask(two)
        outcomes = []
        for hours in (1, 24, 30, 48):
            try:
                await db.write(
                    requests.remind, request.id, actor_id=two.ids[0],
                    now_ms=START_MS + hours * DAY_MS // 24,
                )  # fmt: skip
                outcomes.append(True)
            except TooManyError:
                outcomes.append(False)
        assert [False, True, False, True] == outcomes


class TestSplit:
    """A bill in a group."""

    async def test_each_pays_their_own_share(self, db: Database) -> None:
        """The control account passes everything on, is empty between, and closes at the end."""
        four = await gather_crowd(db, "ann", "bob", "cat", "dan")
        ann, bob, cat, dan = four.ids
        shares = requests.equal_shares(10_000, [bob, cat, dan], with_requester=True)
        assert {2_500} == set(shares.values())
        request = await split(four, shares)
        held = split_place(request.id, CNY).id
        await asyncio.gather(pay(four, request, bob), pay(four, request, cat))
        assert [(0, 0)] == await make.stands(db, held)
        card = (await db.read(split_cards, [request.id], dan))[request.id]
        assert ("2 of 3 paid", 2_500) == (card.subtitle, card.amount_minor)

        done = await pay(four, request, dan)
        assert RequestStatus.DONE is done.status
        assert [(57_500, 0), (47_500, 0)] == await four.has(ann, bob)
        page = await db.read(statement.find_page, ann, CNY, after=None, order_cards=None)
        payers = {line.person.id for line in page.lines if line.person is not None}
        assert {bob, cat, dan} == payers
        closed = await db.read(
            lambda tx: tx.row("SELECT closed_at_ms FROM wallet_account WHERE id = :id", id=held)
        )
        assert closed is not None
        assert closed["closed_at_ms"] is not None
        assert [] == await make.breaks(db)

    async def test_closed_early_and_not_without_money(self, db: Database) -> None:
        """What was paid stays; who has too little pays nothing; nobody pays for another."""
        three = await gather_crowd(db, "ann", "bob", "cat")
        ann, bob, cat = three.ids
        request = await split(three, {bob: 1_000, cat: 60_000})
        with pytest.raises(InsufficientFundsError):
            await pay(three, request, cat)
        await pay(three, request, bob)
        await db.write(requests.close_request, request.id, actor_id=ann, now_ms=START_MS)
        with pytest.raises(RequestEndedError):
            await pay(three, request, cat)
        with pytest.raises(RequestNotFoundError):
            requests.pay_intent(request, ann)

        assert [(51_000, 0), (49_000, 0), (50_000, 0)] == await three.has(ann, bob, cat)
        assert [] == await make.breaks(db)

    async def test_only_people_of_the_group(self, db: Database) -> None:
        """Not a stranger, not oneself, not nobody; the card is for those who got it."""
        three = await gather_crowd(db, "ann", "bob", "cat")
        ann, bob, _ = three.ids
        eve = await stranger(db)
        for shares in ({eve: 100}, {ann: 100}, {}, {bob: 0}):
            with pytest.raises(RequestRefusedError):
                await split(three, shares)
        request = await split(three, {bob: 100})
        assert {} == await db.read(split_cards, [request.id], eve)

    @pytest.mark.parametrize(
        ("total", "with_me", "expected"),
        [(1_000, True, [333, 333]), (1_001, False, [501, 500]), (2, True, None)],
    )
    def test_what_does_not_divide(
        self, total: int, expected: list[int] | None, *, with_me: bool
    ) -> None:
        """The one who paid bears it; without them the first few do."""
        if expected is None:
            with pytest.raises(RequestRefusedError):
                requests.equal_shares(total, ["b", "c"], with_requester=with_me)
            return
        shares = requests.equal_shares(total, ["b", "c"], with_requester=with_me)
        assert expected == list(shares.values())
