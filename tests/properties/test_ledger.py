"""The ledger against an oracle, and the oracle against seeded bugs."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from copy import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.money import AMOUNT_MINOR_MAX, CURRENCIES, Money, decimal_text, parse_amount
from host.core.sqlite import SqliteDatabase, SqliteTx
from host.wallet import audit, book
from host.wallet.book import Book
from host.wallet.chain import link
from host.wallet.model import (
    Account,
    Posting,
    PostRequest,
    Purpose,
    Resolution,
    Reversal,
    Transfer,
    TransferKind,
    TransferOrder,
    cash_place,
)
from host.wallet.repository import ledger
from host.wallet.service.transfers import post_together
from tests.properties.ledger_machine import LedgerMachine, copy_of_migrated
from tests.wallet import make

_QUICK = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

# A bug that needs a certain sequence is looked for longer; finding it ends the search.
_LONGER = settings(_QUICK, max_examples=200)


def test_any_sequence_agrees_with_the_oracle() -> None:
    """Posting, holding, resolving, reversing, orders, replays and restarts, in any order."""
    run_state_machine_as_test(LedgerMachine, settings=_QUICK)


def _accept_changed_replay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TransferOrder, "__ne__", lambda a, b: a.id != b.id)


def _forget_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "can_give", lambda a, amount: a.balance_minor >= amount)


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


@pytest.mark.parametrize(
    "seed",
    [
        _accept_changed_replay,
        _forget_holds,
        _post_all_of_a_part,
        _keep_the_reservation,
        _resolve_twice,
        _reverse_twice,
        _forget_earlier,
        _lose_the_credit,
        _write_one_side,
        _hash_another_row,
        _let_anyone_overdraw,
        _leave_half_a_chain,
        _keep_balances_of_an_undone_chain,
        _forget_what_the_batch_did,
    ],
)
def test_a_seeded_bug_is_caught(
    seed: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine earns its trust: each of these mistakes makes it fail."""
    seed(monkeypatch)

    with pytest.raises(Exception) as caught:  # noqa: PT011  (the oracle, a CHECK or the audit)
        run_state_machine_as_test(LedgerMachine, settings=_LONGER)

    assert not isinstance(caught.value, AppError)


_people = st.sampled_from([make.cash(name) for name in ("ann", "bob", "eve")])
_new_ids = st.sampled_from([f"n{n}" for n in range(8)])
_postings = st.one_of(
    st.builds(
        TransferOrder,
        _new_ids,
        st.sampled_from([TransferKind.SINGLE, TransferKind.PENDING]),
        _people,
        _people,
        st.builds(Money, st.integers(1, 60), st.just(make.CNY)),
        st.just(Purpose.SEND),
        st.just("test"),
    ),
    st.builds(
        Resolution,
        _new_ids,
        st.sampled_from([TransferKind.POST, TransferKind.VOID]),
        _new_ids,
    ),
    st.builds(Reversal, _new_ids, _new_ids, st.just("test")),
)


def _open_three(tx: Tx) -> None:
    for name in ("ann", "bob", "eve"):
        make.open_with(tx, cash_place(name, make.CNY), 50)


@given(st.lists(st.lists(_postings, min_size=1, max_size=3), min_size=1, max_size=10))
@settings(max_examples=60, deadline=None)
def test_a_batch_comes_to_what_its_requests_come_to_alone(chains: list[list[Posting]]) -> None:
    """The set-based path and the ordinary one: the same answers, the same rows, every column."""
    requests = [PostRequest(tuple(chain), 7) for chain in chains]
    seen = []
    for sets in ([requests], [[request] for request in requests]):
        with closing(copy_of_migrated()) as connection:
            tx = SqliteTx(connection)
            _open_three(tx)
            answers = [answer for each in sets for answer in post_together(tx, each)]
            seen.append(
                (
                    [a.problem if isinstance(a, AppError) else a for a in answers],
                    [
                        tx.rows(sql)
                        for sql in (
                            "SELECT * FROM wallet_transfer ORDER BY seq",
                            "SELECT * FROM wallet_account ORDER BY id",
                            "SELECT * FROM wallet_entry ORDER BY account_id, seq",
                            "SELECT * FROM wallet_chain",
                            "SELECT seq, name, payload FROM core_outbox ORDER BY seq",
                        )
                    ],
                )
            )
            assert [] == audit.audit(tx).breaks

    assert seen[0] == seen[1]


@given(
    moves=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(1, 400)),
        min_size=1,
        max_size=40,
    )
)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_concurrent_transfers_conserve_money(
    db: SqliteDatabase, moves: list[tuple[str, str, int]]
) -> None:
    """Whatever is sent at once, shared commits and refusals included: no sum changes."""
    accounts = {name: await make.wallet(db, name, 500) for name in "abc"}
    before = sum(balance for balance, _ in await make.stands(db, *accounts.values()))
    start = (await db.read(ledger.find_head)).seq

    results = await asyncio.gather(
        *(
            make.send(db, accounts[debit], accounts[credit], amount, f"{start}-{n}")
            for n, (debit, credit, amount) in enumerate(moves)
        ),
        return_exceptions=True,
    )

    assert all(isinstance(result, Transfer | AppError) for result in results)
    after = [balance for balance, _ in await make.stands(db, *accounts.values())]
    assert before == sum(after)
    assert min(after) >= 0
    assert [] == (await db.read(audit.audit)).breaks


@given(st.sampled_from(CURRENCIES), st.integers(1, AMOUNT_MINOR_MAX))
def test_every_amount_is_read_as_it_was_written(currency: str, amount_minor: int) -> None:
    """What a form shows is what it sends back, in every currency."""
    assert amount_minor == parse_amount(decimal_text(amount_minor, currency), currency)


@given(st.text(max_size=12), st.sampled_from(CURRENCIES))
def test_any_text_is_an_amount_or_refused(text: str, currency: str) -> None:
    """Nothing that a person types is an error of ours, and nothing is rounded."""
    try:
        amount_minor = parse_amount(text, currency)
    except BadInputError:
        return

    assert 0 < amount_minor <= AMOUNT_MINOR_MAX
    assert set(text) <= set("0123456789. ")
