"""Escrow: a buyer's money waits for the goods.

``fund_escrow`` takes it from the buyer, then exactly one of ``release_escrow`` (to the merchant,
less the fee) or ``refund_escrow`` (back to the buyer) ends it.  Each may be called again with the
same arguments and then changes nothing, so that a repeated event repeats nothing.
"""

from collections.abc import Sequence

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.money import Money
from host.wallet.errors import EscrowEndedError, EscrowNotFoundError
from host.wallet.escrow_model import Escrow
from host.wallet.model import (
    EscrowStatus,
    Place,
    Purpose,
    TransferKind,
    TransferOrder,
    cash_place,
    escrow_place,
    fees_place,
    pending_place,
)
from host.wallet.repository import escrow as repository
from host.wallet.service.freeze import way_back
from host.wallet.service.transfers import close_account, open_account, post_linked, post_transfer


def fund_escrow(
    tx: Tx, order_id: str, *, payer_id: str, brand_id: str, money: Money, now_ms: int
) -> Escrow:
    """Take ``money`` from the payer and hold it for the order."""
    earlier = repository.lock_escrow(tx, order_id)
    if earlier is not None:
        if (earlier.payer_id, earlier.brand_id, earlier.money) != (payer_id, brand_id, money):
            raise IdempotencyKeyReusedError(
                "This order was already paid, by another person or with another amount."
            )
        return earlier

    cash, held = cash_place(payer_id, money.currency), escrow_place(order_id, money.currency)
    open_account(tx, cash, now_ms=now_ms)
    open_account(tx, held, now_ms=now_ms)
    post_transfer(
        tx,
        f"escrow:{order_id}:fund",
        debit_id=cash.id,
        credit_id=held.id,
        money=money,
        purpose=Purpose.ESCROW_FUND,
        actor_id=payer_id,
        reference=order_id,
        now_ms=now_ms,
    )
    escrow = Escrow(
        order_id, held.id, payer_id, brand_id, money, 0, EscrowStatus.FUNDED, funded_at_ms=now_ms
    )
    repository.insert_escrow(tx, escrow)
    return escrow


def release_escrow(tx: Tx, order_id: str, *, fee_minor: int, now_ms: int) -> Escrow:
    """Pay the merchant what the order holds, less ``fee_minor`` for the platform.

    It is pending there: the caller records the earning with ``host.settlement``, which settles it.
    """
    escrow = _access_escrow(tx, order_id)
    if escrow.status is EscrowStatus.RELEASED and escrow.fee_minor == fee_minor:
        return escrow
    _check_funded(escrow)
    if not 0 <= fee_minor < escrow.left.amount_minor:
        raise ValueError("the fee must leave something for the merchant")

    currency = escrow.money.currency
    share = Money(escrow.left.amount_minor - fee_minor, currency)
    parts = [(pending_place(escrow.brand_id, currency), share, "release")]
    if fee_minor:
        parts.append((fees_place(currency), Money(fee_minor, currency), "fee"))
    _pay_out(tx, escrow, parts, now_ms=now_ms)
    return _end(tx, escrow, EscrowStatus.RELEASED, fee_minor=fee_minor, now_ms=now_ms)


def refund_escrow(tx: Tx, order_id: str, *, now_ms: int) -> Escrow:
    """Give the buyer back what the order holds."""
    escrow = _access_escrow(tx, order_id)
    if escrow.status is EscrowStatus.REFUNDED:
        return escrow
    _check_funded(escrow)

    place = way_back(tx, escrow.payer_id, escrow.money.currency, now_ms=now_ms)
    _pay_out(tx, escrow, [(place, escrow.left, "refund")], now_ms=now_ms)
    return _end(tx, escrow, EscrowStatus.REFUNDED, fee_minor=0, now_ms=now_ms)


def refund_part(tx: Tx, order_id: str, part_id: str, *, amount_minor: int, now_ms: int) -> None:
    """Give the buyer a part of what the order holds; something is left for ``release``.

    ``part_id`` is the caller's and new: who repeats a request finds its own row first.
    """
    escrow = _access_escrow(tx, order_id)
    _check_funded(escrow)
    if not 0 < amount_minor < escrow.left.amount_minor:
        raise ValueError("a part leaves something in escrow")
    currency = escrow.money.currency
    back = way_back(tx, escrow.payer_id, currency, now_ms=now_ms)
    post_transfer(
        tx,
        f"escrow:{order_id}:{derived_id('escrow.part', part_id)}",
        debit_id=escrow.account_id,
        credit_id=back.id,
        money=Money(amount_minor, currency),
        purpose=Purpose.ESCROW_REFUND,
        actor_id="platform",
        reference=order_id,
        now_ms=now_ms,
    )
    repository.add_refunded(tx, order_id, amount_minor)


def find_escrow(tx: Tx, order_id: str) -> Escrow | None:
    """Return the escrow of an order, or None when nothing was paid."""
    return repository.find_escrow(tx, order_id)


_PURPOSES = {
    "release": Purpose.ESCROW_RELEASE,
    "fee": Purpose.ESCROW_FEE,
    "refund": Purpose.ESCROW_REFUND,
}


def _pay_out(
    tx: Tx, escrow: Escrow, parts: Sequence[tuple[Place, Money, str]], *, now_ms: int
) -> None:
    """Move what the order holds to where its parts go, as one chain."""
    for place, _, _ in parts:
        open_account(tx, place, now_ms=now_ms)
    orders = [
        TransferOrder(
            f"escrow:{escrow.order_id}:{step}",
            TransferKind.SINGLE,
            escrow.account_id,
            place.id,
            money,
            _PURPOSES[step],
            "platform",
            escrow.order_id,
        )
        for place, money, step in parts
    ]
    post_linked(tx, orders, now_ms=now_ms)


def _access_escrow(tx: Tx, order_id: str) -> Escrow:
    escrow = repository.lock_escrow(tx, order_id)
    if escrow is None:
        raise EscrowNotFoundError("No money is held for this order.")
    return escrow


def _check_funded(escrow: Escrow) -> None:
    if escrow.status is not EscrowStatus.FUNDED:
        raise EscrowEndedError(
            "The money of this order is not held any more.", status=str(escrow.status)
        )


def _end(tx: Tx, escrow: Escrow, status: EscrowStatus, *, fee_minor: int, now_ms: int) -> Escrow:
    repository.end_escrow(tx, escrow.order_id, status=status, fee_minor=fee_minor, now_ms=now_ms)
    # Its control account is empty now, and whatever believes otherwise is refused from here on.
    close_account(tx, escrow.account_id, now_ms=now_ms)
    ended = repository.find_escrow(tx, escrow.order_id)
    assert ended is not None, "it was locked above"
    return ended
