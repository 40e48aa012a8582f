"""Changing the safety of one's wallet from outside: the PIN first, then the change."""

from host.core.db import Tx
from host.wallet.authority import Gate
from host.wallet.repository.passkey import Passkey
from host.wallet.service import caps, entry, passkey
from host.wallet.service.pin import spend_pin


async def choose_small(gate: Gate, *, person_id: str, pin: str, units: int, now_ms: int) -> None:
    """Choose the ceiling of payments without a PIN."""
    attempt_id = await entry.check_pin(
        gate.db, gate.passwords, person_id=person_id, pin=pin, now_ms=now_ms
    )
    await gate.db.write(_choose_small, person_id, units=units, attempt_id=attempt_id)


async def ask_for_passkey(gate: Gate, *, person_id: str, name: str, pin: str, now_ms: int) -> str:
    """Return, as JSON, what a device is asked to make."""
    attempt_id = await entry.check_pin(
        gate.db, gate.passwords, person_id=person_id, pin=pin, now_ms=now_ms
    )
    return await gate.db.write(
        _ask_for_passkey,
        person_id,
        name=name,
        attempt_id=attempt_id,
        origin=gate.origin,
        now_ms=now_ms,
    )


async def keep_passkey(
    gate: Gate, *, person_id: str, answer: str, name: str, now_ms: int
) -> Passkey:
    """Keep what the device has made."""
    return await gate.db.write(
        passkey.add_passkey, person_id, answer, name=name, origin=gate.origin, now_ms=now_ms
    )


def _choose_small(tx: Tx, person_id: str, *, units: int, attempt_id: str) -> None:
    spend_pin(tx, attempt_id, person_id)
    caps.set_small(tx, person_id, units)


def _ask_for_passkey(
    tx: Tx, person_id: str, *, name: str, attempt_id: str, origin: str, now_ms: int
) -> str:
    spend_pin(tx, attempt_id, person_id)
    return passkey.begin_passkey(tx, person_id, name=name, origin=origin, now_ms=now_ms)
