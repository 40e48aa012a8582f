"""The ledger: moving, holding and reversing money."""

import asyncio

import pytest

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from host.wallet.errors import (
    AccountNotFoundError,
    AlreadyReversedError,
    CurrencyMismatchError,
    HoldExceededError,
    HoldResolvedError,
    InsufficientFundsError,
    SameAccountError,
    TransferNotFoundError,
)
from host.wallet.model import Purpose, cash_place, rail_place
from tests.conftest import START_MS
from tests.wallet import make


class TestPostTransfer:
    """One row, two sides."""

    async def test_moves_money_once(self, db: SqliteDatabase) -> None:
        """The debit side has less, the credit side more, and the books balance."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")

        await make.send(db, ann, bob, 120, "k1")

        assert [(380, 0), (120, 0)] == await make.stands(db, ann, bob)
        assert [] == await make.breaks(db)

    async def test_same_key_and_arguments_is_the_first_result(self, db: SqliteDatabase) -> None:
        """Posting twice with one key returns the first transfer and moves nothing."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")
        first = await make.send(db, ann, bob, 120, "k1")

        again = await make.send(db, ann, bob, 120, "k1", now_ms=START_MS + 10**9)

        assert first == again
        assert [(380, 0), (120, 0)] == await make.stands(db, ann, bob)

    @pytest.mark.parametrize("change", ["amount", "debit", "credit", "currency"])
    async def test_same_key_with_other_arguments_is_refused(
        self, db: SqliteDatabase, change: str
    ) -> None:
        """A key belongs to one transfer for ever."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob", 500)
        eve = await make.wallet(db, "eve", 500)
        await make.send(db, ann, bob, 120, "k1")

        with pytest.raises(IdempotencyKeyReusedError, match="another transfer"):
            await make.send(
                db,
                eve if change == "debit" else ann,
                eve if change == "credit" else bob,
                121 if change == "amount" else 120,
                "k1",
                currency=make.USD if change == "currency" else make.CNY,
            )

        assert [(380, 0), (620, 0), (500, 0)] == await make.stands(db, ann, bob, eve)

    async def test_ten_at_once_cannot_overdraw(self, db: SqliteDatabase) -> None:
        """Of ten transfers of 100 from a balance of 500, five win."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")

        results = await asyncio.gather(
            *(make.send(db, ann, bob, 100, f"k{n}") for n in range(10)), return_exceptions=True
        )

        assert 5 == sum(isinstance(result, InsufficientFundsError) for result in results)
        assert [(0, 0), (500, 0)] == await make.stands(db, ann, bob)
        assert [] == await make.breaks(db)

    async def test_one_key_ten_times_at_once_moves_once(self, db: SqliteDatabase) -> None:
        """A double tap, ten times over, is one transfer."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")

        results = await asyncio.gather(*(make.send(db, ann, bob, 100, "k1") for _ in range(10)))

        assert 1 == len({result.seq for result in results})
        assert [(400, 0), (100, 0)] == await make.stands(db, ann, bob)

    async def test_opposite_transfers_at_once_end_where_they_began(
        self, db: SqliteDatabase
    ) -> None:
        """Twenty transfers each way between two people leave both as they were."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob", 500)

        await asyncio.gather(
            *(make.send(db, ann, bob, 10, f"a{n}") for n in range(20)),
            *(make.send(db, bob, ann, 10, f"b{n}") for n in range(20)),
        )

        assert [(500, 0), (500, 0)] == await make.stands(db, ann, bob)

    async def test_refusals_change_nothing(self, db: SqliteDatabase) -> None:
        """Too much, to oneself, across currencies and to nobody are each refused by name."""
        ann = await make.wallet(db, "ann", 500)
        dollars = await make.wallet(db, "bob", currency=make.USD)

        with pytest.raises(InsufficientFundsError, match="balance is too low"):
            await make.send(db, ann, await make.wallet(db, "bob"), 501, "k1")
        with pytest.raises(SameAccountError):
            await make.send(db, ann, ann, 1, "k2")
        with pytest.raises(CurrencyMismatchError):
            await make.send(db, ann, dollars, 1, "k3")
        with pytest.raises(AccountNotFoundError):
            await make.send(db, ann, make.cash("nobody"), 1, "k4")

        assert [(500, 0)] == await make.stands(db, ann)
        assert [] == await make.breaks(db)

    async def test_thousands_of_small_ones_do_not_drift(self, db: SqliteDatabase) -> None:
        """Transfers of one unit there and one back leave both exactly as they were (AB-010)."""
        ann = await make.wallet(db, "ann", 2_000)
        bob = await make.wallet(db, "bob")

        await asyncio.gather(*(make.send(db, ann, bob, 1, f"k{n}") for n in range(2_000)))
        await make.send(db, bob, ann, 2_000, "back")

        assert [(2_000, 0), (0, 0)] == await make.stands(db, ann, bob)

    async def test_ledger_time_never_steps_back(self, db: SqliteDatabase) -> None:
        """A clock that is set back an hour does not put a row before the one above it."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")
        first = await make.send(db, ann, bob, 1, "k1", now_ms=START_MS + 5)

        second = await make.send(db, ann, bob, 1, "k2", now_ms=START_MS - 3_600_000)

        assert second.created_at_ms == first.created_at_ms
        assert [] == await make.breaks(db)


class TestHolds:
    """Pending, then posted or voided."""

    async def test_held_money_cannot_be_spent(self, db: SqliteDatabase) -> None:
        """With all of 100 held, spending 1 is refused (AB-025)."""
        ann = await make.wallet(db, "ann", 100)
        bob = await make.wallet(db, "bob")
        await make.hold(db, ann, bob, 100, "h1")

        with pytest.raises(InsufficientFundsError):
            await make.send(db, ann, bob, 1, "k1")

        assert [(100, 100), (0, 0)] == await make.stands(db, ann, bob)

    async def test_post_moves_and_frees(self, db: SqliteDatabase) -> None:
        """Posting 60 of 100 moves 60, and the other 40 are free again."""
        ann = await make.wallet(db, "ann", 100)
        bob = await make.wallet(db, "bob")
        await make.hold(db, ann, bob, 100, "h1")

        await db.write(service.post_held, "p1", pending_id="h1", amount_minor=60, now_ms=START_MS)

        assert [(40, 0), (60, 0)] == await make.stands(db, ann, bob)
        assert [] == await make.breaks(db)

    async def test_void_frees(self, db: SqliteDatabase) -> None:
        """Giving up a hold moves nothing."""
        ann = await make.wallet(db, "ann", 100)
        bob = await make.wallet(db, "bob")
        await make.hold(db, ann, bob, 100, "h1")

        await db.write(service.void_held, "v1", pending_id="h1", now_ms=START_MS)

        assert [(100, 0), (0, 0)] == await make.stands(db, ann, bob)
        assert [] == await make.breaks(db)

    async def test_more_than_held_cannot_be_posted(self, db: SqliteDatabase) -> None:
        """101 of 100 is refused, and the hold stays."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")
        await make.hold(db, ann, bob, 100, "h1")

        with pytest.raises(HoldExceededError):
            await db.write(
                service.post_held, "p1", pending_id="h1", amount_minor=101, now_ms=START_MS
            )

        assert [(500, 100), (0, 0)] == await make.stands(db, ann, bob)

    async def test_a_hold_ends_once(self, db: SqliteDatabase) -> None:
        """After posting, posting and voiding with new ids are refused; the same id is the first."""
        ann = await make.wallet(db, "ann", 100)
        bob = await make.wallet(db, "bob")
        await make.hold(db, ann, bob, 100, "h1")
        first = await db.write(service.post_held, "p1", pending_id="h1", now_ms=START_MS)

        with pytest.raises(HoldResolvedError):
            await db.write(service.post_held, "p2", pending_id="h1", now_ms=START_MS)
        with pytest.raises(HoldResolvedError):
            await db.write(service.void_held, "v1", pending_id="h1", now_ms=START_MS)

        again = await db.write(service.post_held, "p1", pending_id="h1", now_ms=START_MS)
        assert first == again
        assert [(0, 0), (100, 0)] == await make.stands(db, ann, bob)

    async def test_only_a_hold_can_be_resolved(self, db: SqliteDatabase) -> None:
        """An ordinary transfer and an unknown id are no holds."""
        ann = await make.wallet(db, "ann", 100)
        bob = await make.wallet(db, "bob")
        await make.send(db, ann, bob, 1, "k1")

        with pytest.raises(TransferNotFoundError):
            await db.write(service.post_held, "p1", pending_id="k1", now_ms=START_MS)
        with pytest.raises(TransferNotFoundError):
            await db.write(service.void_held, "v1", pending_id="nothing", now_ms=START_MS)


class TestReverseTransfer:
    """Putting a mistake right."""

    async def test_moves_the_money_back_as_a_new_row(self, db: SqliteDatabase) -> None:
        """Both balances are as before, and the journal shows both rows."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")
        sent = await make.send(db, ann, bob, 120, "k1")

        back = await db.write(
            service.reverse_transfer, "r1", reverses_id="k1", actor_id="op", now_ms=START_MS
        )

        assert back.seq == sent.seq + 1
        assert [(500, 0), (0, 0)] == await make.stands(db, ann, bob)
        assert [] == await make.breaks(db)

    async def test_once_and_not_of_a_reversal(self, db: SqliteDatabase) -> None:
        """A transfer is reversed once; a reversal never."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob", 500)
        await make.send(db, ann, bob, 120, "k1")
        await db.write(
            service.reverse_transfer, "r1", reverses_id="k1", actor_id="op", now_ms=START_MS
        )

        for reverses_id in ("k1", "r1"):
            with pytest.raises(AlreadyReversedError):
                await db.write(
                    service.reverse_transfer,
                    "r2",
                    reverses_id=reverses_id,
                    actor_id="op",
                    now_ms=START_MS,
                )

        assert [(500, 0), (500, 0)] == await make.stands(db, ann, bob)

    async def test_money_that_is_spent_cannot_be_taken_back(self, db: SqliteDatabase) -> None:
        """A reversal never takes an account below zero."""
        ann = await make.wallet(db, "ann", 500)
        bob = await make.wallet(db, "bob")
        eve = await make.wallet(db, "eve")
        await make.send(db, ann, bob, 120, "k1")
        await make.send(db, bob, eve, 100, "k2")

        with pytest.raises(InsufficientFundsError):
            await db.write(
                service.reverse_transfer, "r1", reverses_id="k1", actor_id="op", now_ms=START_MS
            )


class TestTheSchemaItself:
    """Code with a mistake meets these."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE wallet_transfer SET amount_minor = 1",
            "DELETE FROM wallet_transfer",
            "UPDATE wallet_entry SET balance_minor = 1",
            "DELETE FROM wallet_entry",
            "UPDATE wallet_chain SET seq = seq + 2",
            "UPDATE wallet_chain SET seq = seq + 1, at_ms = 0",
            "DELETE FROM wallet_chain",
            # Overdraft: a person, and a rail that pays out more than came in.
            "UPDATE wallet_account SET debits_posted_minor = 501 WHERE kind = 'user'",
            "UPDATE wallet_account SET debits_pending_minor = 501 WHERE kind = 'user'",
            "UPDATE wallet_account SET credits_posted_minor = 501 WHERE kind = 'rail'",
            "UPDATE wallet_account SET debits_posted_minor = -1",
            # SQLite's own softness: text and fractions in a number column.
            "UPDATE wallet_account SET credits_posted_minor = '1e3x'",
            "UPDATE wallet_account SET credits_posted_minor = 500.5",
        ],
    )
    async def test_refuses(self, db: SqliteDatabase, sql: str) -> None:
        """The journal cannot be edited and no account can be overdrawn, whatever the code does."""
        await make.wallet(db, "ann", 500)

        with pytest.raises(make.BROKEN_RULE):
            await db.write(lambda tx: tx.run(sql))

        assert [] == await make.breaks(db)

    async def test_a_rail_pays_out_what_came_in_and_no_more(self, db: SqliteDatabase) -> None:
        """Money that never came in cannot leave."""

        def pay_out(tx: Tx) -> None:
            service.post_transfer(
                tx,
                "out",
                debit_id=make.open_with(tx, cash_place("ann", make.CNY), 100),
                credit_id=rail_place("other", make.CNY).id,
                money=Money(100, make.CNY),
                purpose=Purpose.WITHDRAWAL,
                actor_id="test",
                now_ms=START_MS,
            )

        await db.write(service.open_account, rail_place("other", make.CNY), now_ms=START_MS)

        with pytest.raises(InsufficientFundsError):
            await db.write(pay_out)
