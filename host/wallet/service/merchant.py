"""What a merchant reads of its own part of the journal."""

from collections.abc import Iterator

from host.core.db import Tx
from host.core.money import Currency
from host.wallet.model import AccountKind, Place, StatementLine
from host.wallet.repository import ledger, statement

_PAGE_ROWS = 1_000


def merchant_currencies(tx: Tx, brand_id: str) -> list[Currency]:
    """Return the currencies in which a brand ever had money, by name."""
    accounts = ledger.find_accounts_of(tx, brand_id, AccountKind.MERCHANT)
    return sorted({account.currency for account in accounts})


def read_span(tx: Tx, place: Place, *, since_ms: int, until_ms: int) -> Iterator[StatementLine]:
    """Yield what changed an account in a span of time, oldest first."""
    after_seq = 0
    while True:
        page = statement.find_span(
            tx,
            place.id,
            since_ms=since_ms,
            until_ms=until_ms,
            after_seq=after_seq,
            limit=_PAGE_ROWS,
        )
        yield from page
        if len(page) < _PAGE_ROWS:
            return
        after_seq = page[-1].seq


def posted_at(tx: Tx, place: Place, *, at_ms: int) -> int:
    """Return what was posted to an account up to and with a past moment."""
    return statement.balance_at(tx, place.id, at_ms=at_ms)


def posted(tx: Tx, place: Place) -> int:
    """Return what is posted to an account now; one that is not open yet holds nothing."""
    account = ledger.find_account(tx, place.id)
    return 0 if account is None else account.balance_minor


def newest_lines(tx: Tx, place: Place, *, limit: int) -> list[StatementLine]:
    """Return what changed an account last, newest first."""
    end = statement.SEQ_END
    return statement.find_lines(tx, place.id, before_seq=end, since_ms=0, until_ms=end, limit=limit)
