"""The shapes of the payments API that are about money already earned: splits and people."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from host.payments.schemas import Amount, AtMs, CurrencyCode, Number
from host.settlement.payout_model import MEMO_CHARS_MAX, Payout, PersonPayment
from host.settlement.split_model import RECEIVERS_MAX, WHOLE_BPS, ReceiverKind, Split

SourceKind = Literal["payment", "order"]
Place = Annotated[str, Meta(min_length=1, max_length=64)]
Share = Annotated[int, Meta(ge=1, le=WHOLE_BPS, description="Hundredths of a percent.")]


class NewReceiver(Struct, forbid_unknown_fields=True):
    """A part: an amount or a share, not both."""

    kind: Literal["brand", "person"]
    handle: Annotated[str, Meta(min_length=1, max_length=40)]
    amount_minor: Amount | None = None
    share_bps: Share | None = None


class NewSplit(Struct, forbid_unknown_fields=True):
    """What to divide: a payment by your number, or an order of your shop by its id."""

    out_split_no: Number
    id: Place
    receivers: Annotated[list[NewReceiver], Meta(min_length=1, max_length=RECEIVERS_MAX)]
    kind: SourceKind = "payment"


class NewSplitReturn(Struct, forbid_unknown_fields=True):
    """What your brand received and gives back."""

    out_return_no: Number
    amount_minor: Amount


class PartShape(Struct):
    """A part as it was paid."""

    kind: ReceiverKind
    id: str
    amount_minor: int
    returned_minor: int


class SplitShape(Struct):
    """What was divided at once."""

    split_id: str
    out_split_no: str
    currency: str
    amount_minor: int
    created_at_ms: AtMs
    receivers: list[PartShape]


class NewPersonPayment(Struct, forbid_unknown_fields=True):
    """Money for somebody's wallet, from what your brand has available."""

    out_payment_no: Number
    handle: Annotated[str, Meta(min_length=1, max_length=40)]
    amount_minor: Amount
    currency: CurrencyCode
    memo: Annotated[str, Meta(min_length=1, max_length=MEMO_CHARS_MAX)]


class PersonPaymentShape(Struct):
    """What was paid into a wallet."""

    payment_id: str
    amount_minor: int
    currency: str
    memo: str
    created_at_ms: AtMs


class NewPayout(Struct, forbid_unknown_fields=True):
    """Money for your brand's bank account, from what it has available."""

    out_payout_no: Number
    amount_minor: Amount
    currency: CurrencyCode


class PayoutShape(Struct):
    """A payout; `state` is what the bank last said: new, sent, unknown, done, failed, returned."""

    payout_id: str
    out_payout_no: str
    amount_minor: int
    currency: str
    account: Annotated[str, Meta(description="The end of the account's number.")]
    state: str
    reason: Annotated[str, Meta(description="Why it failed or came back; empty otherwise.")]
    created_at_ms: AtMs
    changed_at_ms: AtMs


def shape_payout(payout: Payout, out_payout_no: str) -> PayoutShape:
    """Return a payout as it is answered."""
    return PayoutShape(
        payout.id,
        out_payout_no,
        payout.money.amount_minor,
        payout.money.currency,
        payout.shown_number,
        payout.state,
        payout.reason,
        payout.at_ms,
        payout.changed_at_ms,
    )


def shape_split(split: Split) -> SplitShape:
    """Return a split as it is answered."""
    parts = [
        PartShape(part.receiver.kind, part.receiver.id, part.amount_minor, part.returned_minor)
        for part in split.parts
    ]
    return SplitShape(
        split.id, split.request_id, split.currency, split.amount_minor, split.at_ms, parts
    )


def shape_person_payment(payment: PersonPayment) -> PersonPaymentShape:
    """Return a payment into a wallet as it is answered."""
    money = payment.money
    return PersonPaymentShape(
        payment.id, money.amount_minor, money.currency, payment.memo, payment.at_ms
    )
