"""Mandates as a person sees them: read, signed, listed, revoked.

A request is open to whoever has its link, as an order is; once signed it is its signer's alone.
What is confirmed names the mandate and its terms, and a mandate's terms never change.
"""

from dataclasses import dataclass, replace

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.ids import derived_id
from host.payments.errors import (
    MandateNotFoundError,
    MandateOverError,
    PaymentElsewhereError,
)
from host.payments.mandate_model import Mandate, MandateStatus, Use
from host.payments.model import Caller, EventKind, KeyRole, Order
from host.payments.repository import mandates as repository
from host.payments.repository import orders as orders_repository
from host.payments.service.keys import check_role
from host.payments.service.mandates import access_mandate, change, revoke
from host.payments.service.paying import TEST_PAYER
from host.wallet import service as wallet

DEBITS_SHOWN = 20
MANDATES_SHOWN = 100
_NOT_FOUND = "There is no such mandate. Ask the shop for a new link."


@dataclass(frozen=True, slots=True)
class MandateView:
    """What a person sees of a mandate."""

    mandate: Mandate
    shop: Brand
    state: str
    use: Use
    next_period_at_ms: int
    debits: list[Order]
    has_pin: bool
    # Why it cannot be signed at this moment.
    refusal: AppError | None = None


def read_mandate(tx: Tx, mandate_id: str, *, actor_id: str, now_ms: int) -> MandateView:
    """Return what the page of a mandate shows."""
    mandate = _access(tx, mandate_id, actor_id=actor_id)
    refusal: AppError | None = None
    if mandate.person_id is None:
        try:
            check_signing(tx, mandate_id, actor_id=actor_id, shown_terms=None, now_ms=now_ms)
            if mandate.is_live:
                wallet.preview_payment(tx, signing_intent(mandate, actor_id), now_ms=now_ms)
        except AppError as error:
            refusal = error
    found = (
        orders_repository.find_order(tx, order_id)
        for order_id in repository.find_debit_ids(tx, mandate.id, limit=DEBITS_SHOWN)
    )
    shop = brands.find_brands(tx, [mandate.brand_id])[mandate.brand_id]
    debits = [order for order in found if order is not None]
    return _view(tx, mandate, shop, debits, actor_id=actor_id, refusal=refusal, now_ms=now_ms)


def list_mandates(tx: Tx, *, actor_id: str, now_ms: int) -> list[MandateView]:
    """Return what a person has signed: what still serves first."""
    found = repository.find_mandates_of(tx, actor_id, limit=MANDATES_SHOWN)
    shops = brands.find_brands(tx, {mandate.brand_id for mandate in found})
    return [
        _view(tx, each, shops[each.brand_id], [], actor_id=actor_id, refusal=None, now_ms=now_ms)
        for each in found
    ]


def check_signing(
    tx: Tx, mandate_id: str, *, actor_id: str, shown_terms: str | None, now_ms: int
) -> Mandate:
    """Refuse what cannot be signed, before a PIN is asked for; one's own comes back."""
    mandate = _access(tx, mandate_id, actor_id=actor_id)
    if mandate.person_id is None:
        _check(mandate, shown_terms=shown_terms, now_ms=now_ms)
    return mandate


def signing_intent(mandate: Mandate, person_id: str) -> wallet.PaymentIntent:
    """Return what is confirmed: exactly these terms, told by the largest debit."""
    purpose = wallet.PaymentPurpose.MANDATE
    subject_id = derived_id("payments.mandate", mandate.id, mandate.fingerprint)
    return wallet.PaymentIntent(person_id, purpose, subject_id, mandate.debit_max, mandate.brand_id)


def sign(
    tx: Tx,
    mandate_id: str,
    *,
    actor_id: str,
    confirmation_id: str | None,
    shown_terms: str,
    now_ms: int,
) -> Mandate:
    """Sign a mandate once; a test is signed without a PIN."""
    mandate = _lock(tx, mandate_id, actor_id=actor_id)
    if mandate.person_id == actor_id:
        return mandate
    _check(mandate, shown_terms=shown_terms, now_ms=now_ms)
    method = ""
    if mandate.is_live:
        assert confirmation_id is not None, "live money is confirmed"
        intent = signing_intent(mandate, actor_id)
        method = wallet.spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms).method.value
    return _sign(tx, mandate, person_id=actor_id, method=method, now_ms=now_ms)


def sign_test(tx: Tx, out_mandate_no: str, *, caller: Caller, now_ms: int) -> Mandate:
    """Sign a test mandate as a person would."""
    check_role(caller, KeyRole.TAKE)
    found = access_mandate(tx, out_mandate_no, caller=caller)
    mandate = repository.lock_mandate(tx, found.id)
    assert mandate is not None, "it was found above"
    if mandate.is_live:
        raise PaymentElsewhereError("This mandate is not a test. Its person signs it.")
    if mandate.person_id is not None:
        return mandate
    _check(mandate, shown_terms=None, now_ms=now_ms)
    return _sign(tx, mandate, person_id=TEST_PAYER, method="", now_ms=now_ms)


def revoke_own(tx: Tx, mandate_id: str, *, actor_id: str, now_ms: int) -> Mandate:
    """End a mandate that this person has signed, at once; doing it again changes nothing."""
    mandate = _lock(tx, mandate_id, actor_id=actor_id)
    if mandate.person_id is None:
        raise MandateNotFoundError(_NOT_FOUND)
    return revoke(tx, mandate, by="person", now_ms=now_ms)


def _sign(tx: Tx, mandate: Mandate, *, person_id: str, method: str, now_ms: int) -> Mandate:
    signed = replace(
        mandate,
        status=MandateStatus.SIGNED,
        person_id=person_id,
        method=method,
        signed_at_ms=now_ms,
    )
    return change(tx, signed, EventKind.MANDATE_SIGNED, now_ms=now_ms)


def _check(mandate: Mandate, *, shown_terms: str | None, now_ms: int) -> None:
    ends_at_ms = mandate.terms.ends_at_ms
    is_late = ends_at_ms is not None and now_ms >= ends_at_ms
    if mandate.state(now_ms=now_ms) != MandateStatus.CREATED or is_late:
        raise MandateOverError(
            "This request is over: it was taken back, or not signed in time. Ask the shop again."
        )
    if shown_terms is not None and shown_terms != mandate.fingerprint:
        raise BadInputError("What was shown was another mandate. Look again.")


def _access(tx: Tx, mandate_id: str, *, actor_id: str) -> Mandate:
    mandate = repository.find_mandate(tx, mandate_id)
    if mandate is None:
        raise MandateNotFoundError(_NOT_FOUND)
    return _of_signer(mandate, actor_id)


def _lock(tx: Tx, mandate_id: str, *, actor_id: str) -> Mandate:
    mandate = repository.lock_mandate(tx, mandate_id)
    if mandate is None:
        raise MandateNotFoundError(_NOT_FOUND)
    return _of_signer(mandate, actor_id)


def _of_signer(mandate: Mandate, actor_id: str) -> Mandate:
    """Return the mandate unless somebody else has signed it, which is nobody's business."""
    if mandate.person_id not in (None, actor_id):
        raise MandateNotFoundError(_NOT_FOUND)
    return mandate


def _view(
    tx: Tx,
    mandate: Mandate,
    shop: Brand,
    debits: list[Order],
    *,
    actor_id: str,
    refusal: AppError | None,
    now_ms: int,
) -> MandateView:
    return MandateView(
        mandate,
        shop,
        mandate.state(now_ms=now_ms),
        mandate.use_at(now_ms),
        mandate.next_period_ms(now_ms),
        debits,
        wallet.has_pin(tx, actor_id),
        refusal,
    )
