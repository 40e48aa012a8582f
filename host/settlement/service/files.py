"""Daily files: what was traded, and what changed the merchant's accounts.

Both are read from rows that are never changed, in an order that follows from them, and only of days
that are over: so the same day gives the same bytes whenever it is asked for, and the digest that a
merchant noted once stays true.  All times are UTC.
"""

import csv
import hashlib
import io
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, date, datetime

from host.core.db import Tx
from host.core.errors import BadInputError, NotFoundError
from host.core.money import Currency, decimal_text
from host.settlement.errors import FileNotReadyError
from host.settlement.model import DAY_MS
from host.settlement.money_model import DailyFile, FileKind, TradeRow
from host.settlement.repository import reading as repository
from host.wallet import service as wallet
from host.wallet.model import Place, merchant_place, pending_place

# What was decided before midnight and waited for the writer is posted by then.
_READY_AFTER_MS = 10 * 60_000
_PAGE_ROWS = 1_000
_BOM = "\ufeff"
_TRADE_HEADER = (
    "time", "type", "source", "id", "refund_id", "currency", "amount", "fee", "net",
)  # fmt: skip
_FLOW_HEADER = (
    "time", "account", "purpose", "reference", "transfer", "currency", "in", "out", "balance",
)  # fmt: skip

Line = Sequence[str]


def make_file(
    tx: Tx, brand_id: str, kind: FileKind, day: str, *, has_bom: bool = False, now_ms: int
) -> DailyFile:
    """Return a brand's file of a past day; ``has_bom`` is for spreadsheets that want to be told."""
    since_ms = day_start_ms(day)
    if now_ms < since_ms + DAY_MS + _READY_AFTER_MS:
        raise FileNotReadyError(
            "The file of a day is ready ten minutes after its midnight, UTC.", day=day
        )
    lines = (
        _trade(tx, brand_id, since_ms) if kind is FileKind.TRADE else _flow(tx, brand_id, since_ms)
    )
    file = io.StringIO()
    if has_bom:
        file.write(_BOM)
    csv.writer(file, lineterminator="\r\n").writerows(lines)
    content = file.getvalue().encode()
    return DailyFile(f"{kind}-{day}.csv", content, hashlib.sha256(content).hexdigest())


def read_kind(text: str) -> FileKind:
    """Return which file is asked for."""
    if text not in set(FileKind):
        raise NotFoundError("There are two files a day: trade and fund-flow.")
    return FileKind(text)


def day_start_ms(day: str) -> int:
    """Return when a day such as 2026-11-20 begins, UTC."""
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        parsed = None
    if parsed is None or parsed.isoformat() != day or parsed.year < 1970:  # noqa: PLR2004
        raise BadInputError("Write the day as 2026-11-20.")
    return int(datetime(parsed.year, parsed.month, parsed.day, tzinfo=UTC).timestamp()) * 1000


def day_of(at_ms: int) -> str:
    """Return the day of a moment, UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()


def _trade(tx: Tx, brand_id: str, since_ms: int) -> Iterator[Line]:
    yield _TRADE_HEADER
    totals: dict[Currency, list[int]] = {}
    count = 0
    for row in _trade_rows(tx, brand_id, since_ms):
        sums = (row.amount_minor, row.fee_minor, row.net_minor)
        for place, change in enumerate(sums):
            totals.setdefault(row.currency, [0, 0, 0])[place] += change
        count += 1
        yield (
            _time(row.at_ms),
            row.what,
            row.source_kind,
            row.source_id,
            row.refund_id,
            row.currency,
            *(decimal_text(change, row.currency) for change in sums),
        )
    for currency, total in sorted(totals.items()):
        yield ("total", str(count), "", "", "", currency,
               *(decimal_text(change, currency) for change in total))  # fmt: skip
    if not totals:
        yield ("total", "0", "", "", "", "", "0", "0", "0")


def _trade_rows(tx: Tx, brand_id: str, since_ms: int) -> Iterator[TradeRow]:
    after = (since_ms - 1, "")
    while True:
        page = repository.find_trade(
            tx,
            brand_id,
            since_ms=since_ms,
            until_ms=since_ms + DAY_MS,
            after=after,
            limit=_PAGE_ROWS,
        )
        yield from page
        if len(page) < _PAGE_ROWS:
            return
        after = (page[-1].at_ms, page[-1].row_id)


def _flow(tx: Tx, brand_id: str, since_ms: int) -> Iterator[Line]:
    yield _FLOW_HEADER
    totals: list[Line] = []
    for currency in wallet.merchant_currencies(tx, brand_id):
        for name, place in (
            ("pending", pending_place(brand_id, currency)),
            ("available", merchant_place(brand_id, currency)),
        ):
            total = yield from _flow_of(tx, name, place, since_ms)
            totals.append(total)
    yield from totals or [("total", "", "", "", "0", "", "0", "0", "0")]


def _flow_of(tx: Tx, name: str, place: Place, since_ms: int) -> Generator[Line, None, Line]:
    """Yield the lines of one account and return its totals line."""
    currency, count, in_minor, out_minor = place.currency, 0, 0, 0
    for line in wallet.read_span(tx, place, since_ms=since_ms, until_ms=since_ms + DAY_MS):
        came, went = max(line.change_minor, 0), max(-line.change_minor, 0)
        in_minor, out_minor, count = in_minor + came, out_minor + went, count + 1
        yield (
            _time(line.at_ms),
            name,
            line.purpose,
            line.reference,
            line.transfer_id,
            currency,
            decimal_text(came, currency),
            decimal_text(went, currency),
            decimal_text(line.balance_minor, currency),
        )
    closing_minor = wallet.posted_at(tx, place, at_ms=since_ms + DAY_MS - 1)
    return (
        "total",
        name,
        "",
        "",
        str(count),
        currency,
        decimal_text(in_minor, currency),
        decimal_text(out_minor, currency),
        decimal_text(closing_minor, currency),
    )


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
