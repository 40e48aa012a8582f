"""Seeded bugs: mistakes that code of a ledger has had elsewhere, each as a patch of ours."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from host.core.money import Money
from host.core.sqlite import SqliteSession
from host.wallet import audit, book
from host.wallet.book import Book
from host.wallet.chain import link
from host.wallet.model import Account, AccountKind, Transfer, TransferKind, TransferOrder
from host.wallet.repository import ledger

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Seed:
    """A mistake, and the layers (``tests.properties.layers``) that must catch it."""

    mistake: str
    patch: Patch
    caught_by: tuple[str, ...]


def _accept_changed_replay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TransferOrder, "__ne__", lambda a, b: a.id != b.id)


def _forget_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        Account,
        "can_give",
        lambda a, amount: a.kind is AccountKind.RAIL or a.balance_minor >= amount,
    )


def _post_all_of_a_part(patch: pytest.MonkeyPatch) -> None:
    real = book.effect

    def effect(order: TransferOrder, held: Any) -> tuple[int, int]:
        posted, pending = real(order, held)
        return (held.money.amount_minor, pending) if posted and held else (posted, pending)

    patch.setattr(book, "effect", effect)


def _keep_the_reservation(patch: pytest.MonkeyPatch) -> None:
    real = book.effect

    def effect(order: TransferOrder, held: Any) -> tuple[int, int]:
        posted, pending = real(order, held)
        return posted, max(pending, 0)

    patch.setattr(book, "effect", effect)


def _resolve_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "find_resolved", lambda *_: set())


def _reverse_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "find_reversed", lambda *_: set())


def _forget_earlier(patch: pytest.MonkeyPatch) -> None:
    real = ledger.find_transfers

    def find(tx: Any, ids: Any) -> dict[str, Transfer]:
        return {i: t for i, t in real(tx, ids).items() if t.order.kind is TransferKind.PENDING}

    patch.setattr(ledger, "find_transfers", find)


def _lose_the_credit(patch: pytest.MonkeyPatch) -> None:
    real = ledger.add_to_accounts
    patch.setattr(
        ledger,
        "add_to_accounts",
        lambda tx, changes: real(tx, {i: (c[0], 0, c[2], 0) for i, c in changes.items()}),
    )


def _write_one_side(patch: pytest.MonkeyPatch) -> None:
    real = ledger.insert_entries
    patch.setattr(ledger, "insert_entries", lambda tx, entries: real(tx, entries[::2]))


def _hash_another_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        book,
        "link",
        lambda previous, seq, order, at_ms: link(
            previous, seq + order.money.amount_minor, order, at_ms
        ),
    )


def _leave_the_amount_out(patch: pytest.MonkeyPatch) -> None:
    def without(previous: str, seq: int, order: TransferOrder, at_ms: int) -> str:
        money = Money(1, order.money.currency)
        return link(previous, seq, msgspec.structs.replace(order, money=money), at_ms)

    # One function writes the chain and checks it, so both have the mistake.
    patch.setattr(book, "link", without)
    patch.setattr(audit, "link", without)


def _let_anyone_overdraw(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(book, "_check_may_move", lambda *_: None)


def _leave_half_a_chain(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Book, "_take_back", lambda *_: None)


def _keep_balances_of_an_undone_chain(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Book, "_take_back", lambda self, mark: self.steps.__delitem__(slice(mark, None)))


def _forget_what_the_batch_did(patch: pytest.MonkeyPatch) -> None:
    real = Book._both_sides

    def both_sides(self: Book, order: TransferOrder) -> tuple[Account, Account]:
        debit, credit = real(self, order)
        return copy(debit), copy(credit)

    patch.setattr(Book, "_both_sides", both_sides)


def _pay_oneself(patch: pytest.MonkeyPatch) -> None:
    real = Book._both_sides

    def both_sides(self: Book, order: TransferOrder) -> tuple[Account, Account]:
        if order.debit_id == order.credit_id and order.debit_id in self.accounts:
            return self.accounts[order.debit_id], self.accounts[order.credit_id]
        return real(self, order)

    patch.setattr(Book, "_both_sides", both_sides)


def _mix_currencies(patch: pytest.MonkeyPatch) -> None:
    real = Book._both_sides

    def both_sides(self: Book, order: TransferOrder) -> tuple[Account, Account]:
        sides = [self.accounts.get(i) for i in (order.debit_id, order.credit_id)]
        if order.debit_id != order.credit_id and all(sides):
            return sides[0], sides[1]  # type: ignore[return-value]
        return real(self, order)

    patch.setattr(Book, "_both_sides", both_sides)


def _commit_twice(patch: pytest.MonkeyPatch) -> None:
    real = ledger.add_to_accounts

    def add(tx: Any, changes: Any) -> None:
        tx._connection.execute("COMMIT")
        tx._connection.execute("BEGIN IMMEDIATE")
        real(tx, changes)

    patch.setattr(ledger, "add_to_accounts", add)


def _acknowledge_first(patch: pytest.MonkeyPatch) -> None:
    """Commit what was acknowledged only when the next batch begins."""
    begin = SqliteSession.begin

    def commit_and_begin(self: SqliteSession) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        begin(self)

    patch.setattr(SqliteSession, "begin", commit_and_begin)
    patch.setattr(SqliteSession, "commit", lambda _: None)


def _keep_a_cache(patch: pytest.MonkeyPatch) -> None:
    """Keep accounts in memory from batch to batch, whatever became of the commit."""
    real, kept = ledger.lock_accounts, dict[int, dict[str, Account]]()

    def lock(tx: Any, ids: Any) -> dict[str, Account]:
        known = kept.setdefault(id(tx._connection), {})
        known |= real(tx, [i for i in ids if i not in known])
        return {i: known[i] for i in ids if i in known}

    patch.setattr(ledger, "lock_accounts", lock)


SEEDS = {
    seed.patch.__name__.strip("_"): seed
    for seed in (
        Seed("a replay with other arguments is accepted", _accept_changed_replay, ("oracle",)),
        Seed("pending money counts as available", _forget_holds, ("oracle", "database")),
        Seed("a partial capture posts all", _post_all_of_a_part, ("oracle", "audit")),
        Seed("a capture keeps the reservation", _keep_the_reservation, ("oracle", "audit")),
        Seed("a void after a capture, or two captures", _resolve_twice, ("oracle", "database")),
        Seed("a second reversal", _reverse_twice, ("oracle", "database")),
        Seed("earlier ids are forgotten", _forget_earlier, ("oracle", "database")),
        Seed("the credit side is lost", _lose_the_credit, ("oracle", "audit")),
        Seed("one of two entries is written", _write_one_side, ("audit",)),
        Seed("the hash is of another row", _hash_another_row, ("audit", "stranger")),
        Seed("the amount is left out of the hash", _leave_the_amount_out, ("stranger",)),
        Seed("anybody may overdraw", _let_anyone_overdraw, ("oracle", "database")),
        Seed("half of a refused chain stays", _leave_half_a_chain, ("oracle",)),
        Seed("a refused chain keeps its balances", _keep_balances_of_an_undone_chain, ("oracle",)),
        Seed("a batch does not see its own postings", _forget_what_the_batch_did, ("oracle",)),
        Seed("somebody pays themselves", _pay_oneself, ("oracle", "database")),
        Seed("money changes its currency", _mix_currencies, ("oracle",)),
        Seed("a posting is two commits", _commit_twice, ("interruption",)),
        Seed("acknowledged before the commit", _acknowledge_first, ("reader",)),
        Seed("a cache is kept after a failed commit", _keep_a_cache, ("interruption",)),
    )
}
