"""One door for every payment: what was confirmed is what is paid, once, and nothing else."""

from dataclasses import replace

import pytest

from host.core.db import Tx
from host.core.deps import Deps
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.wallet import service
from host.wallet.authority import Clearance, Gate, PaymentIntent, PaymentPurpose, Proof
from host.wallet.errors import PinSpentError, WrongPinError
from host.wallet.service import entry
from host.wallet.service.authorise import CONFIRMATION_TTL_MS
from tests.conftest import START_MS, Clock
from tests.wallet.make import CNY, USD

PIN = "471138"
ORIGIN = "https://lane.example"
INTENT = PaymentIntent("ann", PaymentPurpose.ORDER, "order-1", Money(12_800, CNY), "tea-house")


@pytest.fixture
async def gate(deps: Deps) -> Gate:
    """The door, and Ann with a PIN before it."""
    await entry.change_pin(
        deps.db, deps.passwords, person_id="ann", current=None, new=PIN, now_ms=START_MS
    )
    return Gate(deps.db, deps.passwords, ORIGIN)


async def confirm(gate: Gate, intent: PaymentIntent = INTENT, *, now_ms: int = START_MS) -> str:
    """Give the right PIN."""
    return await service.authorise(gate, intent, Proof(PIN), now_ms=now_ms)


async def spend(
    gate: Gate, confirmation_id: str, intent: PaymentIntent = INTENT, *, now_ms: int = START_MS
) -> Clearance:
    """Do what the transaction that moves the money does."""
    return await gate.db.write(service.spend_confirmation, confirmation_id, intent, now_ms=now_ms)


@pytest.mark.parametrize(
    "other",
    [
        replace(INTENT, subject_id="order-2"),
        replace(INTENT, money=Money(12_801, CNY)),
        replace(INTENT, money=Money(1, CNY)),
        replace(INTENT, money=Money(12_800, USD)),
        replace(INTENT, payee_id="mallory"),
        replace(INTENT, purpose=PaymentPurpose.WITHDRAWAL),
        replace(INTENT, person_id="bob"),
    ],
    ids=["order", "more", "less", "currency", "payee", "purpose", "person"],
)
async def test_a_confirmation_is_of_one_payment(gate: Gate, other: PaymentIntent) -> None:
    """AB-041: change one fact and it is another payment; the attempt does not use it up."""
    made = await confirm(gate)

    with pytest.raises(PinSpentError):
        await spend(gate, made, other)

    assert not (await spend(gate, made)).is_repeat


async def test_it_serves_once_and_not_for_long(gate: Gate, clock: Clock) -> None:
    """AB-041: spent is spent; after five minutes it is worth nothing; what was made up, neither."""
    made, late = await confirm(gate), await confirm(gate, replace(INTENT, subject_id="order-2"))
    await spend(gate, made)

    with pytest.raises(PinSpentError, match="was used"):
        await spend(gate, made)
    with pytest.raises(PinSpentError, match="too old"):
        await spend(
            gate,
            late,
            replace(INTENT, subject_id="order-2"),
            now_ms=START_MS + CONFIRMATION_TTL_MS + 1,
        )
    with pytest.raises(PinSpentError, match="not confirmed"):
        await spend(gate, "made-up")


async def test_a_repeated_request_counts_once(gate: Gate) -> None:
    """A retry is confirmed anew and cleared as a repeat; under its key nothing else is cleared."""
    await spend(gate, await confirm(gate))

    again = await spend(gate, await confirm(gate))

    assert again.is_repeat
    changed = replace(INTENT, money=Money(99, CNY))
    with pytest.raises(IdempotencyKeyReusedError):
        await spend(gate, await confirm(gate, changed), changed)

    def count(tx: Tx) -> int:
        row = tx.row("SELECT COUNT(*) AS n FROM wallet_confirmation WHERE spent_at_ms IS NOT NULL")
        return 0 if row is None else int(row["n"])

    assert 1 == await gate.db.read(count)


async def test_a_wrong_pin_confirms_nothing(gate: Gate) -> None:
    """It is counted, and leaves no confirmation behind; old ones are swept."""
    with pytest.raises(WrongPinError):
        await service.authorise(gate, INTENT, Proof("471139"), now_ms=START_MS)
    await confirm(gate)

    swept = await gate.db.write(
        service.forget_old_confirmations, now_ms=START_MS + 3 * CONFIRMATION_TTL_MS
    )

    assert 1 == swept
