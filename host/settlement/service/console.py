"""What only the owner does on the console: dividing an earning, paying a person."""

import re
from collections.abc import Sequence

from host.brands import service as brands
from host.core.db import Tx
from host.core.money import Currency, Money, parse_amount
from host.identity import service as identity
from host.settlement.errors import EarningNotFoundError, SplitRefusedError
from host.settlement.model import Earning, Source
from host.settlement.payout_model import PersonPayment
from host.settlement.repository import items, splits
from host.settlement.service.people import pay_person
from host.settlement.service.splits import split_earning
from host.settlement.split_model import Receiver, ReceiverKind, Split
from host.wallet import service as wallet

_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))? ?%", re.ASCII)


def open_earning(
    tx: Tx, handle: str, *, actor_id: str, kind: str, source_id: str
) -> tuple[brands.Brand, Earning, list[Split]]:
    """Return an earning of a brand that ``actor_id`` acts for, and how it was divided."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    source = Source(kind, source_id)
    earning = items.find_earning(tx, source)
    if earning is None or earning.brand_id != brand.id:
        raise EarningNotFoundError("Your brand has earned nothing under this name.")
    return brand, earning, splits.find_of_source(tx, source)


def divide_earning(
    tx: Tx,
    handle: str,
    *,
    actor_id: str,
    request_id: str,
    kind: str,
    source_id: str,
    asked: Sequence[tuple[str, str]],
    now_ms: int,
) -> Split:
    """Divide an earning between ``asked``: handles, each with an amount or a percentage."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    brands.access_own_brand(tx, brand.id, actor_id=actor_id)
    _, earning, _ = open_earning(tx, handle, actor_id=actor_id, kind=kind, source_id=source_id)
    return split_earning(
        tx,
        request_id=request_id,
        brand_id=brand.id,
        actor_id=actor_id,
        source_kind=kind,
        source_id=source_id,
        receivers=[_receiver(tx, who, part, earning.currency) for who, part in asked if who],
        now_ms=now_ms,
    )


def pay_somebody(
    tx: Tx,
    key: str,
    *,
    handle: str,
    actor_id: str,
    pin_attempt_id: str,
    person_handle: str,
    money: Money,
    memo: str,
    now_ms: int,
) -> PersonPayment:
    """Pay a person from what the brand has available, as its owner, with the PIN."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    brands.access_own_brand(tx, brand.id, actor_id=actor_id)
    person = identity.access_person_by_handle(tx, person_handle)
    wallet.spend_pin(tx, pin_attempt_id, actor_id)
    return pay_person(
        tx,
        key,
        brand_id=brand.id,
        actor_id=actor_id,
        person_id=person.id,
        money=money,
        memo=memo,
        now_ms=now_ms,
    )


def _receiver(tx: Tx, handle: str, part: str, currency: Currency) -> Receiver:
    amount_minor, share_bps = None, None
    match = _PERCENT.fullmatch(part.strip())
    if match is not None:
        share_bps = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
        if not 0 < share_bps <= 10_000:  # noqa: PLR2004  (all of it)
            raise SplitRefusedError("A share is more than 0 and at most 100 %.")
    else:
        amount_minor = parse_amount(part, currency)
    brand = brands.find_brand_by_handle(tx, handle)
    if brand is not None:
        return Receiver(ReceiverKind.BRAND, brand.id, amount_minor, share_bps)
    person = identity.access_person_by_handle(tx, handle)
    return Receiver(ReceiverKind.PERSON, person.id, amount_minor, share_bps)
