"""The ledger against an oracle, and the oracle against seeded bugs."""

import asyncio
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.money import AMOUNT_MINOR_MAX, CURRENCIES, Money, decimal_text, parse_amount
from host.core.sqlite import SqliteDatabase, SqliteTx
from host.wallet import audit
from host.wallet.model import (
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
from tests.crash import ROOT
from tests.properties.layers import LAYERS, QUICK
from tests.properties.ledger_machine import LedgerMachine, copy_of_migrated
from tests.properties.seeds import SEEDS
from tests.wallet import make


def test_any_sequence_agrees_with_the_oracle() -> None:
    """Posting, holding, resolving, reversing, orders, replays and restarts, in any order."""
    run_state_machine_as_test(LedgerMachine, settings=QUICK)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_cries_wolf(layer: str) -> None:
    """On the ledger as it is, nothing is seen."""
    if layer != "oracle":  # that is the test above
        assert not LAYERS[layer]()


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_bug_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the first of its layers; `python -m tests.properties` tries them all."""
    SEEDS[name].patch(monkeypatch)

    assert LAYERS[SEEDS[name].caught_by[0]]()


def test_the_table_of_seeded_bugs_is_as_they_are() -> None:
    """docs/seeded-bugs.md has a row for each, with a mark at every layer that must catch it."""
    lines = (ROOT / "docs" / "seeded-bugs.md").read_text(encoding="utf-8").split("\n")
    split = [line.split("|") for line in lines]
    rows = {cells[1].strip(): cells[2:-1] for cells in split if len(cells) == len(LAYERS) + 3}
    for seed in SEEDS.values():
        marks = dict(zip(LAYERS, rows.pop(seed.mistake), strict=True))
        assert all(marks[layer].strip() == "●" for layer in seed.caught_by), seed.mistake
    assert {"mistake", "---"} == set(rows)


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
