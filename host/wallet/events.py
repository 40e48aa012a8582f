"""What the wallet tells others, once it is committed."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class TransferPosted(Event):
    """Money moved.  The ids are those of the accounts' owners: people, brands, orders, rails."""

    name: ClassVar[str] = "wallet.transfer_posted"

    transfer_id: str
    purpose: str
    reference: str
    payer_id: str
    payee_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RailAnswered(Event):
    """A rail said what became of an order: ``done``, ``failed``, ``unknown`` or ``returned``."""

    name: ClassVar[str] = "wallet.rail_answered"

    operation_id: str
    rail: str
    direction: str
    owner_kind: str
    owner_id: str
    amount_minor: int
    currency: str
    state: str
    # What the rail said of a failure; empty where it said nothing.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MoneyOffered(Event):
    """A person sent money to a contact; it may be theirs already or wait for them."""

    name: ClassVar[str] = "wallet.money_offered"

    transfer_id: str
    sender_id: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class OfferEnded(Event):
    """Money that waited was accepted, declined, cancelled, or went back after a day."""

    name: ClassVar[str] = "wallet.offer_ended"

    transfer_id: str
    sender_id: str
    receiver_id: str
    outcome: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PacketReturned(Event):
    """A day passed: what nobody took of a red packet is the sender's again."""

    name: ClassVar[str] = "wallet.packet_returned"

    packet_id: str
    sender_id: str
    circle_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class MoneyRequested(Event):
    """A person asked a contact for money."""

    name: ClassVar[str] = "wallet.money_requested"

    request_id: str
    requester_id: str
    payer_id: str


@dataclass(frozen=True, slots=True)
class ShareEnded(Event):
    """Somebody paid or declined what they were asked for; ``circle_id`` is '' between two."""

    name: ClassVar[str] = "wallet.share_ended"

    request_id: str
    requester_id: str
    person_id: str
    circle_id: str
    outcome: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RequestEnded(Event):
    """Everybody has answered a request, its maker closed it, or a week has passed."""

    name: ClassVar[str] = "wallet.request_ended"

    request_id: str
    requester_id: str
    circle_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PeopleReminded(Event):
    """Whoever has not answered a request was reminded."""

    name: ClassVar[str] = "wallet.people_reminded"

    request_id: str
    requester_id: str
    circle_id: str
