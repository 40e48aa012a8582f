"""What a merchant earns, and what goes back to who paid."""

from dataclasses import replace

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.money import Money
from host.settlement.errors import EarningNotFoundError, RefundTooLargeError
from host.settlement.model import Earning, Item, ItemKind, Refund, Source
from host.settlement.repository import items
from host.settlement.repository import refunds as repository
from host.settlement.service.pots import open_pot, take_from_merchant
from host.settlement.service.terms import due_at
from host.wallet import service as wallet
from host.wallet.model import Purpose, control_place, fees_place


def record_earning(
    tx: Tx,
    *,
    source_kind: str,
    source_id: str,
    brand_id: str,
    money: Money,
    fee_minor: int,
    now_ms: int,
) -> None:
    """Note that a brand has earned; the caller has just moved the money, in this transaction.

    ``money`` is what was paid, and ``fee_minor`` the part of it that is the platform's: the caller
    has moved the rest to ``pending_place(brand_id, …)`` and the fee to ``fees_place``.  What is
    pending becomes available T+n.  Recording a source again changes nothing.
    """
    source = Source(source_kind, source_id)
    wallet.lock_ledger(tx)
    earlier = items.lock_earning(tx, source)
    if earlier is not None:
        if (earlier.brand_id, earlier.gross, earlier.fee_minor) != (brand_id, money, fee_minor):
            raise IdempotencyKeyReusedError("Something else was earned from this source already.")
        return
    at_ms = wallet.ledger_time(tx)
    due_at_ms = due_at(tx, brand_id, now_ms)
    items.insert_earning(tx, Earning(source, brand_id, money, fee_minor, 0, 0, 0, due_at_ms, at_ms))
    net_minor = money.amount_minor - fee_minor
    item_id = derived_id("settlement.earning", source_kind, source_id)
    items.insert_item(
        tx,
        Item(
            item_id,
            brand_id,
            money.currency,
            ItemKind.EARNING,
            source,
            net_minor,
            due_at_ms,
            at_ms,
        ),
    )


def find_earning(tx: Tx, source_kind: str, source_id: str) -> Earning | None:
    """Return what was earned from a source, and what of it went back.  For other domains."""
    return items.find_earning(tx, Source(source_kind, source_id))


def record_refund(
    tx: Tx,
    *,
    source_kind: str,
    source_id: str,
    refund_id: str,
    brand_id: str,
    payer_id: str,
    money: Money,
    now_ms: int,
) -> Refund:
    """Give ``money`` of an earning back to who paid, once: from pending, then from available.

    The platform's fee goes back in proportion.  When the merchant has too little the whole refund
    is refused and nothing has moved; the same id may be tried again later.  ``refund_id`` is the
    caller's, unique within the source: again with the same amount returns the first refund.
    """
    source = Source(source_kind, source_id)
    key = derived_id("settlement.refund", source_kind, source_id, refund_id)
    wallet.lock_ledger(tx)
    earning = items.lock_earning(tx, source)
    if earning is None or earning.brand_id != brand_id:
        raise EarningNotFoundError("Nothing was earned under this name.")
    earlier = repository.find_refund(tx, key)
    if earlier is not None:
        if (earlier.payer_id, earlier.money) != (payer_id, money):
            raise IdempotencyKeyReusedError("This id belongs to another refund. Use a new id.")
        return earlier
    _check_left(earning, money)

    fee_minor = earning.fee_part(money.amount_minor)
    place = control_place("refund", key, money.currency)
    pot = open_pot(tx, place, Purpose.REFUND, source_id, now_ms=now_ms)
    take_from_merchant(pot, earning, money.amount_minor - fee_minor, ItemKind.REFUND)
    pot.take(fees_place(money.currency), fee_minor, "fee")
    ways = wallet.ways_back(tx, source_id, payer_id=payer_id, money=money, now_ms=now_ms)
    for n, way in enumerate(ways):
        is_cash = way.purpose is Purpose.ESCROW_REFUND
        giver = pot if is_cash else replace(pot, purpose=way.purpose)
        giver.give(way.place, way.amount_minor, f"payer:{n}" if n else "payer")
    pot.close()
    refund = Refund(
        key, source, refund_id, brand_id, payer_id, money, fee_minor, wallet.ledger_time(tx)
    )
    repository.insert_refund(tx, refund)
    items.add_to_earning(
        tx, source, refunded_minor=money.amount_minor, fee_returned_minor=fee_minor
    )
    return refund


def _check_left(earning: Earning, money: Money) -> None:
    if money.currency != earning.currency:
        raise RefundTooLargeError("This was paid in another currency.", left_minor=0)
    if money.amount_minor > earning.left_minor:
        raise RefundTooLargeError(
            "More would go back than is left of what was paid. Ask for less.",
            left_minor=earning.left_minor,
            currency=earning.currency,
        )
