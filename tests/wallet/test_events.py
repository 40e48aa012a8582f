"""What the wallet tells others, and hears from them."""

from collections.abc import Sequence

import pytest

from host import subscriptions
from host.core import live, outbox
from host.core.db import Tx
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from tests.conftest import START_MS
from tests.wallet import make


async def deliver(db: SqliteDatabase) -> None:
    """Deliver what lies in the outbox."""
    while await outbox.deliver_next(db, subscriptions.all_subscriptions(), now_ms=START_MS + 1000):
        pass


async def hints(db: SqliteDatabase, person_id: str) -> Sequence[str]:
    """Return the kinds of the person's live events about money."""
    events = await db.read(live.find_events, person_id, since=0)
    return [event.kind for event in events if event.kind.startswith("wallet.")]


async def test_both_people_are_told_that_their_wallet_changed(db: SqliteDatabase) -> None:
    """One hint each for the transfer; a rail is nobody."""
    ann, bob = await make.wallet(db, "ann", 500), await make.wallet(db, "bob")
    await deliver(db)
    before = len(await hints(db, "ann"))

    await make.send(db, ann, bob, 10, "k1")
    await deliver(db)

    assert ["wallet.changed"] == list(await hints(db, "bob"))
    assert before + 1 == len(await hints(db, "ann"))
    assert [] == await hints(db, "sandbox")


async def test_an_order_tells_its_buyer_and_no_account(db: SqliteDatabase) -> None:
    """Orders, shops and the platform have no open wallet page."""
    await make.wallet(db, "ann", 500)
    await db.write(
        service.fund_escrow,
        "o1",
        payer_id="ann",
        brand_id="tea",
        money=Money(100, make.CNY),
        now_ms=START_MS,
    )
    await db.write(service.release_escrow, "o1", fee_minor=1, now_ms=START_MS)
    await deliver(db)

    told = await db.read(
        lambda tx: {row["person_id"] for row in tx.rows("SELECT person_id FROM core_live_event")}
    )
    assert {"ann"} == told


async def test_a_refused_transfer_tells_nobody(db: SqliteDatabase) -> None:
    """What was undone was never said."""
    ann, bob = await make.wallet(db, "ann"), await make.wallet(db, "bob")

    with pytest.raises(Exception, match="balance is too low"):
        await make.send(db, ann, bob, 10, "k1")

    def count(tx: Tx) -> int:
        return len(tx.rows("SELECT id FROM core_outbox"))

    assert 0 == await db.read(count)
