"""Passkeys: a device signs one payment instead of its owner typing the PIN.

The challenge that is signed is a digest of a fresh nonce and of the payment (who, for what, to
whom, how much), computed again from the payment that is about to be made.  So a signature cannot be
moved to another order or amount: it would be over another challenge.  User verification is
required: the device must have seen a finger, a face or its own code, not just a tap.
"""

import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from host.core.db import Tx
from host.core.text import clean_line
from host.wallet.authority import Method, PaymentIntent
from host.wallet.errors import (
    PasskeyChallengeError,
    PasskeyLimitError,
    PasskeyNotFoundError,
    PasskeyRefusedError,
)
from host.wallet.repository import passkey as repository
from host.wallet.repository.passkey import Passkey
from host.wallet.service.authorise import confirm

CHALLENGE_TTL_MS = 2 * 60_000
PASSKEY_COUNT_MAX = 10
PASSKEY_NAME_CHARS_MAX = 40
_RP_NAME = "Hutong"
_NONCE_BYTES = 24
# A signed answer of a device has about one kilobyte.
_SIGNED_CHARS = 16_384


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What a page sends back: the nonce that it got, and what the device signed."""

    nonce: str
    credential: dict[str, Any]


def challenge_payment(tx: Tx, intent: PaymentIntent, *, origin: str, now_ms: int) -> str:
    """Return, as JSON, what the page asks a device to sign for exactly this payment."""
    keys = repository.find_passkeys(tx, intent.person_id, limit=PASSKEY_COUNT_MAX)
    if not keys:
        raise PasskeyNotFoundError("You have no passkey yet. Add one in your wallet's settings.")
    nonce = _new_nonce(tx, intent.person_id, now_ms=now_ms)
    options = webauthn.generate_authentication_options(
        rp_id=rp_id_of(origin),
        challenge=_challenge(nonce, _facts(intent)),
        timeout=CHALLENGE_TTL_MS,
        allow_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in keys
        ],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _with_nonce(nonce, webauthn.options_to_json(options))


def ask_device(tx: Tx, intent: PaymentIntent, *, origin: str, now_ms: int) -> PasskeyChallengeError:
    """Return the answer to a payment that is to be confirmed with a passkey."""
    asked = json.loads(challenge_payment(tx, intent, origin=origin, now_ms=now_ms))
    return PasskeyChallengeError("Confirm this payment with your passkey.", **asked)


def confirm_with_passkey(
    tx: Tx,
    intent: PaymentIntent,
    answer: str,
    *,
    origin: str,
    device_at_ms: int | None = None,
    now_ms: int,
) -> str:
    """Note a confirmation that a device of this person signed, and return its id."""
    given = _read(answer)
    _take(tx, given, intent.person_id, now_ms=now_ms)
    key = repository.lock_passkey(tx, str(given.credential.get("id", "")))
    if key is None or key.person_id != intent.person_id:
        raise PasskeyRefusedError("This passkey is not known here. Use your PIN.")
    try:
        signed = webauthn.verify_authentication_response(
            credential=given.credential,
            expected_challenge=_challenge(given.nonce, _facts(intent)),
            expected_rp_id=rp_id_of(origin),
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except _REFUSED as error:
        raise PasskeyRefusedError(_WRONG) from error
    repository.set_used(tx, key.id, sign_count=signed.new_sign_count, now_ms=now_ms)
    return confirm(tx, intent, Method.PASSKEY, device_at_ms=device_at_ms, now_ms=now_ms)


def begin_passkey(tx: Tx, person_id: str, *, name: str, origin: str, now_ms: int) -> str:
    """Return, as JSON, what the page asks a device to make; the caller has seen the PIN."""
    keys = repository.find_passkeys(tx, person_id, limit=PASSKEY_COUNT_MAX)
    if len(keys) >= PASSKEY_COUNT_MAX:
        raise PasskeyLimitError("You have ten passkeys. Remove one first.")
    nonce = _new_nonce(tx, person_id, now_ms=now_ms)
    options = webauthn.generate_registration_options(
        rp_id=rp_id_of(origin),
        rp_name=_RP_NAME,
        user_name=name,
        user_id=hashlib.sha256(f"wallet:{person_id}".encode()).digest(),
        user_display_name=name,
        challenge=_challenge(nonce, _registering(person_id)),
        timeout=CHALLENGE_TTL_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in keys
        ],
    )
    return _with_nonce(nonce, webauthn.options_to_json(options))


def add_passkey(
    tx: Tx, person_id: str, answer: str, *, name: str, origin: str, now_ms: int
) -> Passkey:
    """Keep a passkey that a device has made for this person."""
    given = _read(answer)
    _take(tx, given, person_id, now_ms=now_ms)
    try:
        made = webauthn.verify_registration_response(
            credential=given.credential,
            expected_challenge=_challenge(given.nonce, _registering(person_id)),
            expected_rp_id=rp_id_of(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except _REFUSED as error:
        raise PasskeyRefusedError(_WRONG) from error
    passkey = Passkey(
        bytes_to_base64url(made.credential_id),
        person_id,
        clean_line(name, length_max=PASSKEY_NAME_CHARS_MAX) or "Passkey",
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
        now_ms,
        None,
    )
    if not repository.insert_passkey(tx, passkey):
        raise PasskeyRefusedError("This passkey is known here already.")
    return passkey


def find_passkeys(tx: Tx, person_id: str) -> list[Passkey]:
    """Return a person's passkeys, newest first."""
    return repository.find_passkeys(tx, person_id, limit=PASSKEY_COUNT_MAX)


def remove_passkey(tx: Tx, passkey_id: str, *, actor_id: str) -> None:
    """Forget one of one's own passkeys."""
    if not repository.delete_passkey(tx, passkey_id, actor_id):
        raise PasskeyNotFoundError("You have no such passkey.")


def forget_old_challenges(tx: Tx, *, now_ms: int) -> int:
    """Delete challenges that nobody answered and return how many."""
    return repository.delete_challenges(tx, before_ms=now_ms - CHALLENGE_TTL_MS)


def rp_id_of(origin: str) -> str:
    """Return the name that passkeys of this host are bound to."""
    return urlsplit(origin).hostname or ""


# What the library raises for an answer that does not fit, and Python for one that is no answer.
_REFUSED = (WebAuthnException, ValueError, KeyError, TypeError)
_WRONG = "The passkey's answer does not fit this payment. Try again, or use your PIN."


def _read(answer: str) -> Answer:
    try:
        if len(answer) > _SIGNED_CHARS:
            raise PasskeyRefusedError(_WRONG)
        given = msgspec.json.decode(answer, type=Answer)
        response = given.credential["response"]
        client = json.loads(base64url_to_bytes(response["clientDataJSON"]))
    except (*_REFUSED, msgspec.DecodeError, RecursionError) as error:
        raise PasskeyRefusedError(_WRONG) from error
    # The library looks at the origin alone; a page of ours in a frame of theirs signs with ours.
    if not isinstance(client, dict) or client.get("crossOrigin") or "topOrigin" in client:
        raise PasskeyRefusedError(_WRONG)
    return given


def _take(tx: Tx, given: Answer, person_id: str, *, now_ms: int) -> None:
    if not repository.take_challenge(
        tx, given.nonce, person_id, since_ms=now_ms - CHALLENGE_TTL_MS
    ):
        raise PasskeyRefusedError("This took too long, or was used before. Try again.")


def _new_nonce(tx: Tx, person_id: str, *, now_ms: int) -> str:
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    repository.insert_challenge(tx, nonce, person_id, now_ms=now_ms)
    return nonce


def _facts(intent: PaymentIntent) -> list[str | int]:
    return [
        "pay",
        intent.person_id,
        str(intent.purpose),
        intent.subject_id,
        intent.money.amount_minor,
        intent.money.currency,
        intent.payee_id,
    ]


def _registering(person_id: str) -> list[str | int]:
    return ["register", person_id]


def _challenge(nonce: str, facts: list[str | int]) -> bytes:
    # A JSON array: no two different payments have one text, whatever the fields hold.
    return hashlib.sha256(msgspec.json.encode([nonce, *facts])).digest()


def _with_nonce(nonce: str, options: str) -> str:
    return json.dumps({"nonce": nonce, "options": json.loads(options)})
