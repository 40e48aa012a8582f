"""Money that waits until its receiver takes it: one outcome, one party, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import combinations

import pytest

from host.contacts import service as contacts
from host.core.db import Database
from host.wallet import service as wallet
from host.wallet.errors import (
    InsufficientFundsError,
    NotAContactError,
    OfferEndedError,
    TransferNotFoundError,
)
from host.wallet.model import cash_place
from host.wallet.people_model import Offer, OfferStatus
from host.wallet.service import payments, statement, views
from tests.conftest import START_MS
from tests.wallet import make
from tests.wallet.crowd import CNY, DAY_MS, gather_crowd, stranger


class TestReceiving:
    """Accept, decline, cancel, wait a day: each alone, and every two at once."""

    async def test_it_is_the_receivers_once_taken(self, db: Database) -> None:
        """Until then it is neither's to spend; the note travels with it; twice is once."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        offer = await two.send("noodles", memo="Noodles")
        assert [(49_000, 1_000), (50_000, 0)] == await two.has(ann, bob)

        taken = await db.write(payments.accept_offer, offer.id, actor_id=bob, now_ms=START_MS)
        again = await db.write(payments.accept_offer, offer.id, actor_id=bob, now_ms=START_MS)

        assert taken == again
        assert [(49_000, 0), (51_000, 0)] == await two.has(ann, bob)
        view = await db.read(views.access_transfer, offer.id, actor_id=bob, order_cards=None)
        assert view.shown is not None
        assert "Noodles" == view.shown.line.memo
        assert [] == await make.breaks(db)

    async def test_a_key_sends_once_whatever_became_of_it(self, db: Database) -> None:
        """Sent, declined, sent again under the same key: nothing more is sent."""
        two = await gather_crowd(db, "ann", "bob")
        offer = await two.send("noodles")
        await db.write(payments.decline_offer, offer.id, actor_id=two.ids[1], now_ms=START_MS)

        again = await two.send("noodles")

        assert OfferStatus.DECLINED is again.status
        assert [(50_000, 0)] == await two.has(two.ids[0])

    @pytest.mark.parametrize(
        ("first", "second"), list(combinations(("accept", "decline", "cancel", "sweep"), 2))
    )
    async def test_of_two_at_once_one_wins(self, db: Database, first: str, second: str) -> None:
        """AB-065: the money is at one party, once, and its end is told once."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        offer = await two.send("noodles")
        in_time, late = offer.expires_at_ms - 1, offer.expires_at_ms
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "accept": lambda: db.write(
                payments.accept_offer, offer.id, actor_id=bob, now_ms=in_time
            ),
            "decline": lambda: db.write(
                payments.decline_offer, offer.id, actor_id=bob, now_ms=in_time
            ),
            "cancel": lambda: db.write(
                payments.cancel_offer, offer.id, actor_id=ann, now_ms=in_time
            ),
            "sweep": lambda: db.write(wallet.sweep, now_ms=late),
        }
        await asyncio.gather(acts[first](), acts[second](), return_exceptions=True)

        ended = await db.read(payments.find_offer, offer.id, actor_id=ann)
        assert ended is not None
        moved = 1_000 if ended.status is OfferStatus.ACCEPTED else 0
        assert [(50_000 - moved, 0), (50_000 + moved, 0)] == await two.has(ann, bob)
        assert 1 == len(await make.facts(db, "wallet.offer_ended"))
        assert [] == await make.breaks(db)

    async def test_after_a_day_it_goes_back_once_with_notice(self, db: Database) -> None:
        """Taking it then is refused, before the sweep and after it."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        offer = await two.send("noodles")
        late_ms = START_MS + DAY_MS
        with pytest.raises(OfferEndedError):
            await db.write(payments.accept_offer, offer.id, actor_id=bob, now_ms=late_ms)

        for _ in range(3):
            await db.write(wallet.sweep, now_ms=late_ms)
        with pytest.raises(OfferEndedError):
            await db.write(payments.accept_offer, offer.id, actor_id=bob, now_ms=late_ms)

        assert [(50_000, 0), (50_000, 0)] == await two.has(ann, bob)
        told = await make.facts(db, "wallet.offer_ended")
        assert ["expired"] == [one["outcome"] for one in told]

    async def test_a_clock_that_ran_ahead_takes_nothing(self, db: Database) -> None:
        """The last row of the books is two days ahead: what is sent now can be taken now."""
        two = await gather_crowd(db, "ann", "bob")
        await db.write(make.open_with, cash_place("eve", CNY), 1, now_ms=START_MS + 2 * DAY_MS)
        offer = await two.send("noodles")
        taken = await db.write(
            payments.accept_offer, offer.id, actor_id=two.ids[1], now_ms=START_MS
        )

        assert OfferStatus.ACCEPTED is taken.status

    async def test_only_the_one_it_was_sent_to(self, db: Database) -> None:
        """Ann cannot take it, Bob cannot cancel it, Eve finds nothing (AB-035)."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        eve = await stranger(db)
        offer = await two.send("noodles")
        for act, actor_id in (
            (payments.accept_offer, ann), (payments.decline_offer, ann),
            (payments.cancel_offer, bob), (payments.accept_offer, eve),
        ):  # fmt: skip
            with pytest.raises(TransferNotFoundError):
                await db.write(act, offer.id, actor_id=actor_id, now_ms=START_MS)
        with pytest.raises(TransferNotFoundError):
            await db.read(views.access_transfer, offer.id, actor_id=eve, order_cards=None)

    async def test_a_block_stops_what_comes_and_not_what_waits(self, db: Database) -> None:
        """AB-065: what waits can still go either way; new money is refused."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        offer = await two.send("noodles")
        await db.write(contacts.block, ann, actor_id=bob, now_ms=START_MS)
        with pytest.raises(NotAContactError):
            await two.send("more")

        await db.write(payments.decline_offer, offer.id, actor_id=bob, now_ms=START_MS)
        assert [(50_000, 0)] == await two.has(ann)

    async def test_money_that_waits_cannot_be_sent_twice(self, db: Database) -> None:
        """Of twenty of ¥30 from ¥500, sixteen wait."""
        two = await gather_crowd(db, "ann", "bob")
        sent = await asyncio.gather(
            *(two.send(f"noodles-{n}", 3_000) for n in range(20)), return_exceptions=True
        )

        assert 16 == sum(isinstance(one, Offer) for one in sent)
        assert 4 == sum(isinstance(one, InsufficientFundsError) for one in sent)
        assert [(2_000, 48_000)] == await two.has(two.ids[0])

    async def test_who_wants_it_so_has_it_at_once(self, db: Database) -> None:
        """The choice is the receiver's, counts from then on, and can be taken back."""
        two = await gather_crowd(db, "ann", "bob")
        _, bob = two.ids
        await db.write(payments.set_receiving, bob, is_automatic=True, now_ms=START_MS)
        at_once = await two.send("one")
        await db.write(payments.set_receiving, bob, is_automatic=False, now_ms=START_MS)
        waits = await two.send("two")

        assert (OfferStatus.ACCEPTED, OfferStatus.WAITING) == (at_once.status, waits.status)
        assert [(51_000, 0)] == await two.has(bob)
        shown = await db.read(statement.access_line, at_once.id, actor_id=bob, order_cards=None)
        assert 1_000 == shown.line.change_minor
        with pytest.raises(OfferEndedError):
            await db.write(payments.decline_offer, at_once.id, actor_id=bob, now_ms=START_MS)
