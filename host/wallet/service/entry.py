"""Use cases that wait: Argon2 between two transactions, a rail between two transactions."""

import asyncio

from host.core.db import Database, Tx
from host.core.ids import derived_id
from host.core.money import Money
from host.core.passwords import Passwords
from host.identity.service import entry as identity
from host.wallet.authority import (
    HELD_PURPOSES,
    Demand,
    Gate,
    Method,
    PaymentIntent,
    Proof,
)
from host.wallet.errors import ProofNeededError, WrongPinError
from host.wallet.rail_model import RailAnswer, RailOperation, RailState
from host.wallet.rails import Rail
from host.wallet.service import pin as pins
from host.wallet.service import rail as operations
from host.wallet.service import risks
from host.wallet.service.authorise import (
    check_first,
    check_refusal,
    confirm,
    confirm_with_pin,
    judge_payment,
    refuse_unchecked,
)
from host.wallet.service.passkey import ask_device, confirm_with_passkey

# A rail that has not answered by then is asked later what became of it.
RAIL_TIMEOUT_S = 10.0
_ASK_AGAIN_MS = 15_000


async def authorise(gate: Gate, intent: PaymentIntent, proof: Proof, *, now_ms: int) -> str:
    """Return a confirmation of exactly this payment, to be spent when its money moves.

    What rules found is noted before anything is refused, so that a refusal leaves a trace.
    """
    verdict = await gate.db.read(
        judge_payment, intent, device_at_ms=proof.device_at_ms, now_ms=now_ms
    )
    if verdict.found:
        await gate.db.write(risks.record, intent, verdict.found, now_ms=now_ms)
    check_refusal(verdict)
    confirmation_id = await _confirm(gate, intent, proof, verdict.demand, now_ms=now_ms)
    if verdict.is_odd and intent.purpose not in HELD_PURPOSES:
        await gate.db.write(check_first, intent, now_ms=now_ms)
        await gate.db.read(refuse_unchecked, intent)
    return confirmation_id


async def _confirm(
    gate: Gate, intent: PaymentIntent, proof: Proof, demand: Demand, *, now_ms: int
) -> str:
    since_ms = proof.device_at_ms
    if proof.passkey == "":
        raise await gate.db.write(ask_device, intent, origin=gate.origin, now_ms=now_ms)
    if proof.passkey is not None:
        return await gate.db.write(
            confirm_with_passkey,
            intent,
            proof.passkey,
            origin=gate.origin,
            device_at_ms=since_ms,
            now_ms=now_ms,
        )
    if proof.pin is not None:
        attempt_id = await _try_pin(
            gate.db, gate.passwords, intent.person_id, proof.pin, now_ms=now_ms
        )
        return await gate.db.write(
            confirm_with_pin, attempt_id, intent, device_at_ms=since_ms, now_ms=now_ms
        )
    if demand.needs_proof:
        raise ProofNeededError("This payment needs your PIN or a passkey.")
    return await gate.db.write(confirm, intent, Method.SMALL, device_at_ms=since_ms, now_ms=now_ms)


async def check_pin(
    db: Database, passwords: Passwords, *, person_id: str, pin: str, now_ms: int
) -> str:
    """Return an accepted attempt for a change of the wallet itself; payments are authorised."""
    attempt_id = await _try_pin(db, passwords, person_id, pin, now_ms=now_ms)
    await db.write(pins.accept_pin, attempt_id, person_id)
    return attempt_id


async def _try_pin(
    db: Database, passwords: Passwords, person_id: str, pin: str, *, now_ms: int
) -> str:
    """Return an attempt whose PIN is right, to be accepted, or refuse a wrong one, counted."""
    attempt = await db.write(pins.begin_pin_attempt, person_id, now_ms)
    # Longer than any PIN is wrong without being hashed; the attempt counts all the same.
    is_right = len(pin) == pins.PIN_DIGITS and await passwords.verify(attempt.pin_hash, pin)
    if not is_right:
        await db.write(pins.refuse_pin, attempt.id, person_id)
        raise WrongPinError(
            "The PIN is wrong. Tries left before it is locked: %(attempts_left)s.",
            attempts_left=attempt.attempts_left,
        )
    return attempt.id


async def change_pin(
    db: Database,
    passwords: Passwords,
    *,
    person_id: str,
    current: str | None,
    new: str,
    now_ms: int,
) -> None:
    """Set the PIN, or replace it after the current one was given."""
    pins.check_new_pin(new)
    attempt_id = None
    if await db.read(pins.has_pin, person_id):
        attempt_id = await check_pin(
            db, passwords, person_id=person_id, pin=current or "", now_ms=now_ms
        )
    pin_hash = await passwords.hash(new)
    await db.write(pins.set_pin, person_id, pin_hash=pin_hash, attempt_id=attempt_id, now_ms=now_ms)


async def reset_pin(
    db: Database, passwords: Passwords, *, person_id: str, password: str, new: str, now_ms: int
) -> int:
    """Choose a new PIN without the old one: with the account's password, good after a day."""
    pins.check_new_pin(new)
    await identity.check_own_password(
        db, passwords, actor_id=person_id, password=password, now_ms=now_ms
    )
    pin_hash = await passwords.hash(new)
    return await db.write(pins.begin_reset, person_id, pin_hash=pin_hash, now_ms=now_ms)


async def top_up(
    db: Database, rail: Rail, *, key: str, person_id: str, money: Money, now_ms: int
) -> RailOperation:
    """Bring money in through ``rail``; the same key asks for the same money once."""
    operation_id = derived_id("wallet.top_up", person_id, key)
    operation = await db.write(
        operations.begin_top_up,
        operation_id,
        rail=rail.name,
        person_id=person_id,
        money=money,
        now_ms=now_ms,
    )
    return await run_operation(db, rail, operation, now_ms=now_ms)


async def withdraw(
    db: Database,
    rail: Rail,
    *,
    key: str,
    person_id: str,
    money: Money,
    confirmation_id: str,
    now_ms: int,
) -> RailOperation:
    """Send money out through ``rail``; the same key sends it once."""
    operation_id = withdrawal_id(person_id, key)
    operation = await db.write(
        operations.begin_withdrawal,
        operation_id,
        rail=rail.name,
        person_id=person_id,
        money=money,
        confirmation_id=confirmation_id,
        now_ms=now_ms,
    )
    return await run_operation(db, rail, operation, now_ms=now_ms)


def withdrawal_id(person_id: str, key: str) -> str:
    """Return the id of the withdrawal that a person orders under ``key``."""
    return derived_id("wallet.withdraw", person_id, key)


async def run_operation(
    db: Database, rail: Rail, operation: RailOperation, *, now_ms: int
) -> RailOperation:
    """Order what is new, ask about what was ordered before, and note the answer."""
    if operation.state.is_final or await db.read(operations.is_being_checked, operation):
        return operation
    may_send = await db.write(operations.claim_operation, operation.id, now_ms=now_ms)
    try:
        async with asyncio.timeout(RAIL_TIMEOUT_S):
            answer = await (rail.send(operation) if may_send else rail.query(operation))
    except TimeoutError:
        answer = RailAnswer(RailState.UNKNOWN)
    return await db.write(operations.record_answer, operation.id, answer, now_ms=now_ms)


async def settle_waiting(db: Database, rails: dict[str, Rail], *, now_ms: int) -> int:
    """Ask the rails about every order without an answer and return how many have ended."""
    ended = 0
    for operation in await db.read(_waiting, now_ms=now_ms):
        answered = await run_operation(db, rails[operation.rail], operation, now_ms=now_ms)
        ended += answered.state.is_final
    return ended


def _waiting(tx: Tx, *, now_ms: int) -> list[RailOperation]:
    return operations.find_waiting_operations(tx, before_ms=now_ms - _ASK_AGAIN_MS)
