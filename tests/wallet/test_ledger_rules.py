"""Chains, holds that end by themselves, control accounts that end at zero, and what to retry."""

import pytest
from quart.typing import TestClientProtocol as Client

from host.core.db import OutcomeUnknownError, Tx
from host.core.errors import AppError, IdempotencyKeyReusedError, TooManyError
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from host.wallet.errors import (
    AccountClosedError,
    AccountNotEmptyError,
    HoldExpiredError,
    HoldNotExpiredError,
    HoldResolvedError,
    InsufficientFundsError,
)
from host.wallet.model import (
    Posting,
    Purpose,
    Resolution,
    TransferKind,
    TransferOrder,
    control_place,
)
from host.wallet.repository import ledger
from host.wallet.service.transfers import expiry_id
from tests.conftest import START_MS
from tests.wallet import make

END_MS = START_MS + 60_000


def order(
    transfer_id: str, debit: str, credit: str, minor: int, kind: TransferKind = TransferKind.SINGLE
) -> TransferOrder:
    """Return a transfer between people."""
    return TransferOrder(
        transfer_id,
        kind,
        make.cash(debit),
        make.cash(credit),
        Money(minor, make.CNY),
        Purpose.SEND,
        "test",
    )


async def post(db: SqliteDatabase, *postings: Posting, now_ms: int = START_MS) -> list[str]:
    """Post a chain and return its ids."""
    transfers = await db.write(service.post_linked, postings, now_ms=now_ms)
    return [transfer.id for transfer in transfers]


@pytest.fixture
async def lane(db: SqliteDatabase) -> SqliteDatabase:
    """Ann has 100; Bob and Eve have nothing."""
    await make.wallet(db, "ann", 100)
    await make.wallet(db, "bob")
    await make.wallet(db, "eve")
    return db


async def cash(db: SqliteDatabase) -> list[tuple[int, int]]:
    """Return what the three have and have reserved."""
    return await make.stands(db, *(make.cash(name) for name in ("ann", "bob", "eve")))


class TestChains:
    """All or none."""

    async def test_money_may_pass_through(self, lane: SqliteDatabase) -> None:
        """Bob has nothing, and gives Eve what he gets in the same chain."""
        chain = [order("c1", "ann", "bob", 60), order("c2", "bob", "eve", 60)]

        assert ["c1", "c2"] == await post(lane, *chain)
        assert ["c1", "c2"] == await post(lane, *chain)
        assert [(40, 0), (0, 0), (60, 0)] == await cash(lane)

    async def test_the_last_ones_refusal_undoes_the_first(self, lane: SqliteDatabase) -> None:
        """Nothing stays, not even the row numbers; the ids may be used again."""
        before = await lane.read(ledger.find_head)

        with pytest.raises(InsufficientFundsError):
            await post(lane, order("c1", "ann", "bob", 60), order("c2", "bob", "eve", 61))

        assert before == await lane.read(ledger.find_head)
        assert ["c1", "c2"] == await post(
            lane, order("c1", "ann", "bob", 60), order("c2", "bob", "eve", 60)
        )

    async def test_a_chain_is_repeated_as_a_whole(self, lane: SqliteDatabase) -> None:
        """A part of it that was posted alone is no part of it any more."""
        await post(lane, order("c1", "ann", "bob", 60))

        with pytest.raises(IdempotencyKeyReusedError, match="part of this chain"):
            await post(lane, order("c1", "ann", "bob", 60), order("c2", "bob", "eve", 60))

        assert [(40, 0), (60, 0), (0, 0)] == await cash(lane)

    async def test_a_hold_and_its_end_in_one_chain(self, lane: SqliteDatabase) -> None:
        """A part is posted and the rest free again, in the chain that held it."""
        held = order("h1", "ann", "bob", 80, TransferKind.PENDING)

        await post(lane, held, Resolution("p1", TransferKind.POST, "h1", 30))

        assert [(70, 0), (30, 0), (0, 0)] == await cash(lane)
        with pytest.raises(HoldResolvedError):
            await post(lane, Resolution("p2", TransferKind.VOID, "h1"))


class TestHoldsThatEnd:
    """From its end on a hold can be given up only, and a row says that time did it."""

    @pytest.fixture
    async def held(self, lane: SqliteDatabase) -> SqliteDatabase:
        """Ann has reserved 70 for Bob, for a minute."""
        await lane.write(
            service.hold_transfer,
            "h1",
            debit_id=make.cash("ann"),
            credit_id=make.cash("bob"),
            money=Money(70, make.CNY),
            purpose=Purpose.SEND,
            actor_id="ann",
            expires_at_ms=END_MS,
            now_ms=START_MS,
        )
        return lane

    async def test_before_its_end_it_is_a_hold(self, held: SqliteDatabase) -> None:
        """The sweep leaves it, nobody can expire it, and it can be posted in its last moment."""
        assert 0 == await held.write(service.expire_held, now_ms=END_MS - 1)
        with pytest.raises(HoldNotExpiredError):
            await post(held, Resolution("x", TransferKind.VOID, "h1", is_expiry=True))

        await held.write(service.post_held, "p1", pending_id="h1", now_ms=END_MS - 1)

        assert 0 == await held.write(service.expire_held, now_ms=END_MS)
        assert [(30, 0), (70, 0), (0, 0)] == await cash(held)

    async def test_at_its_end_the_sweep_frees_it_with_a_row(self, held: SqliteDatabase) -> None:
        """An explicit row, once; posting comes too late, and the books balance."""
        with pytest.raises(HoldExpiredError):
            await held.write(service.post_held, "p1", pending_id="h1", now_ms=END_MS)

        assert 1 == await held.write(service.sweep, now_ms=END_MS)
        assert 0 == await held.write(service.sweep, now_ms=END_MS + 1)
        row = await held.read(ledger.find_transfer, expiry_id("h1"))
        assert row is not None
        assert ("void", "expiry", "platform") == (
            row.order.kind, row.order.purpose, row.order.actor_id
        )  # fmt: skip
        assert [(100, 0), (0, 0), (0, 0)] == await cash(held)
        assert [] == await make.breaks(held)

    async def test_a_clock_that_stepped_back_does_not_revive_it(self, held: SqliteDatabase) -> None:
        """The time of the ledger counts, and it never steps back."""
        await make.send(held, make.cash("ann"), make.cash("eve"), 1, "k1", now_ms=END_MS)

        with pytest.raises(HoldExpiredError):
            await held.write(service.post_held, "p1", pending_id="h1", now_ms=START_MS)


class TestControlAccounts:
    """They end at zero, and then for ever."""

    PACKET = control_place("red_packet", "r1", make.CNY)

    async def test_an_account_with_money_cannot_be_closed(self, lane: SqliteDatabase) -> None:
        """Neither by the service nor by SQL that goes around it."""
        await lane.write(service.open_account, self.PACKET, now_ms=START_MS)
        await make.send(lane, make.cash("ann"), self.PACKET.id, 5, "in")

        with pytest.raises(AccountNotEmptyError):
            await lane.write(service.close_account, self.PACKET.id, now_ms=START_MS)
        with pytest.raises(make.BROKEN_RULE):
            await lane.write(ledger.close_account, self.PACKET.id, now_ms=START_MS)

    async def test_a_closed_account_takes_nothing(self, lane: SqliteDatabase) -> None:
        """The service says so, and the schema refuses even when the service is wrong."""
        await lane.write(service.open_account, self.PACKET, now_ms=START_MS)
        await make.send(lane, make.cash("ann"), self.PACKET.id, 5, "in")
        await make.send(lane, self.PACKET.id, make.cash("bob"), 5, "out")
        await lane.write(service.close_account, self.PACKET.id, now_ms=START_MS)
        await lane.write(service.close_account, self.PACKET.id, now_ms=START_MS)

        with pytest.raises(AccountClosedError):
            await make.send(lane, make.cash("ann"), self.PACKET.id, 5, "again")
        with pytest.raises(make.BROKEN_RULE):
            await lane.write(ledger.add_to_accounts, {self.PACKET.id: (0, 5, 0, 0)})
        assert [] == await make.breaks(lane)

    async def test_an_order_that_ended_closes_its_account(self, lane: SqliteDatabase) -> None:
        """Released or refunded: nothing goes in or out of it afterwards."""

        def pay_and_confirm(tx: Tx) -> str:
            escrow = service.fund_escrow(
                tx,
                "o1",
                payer_id="ann",
                brand_id="tea",
                money=Money(50, make.CNY),
                now_ms=START_MS,
            )
            service.release_escrow(tx, "o1", fee_minor=1, now_ms=START_MS)
            return escrow.account_id

        account_id = await lane.write(pay_and_confirm)

        with pytest.raises(AccountClosedError):
            await make.send(lane, make.cash("ann"), account_id, 1, "late")


class TestTheHeadOfTheChain:
    """It moves on to the last row that was added, by as many rows as were added."""

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE wallet_chain SET seq = seq",
            "UPDATE wallet_chain SET seq = seq - 1",
            "UPDATE wallet_chain SET seq = seq + 1",
            (
                "UPDATE wallet_chain SET seq = seq + 1,"
                " hash = (SELECT hash FROM wallet_transfer WHERE seq = 1)"
            ),
            "UPDATE wallet_chain SET at_ms = at_ms + 1",
        ],
    )
    async def test_it_cannot_be_moved_otherwise(self, lane: SqliteDatabase, change: str) -> None:
        """Standing still, back, past the end, onto another row, ahead in time."""
        with pytest.raises(make.BROKEN_RULE, match="the chain only grows"):
            await lane.write(lambda tx: tx.run(change))


@pytest.mark.parametrize(
    ("error", "retry"),
    [
        (InsufficientFundsError, "new_key"),
        (HoldResolvedError, "query"),
        (IdempotencyKeyReusedError, "new_key"),
        (OutcomeUnknownError, "same_key"),
        (TooManyError, "same_key"),
        (AccountClosedError, "query"),
    ],
)
async def test_a_refusal_says_what_to_retry(error: type[AppError], retry: str) -> None:
    """For programs: never, the same key, a new key, or ask first how things stand."""
    assert retry == error.retry


async def test_the_answer_carries_it(client: Client) -> None:
    """As a member of the problem."""
    answer = await client.get("/api/v1/wallet/balances", headers={"Accept": "application/json"})

    assert "same_key" == (await answer.get_json(force=True))["retry"]
