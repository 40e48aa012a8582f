"""What a merchant's server does with money that its brand has earned, by key."""

from host.brands import service as brands
from host.core.db import Tx
from host.core.money import Currency, Money
from host.identity import service as identity
from host.payments.errors import PaymentStateError
from host.payments.model import Caller, KeyRole, Mode
from host.payments.service.keys import check_role
from host.payments.service.money import BUSINESS
from host.payments.service.orders import access_order
from host.payments.settlement_schemas import (
    NewPayout,
    NewPersonPayment,
    NewReceiver,
    NewSplit,
    NewSplitReturn,
)
from host.settlement import service as settlement
from host.settlement.errors import SplitNotFoundError
from host.settlement.money_model import DailyFile
from host.settlement.payout_model import Payout, PersonPayment
from host.settlement.split_model import Receiver, ReceiverKind, Split


def split(tx: Tx, ask: NewSplit, *, caller: Caller, now_ms: int) -> Split:
    """Divide what a payment or an order brought in, once per number."""
    _check_live(caller)
    source_id = ask.id
    if ask.kind == BUSINESS:
        source_id = access_order(tx, ask.id, caller=caller).id
    return settlement.split_earning(
        tx,
        request_id=ask.out_split_no,
        brand_id=caller.brand_id,
        actor_id=caller.key_id,
        source_kind=ask.kind,
        source_id=source_id,
        receivers=[_receiver(tx, one) for one in ask.receivers],
        now_ms=now_ms,
    )


def access_split(tx: Tx, split_id: str, *, caller: Caller) -> Split:
    """Return a split that the brand made or received from."""
    check_role(caller, KeyRole.READ)
    return settlement.access_split(tx, split_id, brand_id=caller.brand_id)


def return_part(
    tx: Tx, split_id: str, ask: NewSplitReturn, *, caller: Caller, now_ms: int
) -> Split:
    """Give back what the brand received, or some of it."""
    _check_live(caller)
    return settlement.return_part(
        tx,
        return_id=ask.out_return_no,
        split_id=split_id,
        brand_id=caller.brand_id,
        amount_minor=ask.amount_minor,
        now_ms=now_ms,
    )


def pay_person(tx: Tx, ask: NewPersonPayment, *, caller: Caller, now_ms: int) -> PersonPayment:
    """Pay into somebody's wallet, once per number."""
    _check_live(caller)
    return settlement.pay_person(
        tx,
        ask.out_payment_no,
        brand_id=caller.brand_id,
        actor_id=caller.key_id,
        person_id=identity.access_person_by_handle(tx, ask.handle).id,
        money=Money(ask.amount_minor, Currency(ask.currency)),
        memo=ask.memo,
        now_ms=now_ms,
    )


def ask_payout(tx: Tx, ask: NewPayout, *, caller: Caller, now_ms: int) -> Payout:
    """Reserve money for the brand's own bank account, once per number.

    Only a key that the owner made may; where the money goes is said in the console, with the PIN.
    """
    _check_live(caller)
    return settlement.reserve_payout(
        tx,
        ask.out_payout_no,
        brand_id=caller.brand_id,
        actor_id=caller.key_id,
        money=Money(ask.amount_minor, Currency(ask.currency)),
        now_ms=now_ms,
    )


def access_payout(tx: Tx, out_payout_no: str, *, caller: Caller) -> Payout:
    """Return a payout by the merchant's number."""
    check_role(caller, KeyRole.READ)
    return settlement.access_payout(tx, out_payout_no, brand_id=caller.brand_id)


def make_file(
    tx: Tx, kind: str, day: str, *, has_bom: bool, caller: Caller, now_ms: int
) -> DailyFile:
    """Return a daily file of the brand."""
    check_role(caller, KeyRole.READ)
    return settlement.make_file(
        tx, caller.brand_id, settlement.read_kind(kind), day, has_bom=has_bom, now_ms=now_ms
    )


def _check_live(caller: Caller) -> None:
    check_role(caller, KeyRole.FULL)
    if caller.mode is not Mode.LIVE:
        raise PaymentStateError("A test key has earned nothing. Use a live key for this.")


def _receiver(tx: Tx, ask: NewReceiver) -> Receiver:
    kind = ReceiverKind(ask.kind)
    if kind is ReceiverKind.PERSON:
        found_id = identity.access_person_by_handle(tx, ask.handle).id
    else:
        brand = brands.find_brand_by_handle(tx, ask.handle)
        if brand is None:
            raise SplitNotFoundError("There is no brand with this handle on the lane.")
        found_id = brand.id
    return Receiver(kind, found_id, ask.amount_minor, ask.share_bps)
