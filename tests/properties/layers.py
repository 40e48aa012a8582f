"""What stands between a mistake and somebody's money: each layer alone, asked whether it sees one.

A layer is a function that returns True when it has caught something.  On the ledger as it is, none
may.  Why there are several: a mistake that the oracle cannot see (a row that is hashed without its
amount gives every balance right) is seen by another, and the other way round.
"""

import asyncio
import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from host.core.db import OutcomeUnknownError, Row, Tx, Value
from host.core.errors import AppError
from host.core.migrate import migrate
from host.core.money import Money
from host.core.sqlite import SqliteDatabase, SqliteTx, connect
from host.wallet import audit, service
from host.wallet.model import PostRequest, Purpose, TransferKind, TransferOrder, cash_place
from tests.properties.ledger_machine import CNY, DOLLARS, RAIL, USD, LedgerMachine, copy_of_migrated
from tests.wallet import make

QUICK = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A bug that needs a certain sequence is looked for longer; finding it ends the search.
_LONGER = settings(QUICK, max_examples=200)
_ANN, _BOB = cash_place("ann", CNY).id, cash_place("bob", CNY).id


class _Oracle(LedgerMachine):
    """The machine without the other layers: what the database refuses is one more wrong answer."""

    audits = False

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a use case."""
        try:
            return super().do(use_case, *args, **kwargs)
        except sqlite3.Error as error:
            return str(error)


def oracle() -> bool:
    """Answers and balances, against sums over everything that was accepted."""
    try:
        run_state_machine_as_test(_Oracle, settings=_LONGER)
    except Exception:  # noqa: BLE001  (whatever it is, something was seen)
        return True
    return False


def database() -> bool:
    """CHECKs, triggers, keys."""
    with _played() as (_, errors):
        return bool(errors)


def audited() -> bool:
    """`hutong ledger audit`."""
    with _played() as (connection, _):
        return bool(audit.audit(SqliteTx(connection)).breaks)


def stranger() -> bool:
    """The chain, computed anew from its description and without our code."""
    with _played() as (connection, _):
        previous = "0" * 64
        rows = SqliteTx(connection).rows("SELECT * FROM wallet_transfer ORDER BY seq")
        for r in rows:
            names = (
                "seq", "id", "kind", "debit_id", "credit_id", "amount_minor", "currency",
                "purpose", "reference", "actor_id", "pending_id", "reverses_id", "created_at_ms",
            )  # fmt: skip
            row = [r[name] for name in names]
            row += [] if r["expires_at_ms"] is None else [r["expires_at_ms"]]
            text = json.dumps(row, separators=(",", ":"), ensure_ascii=False)
            previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
            if previous != r["hash"]:
                return True
    return False


class _Interruption(Exception):  # noqa: N818  (it is no error of ours)
    """The process ends here."""


class _Interrupted(SqliteTx):
    """A transaction in which the process ends before statement number ``left``."""

    def __init__(self, connection: sqlite3.Connection, left: int) -> None:
        super().__init__(connection)
        self.left = left

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Interruption

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> int:
        self._step()
        return super().run_many(sql, rows)

    def run_set(self, sql: str, given: Any, rows: Sequence[Sequence[Value]]) -> int:
        self._step()
        return super().run_set(sql, given, rows)

    def _execute(self, sql: str, params: dict[str, Value]) -> sqlite3.Cursor:
        self._step()
        return super()._execute(sql, params)


def interruption() -> bool:
    """An end before each statement leaves nothing, and doing it again comes to the same."""
    try:
        return _interrupt()
    except (sqlite3.Error, AssertionError):  # another layer's: nothing was interrupted yet
        return False


def _interrupt() -> bool:
    with closing(_opened()) as connection:
        _post_some(connection, _Interrupted(connection, 10**6))
        wanted = _dump(connection)
    for left in count():
        with closing(_opened()) as connection:
            before = _dump(connection)
            try:
                _post_some(connection, _Interrupted(connection, left))
            except _Interruption:
                connection.execute("ROLLBACK")
            else:
                return False
            if before != _dump(connection):
                return True
            _post_some(connection, _Interrupted(connection, 10**6))
            if wanted != _dump(connection):
                return True
    return False


def reader() -> bool:
    """What was acknowledged is there for another process at that moment."""

    async def post(path: Path) -> bool:
        db = await SqliteDatabase.open(path)
        account = await make.wallet(db, "ann", 100)
        with closing(connect(path, read_only=True)) as other:
            found = SqliteTx(other).rows("SELECT id FROM wallet_transfer")
        await db.close()
        return [f"open:{account}"] != [row["id"] for row in found]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hutong.db"
        migrate(path)
        try:
            return asyncio.run(post(path))
        except (sqlite3.Error, OutcomeUnknownError):  # another layer's: nothing was acknowledged
            return False


LAYERS: dict[str, Callable[[], bool]] = {
    "oracle": oracle,
    "database": database,
    "audit": audited,
    "stranger": stranger,
    "interruption": interruption,
    "reader": reader,
}


def _order(key: str, debit: str, credit: str, minor: int, **more: Any) -> TransferOrder:
    kind = more.pop("kind", TransferKind.SINGLE)
    return TransferOrder(key, kind, debit, credit, Money(minor, CNY), Purpose.SEND, "x", **more)


def _opening() -> Iterator[Callable[[Tx], object]]:
    """Ann and Bob get 50 each, and Ann an account in dollars."""
    for name in ("ann", "bob"):
        yield partial(make.open_with, place=cash_place(name, CNY), balance_minor=50, now_ms=1)
    yield partial(service.open_account, place=cash_place("ann", USD), now_ms=1)


def _opened() -> sqlite3.Connection:
    connection = copy_of_migrated()
    connection.execute("BEGIN IMMEDIATE")
    for act in _opening():
        act(SqliteTx(connection))
    connection.execute("COMMIT")
    return connection


def _post_some(connection: sqlite3.Connection, tx: Tx) -> None:
    connection.execute("BEGIN IMMEDIATE")
    chains = [(_order("a", _ANN, _BOB, 20),), (_order("b", _BOB, _ANN, 60),)]
    service.post_together(tx, [PostRequest(chain, 2) for chain in chains])
    connection.execute("COMMIT")


@contextmanager
def _played() -> Iterator[tuple[sqlite3.Connection, list[str]]]:
    """Play every kind of act that must be refused, and some that must not; nobody looks yet."""
    with closing(copy_of_migrated()) as connection:
        errors: list[str] = []
        for act in (*_opening(), *_acts()):
            connection.execute("BEGIN IMMEDIATE")
            try:
                act(SqliteTx(connection))
                connection.execute("COMMIT")
            except (AppError, AssertionError):
                connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                errors.append(str(error))
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        yield connection, errors


def _acts() -> Iterator[Callable[[Tx], object]]:
    def post(*orders: TransferOrder) -> Callable[[Tx], object]:
        return lambda tx: service.post_linked(tx, orders, now_ms=3)

    def end(key: str, pending_id: str, minor: int | None) -> Callable[[Tx], object]:
        if minor is None:
            return lambda tx: service.void_held(tx, key, pending_id=pending_id, now_ms=4)
        return lambda tx: service.post_held(
            tx, key, pending_id=pending_id, amount_minor=minor, now_ms=4
        )

    def reverse(key: str, reverses_id: str) -> Callable[[Tx], object]:
        return lambda tx: service.reverse_transfer(
            tx, key, reverses_id=reverses_id, actor_id="op", now_ms=5
        )

    pending = TransferKind.PENDING
    yield post(_order("t1", _ANN, _BOB, 20))
    yield post(_order("t1", _ANN, _BOB, 21))
    yield post(_order("t2", _ANN, _BOB, 31))
    yield post(_order("t3", _ANN, _ANN, 5))
    yield post(_order("t4", _ANN, DOLLARS, 5))
    yield post(_order("h1", _ANN, _BOB, 25, kind=pending))
    yield post(_order("t5", _ANN, _BOB, 10))
    yield end("p1", "h1", 26)
    yield end("p2", "h1", 10)
    yield end("p3", "h1", 10)
    yield end("v1", "h1", None)
    yield post(_order("h2", _BOB, _ANN, 30, kind=pending, expires_at_ms=900))
    yield end("v2", "h2", None)
    yield end("v3", "h2", None)
    yield reverse("r1", "t1")
    yield reverse("r2", "t1")
    yield post(_order("c1", _ANN, _BOB, 5), _order("c2", _BOB, _ANN, 500))
    yield post(_order("c3", _BOB, _ANN, 5), _order("c4", RAIL, _BOB, 7))


def _dump(connection: sqlite3.Connection) -> list[list[Row]]:
    tx = SqliteTx(connection)
    return [
        tx.rows("SELECT * FROM wallet_transfer ORDER BY seq"),
        tx.rows("SELECT * FROM wallet_account ORDER BY id"),
        tx.rows("SELECT * FROM wallet_entry ORDER BY account_id, seq"),
        tx.rows("SELECT * FROM wallet_chain"),
    ]
