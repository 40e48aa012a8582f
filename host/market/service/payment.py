"""Paying: stock, money and order change in one commit, or none of them does.

A payment takes two steps, because a PIN is verified outside of transactions.  ``check_payment``
refuses all that can be refused before a PIN is tried; ``pay_order`` checks the same again, because
time has passed, and pays.  The amount always comes from the order: what a form carries is only
compared with it.
"""

import secrets
from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.money import decimal_text
from host.market import repository
from host.market.errors import AmountChangedError, OrderExpiredError
from host.market.events import OrderClosed, OrderPaid
from host.market.model import (
    EXPIRE_AFTER_MS,
    FEE_BPS_DEFAULT,
    Kind,
    LineAsk,
    Order,
    Product,
    ShipTo,
    Status,
    Timer,
    TimerKind,
)
from host.market.service.addresses import check_ship_to, choose_ship_to
from host.market.service.catalogue import access_product
from host.market.service.changes import change_order, restart_timer
from host.market.service.money import release
from host.market.service.orders import (
    access_order,
    check_asks,
    check_line_price,
    check_same_order,
    check_stock,
    create_order,
    lock_own_order,
    sum_up,
)
from host.settlement import service as settlement
from host.wallet import service as wallet

_PICKUP_DIGITS = 6


def check_payment(
    tx: Tx, order_id: str, *, actor_id: str, shown_minor: int, address_id: str | None, now_ms: int
) -> Order:
    """Refuse what cannot be paid, before a PIN is asked for.

    A paid order is returned as it is: this is the second of two taps.
    """
    order = access_order(tx, order_id, actor_id=actor_id)
    if order.paid_at_ms is not None:
        return order
    products = repository.find_products(tx, _product_ids(order))
    _check_payable(order, products, shown_minor=shown_minor)
    if order.needs_address:
        check_ship_to(tx, address_id, actor_id=actor_id)
    wallet.check_can_pay_order(
        tx, actor_id, brand_id=order.brand_id, money=order.money, now_ms=now_ms
    )
    return order


def pay_order(
    tx: Tx,
    order_id: str,
    *,
    actor_id: str,
    confirmation_id: str,
    shown_minor: int | None = None,
    shown_bonus_minor: int | None = None,
    address_id: str | None = None,
    fee_bps: int = FEE_BPS_DEFAULT,
    now_ms: int,
) -> Order:
    """Pay an order of ``actor_id`` once: take stock, hold the money, start the clock.

    Paying a paid order again changes nothing and returns it.
    """
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    if order.paid_at_ms is not None:
        return order
    products = repository.lock_products(tx, _product_ids(order))
    _check_payable(order, products, shown_minor=shown_minor)
    ship_to = ShipTo()
    if order.needs_address:
        ship_to = choose_ship_to(tx, address_id, actor_id=actor_id, now_ms=now_ms)
    wallet.spend_confirmation(tx, confirmation_id, payment_intent(order), now_ms=now_ms)

    for line in order.lines:
        if line.product_id is not None:
            repository.add_to_stock(tx, line.product_id, -line.quantity)
    wallet.fund_escrow(
        tx,
        order.id,
        payer_id=actor_id,
        brand_id=order.brand_id,
        money=order.money,
        shown_bonus_minor=shown_bonus_minor,
        now_ms=now_ms,
    )
    fee_bps = settlement.fee_bps_of(tx, order.brand_id, default_bps=fee_bps)
    paid = replace(order, fee_bps=fee_bps, ship_to=ship_to, paid_at_ms=now_ms)
    return _settle_bill(tx, paid, now_ms) if order.kind is Kind.BILL else _hold(tx, paid, now_ms)


def payment_intent(order: Order) -> wallet.PaymentIntent:
    """Return what the buyer of an order is asked to confirm."""
    purpose = wallet.PaymentPurpose.BILL if order.kind is Kind.BILL else wallet.PaymentPurpose.ORDER
    return wallet.PaymentIntent(order.buyer_id, purpose, order.id, order.money, order.brand_id)


def check_purchase(
    tx: Tx, order_id: str, *, actor_id: str, ask: LineAsk, address_id: str | None, now_ms: int
) -> tuple[Order | None, wallet.PaymentIntent]:
    """Do what ``check_payment`` does for an order of one product that does not exist yet."""
    order = repository.find_order(tx, order_id)
    if order is not None:
        checked = check_payment(
            tx,
            order_id,
            actor_id=actor_id,
            shown_minor=order.total_minor,
            address_id=address_id,
            now_ms=now_ms,
        )
        same = check_same_order(checked, actor_id, order.brand_id, [ask])
        return same, payment_intent(same)
    product = access_product(tx, ask.product_id)
    products = {product.id: product}
    check_asks([ask], products, product.brand_id)
    if product.kind is Kind.GOODS:
        check_ship_to(tx, address_id, actor_id=actor_id)
    money = sum_up([ask], products)
    wallet.check_can_pay_order(tx, actor_id, brand_id=product.brand_id, money=money, now_ms=now_ms)
    return None, wallet.PaymentIntent(
        actor_id, wallet.PaymentPurpose.ORDER, order_id, money, product.brand_id
    )


def purchase(
    tx: Tx,
    order_id: str,
    *,
    actor_id: str,
    ask: LineAsk,
    source: str,
    confirmation_id: str,
    shown_minor: int | None = None,
    shown_bonus_minor: int | None = None,
    address_id: str | None = None,
    fee_bps: int = FEE_BPS_DEFAULT,
    now_ms: int,
) -> Order:
    """Make an order and pay it in one commit: a refusal leaves no order behind."""
    create_order(
        tx,
        order_id,
        buyer_id=actor_id,
        brand_id=access_product(tx, ask.product_id).brand_id,
        lines=[ask],
        source=source,
        now_ms=now_ms,
    )
    return pay_order(
        tx,
        order_id,
        actor_id=actor_id,
        confirmation_id=confirmation_id,
        shown_minor=shown_minor,
        shown_bonus_minor=shown_bonus_minor,
        address_id=address_id,
        fee_bps=fee_bps,
        now_ms=now_ms,
    )


def reprice_order(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Order:
    """Take today's prices into an order that waits to be paid: the buyer has looked again."""
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    if order.status is not Status.CREATED or order.kind is Kind.BILL:
        return order
    products = repository.lock_products(tx, _product_ids(order))
    lines = tuple(
        line
        if line.product_id is None
        else replace(line, unit_price_minor=products[line.product_id].price_minor)
        for line in order.lines
    )
    repriced = change_order(
        tx, order, lines=lines, total_minor=sum(line.total_minor for line in lines)
    )
    repository.save_lines(tx, repriced)
    repository.set_timer(tx, Timer(order.id, TimerKind.EXPIRE, now_ms + EXPIRE_AFTER_MS))
    return repriced


def _check_payable(order: Order, products: dict[str, Product], *, shown_minor: int | None) -> None:
    if order.status is not Status.CREATED:
        raise OrderExpiredError("This order was not paid in time or was cancelled. Order again.")
    for line in order.lines:
        if line.product_id is not None:
            check_stock(products[line.product_id], line.quantity)
            check_line_price(line, products[line.product_id])
    if shown_minor is not None and shown_minor != order.total_minor:
        raise AmountChangedError(
            "The order costs %(amount)s %(currency)s, which is not what was shown. Look again.",
            amount=decimal_text(order.total_minor, order.currency),
            amount_minor=order.total_minor,
            currency=order.currency,
        )


def _product_ids(order: Order) -> list[str]:
    return [line.product_id for line in order.lines if line.product_id is not None]


def _hold(tx: Tx, order: Order, now_ms: int) -> Order:
    """The money waits in escrow until the buyer has what was bought."""
    code = "".join(secrets.choice("0123456789") for _ in range(_PICKUP_DIGITS))
    held = change_order(
        tx, order, status=Status.PAID, pickup_code=code if order.kind is Kind.PICKUP else ""
    )
    restart_timer(tx, held)
    _tell_paid(tx, held, now_ms)
    return held


def _settle_bill(tx: Tx, order: Order, now_ms: int) -> Order:
    """A bill is for something already supplied, so its money goes on to the biller at once."""
    fee_minor = release(tx, order, now_ms=now_ms)
    settled = change_order(
        tx,
        order,
        status=Status.CLOSED,
        fee_minor=fee_minor,
        received_at_ms=now_ms,
        ended_at_ms=now_ms,
    )
    repository.stop_timers(tx, order.id)
    _tell_paid(tx, settled, now_ms)
    outbox.publish(tx, OrderClosed(order.id, order.brand_id, order.buyer_id), now_ms=now_ms)
    return settled


def _tell_paid(tx: Tx, order: Order, now_ms: int) -> None:
    event = OrderPaid(
        order.id,
        order.brand_id,
        order.buyer_id,
        order.kind,
        order.total_minor,
        order.currency,
        order.source,
    )
    outbox.publish(tx, event, now_ms=now_ms)
