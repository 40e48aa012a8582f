"""Red packets: every share once, every sum exact, nothing known before it is opened."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.chat import service as chat
from host.chat.cards import packet_cards
from host.contacts import service as contacts
from host.core.db import Database, Tx
from host.core.ids import new_id
from host.core.money import Money
from host.wallet import service as wallet
from host.wallet.errors import (
    InsufficientFundsError,
    NotAContactError,
    OwnPacketError,
    PacketEndedError,
    PacketNotFoundError,
    PacketRefusedError,
    ReceivingLimitError,
)
from host.wallet.limits import TIERS, minor_of
from host.wallet.model import packet_place, rail_place
from host.wallet.people_model import OpenedShare, Packet, PacketKind, PacketStatus
from host.wallet.service import packets, payments, requests
from tests.conftest import START_MS
from tests.wallet import make
from tests.wallet.crowd import CNY, DAY_MS, Crowd, gather_crowd, stranger

LUCKY, EQUAL = PacketKind.LUCKY, PacketKind.EQUAL


async def group_of(crowd: Crowd) -> str:
    """Begin a group of everybody and return its id."""
    made = await crowd.db.write(
        chat.create_group, new_id(), owner_id=crowd.ids[0], title="Tea",
        member_ids=crowd.ids[1:], now_ms=START_MS,
    )  # fmt: skip
    return made.id


async def give(
    crowd: Crowd,
    chat_id: str,
    total_minor: int,
    count: int,
    *,
    kind: PacketKind = LUCKY,
    packet_id: str = "",
) -> Packet:
    """Let the first send a red packet."""
    packet_id, money = packet_id or new_id(), Money(total_minor, CNY)
    intent = packets.packet_intent(
        packet_id, sender_id=crowd.ids[0], circle_id=chat_id, money=money
    )
    ask = chat.PacketAsk(chat_id, kind, money, count, "恭喜发财")
    return await crowd.db.write(
        chat.send_packet, packet_id, ask, actor_id=crowd.ids[0], now_ms=START_MS,
        confirmation_id=await crowd.db.write(make.confirmed, intent),
    )  # fmt: skip


async def look(
    crowd: Crowd, packet: Packet, person_id: str, *, now_ms: int = START_MS
) -> chat.PacketView:
    """Return what somebody sees of a packet."""
    return await crowd.db.read(chat.access_packet, packet.id, actor_id=person_id, now_ms=now_ms)


async def unwrap(crowd: Crowd, packet: Packet, person_id: str) -> chat.PacketView:
    """Let somebody open a packet."""
    return await crowd.db.write(chat.open_packet, packet.id, actor_id=person_id, now_ms=START_MS)


class TestDraw:
    """What lies in the shares."""

    @given(total=st.integers(1, 500_000), count=st.integers(1, 100))
    def test_shares_are_the_total_and_never_nothing(self, total: int, count: int) -> None:
        """AB-061: as many as asked for, each at least one unit, together the total."""
        total = max(total, count)
        for kind in (LUCKY, EQUAL):
            money = total if kind is LUCKY else total - total % count
            shares = packets.draw_shares(kind, money, count)
            assert (count, money) == (len(shares), sum(shares))
            assert min(shares) >= 1

    @pytest.mark.parametrize(
        ("total", "count", "kind", "is_fine"),
        [
            (100, 100, LUCKY, True), (99, 100, LUCKY, False), (100, 1, LUCKY, True),
            (100, 0, LUCKY, False), (1_000, 101, LUCKY, False), (500_000, 1, EQUAL, True),
            (500_001, 3, LUCKY, False), (100, 3, EQUAL, False),
        ],
    )  # fmt: skip
    def test_limits(self, total: int, count: int, kind: PacketKind, *, is_fine: bool) -> None:
        """AB-061: one unit each at least, a hundred shares and ¥5,000 at most."""
        try:
            packets.check_packet(kind, Money(total, CNY), count)
        except PacketRefusedError:
            assert not is_fine
        else:
            assert is_fine
        assert [1] * 100 == packets.draw_shares(LUCKY, 100, 100)

    def test_no_place_is_luckier(self) -> None:
        """AB-064: over many packets each place is best equally often, by chi-square.

        20,000 packets of five; with four degrees of freedom 30 is passed once in 200,000 runs.
        """
        rounds, places = 20_000, 5
        best: Counter[int] = Counter()
        sums = [0] * places
        for _ in range(rounds):
            shares = packets.draw_shares(LUCKY, 10_000, places)
            best[shares.index(max(shares))] += 1
            sums = [a + b for a, b in zip(sums, shares, strict=True)]

        expected = rounds / places
        assert sum((best[n] - expected) ** 2 / expected for n in range(places)) < 30
        # The mean of each place is 2,000 with a standard error of under 9.
        assert all(abs(total / rounds - 2_000) < 60 for total in sums)


class TestOpening:
    """Who gets what, on both databases."""

    async def test_two_hundred_at_once_find_ten_shares(self, db: Database) -> None:
        """Exactly ten have one, the sums are exact, the control account is closed at zero."""
        five = await gather_crowd(db, "ann", "bob", "cat", "dan", "eli")
        packet = await give(five, await group_of(five), 1_000, 4)
        tries = await asyncio.gather(
            *(unwrap(five, packet, person) for person in five.ids * 40), return_exceptions=True
        )
        won = [t for t in tries if isinstance(t, chat.PacketView)]
        winners = {view.own.person_id for view in won if view.own is not None}
        assert 4 == len(winners)
        assert all(isinstance(t, PacketEndedError) for t in tries if t not in won)

        # The same below the chat, where openers need no account: two hundred and ten.
        packet = await give(five, await group_of(five), 12_345, 10)
        tries = await asyncio.gather(
            *(
                db.write(packets.open_packet, packet.id, person_id=f"p{n}", now_ms=START_MS)
                for n in range(200)
            ),
            return_exceptions=True,
        )
        shares = [t for t in tries if isinstance(t, OpenedShare)]
        assert (10, 12_345) == (len(shares), sum(share.amount_minor for share in shares))
        assert 190 == sum(isinstance(t, PacketEndedError) for t in tries)
        held = packet_place(packet.id, CNY).id
        assert [(0, 0)] == await make.stands(db, held)
        rows = await db.read(
            lambda tx: tx.rows(
                "SELECT 1 AS one FROM wallet_account WHERE kind = 'escrow' AND closed_at_ms IS NULL"
            )
        )
        assert [] == list(rows)
        assert [] == await make.breaks(db)

    async def test_each_opens_once_and_sees_what_is_theirs_to_see(self, db: Database) -> None:
        """AB-064: before opening no amount of anybody's, the sender included; after it, all."""
        three = await gather_crowd(db, "ann", "bob", "cat")
        ann, bob, cat = three.ids
        packet = await give(three, await group_of(three), 900, 3)
        first = await unwrap(three, packet, bob)
        again = await unwrap(three, packet, bob)
        assert first.own is not None
        assert first.own == again.own
        assert 1 == len(first.opened)
        for person in (ann, cat):
            view = await look(three, packet, person)
            assert (view.own, view.opened, view.can_open) == (None, [], True)

        await unwrap(three, packet, ann)
        assert not any(s.is_luckiest for _, s in (await look(three, packet, ann)).opened)
        last = await unwrap(three, packet, cat)
        assert 900 == sum(share.amount_minor for _, share in last.opened)
        best = max(share.amount_minor for _, share in last.opened)
        assert [best] == [s.amount_minor for _, s in last.opened if s.is_luckiest]
        assert PacketStatus.EMPTY is last.packet.status
        assert [] == await make.breaks(db)

    async def test_the_rest_goes_back_after_a_day_once(self, db: Database) -> None:
        """What was opened stays; an untouched one goes back whole; late openers are told."""
        three = await gather_crowd(db, "ann", "bob", "cat")
        ann, bob, cat = three.ids
        group = await group_of(three)
        packet = await give(three, group, 900, 3, kind=EQUAL)
        whole = await give(three, group, 500, 2)
        await unwrap(three, packet, bob)
        late_ms = START_MS + DAY_MS
        assert not (await look(three, packet, cat, now_ms=late_ms)).can_open
        with pytest.raises(PacketEndedError):
            await db.write(chat.open_packet, whole.id, actor_id=cat, now_ms=late_ms)
        for _ in range(2):
            await db.write(wallet.sweep, now_ms=late_ms)

        assert [(49_700, 0), (50_300, 0)] == await three.has(ann, bob)
        told = await make.facts(db, "wallet.packet_returned")
        assert {600, 500} == {one["amount_minor"] for one in told}
        assert 2 == len(told)
        with pytest.raises(PacketEndedError):
            await unwrap(three, packet, cat)
        # It is over, so everybody who got it may see what became of it.
        assert [300] == [s.amount_minor for _, s in (await look(three, packet, cat)).opened]
        assert [] == await make.breaks(db)

    async def test_sent_once_and_not_without_money(self, db: Database) -> None:
        """The same id twice is one packet and one card; too much leaves nothing behind."""
        two = await gather_crowd(db, "ann", "bob")
        group = await db.write(chat.find_or_create_direct, *two.ids, START_MS)
        packet_id = new_id()
        for _ in range(2):
            await give(two, group.id, 900, 1, packet_id=packet_id)
        with pytest.raises(InsufficientFundsError):
            await give(two, group.id, 49_101, 1)

        page = await db.read(
            chat.list_messages, group.id, actor_id=two.ids[1], loaders={"red_packet": packet_cards},
            now_ms=START_MS,
        )  # fmt: skip
        assert ["sealed"] == [m.card.tone for m in page.messages if m.card is not None]
        assert [(49_100, 0)] == await two.has(two.ids[0])

    async def test_a_full_wallet_is_no_pair_of_scales(self, db: Database) -> None:
        """AB-064: who may take ¥5 more is refused whatever lies on top; the next one has it."""
        three = await gather_crowd(db, "ann", "bob", "cat")
        _, bob, cat = three.ids
        rest_minor = minor_of(TIERS[0].balance_units, CNY) - 50_000 - 500
        await make.send(
            db, rail_place(make.RAIL, CNY).id, make.cash(bob), rest_minor, "nearly-full"
        )
        group = await group_of(three)
        for count in (2, 3, 5):
            packet = await give(three, group, 900, count)
            with pytest.raises(ReceivingLimitError):
                await unwrap(three, packet, bob)
            assert (await unwrap(three, packet, cat)).packet.opened_count == 1
        equal = await give(three, group, 900, 3, kind=EQUAL)
        assert (await unwrap(three, equal, bob)).own is not None

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE wallet_packet SET total_minor = 901, opened_minor = 901",
            "UPDATE wallet_packet_share SET amount_minor = amount_minor + 1 WHERE position = 1",
            "DELETE FROM wallet_packet_share WHERE position = 1",
            "UPDATE wallet_account SET closed_at_ms = NULL WHERE id LIKE 'packet:%'",
            "UPDATE wallet_offer SET status = 'declined', posted_id = NULL",
            "UPDATE wallet_offer SET amount_minor = amount_minor + 1",
            "UPDATE wallet_request_share SET amount_minor = amount_minor + 1",
        ],
    )
    async def test_the_audit_finds_what_was_changed(self, db: Database, change: str) -> None:
        """Rows beside the journal that tell another story than it does."""
        three = await gather_crowd(db, "ann", "bob", "cat")
        ann, bob, _ = three.ids
        packet = await give(three, await group_of(three), 900, 2)
        for person in (ann, bob):
            await unwrap(three, packet, person)
        offer = await three.send("noodles")
        await db.write(payments.accept_offer, offer.id, actor_id=bob, now_ms=START_MS)
        bill = await db.write(
            requests.create_request, "bill", requester_id=ann, circle_id="circle", currency=CNY,
            shares={bob: 100}, memo="", now_ms=START_MS,
        )  # fmt: skip
        await db.write(
            requests.pay_share, bill.id, payer_id=bob, now_ms=START_MS,
            confirmation_id=await db.write(make.confirmed, requests.pay_intent(bill, bob)),
        )  # fmt: skip
        assert [] == await make.breaks(db)

        await db.write(_change, change)
        assert 1 == len(await make.breaks(db))


class TestWhoMay:
    """In a group everybody who got the card; between two the other."""

    async def test_between_two(self, db: Database) -> None:
        """One share, for the other; not to somebody who blocks."""
        two = await gather_crowd(db, "ann", "bob")
        ann, bob = two.ids
        direct = (await db.write(chat.find_or_create_direct, ann, bob, START_MS)).id
        with pytest.raises(PacketRefusedError):
            await give(two, direct, 900, 2)
        packet = await give(two, direct, 888, 1)
        with pytest.raises(OwnPacketError):
            await unwrap(two, packet, ann)
        view = await unwrap(two, packet, bob)
        assert view.own is not None
        assert 888 == view.own.amount_minor

        await db.write(contacts.block, ann, actor_id=bob, now_ms=START_MS)
        with pytest.raises(NotAContactError):
            await give(two, direct, 900, 1)

    async def test_in_a_group(self, db: Database) -> None:
        """AB-035: not who came later, left, blocks the sender, or never was there."""
        four = await gather_crowd(db, "ann", "bob", "cat", "dan")
        ann, bob, cat, dan = four.ids
        group = (
            await db.write(
                chat.create_group, new_id(), owner_id=ann, title="Tea",
                member_ids=[bob, cat], now_ms=START_MS,
            )
        ).id  # fmt: skip
        await db.write(contacts.block, ann, actor_id=cat, now_ms=START_MS)
        packet = await give(four, group, 900, 3)
        await db.write(chat.add_members, group, actor_id=ann, member_ids=[dan], now_ms=START_MS)
        await db.write(chat.leave_group, group, actor_id=bob, now_ms=START_MS)
        eve = await stranger(db)

        for person in (bob, cat, dan, eve):
            with pytest.raises(PacketNotFoundError):
                await unwrap(four, packet, person)
        for person in (cat, dan, eve):
            with pytest.raises(PacketNotFoundError):
                await look(four, packet, person)
            assert {} == await db.read(packet_cards, [packet.id], person)
        assert (await unwrap(four, packet, ann)).own is not None


def _change(tx: Tx, statement: str) -> None:
    tx.run(statement)
