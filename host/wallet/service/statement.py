"""What a person reads of their own journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.money import Currency
from host.core.paging import Cursor, decode_cursor, encode_cursor
from host.core.text import whole_number
from host.identity import service as identity
from host.identity.model import Person
from host.wallet.errors import TransferNotFoundError
from host.wallet.model import Day, Purpose, StatementLine, cash_place
from host.wallet.repository import bonus as bonuses
from host.wallet.repository import ledger
from host.wallet.repository import packet as packets
from host.wallet.repository import request as requests
from host.wallet.repository import statement as repository

PAGE_ROWS = 30
FILE_ROWS_MAX = 2000
_DAY_MS = 24 * 3600 * 1000
_THROUGH_CONTROL = (Purpose.PACKET_OPEN, Purpose.SPLIT_PAY, Purpose.SPLIT_FORWARD)
_BILL_PURPOSES = frozenset({Purpose.BILL, Purpose.BILL_REFUND})


@dataclass(frozen=True, slots=True)
class ShownLine:
    """An entry with whom it was with, as its owner may see them."""

    line: StatementLine
    person: Person | None = None
    order: Card | None = None
    # What the order took from bonuses besides.
    bonus_minor: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """What came and went in one calendar month (UTC), by day."""

    year: int
    month: int
    day_count: int
    days: Sequence[Day]

    @property
    def in_minor(self) -> int:
        """All that came."""
        return sum(day.in_minor for day in self.days)

    @property
    def out_minor(self) -> int:
        """All that went."""
        return sum(day.out_minor for day in self.days)


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some lines, newest first, and where the next page begins."""

    lines: Sequence[ShownLine]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class MonthFile:
    """A whole month of one currency, as it is given out: oldest entry first."""

    owner: Person
    currency: Currency
    month: Month
    opening_minor: int
    closing_minor: int
    lines: Sequence[ShownLine]
    # More entries than a file takes; its sums are of all of them.
    is_cut: bool


def read_month_file(
    tx: Tx,
    person_id: str,
    currency: Currency,
    *,
    year: int,
    month: int,
    order_cards: CardLoader | None,
) -> MonthFile:
    """Return a month for a file; opening and closing balance are those of the ledger."""
    since_ms, until_ms = month_span(year, month)
    account_id = cash_place(person_id, currency).id
    page = find_page(
        tx,
        person_id,
        currency,
        after=None,
        order_cards=order_cards,
        limit=FILE_ROWS_MAX,
        since_ms=since_ms,
        until_ms=until_ms,
    )
    return MonthFile(
        owner=identity.access_person(tx, person_id),
        currency=currency,
        month=read_month(tx, person_id, currency, year=year, month=month),
        opening_minor=repository.balance_at(tx, account_id, at_ms=since_ms - 1),
        closing_minor=repository.balance_at(tx, account_id, at_ms=until_ms - 1),
        lines=list(reversed(page.lines)),
        is_cut=page.next_cursor is not None,
    )


def find_page(
    tx: Tx,
    person_id: str,
    currency: Currency,
    *,
    after: str | None,
    order_cards: CardLoader | None,
    limit: int = PAGE_ROWS,
    since_ms: int = 0,
    until_ms: int = repository.TIME_END_MS,
) -> StatementPage:
    """Return a page of a person's entries in one currency."""
    found = repository.find_lines(
        tx,
        cash_place(person_id, currency).id,
        before_seq=_before_seq(decode_cursor(after or "")),
        since_ms=since_ms,
        until_ms=until_ms,
        limit=limit + 1,
    )
    lines = found[:limit]
    cursor = None
    if len(found) > limit:
        cursor = encode_cursor(lines[-1].at_ms, str(lines[-1].seq))
    return StatementPage(_describe(tx, lines, person_id, order_cards), cursor)


def access_line(
    tx: Tx, transfer_id: str, *, actor_id: str, order_cards: CardLoader | None
) -> ShownLine:
    """Return the actor's side of a transfer; a stranger's looks like a missing one."""
    transfer = ledger.find_transfer(tx, transfer_id)
    if transfer is None:
        raise TransferNotFoundError("You have no transfer with this id.")
    account_id = cash_place(actor_id, transfer.money.currency).id
    line = repository.find_line(tx, transfer_id, account_id)
    if line is None:
        raise TransferNotFoundError("You have no transfer with this id.")
    return _describe(tx, [line], actor_id, order_cards)[0]


def read_month(tx: Tx, person_id: str, currency: Currency, *, year: int, month: int) -> Month:
    """Return what came and went in a month."""
    start, end = month_span(year, month)
    days = repository.find_days(
        tx, cash_place(person_id, currency).id, since_ms=start, until_ms=end
    )
    return Month(year, month, (end - start) // _DAY_MS, days)


def month_span(year: int, month: int) -> tuple[int, int]:
    """Return where a calendar month begins and where the next one does, UTC."""
    begins = (datetime(year, month, 1, tzinfo=UTC), datetime(*_next_month(year, month), tzinfo=UTC))
    return int(begins[0].timestamp()) * 1000, int(begins[1].timestamp()) * 1000


def _next_month(year: int, month: int) -> tuple[int, int, int]:
    return year + month // 12, month % 12 + 1, 1


def _describe(
    tx: Tx, lines: Sequence[StatementLine], viewer_id: str, order_cards: CardLoader | None
) -> list[ShownLine]:
    behind = _find_people_behind(tx, lines)
    others = {line.transfer_id: behind.get(line.transfer_id, line.other_id) for line in lines}
    with_people = {Purpose.SEND, Purpose.REVERSAL, *_THROUGH_CONTROL}
    people = identity.find_people(
        tx, sorted({others[line.transfer_id] for line in lines if line.purpose in with_people})
    )
    named = sorted({name for line in lines if (name := _card_id(line))})
    cards = order_cards(tx, named, viewer_id) if order_cards is not None and named else {}
    paid = sorted({line.reference for line in lines if line.purpose is Purpose.ESCROW_FUND})
    used = bonuses.sum_uses(tx, paid)
    return [
        ShownLine(
            line,
            people.get(others[line.transfer_id]),
            cards.get(_card_id(line)),
            used.get(line.reference, 0) if line.purpose is Purpose.ESCROW_FUND else 0,
        )
        for line in lines
    ]


def _find_people_behind(tx: Tx, lines: Sequence[StatementLine]) -> dict[str, str]:
    """Return with whom it was, by transfer, where the money went through a control account."""
    shares = [line for line in lines if line.purpose is Purpose.PACKET_OPEN]
    splits = [line for line in lines if line.purpose in {Purpose.SPLIT_PAY, Purpose.SPLIT_FORWARD}]
    sent = packets.find_packets(tx, {line.reference for line in shares}) if shares else {}
    asked = requests.find_requests(tx, {line.reference for line in splits}) if splits else {}
    found = {line.transfer_id: sent[line.reference].sender_id for line in shares}
    for line in splits:
        is_payers = line.purpose is Purpose.SPLIT_PAY
        request = asked[line.reference]
        found[line.transfer_id] = request.requester_id if is_payers else line.actor_id
    return found


def _card_id(line: StatementLine) -> str:
    """Return what says more of an entry: its order or bill, or the shop that was paid."""
    if line.purpose is Purpose.SHOP_PAYMENT:
        return line.other_id
    named = {*_BILL_PURPOSES, Purpose.PAYMENT, Purpose.REFUND}
    is_known = line.escrow_status is not None or line.purpose in named
    return line.reference if is_known else ""


def _before_seq(cursor: Cursor | None) -> int:
    return repository.SEQ_END if cursor is None else whole_number(cursor[1]) or 0
