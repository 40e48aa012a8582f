"""Passkeys: what a device signed confirms one payment, on this site, by its user."""

import json
from dataclasses import replace

import pytest

from host.core.deps import Deps
from host.core.money import Money
from host.wallet import service
from host.wallet.authority import Gate, Method, PaymentIntent, PaymentPurpose, Proof
from host.wallet.errors import (
    PasskeyChallengeError,
    PasskeyNotFoundError,
    PasskeyRefusedError,
    PinSpentError,
)
from host.wallet.service.passkey import CHALLENGE_TTL_MS
from tests.conftest import START_MS
from tests.wallet.authenticator import USER_PRESENT, Authenticator
from tests.wallet.make import CNY

ORIGIN = "https://lane.example"
INTENT = PaymentIntent("ann", PaymentPurpose.ORDER, "order-1", Money(12_800, CNY), "tea-house")


@pytest.fixture
def gate(deps: Deps) -> Gate:
    """The door of a host at lane.example."""
    return Gate(deps.db, deps.passwords, ORIGIN)


@pytest.fixture
async def device(gate: Gate) -> Authenticator:
    """A device on which Ann has made a passkey."""
    made = Authenticator(ORIGIN)
    await register(gate, made)
    return made


async def register(gate: Gate, device: Authenticator, person_id: str = "ann") -> None:
    """Make a passkey."""
    asked = await gate.db.write(
        service.begin_passkey, person_id, name="Ann", origin=ORIGIN, now_ms=START_MS
    )
    await gate.db.write(
        service.add_passkey,
        person_id,
        device.make(asked),
        name="Telephone",
        origin=ORIGIN,
        now_ms=START_MS,
    )


async def ask(gate: Gate, intent: PaymentIntent = INTENT) -> str:
    """Ask to confirm a payment with a passkey and return what is to be signed."""
    with pytest.raises(PasskeyChallengeError) as asked:
        await service.authorise(gate, intent, Proof(passkey=""), now_ms=START_MS)
    return json.dumps(asked.value.extra)


async def give(
    gate: Gate, signed: str, intent: PaymentIntent = INTENT, *, now_ms: int = START_MS
) -> str:
    """Hand in what a device signed."""
    return await service.authorise(gate, intent, Proof(passkey=signed), now_ms=now_ms)


async def test_a_signature_pays_what_was_signed(gate: Gate, device: Authenticator) -> None:
    """It becomes a confirmation of this payment; neither can be used again."""
    signed = device.sign(await ask(gate))
    made = await give(gate, signed)

    cleared = await gate.db.write(service.spend_confirmation, made, INTENT, now_ms=START_MS)

    assert Method.PASSKEY == cleared.method
    with pytest.raises(PasskeyRefusedError, match="used before"):
        await give(gate, signed)
    with pytest.raises(PinSpentError):
        await gate.db.write(service.spend_confirmation, made, INTENT, now_ms=START_MS)


@pytest.mark.parametrize(
    "other",
    [
        replace(INTENT, subject_id="order-2"),
        replace(INTENT, money=Money(128_000, CNY)),
        replace(INTENT, payee_id="mallory"),
    ],
    ids=["order", "amount", "payee"],
)
async def test_it_cannot_be_moved_to_another_payment(
    gate: Gate, device: Authenticator, other: PaymentIntent
) -> None:
    """AB-041: signed for one order, handed in for another order, amount or payee."""
    with pytest.raises(PasskeyRefusedError, match="does not fit"):
        await give(gate, device.sign(await ask(gate)), other)


async def test_what_a_hostile_page_or_device_signs_is_refused(
    gate: Gate, device: Authenticator
) -> None:
    """Another site, a frame, another name, no finger, an old counter, another key: none pays."""
    elsewhere = {"origin": "https://lane.example.evil.example"}
    for client in (elsewhere, {"crossOrigin": True}, {"topOrigin": "https://evil.example"},
                   {"type": "webauthn.create"}, {"challenge": "AAAA"}):  # fmt: skip
        device.client = client
        with pytest.raises(PasskeyRefusedError):
            await give(gate, device.sign(await ask(gate)))
    device.client = {}

    device.rp_id = "evil.example"
    with pytest.raises(PasskeyRefusedError):
        await give(gate, device.sign(await ask(gate)))
    device.rp_id = "lane.example"

    device.flags = USER_PRESENT
    with pytest.raises(PasskeyRefusedError):
        await give(gate, device.sign(await ask(gate)))
    device.flags |= 0x04

    thief = Authenticator(ORIGIN)
    thief.id = device.id
    thief.count = 100
    with pytest.raises(PasskeyRefusedError):
        await give(gate, thief.sign(await ask(gate)))

    await give(gate, device.sign(await ask(gate)))
    device.count -= 2
    with pytest.raises(PasskeyRefusedError):
        await give(gate, device.sign(await ask(gate)))


async def test_a_challenge_is_one_persons_for_two_minutes(
    gate: Gate, device: Authenticator
) -> None:
    """Bob's passkey and Bob's challenge confirm nothing of Ann's; an old one neither."""
    bobs = Authenticator(ORIGIN)
    await register(gate, bobs, "bob")
    with pytest.raises(PasskeyRefusedError, match="not known"):
        await give(gate, bobs.sign(await ask(gate)))
    of_bob = replace(INTENT, person_id="bob")
    with pytest.raises(PasskeyRefusedError):
        await give(gate, device.sign(await ask(gate, of_bob)))
    with pytest.raises(PasskeyRefusedError, match="too long"):
        await give(gate, device.sign(await ask(gate)), now_ms=START_MS + CHALLENGE_TTL_MS + 1)


@pytest.mark.parametrize(
    "junk",
    ["x", "{}", "[]", '{"nonce":"n","credential":{}}', "\x00", "9" * 20_000,
     '{"nonce":"n","credential":{"response":{"clientDataJSON":"AA"}}}',
     '{"nonce":1,"credential":null}', "[" * 10_000],
)  # fmt: skip
async def test_junk_is_refused(gate: Gate, device: Authenticator, junk: str) -> None:
    """What is no answer of a device is a refusal, not an error."""
    with pytest.raises(PasskeyRefusedError):
        await give(gate, junk)


async def test_a_removed_passkey_confirms_nothing(gate: Gate, device: Authenticator) -> None:
    """Only its owner removes it, and then it is unknown; one device is added once."""
    (kept,) = await gate.db.read(service.find_passkeys, "ann")
    with pytest.raises(PasskeyNotFoundError):
        await gate.db.write(service.remove_passkey, kept.id, actor_id="bob")
    with pytest.raises(PasskeyRefusedError, match="already"):
        await register(gate, device)
    signed = device.sign(await ask(gate))

    await gate.db.write(service.remove_passkey, kept.id, actor_id="ann")

    with pytest.raises(PasskeyRefusedError, match="not known"):
        await give(gate, signed)
    with pytest.raises(PasskeyNotFoundError):
        await service.authorise(gate, INTENT, Proof(passkey=""), now_ms=START_MS)
