"""What the ledger-conformance-kit asks of a ledger, done with the ordinary postings.

The kit is somebody else's judge over any ledger that has four test-only addresses.  Nothing here is
a second ledger: a transaction of the kit becomes a linked chain and takes the path that payments
take.  A reset deletes nothing, which the journal would refuse anyway: each run has accounts of its
own.  ``host.wallet.conformance`` says when these may be reached at all.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from host.core.db import Row, Tx
from host.core.errors import AppError, BadInputError
from host.core.ids import derived_id
from host.core.money import AMOUNT_MINOR_MAX, Money, parse_currency
from host.wallet.model import (
    AccountKind,
    Place,
    Posting,
    PostRequest,
    Purpose,
    TransferKind,
    TransferOrder,
)
from host.wallet.repository import journal, ledger
from host.wallet.service.transfers import post_together

PREFIX = "lck:"
# The kit's own name for where money comes from.
_OUTSIDE = "external:"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transaction of the kit."""

    account: str
    is_debit: bool
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """APPLIED, DUPLICATE or REJECTED, and why."""

    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction of the kit as a chain of postings, with the accounts that it needs."""

    places: tuple[Place, ...]
    request: PostRequest


def read_transaction(run: str, key: str, legs: Sequence[Leg], *, now_ms: int) -> Transaction:
    """Pair debits with credits of their currency; refuse what does not come to zero in each."""
    places: list[Place] = []
    postings: list[Posting] = []
    for currency in sorted({leg.currency for leg in legs}):
        mine = [leg for leg in legs if leg.currency == currency]
        for debit, credit, minor in _pair(mine):
            sides = (_place(run, debit), _place(run, credit))
            places.extend(sides)
            postings.append(
                TransferOrder(
                    derived_id("lck", run, key, str(len(postings))),
                    TransferKind.SINGLE,
                    sides[0].id,
                    sides[1].id,
                    Money(minor, sides[0].currency),
                    Purpose.SEND,
                    "conformance",
                    derived_id("lck", run, key),
                )
            )
    return Transaction(tuple(places), PostRequest(tuple(postings), now_ms))


def post_all(tx: Tx, transactions: Sequence[Transaction]) -> list[Outcome | AppError]:
    """Post transactions that queued together; for ``Database.write_together``."""
    places = {place for transaction in transactions for place in transaction.places}
    ledger.open_accounts(tx, places, now_ms=transactions[-1].request.now_ms)
    # Rows behind the head are new, and each is new for the first who asked for it.
    applied = ledger.lock_chain(tx).seq
    outcomes: list[Outcome | AppError] = []
    for result in post_together(tx, [transaction.request for transaction in transactions]):
        if isinstance(result, AppError):
            outcomes.append(Outcome("REJECTED", result.problem))
            continue
        outcomes.append(Outcome("APPLIED" if result[0].seq > applied else "DUPLICATE"))
        applied = max(applied, result[-1].seq)
    return outcomes


def balance_of(tx: Tx, run: str, account: str, currency: str) -> int:
    """Return what the read path says an account holds."""
    found = ledger.find_account(tx, _place(run, Leg(account, True, 1, currency)).id)
    return 0 if found is None else found.balance_minor


def read_entries(tx: Tx, run: str) -> list[Row]:
    """Return the run's entries in the order in which they were committed."""
    return journal.find_entries(tx, f"{PREFIX}{run}:")


def has_real_accounts(tx: Tx) -> bool:
    """Tell whether the ledger holds anything else than runs of the kit."""
    return journal.has_accounts_beside(tx, PREFIX)


def account_name(account_id: str, run: str) -> str:
    """Return the kit's name of an account of this run."""
    return account_id.removeprefix(f"{PREFIX}{run}:").rpartition(":")[0]


def _place(run: str, leg: Leg) -> Place:
    is_outside = leg.account.startswith(_OUTSIDE)
    return Place(
        f"{PREFIX}{run}:{leg.account}:{leg.currency}",
        AccountKind.RAIL if is_outside else AccountKind.USER,
        leg.account,
        parse_currency(leg.currency),
    )


def _pair(legs: list[Leg]) -> list[tuple[Leg, Leg, int]]:
    """Return who gives how much to whom, so that every leg is used up."""
    left: dict[bool, list[list[int]]] = defaultdict(list)
    for n, leg in enumerate(legs):
        if not 0 < leg.amount_minor <= AMOUNT_MINOR_MAX:
            raise BadInputError("A leg must move something, and no more than the limit.")
        left[leg.is_debit].append([n, leg.amount_minor])
    if sum(minor for _, minor in left[True]) != sum(minor for _, minor in left[False]):
        raise BadInputError("The legs of a currency must come to zero.")
    pairs = []
    while left[True]:
        debit, credit = left[True][-1], left[False][-1]
        minor = min(debit[1], credit[1])
        pairs.append((legs[debit[0]], legs[credit[0]], minor))
        for side, each in ((True, debit), (False, credit)):
            each[1] -= minor
            if not each[1]:
                left[side].pop()
    return pairs
