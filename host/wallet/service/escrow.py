"""Escrow: a buyer's money waits for the goods.

``fund_escrow`` takes it from the buyer, then exactly one of ``release_escrow`` (to the merchant,
less the fee) or ``refund_escrow`` (back to the buyer) ends it.  Each may be called again with the
same arguments and then changes nothing, so that a repeated event repeats nothing.
"""

from collections.abc import Sequence

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.money import Money, decimal_text
from host.wallet.errors import BonusChangedError, EscrowEndedError, EscrowNotFoundError
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
from host.wallet.service.bonus import take_bonus, ways_back
from host.wallet.service.transfers import close_account, open_account, post_linked


def fund_escrow(
    tx: Tx,
    order_id: str,
    *,
    payer_id: str,
    brand_id: str,
    money: Money,
    shown_bonus_minor: int | None = None,
    now_ms: int,
) -> Escrow:
    """Take ``money`` from the payer, bonuses before cash, and hold it for the order.

    Refused when another part comes from bonuses than ``shown_bonus_minor``, where that is given.
    """
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
    escrow = Escrow(
        order_id, held.id, payer_id, brand_id, money, 0, EscrowStatus.FUNDED, funded_at_ms=now_ms
    )
    _pay_in(tx, escrow, cash, shown_bonus_minor=shown_bonus_minor, now_ms=now_ms)
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
    brand = pending_place(escrow.brand_id, currency)
    parts = [(brand, share, "release", Purpose.ESCROW_RELEASE)]
    if fee_minor:
        fee = Money(fee_minor, currency)
        parts.append((fees_place(currency), fee, "fee", Purpose.ESCROW_FEE))
    _pay_out(tx, escrow, parts, now_ms=now_ms)
    return _end(tx, escrow, EscrowStatus.RELEASED, fee_minor=fee_minor, now_ms=now_ms)


def refund_escrow(tx: Tx, order_id: str, *, now_ms: int) -> Escrow:
    """Give the buyer back what the order holds."""
    escrow = _access_escrow(tx, order_id)
    if escrow.status is EscrowStatus.REFUNDED:
        return escrow
    _check_funded(escrow)

    _pay_out(tx, escrow, _back(tx, escrow, escrow.left, "refund", now_ms=now_ms), now_ms=now_ms)
    return _end(tx, escrow, EscrowStatus.REFUNDED, fee_minor=0, now_ms=now_ms)


def refund_part(tx: Tx, order_id: str, part_id: str, *, amount_minor: int, now_ms: int) -> None:
    """Give the buyer a part of what the order holds; something is left for ``release``.

    ``part_id`` is the caller's and new: who repeats a request finds its own row first.
    """
    escrow = _access_escrow(tx, order_id)
    _check_funded(escrow)
    if not 0 < amount_minor < escrow.left.amount_minor:
        raise ValueError("a part leaves something in escrow")
    money = Money(amount_minor, escrow.money.currency)
    step = derived_id("escrow.part", part_id)
    _pay_out(tx, escrow, _back(tx, escrow, money, step, now_ms=now_ms), now_ms=now_ms)
    repository.add_refunded(tx, order_id, amount_minor)


def find_escrow(tx: Tx, order_id: str) -> Escrow | None:
    """Return the escrow of an order, or None when nothing was paid."""
    return repository.find_escrow(tx, order_id)


def _pay_in(
    tx: Tx, escrow: Escrow, cash: Place, *, shown_bonus_minor: int | None, now_ms: int
) -> None:
    """Move what an order costs into its account, as one chain: bonuses first, then cash."""
    order_id, payer_id, money = escrow.order_id, escrow.payer_id, escrow.money
    parts = take_bonus(
        tx, order_id, person_id=payer_id, brand_id=escrow.brand_id, money=money, now_ms=now_ms
    )
    bonus_minor = sum(part for _, part in parts)
    if shown_bonus_minor not in {None, bonus_minor}:
        raise BonusChangedError(
            "%(amount)s %(currency)s would come from your bonus, which is not what was shown. Look"
            " again.",
            amount=decimal_text(bonus_minor, money.currency),
            currency=money.currency,
        )
    legs = [
        (bonus.place, part, f"bonus:{n}", Purpose.BONUS_SPEND)
        for n, (bonus, part) in enumerate(parts)
    ]
    if bonus_minor < money.amount_minor:
        legs.append((cash, money.amount_minor - bonus_minor, "fund", Purpose.ESCROW_FUND))
    orders = [
        TransferOrder(
            f"escrow:{order_id}:{step}",
            TransferKind.SINGLE,
            place.id,
            escrow.account_id,
            Money(amount_minor, money.currency),
            purpose,
            payer_id,
            order_id,
        )
        for place, amount_minor, step, purpose in legs
    ]
    post_linked(tx, orders, now_ms=now_ms)


_Part = tuple[Place, Money, str, Purpose]


def _back(tx: Tx, escrow: Escrow, money: Money, step: str, *, now_ms: int) -> list[_Part]:
    """Return the parts in which ``money`` goes back: to cash, to bonuses, to who gave those."""
    ways = ways_back(tx, escrow.order_id, payer_id=escrow.payer_id, money=money, now_ms=now_ms)
    return [
        (
            way.place,
            Money(way.amount_minor, money.currency),
            f"{step}:{n}" if n else step,
            way.purpose,
        )
        for n, way in enumerate(ways)
    ]


def _pay_out(tx: Tx, escrow: Escrow, parts: Sequence[_Part], *, now_ms: int) -> None:
    """Move what the order holds to where its parts go, as one chain."""
    for place, _, _, _ in parts:
        open_account(tx, place, now_ms=now_ms)
    orders = [
        TransferOrder(
            f"escrow:{escrow.order_id}:{step}",
            TransferKind.SINGLE,
            escrow.account_id,
            place.id,
            money,
            purpose,
            "platform",
            escrow.order_id,
        )
        for place, money, step, purpose in parts
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
