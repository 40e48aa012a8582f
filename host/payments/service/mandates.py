"""Mandates as a merchant's server sees them: asked for, debited, revoked.

A debit locks its mandate before anything is looked at, so that two at once count one after the
other, and a mandate that is revoked meanwhile is debited no more.  What a debit makes is an order
like any other, paid at once; a refused debit leaves nothing behind but what risk rules found.
"""

import hashlib
import secrets as chance
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import msgspec

from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.ids import derived_id
from host.core.money import Money
from host.core.text import clean_line
from host.payments.errors import (
    DebitRefusedError,
    DebitTooLargeError,
    MandateNotFoundError,
    MandateOverError,
    MandateUsedUpError,
    PayerShortError,
    PaymentStateError,
    TradeNumberUsedError,
)
from host.payments.mandate_model import MANDATE_OPEN_MS, Mandate, MandateStatus, Terms
from host.payments.model import DESCRIPTION_LENGTH_MAX, Caller, EventKind, KeyRole, Order
from host.payments.repository import mandates as repository
from host.payments.repository import orders as orders_repository
from host.payments.service import notices, orders, paying
from host.payments.service.keys import check_role
from host.payments.service.orders import OrderAsk
from host.wallet import service as wallet
from host.wallet.errors import InsufficientFundsError

_NOT_FOUND = "You have no mandate with this number."
# Under this name each debit's metadata say the merchant's number of the mandate.
METADATA_KEY = "out_mandate_no"


@dataclass(frozen=True, slots=True)
class Debit:
    """What a merchant's server wants to take under a mandate."""

    out_trade_no: str
    amount_minor: int
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


def create_mandate(
    tx: Tx, out_mandate_no: str, terms: Terms, *, caller: Caller, now_ms: int
) -> Mandate:
    """Ask for a mandate; the same terms under the same number return the one that was made."""
    check_role(caller, KeyRole.TAKE)
    mandate = _new_mandate(out_mandate_no, terms, caller=caller, now_ms=now_ms)
    earlier = _find(tx, out_mandate_no, caller)
    if earlier is None:
        if terms.ends_at_ms is not None and terms.ends_at_ms <= now_ms:
            raise BadInputError("A mandate ends later than now. Choose another time.")
        if repository.insert_mandate(tx, mandate):
            return mandate
        earlier = _find(tx, out_mandate_no, caller)
        assert earlier is not None, "its number is taken"
    if earlier.fingerprint != mandate.fingerprint:
        raise TradeNumberUsedError(
            "The number %(number)s belongs to another mandate of yours. Use a new one.",
            number=out_mandate_no,
        )
    return earlier


def access_mandate(tx: Tx, out_mandate_no: str, *, caller: Caller) -> Mandate:
    """Return the merchant's mandate with their own number."""
    check_role(caller, KeyRole.READ)
    found = _find(tx, out_mandate_no, caller)
    if found is None:
        raise MandateNotFoundError(_NOT_FOUND)
    return found


def revoke_mandate(tx: Tx, out_mandate_no: str, *, caller: Caller, now_ms: int) -> Mandate:
    """Give a mandate up, signed or not; doing it again changes nothing."""
    mandate = _lock(tx, out_mandate_no, caller=caller)
    return revoke(tx, mandate, by="merchant", now_ms=now_ms)


def revoke(tx: Tx, mandate: Mandate, *, by: str, now_ms: int) -> Mandate:
    """End a locked mandate at once and tell the merchant's server."""
    if mandate.status is MandateStatus.REVOKED:
        return mandate
    revoked = replace(mandate, status=MandateStatus.REVOKED, revoked_by=by, revoked_at_ms=now_ms)
    return change(tx, revoked, EventKind.MANDATE_REVOKED, now_ms=now_ms)


def change(tx: Tx, mandate: Mandate, kind: EventKind, *, now_ms: int) -> Mandate:
    """Write a changed mandate and tell the merchant's server."""
    repository.save_mandate(tx, mandate)
    notices.tell_mandate(tx, mandate, kind, now_ms=now_ms)
    return mandate


def note_debit(tx: Tx, out_mandate_no: str, debit: Debit, *, caller: Caller, now_ms: int) -> None:
    """Note what risk rules find in a debit, before it is tried; a repeat is not judged again."""
    mandate = access_mandate(tx, out_mandate_no, caller=caller)
    check_role(caller, KeyRole.TAKE)
    if mandate.is_live and _find_order(tx, debit, caller) is None:
        check_debit(mandate, debit.amount_minor, now_ms=now_ms)
        with _payers_business():
            wallet.note_debit(tx, _intent(mandate, debit), now_ms=now_ms)


def take_debit(
    tx: Tx, out_mandate_no: str, debit: Debit, *, caller: Caller, fee_bps: int, now_ms: int
) -> Order:
    """Debit the person who signed, once per number; return the order, which is paid."""
    mandate = _lock(tx, out_mandate_no, caller=caller)
    earlier = _find_order(tx, debit, caller)
    if earlier is None:
        check_debit(mandate, debit.amount_minor, now_ms=now_ms)
    order = orders.create_order(
        tx,
        _ask(mandate, debit),
        caller=caller,
        fee_bps=fee_bps,
        may_loop=False,
        now_ms=now_ms,
    )
    if earlier is not None:
        if repository.find_mandate_id(tx, order.id) != mandate.id:
            raise TradeNumberUsedError(
                "The number %(number)s belongs to another order of yours. Use a new one.",
                number=debit.out_trade_no,
            )
        return order
    repository.insert_debit(tx, order.id, mandate.id, now_ms=now_ms)
    repository.save_mandate(tx, mandate.debited(debit.amount_minor, now_ms))
    return _pay(tx, mandate, debit, order, now_ms=now_ms)


def check_debit(mandate: Mandate, amount_minor: int, *, now_ms: int) -> None:
    """Refuse a debit that the mandate does not allow."""
    state = mandate.state(now_ms=now_ms)
    if state == MandateStatus.CREATED:
        raise PaymentStateError("This mandate is not signed yet. Ask for it; it says.")
    if state != MandateStatus.SIGNED:
        raise MandateOverError("This mandate is over. Ask the person for a new one.", state=state)
    if amount_minor > mandate.terms.debit_max_minor:
        raise DebitTooLargeError(
            "One debit under this mandate is at most %(max)s.", max=mandate.terms.debit_max_minor
        )
    if not mandate.has_room(amount_minor, now_ms):
        use = mandate.use_at(now_ms)
        raise MandateUsedUpError(
            "This mandate has no room for this debit until the next period begins.",
            used_minor=use.minor,
            used_count=use.count,
            next_period_at_ms=mandate.next_period_ms(now_ms),
        )


def _pay(tx: Tx, mandate: Mandate, debit: Debit, order: Order, *, now_ms: int) -> Order:
    assert mandate.person_id is not None, "it is signed"
    if not mandate.is_live:
        return paying.pay_test(tx, order.id, actor_id=mandate.person_id, now_ms=now_ms)
    with _payers_business():
        intent = _intent(mandate, debit)
        wallet.clear_debit(tx, intent, wallet.Method(mandate.method), now_ms=now_ms)
        return paying.take_live(tx, order, payer_id=mandate.person_id, now_ms=now_ms)


@contextmanager
def _payers_business() -> Iterator[None]:
    """Tell a merchant what to do next, and nothing of the payer's balance, limits or troubles."""
    try:
        yield
    except InsufficientFundsError as error:
        raise PayerShortError(
            "The payer has not enough for this debit. Try again on another day."
        ) from error
    except AppError as error:
        raise DebitRefusedError(
            "The payer's wallet does not let this debit through. Ask the payer to pay an order."
        ) from error


def _intent(mandate: Mandate, debit: Debit) -> wallet.PaymentIntent:
    assert mandate.person_id is not None, "it is signed"
    return wallet.PaymentIntent(
        mandate.person_id,
        wallet.PaymentPurpose.DEBIT,
        derived_id("payments.debit", mandate.id, debit.out_trade_no),
        Money(debit.amount_minor, mandate.terms.currency),
        mandate.brand_id,
    )


def _ask(mandate: Mandate, debit: Debit) -> OrderAsk:
    return OrderAsk(
        debit.out_trade_no,
        Money(debit.amount_minor, mandate.terms.currency),
        debit.description or mandate.terms.description,
        metadata={**debit.metadata, METADATA_KEY: mandate.out_mandate_no},
    )


def _find(tx: Tx, out_mandate_no: str, caller: Caller) -> Mandate | None:
    return repository.find_mandate_by_number(tx, caller.brand_id, caller.mode, out_mandate_no)


def _find_order(tx: Tx, debit: Debit, caller: Caller) -> Order | None:
    return orders_repository.find_order_by_number(
        tx, caller.brand_id, caller.mode, debit.out_trade_no
    )


def _lock(tx: Tx, out_mandate_no: str, *, caller: Caller) -> Mandate:
    check_role(caller, KeyRole.TAKE)
    found = access_mandate(tx, out_mandate_no, caller=caller)
    locked = repository.lock_mandate(tx, found.id)
    assert locked is not None, "it was found above, and none is ever deleted"
    return locked


def _new_mandate(out_mandate_no: str, terms: Terms, *, caller: Caller, now_ms: int) -> Mandate:
    description = clean_line(terms.description, length_max=DESCRIPTION_LENGTH_MAX)
    if not description:
        raise BadInputError("Say in the description what is paid for.")
    if terms.period_max_minor < terms.debit_max_minor:
        raise BadInputError("What a period allows is at least what one debit may be.")
    return Mandate(
        id="pm" + chance.token_hex(16),
        brand_id=caller.brand_id,
        mode=caller.mode,
        out_mandate_no=out_mandate_no,
        fingerprint=hashlib.sha256(msgspec.json.encode(terms)).hexdigest(),
        key_id=caller.key_id,
        terms=replace(terms, description=description),
        created_at_ms=now_ms,
        expires_at_ms=now_ms + MANDATE_OPEN_MS,
    )
