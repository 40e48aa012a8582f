"""The ledger against an oracle, and the oracle against seeded bugs."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from host.core.errors import AppError, BadInputError
from host.core.money import AMOUNT_MINOR_MAX, CURRENCIES, decimal_text, parse_amount
from host.core.sqlite import SqliteDatabase
from host.wallet import audit
from host.wallet.chain import link
from host.wallet.model import Account, Transfer, TransferOrder
from host.wallet.repository import ledger
from host.wallet.service import transfers
from tests.properties.ledger_machine import LedgerMachine
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


def test_any_sequence_agrees_with_the_oracle() -> None:
    """Posting, holding, resolving, reversing, orders, replays and restarts, in any order."""
    run_state_machine_as_test(LedgerMachine, settings=_QUICK)


def _accept_changed_replay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TransferOrder, "__eq__", lambda a, b: a.id == b.id)


def _forget_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "can_give", lambda a, amount: a.balance_minor >= amount)


def _post_all_of_a_part(patch: pytest.MonkeyPatch) -> None:
    real = transfers._effect

    def effect(order: TransferOrder, held: Any) -> tuple[int, int]:
        posted, pending = real(order, held)
        return (held.money.amount_minor, pending) if posted and held else (posted, pending)

    patch.setattr(transfers, "_effect", effect)


def _keep_the_reservation(patch: pytest.MonkeyPatch) -> None:
    real = transfers._effect

    def effect(order: TransferOrder, held: Any) -> tuple[int, int]:
        posted, pending = real(order, held)
        return posted, max(pending, 0)

    patch.setattr(transfers, "_effect", effect)


def _resolve_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "is_resolved", lambda *_: False)


def _reverse_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "is_reversed", lambda *_: False)


def _forget_earlier(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "find_transfer", lambda *_: None)


def _lose_the_credit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "add_credits", lambda *_, **__: None)


def _write_one_side(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "insert_entries", lambda *_, **__: None)


def _hash_another_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        "host.wallet.service.transfers.link",
        lambda previous, seq, order, at_ms: link(
            previous, seq + order.money.amount_minor, order, at_ms
        ),
    )


def _let_anyone_overdraw(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(transfers, "_check_may_move", lambda *_: None)


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
    ],
)
def test_a_seeded_bug_is_caught(
    seed: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine earns its trust: each of these mistakes makes it fail."""
    seed(monkeypatch)

    with pytest.raises(Exception) as caught:  # noqa: PT011  (the oracle, a CHECK or the audit)
        run_state_machine_as_test(LedgerMachine, settings=_QUICK)

    assert not isinstance(caught.value, AppError)


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
