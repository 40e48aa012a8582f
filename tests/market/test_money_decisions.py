"""What admins decide about money: once, by somebody on neither side, and in the audit log."""

import pytest

from host.core.errors import BadInputError
from host.core.ids import new_id
from host.identity import service as identity
from host.identity.errors import AdminRequiredError
from host.market import service as market
from host.market.dispute_model import Decision, Dispute
from host.market.model import DAY_MS
from host.review import service
from host.review.errors import DecisionRefusedError, OwnBrandError
from host.review.service import money
from host.settlement.model import Terms
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane

REASON = "Looked at what both have shown."


async def admin(lane: Lane, handle: str = "grace") -> str:
    """Make an admin."""
    person_id = await lane.db.write(make.put_person, handle)
    await lane.db.write(identity.make_admin, handle, now_ms=START_MS)
    return person_id


async def disputed(lane: Lane) -> Dispute:
    """Buy, and disagree."""
    order = await make.paid_order(lane, await make.product(lane, price_minor=10_000))
    return await lane.db.write(
        market.open_dispute, new_id(), order_id=order.id, actor_id=lane.buyer_id,
        reason="It never came.", now_ms=START_MS,
    )  # fmt: skip


async def decide(lane: Lane, opened: Dispute, actor_id: str, reason: str = REASON) -> Dispute:
    """Decide for the buyer."""
    return await lane.db.write(
        money.decide_dispute, opened.id, actor_id=actor_id, decision=Decision.REFUND,
        refund_minor=0, reason=reason, now_ms=START_MS + 4 * DAY_MS,
    )  # fmt: skip


async def test_a_dispute_is_decided_by_an_admin_on_neither_side(lane: Lane) -> None:
    """The log says who, how and why, once."""
    opened, grace = await disputed(lane), await admin(lane)
    for handle in ("ann", "zhou"):
        await lane.db.write(identity.make_admin, handle, now_ms=START_MS)
    for side in (lane.buyer_id, lane.seller_id):
        with pytest.raises(OwnBrandError):
            await decide(lane, opened, side)
    stranger_id = await lane.db.write(make.put_person, "eve")
    with pytest.raises(AdminRequiredError):
        await decide(lane, opened, stranger_id)
    with pytest.raises(DecisionRefusedError):
        await decide(lane, opened, grace, "short")

    assert 1 == len(await lane.db.read(money.find_disputes, actor_id=grace))
    await decide(lane, opened, grace)
    await decide(lane, opened, grace)

    assert (100_000, 0, 0) == await make.money(lane)
    entries = await lane.db.read(service.find_audit, actor_id=grace)
    assert ["dispute_decided"] == [entry.action for entry in entries if entry.actor_id == grace]


async def test_a_brand_has_terms_of_its_own(lane: Lane) -> None:
    """The fee of what is paid from then on; the log says what was agreed and why."""
    grace = await admin(lane)

    async def agree(terms: Terms) -> None:
        await lane.db.write(
            money.set_terms, lane.brand_id, actor_id=grace, terms=terms, reason=REASON,
            now_ms=START_MS,
        )  # fmt: skip

    for wrong in (Terms(days=91), Terms(fee_bps=10_000)):
        with pytest.raises(BadInputError):
            await agree(wrong)
    await agree(Terms(days=7, fee_bps=250))

    tea = await make.product(lane, price_minor=10_000)
    assert 250 == (await make.paid_order(lane, tea)).fee_bps
    await agree(Terms())
    assert 60 == (await make.paid_order(lane, tea)).fee_bps
    entries = await lane.db.read(service.find_audit, actor_id=grace)
    assert 2 == sum(entry.action == "brand_terms" for entry in entries)
