"""Money between people."""

from host.contacts import service as contacts
from host.core.db import Tx
from host.core.limits import check_rate
from host.core.money import Money
from host.core.text import clean_line
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import NotAContactError, SameAccountError
from host.wallet.model import Purpose, Transfer, cash_place
from host.wallet.repository import ledger
from host.wallet.service.authorise import spend_confirmation
from host.wallet.service.funds import check_can_spend
from host.wallet.service.transfers import open_account, post_transfer

MEMO_LENGTH_MAX = 100
SENDS_PER_MINUTE_MAX = 20


def check_send(tx: Tx, *, sender_id: str, receiver_id: str, money: Money) -> None:
    """Refuse what cannot be sent, before a PIN is asked for."""
    _check_receiver(tx, sender_id, receiver_id)
    check_can_spend(tx, sender_id, money)


def send_intent(
    transfer_id: str, *, sender_id: str, receiver_id: str, money: Money
) -> PaymentIntent:
    """Return what the sender is asked to confirm."""
    return PaymentIntent(sender_id, PaymentPurpose.SEND, transfer_id, money, receiver_id)


def send_money(
    tx: Tx,
    transfer_id: str,
    *,
    sender_id: str,
    receiver_id: str,
    money: Money,
    memo: str,
    confirmation_id: str,
    now_ms: int,
) -> Transfer:
    """Move money from one person to a contact, once, as its sender confirmed it."""
    check_rate(tx, f"wallet.send:{sender_id}", per_minute=SENDS_PER_MINUTE_MAX, now_ms=now_ms)
    _check_receiver(tx, sender_id, receiver_id)
    intent = send_intent(transfer_id, sender_id=sender_id, receiver_id=receiver_id, money=money)
    spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)

    debit, credit = cash_place(sender_id, money.currency), cash_place(receiver_id, money.currency)
    open_account(tx, debit, now_ms=now_ms)
    open_account(tx, credit, now_ms=now_ms)
    transfer = post_transfer(
        tx,
        transfer_id,
        debit_id=debit.id,
        credit_id=credit.id,
        money=money,
        purpose=Purpose.SEND,
        actor_id=sender_id,
        now_ms=now_ms,
    )
    text = clean_line(memo, length_max=MEMO_LENGTH_MAX)
    if text:
        ledger.insert_memo(tx, transfer_id, text)
    return transfer


def _check_receiver(tx: Tx, sender_id: str, receiver_id: str) -> None:
    if sender_id == receiver_id:
        raise SameAccountError("That is you. Choose a contact.")
    # A block is not told: the sentence fits a stranger as well.
    is_reachable = contacts.are_contacts(tx, sender_id, receiver_id) and not contacts.is_blocked(
        tx, sender_id, receiver_id
    )
    if not is_reachable:
        raise NotAContactError("Money can be sent to contacts only, and not to this person now.")
