"""What a person is asked to confirm, how they did, and what came of it: plain values.

Every payment that a person makes is a ``PaymentIntent``.  The host makes it from what it knows of
the order, the transfer or the withdrawal, never from what a form says, and compares it again when
money moves: a confirmation of one intent is worth nothing for any other.
"""

from dataclasses import dataclass
from enum import StrEnum

from host.core.db import Database
from host.core.money import Money
from host.core.passwords import Passwords


class PaymentPurpose(StrEnum):
    """What a person pays for; ``PaymentIntent.subject_id`` is an id of this kind."""

    SEND = "send"
    ORDER = "order"
    BILL = "bill"
    WITHDRAWAL = "withdrawal"
    # A code that was scanned or shown at a till.
    CODE = "code"
    RED_PACKET = "red_packet"
    # What somebody asked for; the subject is the id of the payer's share.
    REQUEST = "request"
    # Leave to a merchant to debit later, by rule; signing it moves nothing.
    MANDATE = "mandate"
    # What a merchant takes under such a leave, with nobody there to confirm it.
    DEBIT = "debit"


# What waits as a hold of the ledger while it is being checked.  Every other purpose has facts of
# its own that may change meanwhile (stock, prices), so it is checked first and paid afterwards.
HELD_PURPOSES = frozenset({PaymentPurpose.SEND, PaymentPurpose.WITHDRAWAL})


class Method(StrEnum):
    """How a payment was confirmed."""

    PIN = "pin"
    PASSKEY = "passkey"
    # Not at all: small, and the payer has said that small ones need nothing.
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """One payment, whole: change any of this and it is another one."""

    person_id: str
    purpose: PaymentPurpose
    # The order, the transfer, the withdrawal: the id under which money will move once.
    subject_id: str
    money: Money
    # A person, a brand or a rail.
    payee_id: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What came with a payment to show that its person wants it; None is what was not sent."""

    pin: str | None = None
    # What a device signed, as JSON; empty asks for something to sign.
    passkey: str | None = None
    # Since when the device was signed in; a confirmation from a new one is judged more strictly.
    device_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What judging a proof needs of the host."""

    db: Database
    passwords: Passwords
    # Where people reach this host, such as https://lane.example: passkeys are bound to it.
    origin: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An intent that was confirmed."""

    id: str
    intent: PaymentIntent
    method: Method
    device_at_ms: int | None
    made_at_ms: int
    spent_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What a payment will ask its person for, for the sheet that asks."""

    needs_proof: bool
    has_pin: bool
    # Whether a passkey will do instead.
    has_passkey: bool = False


@dataclass(frozen=True, slots=True)
class Clearance:
    """What the transaction that moves the money may do now."""

    method: Method
    # The same payment was cleared before: it is repeated, and counts once.
    is_repeat: bool = False
    # The money is to be held, not moved, until somebody has looked, or this moment has come.
    held_until_ms: int | None = None
