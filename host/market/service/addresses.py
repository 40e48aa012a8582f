"""A person's address book."""

from dataclasses import dataclass

from host.core.db import Tx
from host.core.text import clean_line
from host.market import repository
from host.market.errors import AddressNeededError, AddressNotFoundError
from host.market.model import ADDRESSES_MAX, Address, ShipTo
from host.market.service.changes import check_key

RECIPIENT_CHARS_MAX = 80
PHONE_CHARS_MIN, PHONE_CHARS_MAX = 3, 32
PLACE_CHARS_MIN, PLACE_CHARS_MAX = 3, 300
LABEL_CHARS_MAX = 20
_PHONE_CHARS = frozenset("0123456789+-() ")


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """What a person writes on a parcel; ``label`` is their own word for it, such as "home"."""

    recipient: str
    phone: str
    place: str
    label: str = ""


def list_addresses(tx: Tx, person_id: str) -> list[Address]:
    """Return a person's addresses, the one used last first."""
    return repository.list_addresses(tx, person_id, limit=ADDRESSES_MAX)


def add_address(
    tx: Tx, address_id: str, *, person_id: str, facts: AddressFacts, now_ms: int
) -> Address:
    """Add to a person's book under an id that the caller chose; repeating it adds nothing."""
    earlier = repository.find_address(tx, address_id)
    if earlier is not None:
        return access_address(tx, address_id, actor_id=person_id)
    address = Address(
        id=address_id,
        person_id=person_id,
        label=clean_line(facts.label, length_max=LABEL_CHARS_MAX),
        recipient=clean_line(facts.recipient, length_max=RECIPIENT_CHARS_MAX),
        phone=facts.phone.strip(),
        place=clean_line(facts.place, length_max=PLACE_CHARS_MAX),
        used_at_ms=now_ms,
        created_at_ms=now_ms,
    )
    check_key(address_id)
    _check_address(address)
    if len(list_addresses(tx, person_id)) >= ADDRESSES_MAX:
        raise AddressNeededError("Your address book is full. Remove one first.")

    repository.insert_address(tx, address)
    return address


def access_address(tx: Tx, address_id: str, *, actor_id: str) -> Address:
    """Return an address of ``actor_id``; a stranger's looks like a missing one."""
    address = repository.find_address(tx, address_id)
    if address is None:
        raise AddressNotFoundError("You have no address with this id.")
    if address.person_id != actor_id:
        raise AddressNotFoundError("You have no address with this id.")
    return address


def remove_address(tx: Tx, address_id: str, *, actor_id: str, now_ms: int) -> None:
    """Take an address out of the book; orders keep where they were sent."""
    address = access_address(tx, address_id, actor_id=actor_id)
    repository.remove_address(tx, address.id, now_ms=now_ms)


def check_ship_to(tx: Tx, address_id: str | None, *, actor_id: str) -> Address:
    """Return where the buyer wants the parcel, or ask for it."""
    if not address_id:
        raise AddressNeededError("Choose where to send it, or add an address.")
    return access_address(tx, address_id, actor_id=actor_id)


def choose_ship_to(tx: Tx, address_id: str | None, *, actor_id: str, now_ms: int) -> ShipTo:
    """Return the words for the parcel and put the address first in its book."""
    address = check_ship_to(tx, address_id, actor_id=actor_id)
    repository.mark_address_used(tx, address.id, now_ms=now_ms)
    return ShipTo(address.recipient, address.phone, address.place)


def _check_address(address: Address) -> None:
    if not address.recipient:
        raise AddressNeededError("Write the name of who receives the parcel.")
    is_phone = set(address.phone) <= _PHONE_CHARS and any(c.isdigit() for c in address.phone)
    if not (PHONE_CHARS_MIN <= len(address.phone) <= PHONE_CHARS_MAX and is_phone):
        raise AddressNeededError("Write a phone number in digits, so that the courier can call.")
    if len(address.place) < PLACE_CHARS_MIN:
        raise AddressNeededError("Write the address: street, number, place.")
