"""What the merchant's console shows of payments, and what somebody of the team does there."""

from dataclasses import dataclass
from itertools import chain

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.core.ids import new_id
from host.identity import service as identity
from host.identity.model import Person
from host.payments.errors import PaymentNotFoundError
from host.payments.model import (
    AuditLine,
    Caller,
    Endpoint,
    Key,
    KeyRole,
    Mode,
    Order,
    Refund,
    Status,
)
from host.payments.repository import notices as notices_repository
from host.payments.repository import orders as repository
from host.payments.service import keys, notices, orders, refunds
from host.payments.service.notices import ToldNotice

PAGE_ROWS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """A line of what became of a payment."""

    at_ms: int
    # A status, or "refunded" or "failed".
    what: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as its merchant sees it."""

    brand: Brand
    order: Order
    # None when nobody has paid it, or when nobody real has.
    payer: Person | None
    refunds: list[Refund]
    notices: list[ToldNotice]
    endpoints: dict[str, Endpoint]
    steps: list[Step]
    # The number that the form of a refund carries, so that two taps give back once.
    refund_no: str


@dataclass(frozen=True, slots=True)
class KeysView:
    """Keys, endpoints and what was done, as the merchant sees them."""

    brand: Brand
    keys: list[Key]
    people: dict[str, Person]
    endpoints: list[Endpoint]
    audit: list[AuditLine]
    labels: dict[str, str]


def team_caller(tx: Tx, handle: str, *, actor_id: str, mode: Mode) -> tuple[Brand, Caller]:
    """Return a brand that ``actor_id`` acts for, and a caller that speaks for it in the console."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return brand, Caller(f"person:{actor_id}", brand.id, mode, KeyRole.FULL)


def list_payments(
    tx: Tx,
    handle: str,
    *,
    actor_id: str,
    mode: Mode,
    status: Status | None,
    number: str,
    after: str | None,
) -> tuple[Brand, orders.OrderPage]:
    """Return a page of a brand's payments, newest first."""
    brand, caller = team_caller(tx, handle, actor_id=actor_id, mode=mode)
    page = orders.list_orders(
        tx, caller=caller, status=status, number=number, after=after, limit=PAGE_ROWS
    )
    return brand, page


def access_payment(tx: Tx, handle: str, order_id: str, *, actor_id: str) -> tuple[Brand, Order]:
    """Return a payment of a brand that ``actor_id`` acts for; a stranger's is a missing one."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    order = repository.find_order(tx, order_id)
    if order is None or order.brand_id != brand.id:
        raise PaymentNotFoundError("You have no payment with this number.")
    return brand, order


def read_payment(tx: Tx, handle: str, order_id: str, *, actor_id: str) -> PaymentView:
    """Return a payment with everything that happened to it."""
    brand, order = access_payment(tx, handle, order_id, actor_id=actor_id)
    given = repository.find_refunds(tx, order.id)
    told = notices.tell_deliveries(tx, notices_repository.find_notices_of_order(tx, order.id))
    payers = identity.find_people(tx, [order.payer_id] if order.payer_id else [])
    endpoints = notices_repository.find_endpoints(tx, brand.id, order.mode)
    return PaymentView(
        brand,
        order,
        payers.get(order.payer_id or ""),
        given,
        told,
        {endpoint.id: endpoint for endpoint in endpoints},
        _steps(order, given),
        new_id(),
    )


def read_keys(tx: Tx, handle: str, *, actor_id: str, mode: Mode, now_ms: int) -> KeysView:
    """Return a brand's keys, its endpoints of one mode, and what was done with them."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    found = keys.find_keys(tx, brand.id, actor_id=actor_id, now_ms=now_ms)
    lines = keys.find_audit(tx, brand.id, actor_id=actor_id)
    actors = {line.actor.removeprefix("person:") for line in lines}
    people = identity.find_people(tx, sorted(actors | {key.created_by for key in found}))
    return KeysView(
        brand,
        found,
        people,
        notices_repository.find_endpoints(tx, brand.id, mode),
        lines,
        {key.id: key.label for key in found},
    )


def refund_payment(
    tx: Tx, handle: str, order_id: str, ask: refunds.RefundAsk, *, actor_id: str, now_ms: int
) -> Refund:
    """Give money back in the name of somebody of the team."""
    brand, order = access_payment(tx, handle, order_id, actor_id=actor_id)
    caller = Caller(f"person:{actor_id}", brand.id, order.mode, KeyRole.FULL)
    made, _ = refunds.refund(tx, ask, caller=caller, now_ms=now_ms)
    return made


def caller_of(tx: Tx, handle: str, order_id: str, *, actor_id: str) -> tuple[Order, Caller]:
    """Return a payment and a caller that may do with it what its merchant may."""
    brand, order = access_payment(tx, handle, order_id, actor_id=actor_id)
    return order, Caller(f"person:{actor_id}", brand.id, order.mode, KeyRole.FULL)


def _steps(order: Order, given: list[Refund]) -> list[Step]:
    """Return what happened in the order in which it did."""
    total = order.money.amount_minor
    happened = (
        (order.created_at_ms, "created", total),
        (order.paid_at_ms, "held" if order.capture == "manual" else "", total),
        (order.captured_at_ms, "paid", order.captured_minor),
        (order.closed_at_ms, order.close_reason, total),
    )
    steps = (Step(at_ms, what, minor) for at_ms, what, minor in happened if at_ms and what)
    back = (
        Step(each.ended_at_ms or each.created_at_ms, str(each.status), each.money.amount_minor)
        for each in given
    )
    return sorted(chain(steps, back), key=lambda step: step.at_ms)
