"""Asking for money: one contact, or the people of a group who split a bill.

Everybody pays their own share, at once to whom they owe it.  What is paid of a bill goes through
the bill's control account, which is empty again after every payment and closed with the bill: what
passed through it is what the journal says was collected.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from host.core import live, outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError, TooManyError
from host.core.ids import derived_id
from host.core.limits import check_rate
from host.core.money import AMOUNT_MINOR_MAX, Currency, Money
from host.core.text import clean_line
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import (
    RequestEndedError,
    RequestNotFoundError,
    RequestRefusedError,
)
from host.wallet.events import MoneyRequested, PeopleReminded, RequestEnded, ShareEnded
from host.wallet.model import Purpose, TransferKind, TransferOrder, cash_place, split_place
from host.wallet.repository import ledger
from host.wallet.repository import request as repository
from host.wallet.request_model import MoneyRequest, RequestKind, RequestStatus, Share, ShareStatus
from host.wallet.service import caps
from host.wallet.service.authorise import spend_confirmation
from host.wallet.service.payments import MEMO_LENGTH_MAX, check_receiver
from host.wallet.service.transfers import close_account, open_account, post_linked, post_transfer

REQUESTS_PER_MINUTE_MAX = 10
REQUESTS_OPEN_COUNT_MAX = 50
REQUEST_SHARES_MAX = 99
REQUEST_OPEN_MS = 7 * 24 * 3600 * 1000
REMINDER_EVERY_MS = 24 * 3600 * 1000
_SWEEP_ROWS = 100
_MISSING = "Nobody asks you for money under this id."


def ask_money(
    tx: Tx,
    request_id: str,
    *,
    requester_id: str,
    payer_id: str,
    money: Money,
    memo: str,
    now_ms: int,
) -> MoneyRequest:
    """Ask a contact for money, once."""
    check_receiver(tx, requester_id, payer_id)
    return create_request(
        tx,
        request_id,
        requester_id=requester_id,
        circle_id="",
        currency=money.currency,
        shares={payer_id: money.amount_minor},
        memo=memo,
        now_ms=now_ms,
    )


def create_request(
    tx: Tx,
    request_id: str,
    *,
    requester_id: str,
    circle_id: str,
    currency: Currency,
    shares: Mapping[str, int],
    memo: str,
    now_ms: int,
) -> MoneyRequest:
    """Write a request, once; the caller has made sure that these people may be asked."""
    check_rate(
        tx, f"wallet.request:{requester_id}", per_minute=REQUESTS_PER_MINUTE_MAX, now_ms=now_ms
    )
    check_shares(requester_id, shares)
    request = MoneyRequest(
        request_id,
        RequestKind.SPLIT if circle_id else RequestKind.DIRECT,
        requester_id,
        circle_id,
        currency,
        clean_line(memo, length_max=MEMO_LENGTH_MAX),
        RequestStatus.OPEN,
        now_ms,
        now_ms + REQUEST_OPEN_MS,
        None,
        None,
        [Share(person_id, minor) for person_id, minor in sorted(shares.items())],
    )
    earlier = repository.lock_request(tx, request_id)
    if earlier is not None:
        return _check_repeat(earlier, request)
    if repository.count_open(tx, requester_id) >= REQUESTS_OPEN_COUNT_MAX:
        raise TooManyError("Too many of your requests are open. Close some, or wait.")

    repository.insert_request(tx, request)
    if request.kind is RequestKind.SPLIT:
        open_account(tx, split_place(request_id, currency), now_ms=now_ms)
    else:
        asked = MoneyRequested(request_id, requester_id, request.shares[0].person_id)
        outbox.publish(tx, asked, now_ms=now_ms)
    _hint(tx, request, now_ms=now_ms)
    return request


def check_shares(requester_id: str, shares: Mapping[str, int]) -> None:
    """Refuse shares that nobody could pay."""
    if not 1 <= len(shares) <= REQUEST_SHARES_MAX:
        raise RequestRefusedError(
            "Choose between 1 and %(limit)s others.", limit=REQUEST_SHARES_MAX
        )
    if requester_id in shares:
        raise RequestRefusedError("Your own share is not asked for. Leave yourself out.")
    if min(shares.values()) < 1:
        raise RequestRefusedError("Everybody who is asked owes at least the smallest unit.")
    if sum(shares.values()) > AMOUNT_MINOR_MAX:
        raise RequestRefusedError("This is more than anybody can move. Ask for less.")


def equal_shares(
    total_minor: int, person_ids: Collection[str], *, with_requester: bool
) -> dict[str, int]:
    """Return what each of the others owes of a bill; what does not divide is the requester's.

    Without the requester nobody is left to bear it, so the first few owe one unit more.
    """
    people = sorted(set(person_ids))
    count = len(people) + with_requester
    if not people or total_minor < count:
        raise RequestRefusedError("The bill is too small to be split among so many.")
    each, rest = divmod(total_minor, count)
    return {
        person_id: each + (0 if with_requester else int(n < rest))
        for n, person_id in enumerate(people)
    }


def pay_intent(request: MoneyRequest, payer_id: str) -> PaymentIntent:
    """Return what a payer is asked to confirm."""
    share = _share(request, payer_id)
    return PaymentIntent(
        payer_id,
        PaymentPurpose.REQUEST,
        _transfer_id(request, payer_id),
        Money(share.amount_minor, request.currency),
        request.requester_id,
    )


def pay_share(
    tx: Tx, request_id: str, *, payer_id: str, confirmation_id: str, now_ms: int
) -> MoneyRequest:
    """Pay one's share, once, as one confirmed it."""
    request = _lock_asked(tx, request_id, payer_id)
    intent = pay_intent(request, payer_id)
    spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    if _share(request, payer_id).status is ShareStatus.PAID:
        return request
    check_payable(request, payer_id, now_ms=now_ms)
    _move(tx, request, payer_id, intent.money, now_ms=now_ms)
    paid = replace(
        _share(request, payer_id),
        status=ShareStatus.PAID,
        transfer_id=intent.subject_id,
        ended_at_ms=now_ms,
    )
    return _end_share(tx, request, paid, now_ms=now_ms)


def check_payable(request: MoneyRequest, payer_id: str, *, now_ms: int) -> None:
    """Refuse what cannot be paid any more."""
    share = _share(request, payer_id)
    is_open = request.status is RequestStatus.OPEN and now_ms < request.expires_at_ms
    if not is_open or share.status is not ShareStatus.OPEN:
        raise RequestEndedError(
            "This is not asked for any more, so nothing was paid.", status=str(request.status)
        )


def decline_share(tx: Tx, request_id: str, *, payer_id: str, now_ms: int) -> MoneyRequest:
    """Say that one does not pay; saying it again changes nothing."""
    request = _lock_asked(tx, request_id, payer_id)
    share = _share(request, payer_id)
    if share.status is ShareStatus.DECLINED:
        return request
    check_payable(request, payer_id, now_ms=now_ms)
    declined = replace(share, status=ShareStatus.DECLINED, ended_at_ms=now_ms)
    return _end_share(tx, request, declined, now_ms=now_ms)


def close_request(tx: Tx, request_id: str, *, actor_id: str, now_ms: int) -> MoneyRequest:
    """Ask no more: what was paid stays, what was not is not owed; again changes nothing."""
    request = _lock_made(tx, request_id, actor_id)
    if request.status is not RequestStatus.OPEN:
        return request
    return _end(tx, request, RequestStatus.CLOSED, now_ms=now_ms)


def remind(tx: Tx, request_id: str, *, actor_id: str, now_ms: int) -> MoneyRequest:
    """Remind whoever has not answered, once a day."""
    request = _lock_made(tx, request_id, actor_id)
    if request.status is not RequestStatus.OPEN or now_ms >= request.expires_at_ms:
        raise RequestEndedError(
            "This is not asked for any more, so nobody was reminded.", status=str(request.status)
        )
    if now_ms < (request.reminded_at_ms or request.created_at_ms) + REMINDER_EVERY_MS:
        raise TooManyError("One reminder a day is enough. Wait until tomorrow.")
    repository.set_reminded(tx, request_id, now_ms=now_ms)
    told = PeopleReminded(request.id, request.requester_id, request.circle_id)
    outbox.publish(tx, told, now_ms=now_ms)
    _hint(tx, request, now_ms=now_ms)
    return replace(request, reminded_at_ms=now_ms)


def expire_requests(tx: Tx, *, now_ms: int) -> int:
    """End the requests whose time is over and return how many."""
    due = repository.lock_due(tx, now_ms=now_ms, limit=_SWEEP_ROWS)
    for request in due:
        _end(tx, request, RequestStatus.EXPIRED, now_ms=now_ms)
    return len(due)


def access_request(tx: Tx, request_id: str, *, actor_id: str) -> MoneyRequest:
    """Return a request that the actor made or is asked in; any other looks like a missing one."""
    request = repository.find_requests(tx, [request_id]).get(request_id)
    if request is None or actor_id not in request.people:
        raise RequestNotFoundError(_MISSING)
    return request


def find_requests(tx: Tx, request_ids: Collection[str]) -> dict[str, MoneyRequest]:
    """Return requests by id, whoever asks: the caller judges who may see them."""
    return repository.find_requests(tx, request_ids) if request_ids else {}


def _move(tx: Tx, request: MoneyRequest, payer_id: str, money: Money, *, now_ms: int) -> None:
    debit = cash_place(payer_id, request.currency)
    credit = cash_place(request.requester_id, request.currency)
    caps.check_can_receive(tx, request.requester_id, money, now_ms=now_ms)
    open_account(tx, debit, now_ms=now_ms)
    open_account(tx, credit, now_ms=now_ms)
    transfer_id = _transfer_id(request, payer_id)
    if request.kind is RequestKind.DIRECT:
        post_transfer(
            tx,
            transfer_id,
            debit_id=debit.id,
            credit_id=credit.id,
            money=money,
            purpose=Purpose.SEND,
            actor_id=payer_id,
            reference=request.id,
            now_ms=now_ms,
        )
    else:
        through = split_place(request.id, request.currency).id
        sides = (
            (transfer_id, debit.id, through, Purpose.SPLIT_PAY),
            (_forward_id(transfer_id), through, credit.id, Purpose.SPLIT_FORWARD),
        )
        chain = [
            TransferOrder(
                one, TransferKind.SINGLE, giver, taker, money, purpose, payer_id, request.id
            )
            for one, giver, taker, purpose in sides
        ]
        post_linked(tx, chain, now_ms=now_ms)
    if request.memo:
        ledger.insert_memo(tx, transfer_id, request.memo)
        if request.kind is RequestKind.SPLIT:
            ledger.insert_memo(tx, _forward_id(transfer_id), request.memo)


def _end_share(tx: Tx, request: MoneyRequest, ended: Share, *, now_ms: int) -> MoneyRequest:
    repository.end_share(tx, request.id, ended)
    shares = [ended if share.person_id == ended.person_id else share for share in request.shares]
    request = replace(request, shares=shares)
    told = ShareEnded(
        request.id,
        request.requester_id,
        ended.person_id,
        request.circle_id,
        str(ended.status),
        ended.amount_minor,
        request.currency,
    )
    outbox.publish(tx, told, now_ms=now_ms)
    if all(share.status is not ShareStatus.OPEN for share in shares):
        return _end(tx, request, RequestStatus.DONE, now_ms=now_ms)
    _hint(tx, request, now_ms=now_ms)
    return request


def _end(tx: Tx, request: MoneyRequest, status: RequestStatus, *, now_ms: int) -> MoneyRequest:
    repository.end_request(tx, request.id, status=status, now_ms=now_ms)
    if request.kind is RequestKind.SPLIT:
        close_account(tx, split_place(request.id, request.currency).id, now_ms=now_ms)
    told = RequestEnded(request.id, request.requester_id, request.circle_id, str(status))
    outbox.publish(tx, told, now_ms=now_ms)
    _hint(tx, request, now_ms=now_ms)
    return replace(request, status=status, ended_at_ms=now_ms)


def _hint(tx: Tx, request: MoneyRequest, *, now_ms: int) -> None:
    """Let open pages of everybody concerned read again."""
    live.publish(
        tx,
        request.people,
        "wallet.changed",
        {"currency": request.currency, "request_id": request.id},
        now_ms=now_ms,
    )


def _lock_asked(tx: Tx, request_id: str, payer_id: str) -> MoneyRequest:
    request = repository.lock_request(tx, request_id)
    if request is None or request.share_of(payer_id) is None:
        raise RequestNotFoundError(_MISSING)
    return request


def _lock_made(tx: Tx, request_id: str, actor_id: str) -> MoneyRequest:
    request = repository.lock_request(tx, request_id)
    if request is None or request.requester_id != actor_id:
        raise RequestNotFoundError(_MISSING)
    return request


def _share(request: MoneyRequest, payer_id: str) -> Share:
    share = request.share_of(payer_id)
    if share is None:
        raise RequestNotFoundError(_MISSING)
    return share


def _transfer_id(request: MoneyRequest, payer_id: str) -> str:
    return derived_id("wallet.share", request.id, payer_id)


def _forward_id(transfer_id: str) -> str:
    return derived_id("wallet.share.forward", transfer_id)


def _check_repeat(earlier: MoneyRequest, request: MoneyRequest) -> MoneyRequest:
    def wish(one: MoneyRequest) -> tuple[object, ...]:
        asked = [(share.person_id, share.amount_minor) for share in one.shares]
        return one.requester_id, one.circle_id, one.currency, one.memo, asked

    if wish(earlier) != wish(request):
        raise IdempotencyKeyReusedError(
            "This key asked for something else before, so nobody was asked. Use a new key."
        )
    return earlier
