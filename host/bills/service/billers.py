"""What billers do: send bills, change them, take them back; and who is one."""

from dataclasses import replace

from host.bills import repository, repository_payments
from host.bills.errors import BillEndedError, BillNotFoundError, NotABillerError
from host.bills.model import (
    LABEL_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    PUSHES_PER_MINUTE_MAX,
    REGION_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    Adapter,
    Bill,
    Biller,
    BillPush,
    BillStatus,
    Category,
    Payment,
    ShownBiller,
)
from host.brands import service as brands
from host.core import live
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import derived_id
from host.core.limits import check_rate
from host.core.text import clean_line

CHANGED = "bills.changed"
_DIRECTORY_ROWS = 200
_PEOPLE_OF_A_NUMBER_MAX = 100
_WAITING_ROWS = 100
# Far enough for every bill, and a number that both databases hold.
_DUE_AT_MS_MAX = 10**14


def put_biller(
    tx: Tx,
    brand_id: str,
    *,
    category: Category,
    region: str,
    account_label: str,
    adapter: Adapter = Adapter.API,
    now_ms: int,
) -> Biller:
    """Let a brand send bills.  Only review calls this, after it has checked the admin."""
    brands.access_public_brand(tx, brand_id)
    biller = Biller(
        brand_id,
        category,
        clean_line(region, length_max=REGION_LENGTH_MAX),
        clean_line(account_label, length_max=LABEL_LENGTH_MAX),
        adapter,
    )
    if not biller.region or not biller.account_label:
        raise BadInputError("Say where the biller is, and what it calls its account number.")
    repository.put_biller(tx, biller, now_ms=now_ms)
    return biller


def close_biller(tx: Tx, brand_id: str, *, now_ms: int) -> None:
    """Let a brand send no more bills.  Only review calls this."""
    brands.access_public_brand(tx, brand_id)
    repository.close_biller(tx, brand_id, now_ms=now_ms)


def find_billers(tx: Tx) -> list[ShownBiller]:
    """Return the directory, by region and kind."""
    found = repository.find_billers(tx, limit=_DIRECTORY_ROWS)
    shops = brands.find_brands(tx, [biller.brand_id for biller in found])
    return [ShownBiller(biller, shops[biller.brand_id]) for biller in found]


def push_bill(tx: Tx, brand_id: str, *, actor_id: str, push: BillPush, now_ms: int) -> Bill:
    """Send a bill, or change one: the same again changes nothing, another amount is a new version.

    A bill that is being paid, was paid or taken back is not changed any more.
    """
    _access_biller(tx, brand_id, actor_id=actor_id)
    check_rate(tx, f"bills.push:{brand_id}", per_minute=PUSHES_PER_MINUTE_MAX, now_ms=now_ms)
    said = _clean(push)
    bill_id = derived_id("bills.bill", brand_id, said.bill_number)
    earlier = repository.lock_bill(tx, bill_id)
    if earlier is None:
        bill = Bill(
            bill_id,
            brand_id,
            said.bill_number,
            said.account_number,
            said.title,
            said.money,
            said.due_at_ms,
            1,
            BillStatus.OPEN,
            now_ms,
            now_ms,
        )
        repository.insert_bill(tx, bill)
        hint_people(tx, bill, now_ms=now_ms)
        return bill
    if earlier.account_number != said.account_number:
        raise BillEndedError("This bill was sent to another number. Send it under a new one.")
    changed = replace(earlier, title=said.title, money=said.money, due_at_ms=said.due_at_ms)
    if changed == earlier:
        return earlier
    _check_changeable(earlier)
    changed = replace(changed, version=earlier.version + 1, updated_at_ms=now_ms)
    repository.save_bill(tx, changed)
    hint_people(tx, changed, now_ms=now_ms)
    return changed


def take_back_bill(tx: Tx, brand_id: str, *, actor_id: str, bill_number: str, now_ms: int) -> Bill:
    """Take a bill back that nobody has paid; doing it again changes nothing."""
    _access_biller(tx, brand_id, actor_id=actor_id)
    bill = repository.lock_bill(tx, derived_id("bills.bill", brand_id, bill_number))
    if bill is None:
        raise BillNotFoundError("You have sent no bill with this number.")
    if bill.status is BillStatus.CLOSED:
        return bill
    _check_changeable(bill)
    closed = replace(bill, status=BillStatus.CLOSED, version=bill.version + 1, updated_at_ms=now_ms)
    repository.save_bill(tx, closed)
    hint_people(tx, closed, now_ms=now_ms)
    return closed


def find_waiting_payments(tx: Tx, brand_id: str, *, actor_id: str) -> list[tuple[Payment, Bill]]:
    """Return what a biller has not answered, oldest first."""
    _access_biller(tx, brand_id, actor_id=actor_id)
    found = []
    for payment in repository_payments.find_waiting_of(tx, brand_id, limit=_WAITING_ROWS):
        bill = repository.find_bill(tx, payment.bill_id)
        assert bill is not None, "bills are never deleted"
        found.append((payment, bill))
    return found


def hint_people(tx: Tx, bill: Bill, *, now_ms: int) -> None:
    """Let the open pages of whoever gets this bill read again."""
    people = repository.find_people_of(
        tx, bill.brand_id, bill.account_number, limit=_PEOPLE_OF_A_NUMBER_MAX
    )
    live.publish(tx, people, CHANGED, {"bill_id": bill.id}, now_ms=now_ms)


def _access_biller(tx: Tx, brand_id: str, *, actor_id: str) -> None:
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    if not repository.is_open(tx, brand_id):
        raise NotABillerError("No admin has made this brand a biller. Ask the lane's operator.")


def _check_changeable(bill: Bill) -> None:
    if bill.status is not BillStatus.OPEN:
        raise BillEndedError(
            "This bill is being paid, was paid, or was taken back. Send a new one.",
            status=str(bill.status),
        )


def _clean(push: BillPush) -> BillPush:
    said = replace(
        push,
        bill_number=clean_line(push.bill_number, length_max=NUMBER_LENGTH_MAX),
        account_number=clean_line(push.account_number, length_max=NUMBER_LENGTH_MAX),
        title=clean_line(push.title, length_max=TITLE_LENGTH_MAX),
    )
    if not (said.bill_number and said.account_number and said.title):
        raise BadInputError("A bill needs a number, an account number and a title.")
    if not 0 < said.due_at_ms < _DUE_AT_MS_MAX:
        raise BadInputError("due_at_ms is the time in milliseconds since 1970.")
    return said
