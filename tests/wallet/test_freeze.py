"""A frozen wallet: nothing new moves, what was promised is kept, and nothing is lost."""

from collections.abc import Callable

import pytest

from host.core.db import Database, Tx
from host.core.money import Money
from host.wallet import service
from host.wallet.errors import (
    AccountClosedError,
    AccountFrozenError,
    AccountNotEmptyError,
    FreezeStateError,
)
from host.wallet.freeze_model import FreezeMode
from host.wallet.model import cash_place, parked_place
from tests.conftest import START_MS
from tests.wallet import make
from tests.wallet.make import CNY

ADMIN = "grace"
ANN, BOB = make.cash("ann"), make.cash("bob")
PARKED = parked_place("ann", CNY).id


async def freeze(db: Database, mode: FreezeMode, person_id: str = "ann") -> None:
    """Stop a wallet."""
    await db.write(
        service.freeze_wallet, person_id, mode=mode, reason="x", actor_id=ADMIN, now_ms=START_MS
    )


async def lift(db: Database) -> None:
    """Let Ann's go."""
    await db.write(
        service.lift_freeze, "ann", reason="All is well.", actor_id=ADMIN, now_ms=START_MS
    )


@pytest.mark.parametrize(
    ("mode", "may_give", "may_take"),
    [(FreezeMode.DEBIT, False, True), (FreezeMode.CREDIT, True, False),
     (FreezeMode.BOTH, False, False)],
)  # fmt: skip
async def test_what_is_frozen_does_not_move(
    db: Database, mode: FreezeMode, *, may_give: bool, may_take: bool
) -> None:
    """The ledger refuses by itself, holds as well; lifted, everything moves again."""
    await make.wallet(db, "ann", 1_000)
    await make.wallet(db, "bob", 1_000)
    await freeze(db, mode)

    for n, (debit, credit, may) in enumerate([(ANN, BOB, may_give), (BOB, ANN, may_take)]):
        for how in (make.send, make.hold):
            if may:
                await how(db, debit, credit, 10, f"{how.__name__}-{n}")
            else:
                with pytest.raises(AccountFrozenError):
                    await how(db, debit, credit, 10, f"{how.__name__}-{n}")
    await lift(db)
    await make.send(db, ANN, BOB, 10, "after-1")
    await make.send(db, BOB, ANN, 10, "after-2")

    assert [] == await make.breaks(db)


@pytest.mark.parametrize(
    ("mode", "column", "amount"),
    [
        (FreezeMode.DEBIT, "debits_posted_minor", 1),
        (FreezeMode.DEBIT, "debits_pending_minor", 1),
        (FreezeMode.CREDIT, "credits_posted_minor", 1),
        (FreezeMode.BOTH, "credits_pending_minor", 1),
    ],
)
async def test_the_database_refuses_what_code_forgot(
    db: Database, mode: FreezeMode, column: str, amount: int
) -> None:
    """A statement that goes round the book meets the trigger."""
    await make.wallet(db, "ann", 1_000)
    await freeze(db, mode)
    sql = {
        "debits_posted_minor": "UPDATE wallet_account SET debits_posted_minor = 1 WHERE id = :id",
        "debits_pending_minor": "UPDATE wallet_account SET debits_pending_minor = 1 WHERE id = :id",
        "credits_posted_minor": "UPDATE wallet_account SET"
        " credits_posted_minor = credits_posted_minor + 1 WHERE id = :id",
        "credits_pending_minor": "UPDATE wallet_account SET credits_pending_minor = 1"
        " WHERE id = :id",
    }[column]

    def go_round(tx: Tx) -> None:
        tx.run(sql, id=ANN)

    with pytest.raises(make.BROKEN_RULE):
        await db.write(go_round)
    assert [(1_000, 0)] == await make.stands(db, ANN)


@pytest.mark.parametrize("end", [service.post_held, service.void_held], ids=["post", "void"])
async def test_what_was_reserved_before_is_kept(db: Database, end: Callable[..., object]) -> None:
    """A bank that has paid cannot be told otherwise: an older hold is posted or given up."""
    await make.wallet(db, "ann", 1_000)
    await make.wallet(db, "bob")
    await make.hold(db, ANN, BOB, 400, "hold-1")
    await freeze(db, FreezeMode.BOTH)
    await freeze(db, FreezeMode.BOTH, "bob")

    await db.write(end, "end-1", pending_id="hold-1", now_ms=START_MS)

    assert 1_000 == sum(balance for balance, _ in await make.stands(db, ANN, BOB))
    assert [] == await make.breaks(db)


async def test_a_refund_to_a_frozen_wallet_is_parked(db: Database) -> None:
    """It leaves the order, waits for its owner, and is theirs when the freeze is lifted."""
    await make.wallet(db, "ann", 1_000)
    await db.write(
        service.fund_escrow,
        "order-1",
        payer_id="ann",
        brand_id="tea",
        money=Money(300, CNY),
        now_ms=START_MS,
    )
    await freeze(db, FreezeMode.BOTH)

    await db.write(service.refund_escrow, "order-1", now_ms=START_MS)
    assert [(700, 0), (300, 0)] == await make.stands(db, ANN, PARKED)
    await lift(db)

    assert [(1_000, 0), (0, 0)] == await make.stands(db, ANN, PARKED)
    assert [] == await make.breaks(db)


async def test_a_currency_that_opens_later_is_frozen_too(db: Database) -> None:
    """Money of another currency is no way round."""
    await make.wallet(db, "ann", 1_000)
    await freeze(db, FreezeMode.CREDIT)

    with pytest.raises(AccountFrozenError):
        await db.write(make.open_with, cash_place("ann", make.USD), 500)


async def test_closing_takes_an_empty_wallet_and_lasts(db: Database) -> None:
    """With money in it, it stays open; closed, nothing moves and a late refund is parked."""
    await make.wallet(db, "ann", 300)
    await make.wallet(db, "bob", 100)

    async def close() -> None:
        await db.write(
            service.close_wallet, "ann", reason="Asked for.", actor_id=ADMIN, now_ms=START_MS
        )

    with pytest.raises(AccountNotEmptyError):
        await close()
    await db.write(
        service.fund_escrow,
        "order-1",
        payer_id="ann",
        brand_id="tea",
        money=Money(300, CNY),
        now_ms=START_MS,
    )
    await close()
    with pytest.raises(AccountClosedError):
        await make.send(db, BOB, ANN, 10, "late")
    await db.write(service.refund_escrow, "order-1", now_ms=START_MS)

    assert [(0, 0), (300, 0)] == await make.stands(db, ANN, PARKED)
    with pytest.raises(FreezeStateError):
        await lift(db)


async def test_an_appeal_is_heard_once(db: Database) -> None:
    """The owner says why; a second time, or without a freeze, there is nothing to say."""
    await make.wallet(db, "ann")

    async def appeal(text: str) -> None:
        await db.write(service.appeal_freeze, "ann", text=text, now_ms=START_MS)

    with pytest.raises(FreezeStateError):
        await appeal("Why?")
    await freeze(db, FreezeMode.DEBIT)
    await appeal("It was my own telephone.")
    with pytest.raises(FreezeStateError):
        await appeal("Once more.")

    (found,) = await db.read(service.find_open_freezes)
    assert ("ann", "It was my own telephone.") == (found.person_id, found.appeal)
