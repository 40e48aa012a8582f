"""What people do with bills: find a biller, add a number, look, be reminded."""

from collections.abc import Sequence

from host.bills import repository, repository_payments
from host.bills.errors import AccountRefusedError, BillerNotFoundError, BillNotFoundError
from host.bills.events import BillDue
from host.bills.model import (
    ACCOUNTS_PER_PERSON_MAX,
    LABEL_LENGTH_MAX,
    LINKS_PER_MINUTE_MAX,
    NUMBER_LENGTH_MAX,
    REMIND_BEFORE_MS,
    Account,
    Bill,
    BillStatus,
    HomeView,
    Payment,
    ShownBill,
    ShownBiller,
)
from host.brands import service as brands
from host.core import outbox
from host.core.db import Tx
from host.core.ids import derived_id
from host.core.limits import check_rate
from host.core.text import clean_line

_BILL_ROWS = 50
_REMINDED_COUNT_MAX = 100
_TO_PAY = (BillStatus.OPEN, BillStatus.PAYING)


def read_home(tx: Tx, person_id: str) -> HomeView:
    """Return a person's bills and the numbers under which they come."""
    accounts = repository.find_accounts(tx, person_id, limit=ACCOUNTS_PER_PERSON_MAX)
    shown = _show(tx, repository.find_bills_of(tx, person_id, limit=_BILL_ROWS))
    shops = brands.find_brands(tx, [account.brand_id for account in accounts])
    return HomeView(
        due=[each for each in shown if each.bill.status in _TO_PAY],
        done=[each for each in shown if each.bill.status not in _TO_PAY],
        accounts=[(account, shops[account.brand_id]) for account in accounts],
    )


def read_biller(tx: Tx, handle: str) -> ShownBiller:
    """Return a biller of the directory."""
    brand = brands.find_brand_by_handle(tx, handle)
    biller = None if brand is None else repository.find_biller(tx, brand.id)
    if brand is None or biller is None or not repository.is_open(tx, brand.id):
        raise BillerNotFoundError("No biller has this handle. Look in the directory.")
    return ShownBiller(biller, brand)


def link_account(
    tx: Tx, person_id: str, *, handle: str, account_number: str, label: str, now_ms: int
) -> Account:
    """Let the bills of a number come to a person; adding it again changes nothing."""
    shown = read_biller(tx, handle)
    number = clean_line(account_number, length_max=NUMBER_LENGTH_MAX)
    if not number or not repository.has_number(tx, shown.brand.id, number):
        raise AccountRefusedError(
            "%(biller)s has sent no bill under this number. Compare it with your paper.",
            biller=shown.brand.name,
        )
    if len(repository.find_accounts(tx, person_id, limit=ACCOUNTS_PER_PERSON_MAX)) >= (
        ACCOUNTS_PER_PERSON_MAX
    ):
        raise AccountRefusedError(
            "One person may have %(max)s numbers. Remove one first.", max=ACCOUNTS_PER_PERSON_MAX
        )
    account = Account(
        derived_id("bills.account", person_id, shown.brand.id, number),
        person_id,
        shown.brand.id,
        number,
        clean_line(label, length_max=LABEL_LENGTH_MAX),
    )
    repository.insert_account(tx, account, now_ms=now_ms)
    return account


def count_link(tx: Tx, person_id: str, *, now_ms: int) -> None:
    """Count a number that a person tries, whatever comes of it."""
    check_rate(tx, f"bills.link:{person_id}", per_minute=LINKS_PER_MINUTE_MAX, now_ms=now_ms)


def unlink_account(tx: Tx, account_id: str, *, actor_id: str) -> None:
    """Let the bills of a number come no more."""
    if not repository.delete_account(tx, account_id, person_id=actor_id):
        raise BillNotFoundError("You have no number with this id.")


def access_bill(tx: Tx, bill_id: str, *, actor_id: str) -> ShownBill:
    """Return a bill that comes to ``actor_id`` or that they have paid."""
    bill = repository.find_bill(tx, bill_id)
    if bill is None:
        raise BillNotFoundError(_NOT_YOURS)
    (shown,) = _show(tx, [bill])
    is_payer = shown.payment is not None and shown.payment.person_id == actor_id
    if not is_payer and not _comes_to(tx, bill, actor_id):
        raise BillNotFoundError(_NOT_YOURS)
    return shown


def access_payment(tx: Tx, payment_id: str, *, actor_id: str) -> tuple[Payment, ShownBill]:
    """Return a payment of ``actor_id``'s, also one that was refused."""
    payment = repository_payments.find_payment(tx, payment_id)
    if payment is None or payment.person_id != actor_id:
        raise BillNotFoundError(_NOT_YOURS)
    bill = repository.find_bill(tx, payment.bill_id)
    assert bill is not None, "bills are never deleted"
    return payment, _show(tx, [bill])[0]


def find_cards(tx: Tx, ids: Sequence[str], *, viewer_id: str) -> dict[str, ShownBill]:
    """Return those bills that the viewer gets or has paid, for cards and statements."""
    bills = [bill for each in ids if (bill := repository.find_bill(tx, each)) is not None]
    return {
        shown.bill.id: shown
        for shown in _show(tx, bills)
        if _comes_to(tx, shown.bill, viewer_id)
        or (shown.payment is not None and shown.payment.person_id == viewer_id)
    }


def remind(tx: Tx, *, now_ms: int) -> int:
    """Tell people of bills that will be due, each once, and return how many were told."""
    told = 0
    for bill_id, brand_id, person_id in repository.find_to_remind(
        tx, due_before_ms=now_ms + REMIND_BEFORE_MS, limit=_REMINDED_COUNT_MAX
    ):
        if repository.insert_reminder(tx, bill_id, person_id):
            outbox.publish(tx, BillDue(bill_id, brand_id, person_id), now_ms=now_ms)
            told += 1
    return told


def _comes_to(tx: Tx, bill: Bill, person_id: str) -> bool:
    return repository.gets_bills(
        tx, person_id, brand_id=bill.brand_id, account_number=bill.account_number
    )


def _show(tx: Tx, bills: Sequence[Bill]) -> list[ShownBill]:
    payments = repository_payments.find_payments_of(tx, [bill.id for bill in bills])
    shops = brands.find_brands(tx, [bill.brand_id for bill in bills])
    return [ShownBill(bill, shops[bill.brand_id], payments.get(bill.id)) for bill in bills]


_NOT_YOURS = "You have no bill at this address."
