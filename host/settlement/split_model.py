"""Splits: who gets what of an earning."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency
from host.settlement.model import Source

RECEIVERS_MAX = 50
SPLITS_PER_EARNING_MAX = 50
WHOLE_BPS = 10_000


class ReceiverKind(StrEnum):
    """Who can receive a part."""

    BRAND = "brand"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A part as it is asked for: by amount, or as a share in hundredths of a percent."""

    kind: ReceiverKind
    id: str
    amount_minor: int | None = None
    share_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it was paid."""

    position: int
    receiver: Receiver
    amount_minor: int
    returned_minor: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """What a merchant divided at once."""

    id: str
    source: Source
    request_id: str
    brand_id: str
    currency: Currency
    amount_minor: int
    actor_id: str
    at_ms: int
    parts: tuple[Part, ...] = ()


def divide(base_minor: int, receivers: Sequence[Receiver]) -> list[int]:
    """Return what each receiver gets of an earning of ``base_minor``.

    A share is rounded down to a whole minor unit.  When the shares make up the whole, what the
    rounding left goes to the first of them; otherwise it stays with the merchant.
    """
    amounts = [
        receiver.amount_minor
        if receiver.amount_minor is not None
        else base_minor * (receiver.share_bps or 0) // WHOLE_BPS
        for receiver in receivers
    ]
    shares = [receiver.share_bps for receiver in receivers if receiver.share_bps is not None]
    if sum(shares) == WHOLE_BPS and len(shares) == len(receivers):
        amounts[0] += base_minor - sum(amounts)
    return amounts
