"""Adjustments: one proposes, another approves; it moves once, through the ledger, and is logged."""

import dataclasses

import pytest

from host.core.db import Database
from host.core.errors import ForbiddenError, IdempotencyKeyReusedError
from host.core.money import Money
from host.review import service as review
from host.treasury import repository, service
from host.treasury.errors import (
    AdjustmentDecidedError,
    AdjustmentRefusedError,
    SecondPersonError,
)
from host.treasury.model import Adjustment, Line, LineKind
from host.wallet.errors import InsufficientFundsError
from host.wallet.model import escrow_place, exchange_place, fees_place, suspense_place
from tests.conftest import START_MS
from tests.treasury.office import CNY, RAIL, TODAY, Office, all_at_once, open_office
from tests.wallet import make

FEES = fees_place(CNY).id
SUSPENSE = suspense_place(RAIL, CNY).id


@pytest.fixture
async def office(db: Database) -> Office:
    """The platform has earned 1,000 and Ann has 500."""
    office = await open_office(db)
    await make.wallet(db, office.ann.id, 500)
    await db.write(make.open_with, fees_place(CNY), 1000)
    return office


def proposal(office: Office, **changed: object) -> Adjustment:
    """Return: Grace gives Ann 300 of the fees."""
    reason = "A fee was charged twice."
    money = Money(300, CNY)
    made = Adjustment("a1", FEES, "@ann", money, reason, None, office.grace.id, START_MS)
    return dataclasses.replace(made, **changed)  # type: ignore[arg-type]


async def approve(office: Office, actor_id: str, adjustment_id: str = "a1") -> Adjustment:
    """Approve it as somebody."""
    done = await office.write(service.approve_adjustment, adjustment_id, actor_id=actor_id)
    assert isinstance(done, Adjustment)
    return done


async def test_two_people_move_it_once(office: Office) -> None:
    """Nothing moves before the second; twice at once moves it once; both stand in the log."""
    await office.db.write(service.propose_adjustment, proposal(office))
    await office.db.write(service.propose_adjustment, proposal(office))
    ann = make.cash(office.ann.id)
    assert [(500, 0), (1000, 0)] == await make.stands(office.db, ann, FEES)
    with pytest.raises(SecondPersonError):
        await approve(office, office.grace.id)
    with pytest.raises(ForbiddenError):
        await approve(office, office.ann.id)

    results = await all_at_once(*(approve(office, office.henry.id) for _ in range(5)))

    assert ["approved"] * 5 == [str(result.status) for result in results]
    assert [(800, 0), (700, 0)] == await make.stands(office.db, ann, FEES)
    entries = await office.db.read(review.find_audit, actor_id=office.grace.id)
    assert [
        ("adjustment_approved", office.henry.id), ("adjustment_proposed", office.grace.id),
    ] == [(entry.action, entry.actor_id) for entry in entries]  # fmt: skip
    with pytest.raises(AdjustmentDecidedError):
        await office.write(service.decline_adjustment, "a1")
    await office.check()


async def test_nobody_approves_their_own_money(office: Office) -> None:
    """An admin who gains by it is no second person."""
    await make.wallet(office.db, office.henry.id, 10)
    await office.db.write(service.propose_adjustment, proposal(office, credit_id="@henry"))

    with pytest.raises(SecondPersonError, match="your own money"):
        await approve(office, office.henry.id)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"reason": "because"}, AdjustmentRefusedError),
        ({"debit_id": "platform:nothing:CNY"}, AdjustmentRefusedError),
        ({"credit_id": FEES}, AdjustmentRefusedError),
        ({"credit_id": escrow_place("o1", CNY).id}, AdjustmentRefusedError),
        ({"money": Money(300, make.USD)}, AdjustmentRefusedError),
        ({"proposed_by": "ann"}, ForbiddenError),
    ],
)
async def test_what_cannot_be_proposed(
    office: Office, changed: dict[str, object], refusal: type[Exception]
) -> None:
    """A reason, two open accounts of one currency, no control account, an admin (AB-037)."""
    await office.db.write(make.open_with, escrow_place("o1", CNY), 5)
    if changed.get("proposed_by") == "ann":
        changed = {"proposed_by": office.ann.id}

    with pytest.raises(refusal):
        await office.db.write(service.propose_adjustment, proposal(office, **changed))


async def test_an_id_is_one_proposal_and_the_ledger_still_refuses(office: Office) -> None:
    """The same id with another amount is refused; approval overdraws nothing."""
    await office.db.write(service.propose_adjustment, proposal(office, money=Money(1001, CNY)))
    with pytest.raises(IdempotencyKeyReusedError):
        await office.db.write(service.propose_adjustment, proposal(office))

    with pytest.raises(InsufficientFundsError):
        await approve(office, office.henry.id)

    (still,) = await office.db.read(repository.find_adjustments)
    assert "proposed" == still.status


async def test_suspense_is_emptied_by_two_people_and_closes_the_break(office: Office) -> None:
    """What is nobody's becomes Ann's: all of it, from its own suspense, and the break is closed."""
    await office.reconcile(Line(0, LineKind.IN, "X-1", "", Money(77, CNY), TODAY))
    (found,) = await office.breaks()
    made = proposal(office, break_id=found.id, debit_id=SUSPENSE, money=Money(77, CNY))
    for wrong in ({"money": Money(76, CNY)}, {"debit_id": FEES}):
        with pytest.raises(AdjustmentRefusedError):
            await office.db.write(
                service.propose_adjustment, dataclasses.replace(made, id="a2", **wrong)
            )

    await office.db.write(service.propose_adjustment, made)
    await approve(office, office.henry.id)

    assert [(577, 0), (0, 0)] == await make.stands(office.db, make.cash(office.ann.id), SUSPENSE)
    assert [] == await office.kinds()
    await office.check()


async def test_the_operators_deposit_becomes_what_currencies_are_exchanged_out_of(
    office: Office,
) -> None:
    """The bank shows it as extra; two people put it where the exchange finds it, also later."""
    money = Money(9_000, CNY)
    await office.reconcile(Line(0, LineKind.IN, "OWN-1", "", money, TODAY))
    (found,) = await office.breaks()
    place = exchange_place(CNY).id
    made = proposal(office, break_id=found.id, debit_id=SUSPENSE, credit_id=place, money=money)

    await office.db.write(service.propose_adjustment, made)
    await approve(office, office.henry.id)
    await office.db.write(service.propose_adjustment, proposal(office, id="a2", credit_id=place))
    await approve(office, office.henry.id, "a2")

    assert [(9_300, 0), (700, 0)] == await make.stands(office.db, place, FEES)
    assert [] == await office.kinds()
    await office.check()
