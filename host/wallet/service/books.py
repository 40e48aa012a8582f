"""What the treasury reads of the books: accounts, orders to rails, sums."""

from collections import defaultdict
from dataclasses import dataclass

from host.core.db import Tx
from host.wallet.model import Account
from host.wallet.rail_model import RailOperation, RailState
from host.wallet.repository import journal, ledger
from host.wallet.repository import rail as repository


@dataclass(frozen=True, slots=True)
class TrialLine:
    """All accounts of one kind in one currency: people, merchants, the platform, rails, orders."""

    currency: str
    kind: str
    debits_minor: int
    credits_minor: int


def find_account(tx: Tx, account_id: str) -> Account | None:
    """Return an account of the ledger as it stands."""
    return ledger.find_account(tx, account_id)


def find_unsettled(tx: Tx, rail: str, *, before_ms: int) -> list[RailOperation]:
    """Return the orders that a rail carried out before ``before_ms`` and has not shown yet."""
    return repository.find_unsettled(tx, rail, before_ms=before_ms)


def find_wrong_operations(tx: Tx) -> list[str]:
    """Return the orders to rails whose state and journal tell different stories."""
    return [str(row["id"]) for row in journal.find_wrong_operations(tx)]


def count_operations(tx: Tx) -> dict[str, dict[RailState, int]]:
    """Return how many orders to each rail are in each state."""
    found: dict[str, dict[RailState, int]] = defaultdict(dict)
    for row in repository.count_states(tx):
        found[row["rail"]][RailState(row["state"])] = row["order_count"]
    return dict(found)


def trial_balance(tx: Tx) -> list[TrialLine]:
    """Return the posted sums of each kind of account; per currency both columns are equal."""
    return [
        TrialLine(row["currency"], row["kind"], row["debits_minor"], row["credits_minor"])
        for row in journal.sum_kinds(tx)
    ]
