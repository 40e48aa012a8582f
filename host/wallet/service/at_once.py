"""Money that moves at once, because the two stand before each other: at a till, by a scanned code.

What is bought is in the buyer's hands already, so nothing is held; the platform's fee is a leg of
the same chain.
"""

from host.core.db import Tx
from host.core.money import Money
from host.core.text import clean_line
from host.wallet.model import (
    Posting,
    Purpose,
    Transfer,
    TransferKind,
    TransferOrder,
    cash_place,
    fees_place,
    pending_place,
)
from host.wallet.repository import ledger
from host.wallet.service import caps
from host.wallet.service.payments import MEMO_LENGTH_MAX
from host.wallet.service.transfers import open_account, post_linked, post_transfer

_BPS = 10_000


def pay_merchant(
    tx: Tx,
    transfer_id: str,
    *,
    payer_id: str,
    brand_id: str,
    money: Money,
    fee_bps: int,
    reference: str,
    now_ms: int,
) -> Transfer:
    """Move ``money`` from a person to what a shop has earned, and the fee from there, once.

    The caller tells settlement, which makes it available in time.
    """
    cash, shop = cash_place(payer_id, money.currency), pending_place(brand_id, money.currency)
    fees = fees_place(money.currency)
    for place in (cash, shop, fees):
        open_account(tx, place, now_ms=now_ms)
    legs: list[Posting] = [
        TransferOrder(
            transfer_id,
            TransferKind.SINGLE,
            cash.id,
            shop.id,
            money,
            Purpose.SHOP_PAYMENT,
            payer_id,
            reference,
        )
    ]
    fee_minor = fee_of(money, fee_bps)
    if fee_minor:
        legs.append(
            TransferOrder(
                f"{transfer_id}:fee",
                TransferKind.SINGLE,
                shop.id,
                fees.id,
                Money(fee_minor, money.currency),
                Purpose.SHOP_FEE,
                "platform",
                reference,
            )
        )
    return post_linked(tx, legs, now_ms=now_ms)[0]


def give_money(
    tx: Tx,
    transfer_id: str,
    *,
    payer_id: str,
    receiver_id: str,
    money: Money,
    memo: str,
    reference: str,
    now_ms: int,
) -> Transfer:
    """Move ``money`` between two people, once.  The caller has checked that the receiver asked."""
    caps.check_can_receive(tx, receiver_id, money, now_ms=now_ms)
    debit, credit = cash_place(payer_id, money.currency), cash_place(receiver_id, money.currency)
    open_account(tx, debit, now_ms=now_ms)
    open_account(tx, credit, now_ms=now_ms)
    transfer = post_transfer(
        tx,
        transfer_id,
        debit_id=debit.id,
        credit_id=credit.id,
        money=money,
        purpose=Purpose.SEND,
        actor_id=payer_id,
        reference=reference,
        now_ms=now_ms,
    )
    text = clean_line(memo, length_max=MEMO_LENGTH_MAX)
    if text:
        ledger.insert_memo(tx, transfer_id, text)
    return transfer


def fee_of(money: Money, fee_bps: int) -> int:
    """Return the platform's share, rounded down in the shop's favour, which always keeps some."""
    return min(money.amount_minor * fee_bps // _BPS, money.amount_minor - 1)
