"""Ann before the door with a PIN: builders for the tests of limits and rules."""

from host.core.deps import Deps
from host.core.ids import new_id
from host.core.money import Money
from host.wallet import service
from host.wallet.authority import Clearance, Gate, PaymentIntent, PaymentPurpose, Proof
from host.wallet.service import entry
from tests.conftest import START_MS
from tests.wallet.make import CNY

PIN = "471138"
ORIGIN = "https://lane.example"
MINUTE_MS, DAY_MS = 60_000, 24 * 3600 * 1000


async def door(deps: Deps) -> Gate:
    """Return the door, after Ann has chosen a PIN."""
    await entry.change_pin(
        deps.db, deps.passwords, person_id="ann", current=None, new=PIN, now_ms=START_MS
    )
    return Gate(deps.db, deps.passwords, ORIGIN)


def intent(
    amount_minor: int,
    payee_id: str = "bob",
    purpose: PaymentPurpose = PaymentPurpose.SEND,
    subject_id: str = "",
) -> PaymentIntent:
    """Return a payment of Ann's."""
    return PaymentIntent("ann", purpose, subject_id or new_id(), Money(amount_minor, CNY), payee_id)


async def pay(
    gate: Gate,
    what: PaymentIntent,
    *,
    pin: str | None = PIN,
    now_ms: int = START_MS,
    device_at_ms: int | None = None,
) -> Clearance:
    """Confirm a payment and clear it, as the transaction that moves the money does."""
    proof = Proof(pin, device_at_ms=device_at_ms)
    made = await service.authorise(gate, what, proof, now_ms=now_ms)
    return await gate.db.write(service.spend_confirmation, made, what, now_ms=now_ms)
