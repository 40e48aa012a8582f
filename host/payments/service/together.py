"""One payment for orders of several merchants: one confirmation, and all of them or none.

Each merchant makes its own order; who shows them to a person together names them in a bundle.  An
order of a bundle is an order like any other: it may also be paid alone, and then the rest is not
paid by the bundle any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.ids import derived_id
from host.core.money import AMOUNT_MINOR_MAX, Money
from host.payments.errors import PaymentNotFoundError
from host.payments.model import BUNDLE_COUNT_MAX, Caller, KeyRole, Order
from host.payments.repository import bundles
from host.payments.repository import orders as repository
from host.payments.service import paying
from host.payments.service.keys import check_role
from host.wallet import service as wallet

_NOT_FOUND = "There is no such payment. Ask the shop for a new link."


@dataclass(frozen=True, slots=True)
class Bundle:
    """Orders that are paid together."""

    id: str
    orders: list[Order]

    @property
    def money(self) -> Money:
        """What they come to."""
        total_minor = sum(order.money.amount_minor for order in self.orders)
        return Money(total_minor, self.orders[0].currency)

    @property
    def is_live(self) -> bool:
        """Tell whether money moves."""
        return self.orders[0].is_live

    @property
    def expires_at_ms(self) -> int:
        """When the first of them ends."""
        return min(order.expires_at_ms for order in self.orders)

    def is_paid_by(self, person_id: str) -> bool:
        """Tell whether a person has paid all of it."""
        return all(order.payer_id == person_id for order in self.orders)


@dataclass(frozen=True, slots=True)
class TogetherView:
    """What the cashier shows of a bundle."""

    bundle: Bundle
    shops: dict[str, Brand]
    available_minor: int
    has_pin: bool
    needs_proof: bool
    # Why it cannot be paid at this moment.
    refusal: AppError | None


def create_bundle(tx: Tx, prepay_ids: Sequence[str], *, caller: Caller, now_ms: int) -> Bundle:
    """Let orders be paid together, at least one of them the caller's own.

    The same orders are the same bundle.
    """
    check_role(caller, KeyRole.TAKE)
    ids = sorted(set(prepay_ids))
    if not 2 <= len(ids) <= BUNDLE_COUNT_MAX:  # noqa: PLR2004  (one is paid alone)
        raise BadInputError("Two to %(max)s orders are paid together.", max=BUNDLE_COUNT_MAX)
    bundle = _read(tx, derived_id("payments.bundle", *ids), ids)
    if {order.mode for order in bundle.orders} != {caller.mode}:
        raise PaymentNotFoundError(_NOT_FOUND)
    if caller.brand_id not in {order.brand_id for order in bundle.orders}:
        raise PaymentNotFoundError(_NOT_FOUND)
    if len({order.currency for order in bundle.orders}) > 1:
        raise BadInputError("Orders that are paid together have one currency.")
    if sum(order.money.amount_minor for order in bundle.orders) > AMOUNT_MINOR_MAX:
        raise BadInputError("Together that is more than one payment may be.")
    bundles.insert_bundle(
        tx, bundle.id, ids, brand_id=caller.brand_id, key_id=caller.key_id, now_ms=now_ms
    )
    return bundle


def read_together(tx: Tx, bundle_id: str, *, actor_id: str, now_ms: int) -> TogetherView:
    """Return what the cashier shows a person of a bundle."""
    bundle = _access(tx, bundle_id, actor_id=actor_id)
    refusal: AppError | None = None
    needs_proof = bundle.is_live
    if not bundle.is_paid_by(actor_id):
        try:
            check_together(tx, bundle_id, actor_id=actor_id, shown_minor=None, now_ms=now_ms)
            intent = together_intent(bundle, payer_id=actor_id)
            if bundle.is_live:
                needs_proof = wallet.preview_payment(tx, intent, now_ms=now_ms).needs_proof
        except AppError as error:
            refusal = error
    return TogetherView(
        bundle,
        brands.find_brands(tx, {order.brand_id for order in bundle.orders}),
        wallet.balance(tx, actor_id, bundle.money.currency).available_minor,
        wallet.has_pin(tx, actor_id),
        needs_proof,
        refusal,
    )


def check_together(
    tx: Tx, bundle_id: str, *, actor_id: str, shown_minor: int | None, now_ms: int
) -> Bundle:
    """Refuse what cannot be paid, before a PIN is asked for; what was paid is returned."""
    bundle = _access(tx, bundle_id, actor_id=actor_id)
    if bundle.is_paid_by(actor_id):
        return bundle
    _check(tx, bundle, actor_id=actor_id, shown_minor=shown_minor, now_ms=now_ms)
    if bundle.is_live:
        wallet.check_can_spend(tx, actor_id, bundle.money)
    return bundle


def together_intent(bundle: Bundle, *, payer_id: str) -> wallet.PaymentIntent:
    """Return what a payer is asked to confirm: the sum, for exactly these orders."""
    purpose = wallet.PaymentPurpose.ORDER
    return wallet.PaymentIntent(payer_id, purpose, bundle.id, bundle.money, bundle.id)


def pay_together(
    tx: Tx,
    bundle_id: str,
    *,
    actor_id: str,
    confirmation_id: str | None,
    shown_minor: int,
    now_ms: int,
) -> Bundle:
    """Pay every order of a bundle, or none; a test bundle takes no confirmation."""
    for order_id in bundles.find_order_ids(tx, bundle_id):
        repository.lock_order(tx, order_id)
    bundle = _access(tx, bundle_id, actor_id=actor_id)
    if bundle.is_paid_by(actor_id):
        return bundle
    _check(tx, bundle, actor_id=actor_id, shown_minor=shown_minor, now_ms=now_ms)
    if bundle.is_live:
        assert confirmation_id is not None, "live money is confirmed"
        intent = together_intent(bundle, payer_id=actor_id)
        wallet.spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    for order in bundle.orders:
        if bundle.is_live:
            paying.take_live(tx, order, payer_id=actor_id, now_ms=now_ms)
        else:
            paying.pay_test(tx, order.id, actor_id=actor_id, now_ms=now_ms)
    return _access(tx, bundle_id, actor_id=actor_id)


def _access(tx: Tx, bundle_id: str, *, actor_id: str) -> Bundle:
    """Return a bundle; one of which somebody else has paid a part is nobody's business."""
    ids = bundles.find_order_ids(tx, bundle_id)
    if not ids:
        raise PaymentNotFoundError(_NOT_FOUND)
    bundle = _read(tx, bundle_id, ids)
    if any(order.payer_id not in (None, actor_id) for order in bundle.orders):
        raise PaymentNotFoundError(_NOT_FOUND)
    return bundle


def _read(tx: Tx, bundle_id: str, ids: Sequence[str]) -> Bundle:
    found = [repository.find_order(tx, order_id) for order_id in ids]
    orders = [order for order in found if order is not None]
    if len(orders) < len(ids):
        raise PaymentNotFoundError(_NOT_FOUND)
    return Bundle(bundle_id, orders)


def _check(tx: Tx, bundle: Bundle, *, actor_id: str, shown_minor: int | None, now_ms: int) -> None:
    for order in bundle.orders:
        paying.check_order(tx, order, actor_id=actor_id, shown_minor=None, now_ms=now_ms)
    if shown_minor is not None and shown_minor != bundle.money.amount_minor:
        raise BadInputError("The amount shown was not the order's. Look again.")
