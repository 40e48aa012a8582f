"""Money between people: sent, held, and the receiver's once they take it.

What is sent is a hold in the ledger.  Exactly one of four ends it: the receiver accepts or
declines, the sender cancels, or a day passes.  Whoever comes second finds the row ended, and were
it not for the row, the ledger resolves a hold once.
"""

from dataclasses import replace

from host.contacts import service as contacts
from host.core import live, outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError, TooManyError
from host.core.ids import derived_id
from host.core.limits import check_rate
from host.core.money import Money
from host.core.text import clean_line
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import (
    NotAContactError,
    OfferEndedError,
    PaymentCheckedError,
    SameAccountError,
    TransferNotFoundError,
)
from host.wallet.events import MoneyOffered, OfferEnded
from host.wallet.model import Purpose, cash_place
from host.wallet.people_model import Offer, OfferStatus
from host.wallet.repository import ledger
from host.wallet.repository import offer as repository
from host.wallet.service import caps, risks
from host.wallet.service.authorise import spend_confirmation
from host.wallet.service.funds import check_can_spend
from host.wallet.service.transfers import (
    hold_transfer,
    open_account,
    post_held,
    post_transfer,
    void_held,
)

MEMO_LENGTH_MAX = 100
SENDS_PER_MINUTE_MAX = 20
OFFER_TTL_MS = 24 * 3600 * 1000
OFFERS_WAITING_COUNT_MAX = 100
_SWEEP_ROWS = 100


def check_send(tx: Tx, *, sender_id: str, receiver_id: str, money: Money) -> None:
    """Refuse what cannot be sent, before a PIN is asked for."""
    check_receiver(tx, sender_id, receiver_id)
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
) -> Offer:
    """Hold money for a contact until they take it, once, as its sender confirmed it.

    A receiver who takes money from contacts automatically has it at once.
    """
    check_rate(tx, f"wallet.send:{sender_id}", per_minute=SENDS_PER_MINUTE_MAX, now_ms=now_ms)
    intent = send_intent(transfer_id, sender_id=sender_id, receiver_id=receiver_id, money=money)
    clearance = spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    text = clean_line(memo, length_max=MEMO_LENGTH_MAX)
    earlier = repository.lock_offer(tx, transfer_id)
    if earlier is not None:
        return _check_repeat(earlier, receiver_id, money)
    check_receiver(tx, sender_id, receiver_id)
    if repository.count_waiting(tx, sender_id) >= OFFERS_WAITING_COUNT_MAX:
        raise TooManyError(
            "Too much of what you sent is still waiting. Wait until it is taken, or cancel some."
        )

    offer = Offer(
        transfer_id,
        sender_id,
        receiver_id,
        money,
        text,
        OfferStatus.WAITING,
        None,
        now_ms,
        now_ms + OFFER_TTL_MS,
    )
    is_held = clearance.held_until_ms is not None
    if not is_held and takes_at_once(tx, offer, now_ms=now_ms):
        offer = replace(
            offer, status=OfferStatus.ACCEPTED, posted_id=transfer_id, ended_at_ms=now_ms
        )
    _move(tx, offer, now_ms=now_ms)
    repository.insert_offer(tx, offer)
    if not is_held:
        _announce(tx, offer, now_ms=now_ms)
    return offer


def accept_offer(tx: Tx, offer_id: str, *, actor_id: str, now_ms: int) -> Offer:
    """Take the money; taking it again changes nothing."""
    offer = _lock_own(tx, offer_id, "receiver_id", actor_id)
    if offer.status is OfferStatus.ACCEPTED:
        return offer
    _check_waiting(offer)
    if risks.is_checked(tx, offer.sender_id, PaymentPurpose.SEND, offer.id):
        raise PaymentCheckedError("This money is being checked first. Try again later.")
    caps.check_can_receive(tx, actor_id, offer.money, now_ms=now_ms)
    if now_ms >= offer.expires_at_ms:
        raise OfferEndedError(
            "Nobody took this money for a day, so it goes back.", status=OfferStatus.EXPIRED
        )
    posted_id = derived_id("wallet.accept", offer.id)
    post_held(tx, posted_id, pending_id=offer.id, now_ms=now_ms)
    _remember(tx, posted_id, offer.memo)
    return _end(tx, offer, OfferStatus.ACCEPTED, posted_id=posted_id, now_ms=now_ms)


def decline_offer(tx: Tx, offer_id: str, *, actor_id: str, now_ms: int) -> Offer:
    """Send the money back to its sender; doing it again changes nothing."""
    offer = _lock_own(tx, offer_id, "receiver_id", actor_id)
    return _give_back(tx, offer, OfferStatus.DECLINED, now_ms=now_ms)


def cancel_offer(tx: Tx, offer_id: str, *, actor_id: str, now_ms: int) -> Offer:
    """Take back what was sent and not yet taken; doing it again changes nothing."""
    offer = _lock_own(tx, offer_id, "sender_id", actor_id)
    return _give_back(tx, offer, OfferStatus.CANCELLED, now_ms=now_ms)


def expire_offers(tx: Tx, *, now_ms: int) -> int:
    """Send back what nobody took in time and return how much of it there was."""
    due = repository.lock_due(tx, now_ms=now_ms, limit=_SWEEP_ROWS)
    for offer in due:
        _give_back(tx, offer, OfferStatus.EXPIRED, now_ms=now_ms)
    return len(due)


def pass_checked(tx: Tx, offer_id: str, *, now_ms: int) -> None:
    """Go on with what was sent and has been looked at: the receiver hears of it now."""
    offer = repository.lock_offer(tx, offer_id)
    if offer is None or offer.status is not OfferStatus.WAITING:
        return
    _announce(tx, offer, now_ms=now_ms)
    if takes_at_once(tx, offer, now_ms=now_ms):
        accept_offer(tx, offer_id, actor_id=offer.receiver_id, now_ms=now_ms)


def stop_checked(tx: Tx, offer_id: str, *, now_ms: int) -> None:
    """Give what was sent back to its sender: it was looked at, or nobody came to."""
    offer = repository.lock_offer(tx, offer_id)
    if offer is not None and offer.status is OfferStatus.WAITING:
        _give_back(tx, offer, OfferStatus.CANCELLED, now_ms=now_ms)


def takes_at_once(tx: Tx, offer: Offer, *, now_ms: int) -> bool:
    """Tell whether the receiver takes this money without being asked; above a cap it waits."""
    return repository.is_automatic(tx, offer.receiver_id) and caps.can_receive(
        tx, offer.receiver_id, offer.money, now_ms=now_ms
    )


def find_offer(tx: Tx, offer_id: str, *, actor_id: str) -> Offer | None:
    """Return what the actor sent or was sent under this id."""
    offer = repository.find_offer(tx, offer_id)
    if offer is None or actor_id not in {offer.sender_id, offer.receiver_id}:
        return None
    return offer


def takes_automatically(tx: Tx, person_id: str) -> bool:
    """Tell whether a person has money from contacts without being asked each time."""
    return repository.is_automatic(tx, person_id)


def set_receiving(tx: Tx, person_id: str, *, is_automatic: bool, now_ms: int) -> None:
    """Choose whether money from contacts is taken at once; what waits keeps waiting."""
    if is_automatic:
        repository.set_automatic(tx, person_id, now_ms=now_ms)
    else:
        repository.clear_automatic(tx, person_id)


def check_receiver(tx: Tx, sender_id: str, receiver_id: str) -> None:
    """Refuse whoever is no contact, or one of two of whom one blocks the other."""
    if sender_id == receiver_id:
        raise SameAccountError("That is you. Choose a contact.")
    # A block is not told: the sentence fits a stranger as well.
    is_reachable = contacts.are_contacts(tx, sender_id, receiver_id) and not contacts.is_blocked(
        tx, sender_id, receiver_id
    )
    if not is_reachable:
        raise NotAContactError("Money can be sent to contacts only, and not to this person now.")


def _move(tx: Tx, offer: Offer, *, now_ms: int) -> None:
    """Hold the money of a new offer, or move it where the receiver takes it at once.

    The hold has no end of its own: the ledger judges one by the time of its last row, which a clock
    that once ran ahead leaves in the future.  When the day is over is judged here.
    """
    currency = offer.money.currency
    debit, credit = cash_place(offer.sender_id, currency), cash_place(offer.receiver_id, currency)
    open_account(tx, debit, now_ms=now_ms)
    open_account(tx, credit, now_ms=now_ms)
    if offer.status is OfferStatus.WAITING:
        hold_transfer(
            tx,
            offer.id,
            debit_id=debit.id,
            credit_id=credit.id,
            money=offer.money,
            purpose=Purpose.SEND,
            actor_id=offer.sender_id,
            now_ms=now_ms,
        )
        return
    post_transfer(
        tx,
        offer.id,
        debit_id=debit.id,
        credit_id=credit.id,
        money=offer.money,
        purpose=Purpose.SEND,
        actor_id=offer.sender_id,
        now_ms=now_ms,
    )
    _remember(tx, offer.id, offer.memo)


def _announce(tx: Tx, offer: Offer, *, now_ms: int) -> None:
    offered = MoneyOffered(offer.id, offer.sender_id, offer.receiver_id)
    outbox.publish(tx, offered, now_ms=now_ms)
    _hint(tx, offer, now_ms=now_ms)


def _give_back(tx: Tx, offer: Offer, status: OfferStatus, *, now_ms: int) -> Offer:
    if offer.status is status:
        return offer
    _check_waiting(offer)
    void_held(tx, derived_id(f"wallet.{status}", offer.id), pending_id=offer.id, now_ms=now_ms)
    return _end(tx, offer, status, posted_id=None, now_ms=now_ms)


def _end(tx: Tx, offer: Offer, status: OfferStatus, *, posted_id: str | None, now_ms: int) -> Offer:
    ended = replace(offer, status=status, posted_id=posted_id, ended_at_ms=now_ms)
    repository.end_offer(tx, ended)
    told = OfferEnded(
        offer.id,
        offer.sender_id,
        offer.receiver_id,
        str(status),
        offer.money.amount_minor,
        offer.money.currency,
    )
    outbox.publish(tx, told, now_ms=now_ms)
    _hint(tx, ended, now_ms=now_ms)
    return ended


def _hint(tx: Tx, offer: Offer, *, now_ms: int) -> None:
    """Let open pages of the two read again: the wallet, and the card in their chat."""
    live.publish(
        tx,
        [offer.sender_id, offer.receiver_id],
        "wallet.changed",
        {"currency": offer.money.currency, "transfer_id": offer.id},
        now_ms=now_ms,
    )


def _lock_own(tx: Tx, offer_id: str, side: str, actor_id: str) -> Offer:
    offer = repository.lock_offer(tx, offer_id)
    if offer is None or getattr(offer, side) != actor_id:
        raise TransferNotFoundError("You have no transfer with this id.")
    return offer


def _check_waiting(offer: Offer) -> None:
    if offer.status is not OfferStatus.WAITING:
        raise OfferEndedError(
            "This money is not waiting any more. Look at the transfer to see what became of it.",
            status=str(offer.status),
        )


def _check_repeat(earlier: Offer, receiver_id: str, money: Money) -> Offer:
    if (earlier.receiver_id, earlier.money) != (receiver_id, money):
        raise IdempotencyKeyReusedError(
            "This key sent something else before, so nothing was sent. Use a new key."
        )
    return earlier


def _remember(tx: Tx, transfer_id: str, memo: str) -> None:
    if memo:
        ledger.insert_memo(tx, transfer_id, memo)
