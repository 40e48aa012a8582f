"""A state machine over the ledger, with an oracle that works differently.

The oracle keeps the list of acts that were accepted and recomputes everything from it each time;
the ledger keeps balances.  After every step they must agree.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from host.core.errors import AppError
from host.core.migrate import migrate
from host.core.money import Currency, Money
from host.core.sqlite import SqliteTx, connect
from host.wallet import audit, service
from host.wallet.model import (
    PostRequest,
    Purpose,
    TransferKind,
    TransferOrder,
    cash_place,
    escrow_place,
    rail_place,
)
from host.wallet.repository import ledger

CNY, USD = Currency("CNY"), Currency("USD")
PEOPLE = ("ann", "bob", "eve")
RAIL = rail_place("sandbox", CNY).id
DOLLARS = cash_place("ann", USD).id
ACCOUNTS = (*(cash_place(name, CNY).id for name in PEOPLE), RAIL, DOLLARS, "user:nobody:cash:CNY")
OPENING = 50
_template: list[Path] = []


@dataclass
class Oracle:
    """What was accepted, in order: ``(kind, debit, credit, amount, id, pending_id)``."""

    acts: list[tuple[str, str, str, int, str, str]] = field(default_factory=list)

    def held(self) -> dict[str, tuple[str, str, int]]:
        """Return what is reserved and not resolved, by id."""
        found = {act[4]: act[1:4] for act in self.acts if act[0] == "pending"}
        for kind, *_, pending_id in self.acts:
            if kind in {"post", "void"}:
                del found[pending_id]
        return found

    def balance(self, account_id: str) -> int:
        """Return what was posted to an account, from the beginning."""
        came = sum(a[3] for a in self.acts if a[0] in {"single", "post"} and a[2] == account_id)
        went = sum(a[3] for a in self.acts if a[0] in {"single", "post"} and a[1] == account_id)
        return came - went

    def reserved(self, account_id: str) -> int:
        """Return what of an account is reserved."""
        return sum(amount for debit, _, amount in self.held().values() if debit == account_id)

    def coming(self, account_id: str) -> int:
        """Return what is reserved for an account."""
        return sum(amount for _, credit, amount in self.held().values() if credit == account_id)

    def refusal(self, debit: str, credit: str, amount: int) -> str | None:
        """Return the problem that a new transfer must be refused with."""
        if debit == credit:
            return "same-account"
        if "nobody" in debit + credit:
            return "account-not-found"
        if DOLLARS in {debit, credit}:
            return "currency-mismatch"
        if debit != RAIL and self.balance(debit) - self.reserved(debit) < amount:
            return "insufficient-funds"
        if credit == RAIL and -self.balance(RAIL) - self.coming(RAIL) < amount:
            return "insufficient-funds"
        return None


class LedgerMachine(RuleBasedStateMachine):
    """Three people, a rail, one account in another currency, orders in escrow."""

    amounts = st.integers(1, 60)
    accounts = st.sampled_from(ACCOUNTS)
    legs = st.tuples(accounts, accounts, amounts)
    # Whether the audit has a say at the end.
    audits = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ledger"))
        self.path = self.folder / "hutong.db"
        shutil.copy(_migrated(), self.path)
        self.connection = connect(self.path)
        self.connection.execute("PRAGMA synchronous=OFF")
        self.oracle = Oracle()
        self.orders: dict[str, tuple[str, str, int]] = {}
        self.count = 0
        for place in (rail_place("sandbox", CNY), cash_place("ann", USD)):
            self.do(service.open_account, place, now_ms=1)
        for name in PEOPLE:
            self.do(service.open_account, cash_place(name, CNY), now_ms=1)
            self.post(RAIL, cash_place(name, CNY).id, OPENING)

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a use case as the writer does; return its result or the problem it was refused with.

        Anything that is no refusal, such as a CHECK that had to catch a mistake, comes through.
        """
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = use_case(SqliteTx(self.connection), *args, **kwargs)
        except AppError as refusal:
            self.connection.execute("ROLLBACK")
            return refusal.problem
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return result

    def new_id(self) -> str:
        """Return an id that was not used."""
        self.count += 1
        return f"t{self.count}"

    def move(
        self, use_case: Callable[..., Any], debit: str, credit: str, amount: int, new_id: str
    ) -> Any:
        """Post or hold."""
        return self.do(
            use_case,
            new_id,
            debit_id=debit,
            credit_id=credit,
            money=Money(amount, CNY),
            purpose=Purpose.SEND,
            actor_id="test",
            now_ms=self.count,
        )

    @rule(debit=accounts, credit=accounts, amount=amounts)
    def post(self, debit: str, credit: str, amount: int) -> None:
        """A transfer is accepted or refused exactly as the oracle says."""
        new_id, refusal = self.new_id(), self.oracle.refusal(debit, credit, amount)
        result = self.move(service.post_transfer, debit, credit, amount, new_id)

        if refusal is not None:
            assert refusal == result
            return
        assert new_id == result.id
        self.oracle.acts.append(("single", debit, credit, amount, new_id, ""))

    @rule(debit=accounts, credit=accounts, amount=amounts)
    def hold(self, debit: str, credit: str, amount: int) -> None:
        """A hold is judged as a transfer is."""
        new_id, refusal = self.new_id(), self.oracle.refusal(debit, credit, amount)
        result = self.move(service.hold_transfer, debit, credit, amount, new_id)

        if refusal is not None:
            assert refusal == result
            return
        assert new_id == result.id
        self.oracle.acts.append(("pending", debit, credit, amount, new_id, ""))

    @rule(legs=st.lists(legs, min_size=2, max_size=4))
    def chain(self, legs: list[tuple[str, str, int]]) -> None:
        """All transfers of a chain are accepted, or none and the first refusal is told."""
        orders = [self.order(*leg) for leg in legs]
        result = self.do(service.post_linked, orders, now_ms=self.count)

        self.agree_on_chain(orders, result)

    @rule(chains=st.lists(st.lists(legs, min_size=1, max_size=3), min_size=2, max_size=6))
    def together(self, chains: list[list[tuple[str, str, int]]]) -> None:
        """What queues together is judged one after the other, each chain as a whole."""
        requests = [
            PostRequest(tuple(self.order(*leg) for leg in legs), self.count) for legs in chains
        ]
        results = self.do(service.post_together, requests)

        for request, result in zip(requests, results, strict=True):
            problem = result.problem if isinstance(result, AppError) else result
            self.agree_on_chain(request.postings, problem)

    def agree_on_chain(self, orders: Sequence[TransferOrder], result: Any) -> None:
        """Take a chain into the oracle, or out again, and compare what the ledger said."""
        known, refusal = len(self.oracle.acts), None
        for order in orders:
            leg = (order.debit_id, order.credit_id, order.money.amount_minor)
            refusal = refusal or self.oracle.refusal(*leg)
            self.oracle.acts.append(("single", *leg, order.id, ""))
        if refusal is not None:
            del self.oracle.acts[known:]
            assert refusal == result
            return
        assert [order.id for order in orders] == [transfer.id for transfer in result]

    def order(self, debit: str, credit: str, amount: int) -> TransferOrder:
        """Return a transfer with a new id."""
        return TransferOrder(
            self.new_id(),
            TransferKind.SINGLE,
            debit,
            credit,
            Money(amount, CNY),
            Purpose.SEND,
            "test",
        )

    @precondition(lambda self: self.oracle.held())
    @rule(data=st.data(), void=st.booleans())
    def resolve(self, data: st.DataObject, *, void: bool) -> None:
        """A hold is posted, in part or whole, or given up; then never again."""
        held = self.oracle.held()
        pending_id = data.draw(st.sampled_from(sorted(held)))
        debit, credit, reserved = held[pending_id]
        new_id = self.new_id()
        posted = reserved if void else data.draw(st.integers(1, reserved + 2))
        if void:
            result = self.do(service.void_held, new_id, pending_id=pending_id, now_ms=1)
        else:
            result = self.do(
                service.post_held, new_id, pending_id=pending_id, amount_minor=posted, now_ms=1
            )

        if posted > reserved:
            assert "hold-exceeded" == result
            return
        assert new_id == result.id
        kind = "void" if void else "post"
        self.oracle.acts.append((kind, debit, credit, posted, new_id, pending_id))
        again = self.do(service.void_held, self.new_id(), pending_id=pending_id, now_ms=1)
        assert "hold-resolved" == again

    @precondition(lambda self: any(act[0] == "single" for act in self.oracle.acts))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """The same id and arguments change nothing; other arguments are refused."""
        singles = [act for act in self.oracle.acts if act[0] == "single"]
        _, debit, credit, amount, old_id, _ = data.draw(st.sampled_from(singles))

        if not old_id.startswith("t"):
            return
        assert old_id == self.move(service.post_transfer, debit, credit, amount, old_id).id
        changed = self.move(service.post_transfer, debit, credit, amount + 1, old_id)
        assert "idempotency-key-reused" == changed

    @precondition(lambda self: any(act[0] == "single" for act in self.oracle.acts))
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        """A transfer goes back once, if the money is still there."""
        singles = [a for a in self.oracle.acts if a[0] == "single" and a[4].startswith("t")]
        _, debit, credit, amount, old_id, _ = data.draw(st.sampled_from(singles))
        new_id, refusal = self.new_id(), self.oracle.refusal(credit, debit, amount)
        was_reversed = any(act[4] == f"r-{old_id}" for act in self.oracle.acts)
        result = self.do(
            service.reverse_transfer, new_id, reverses_id=old_id, actor_id="op", now_ms=1
        )

        if was_reversed:
            assert "already-reversed" == result
        elif refusal is not None:
            assert refusal == result
        else:
            assert new_id == result.id
            self.oracle.acts.append(("single", credit, debit, amount, f"r-{old_id}", ""))

    @rule(name=st.sampled_from(PEOPLE), amount=amounts)
    def pay_order(self, name: str, amount: int) -> None:
        """An order takes exactly its amount."""
        order_id = f"o{len(self.orders)}"
        cash, held = cash_place(name, CNY).id, escrow_place(order_id, CNY).id
        refusal = self.oracle.refusal(cash, held, amount)
        result = self.do(
            service.fund_escrow,
            order_id,
            payer_id=name,
            brand_id="tea",
            money=Money(amount, CNY),
            now_ms=1,
        )

        if refusal is not None:
            assert refusal == result
            return
        assert "funded" == result.status
        self.orders[order_id] = (cash, held, amount)
        self.oracle.acts.append(("single", cash, held, amount, f"fund-{order_id}", ""))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), refund=st.booleans(), fee=st.integers(0, 3))
    def end_order(self, data: st.DataObject, fee: int, *, refund: bool) -> None:
        """An order ends one way, once; the shop and the platform get all of it."""
        order_id = data.draw(st.sampled_from(sorted(self.orders)))
        cash, held, amount = self.orders[order_id]
        if fee >= amount:
            return
        is_open = bool(self.oracle.balance(held))
        if refund:
            result = self.do(service.refund_escrow, order_id, now_ms=1)
            parts = [(cash, amount)]
        else:
            result = self.do(service.release_escrow, order_id, fee_minor=fee, now_ms=1)
            parts = [("merchant:tea:pending:CNY", amount - fee), ("platform:fees:CNY", fee)]

        if is_open:
            assert ("refunded" if refund else "released") == result.status
            for place, part in parts:
                self.oracle.acts.append(("single", held, place, part, f"end-{order_id}", ""))

    @rule()
    def restart(self) -> None:
        """Nothing lives in memory alone."""
        self.connection.close()
        self.connection = connect(self.path)
        self.connection.execute("PRAGMA synchronous=OFF")

    @invariant()
    def agrees(self) -> None:
        """Every balance and reservation is what the oracle says, and none is below zero."""
        places = {*ACCOUNTS[:4], "merchant:tea:pending:CNY", "platform:fees:CNY"}
        places |= {held for _, held, _ in self.orders.values()}
        for account_id in sorted(places):
            account = ledger.find_account(SqliteTx(self.connection), account_id)
            stands = (0, 0) if account is None else (
                account.balance_minor, account.debits_pending_minor
            )  # fmt: skip
            assert (self.oracle.balance(account_id), self.oracle.reserved(account_id)) == stands
            assert account_id == RAIL or stands[0] >= stands[1] >= 0

    def teardown(self) -> None:
        """The audit agrees as well."""
        try:
            assert not self.audits or [] == audit.audit(SqliteTx(self.connection)).breaks
        finally:
            self.connection.close()
            shutil.rmtree(self.folder)


def _migrated() -> Path:
    """Return a migrated file to copy, made once."""
    if not _template:
        path = Path(tempfile.mkdtemp(prefix="ledger")) / "hutong.db"
        migrate(path)
        _template.append(path)
    return _template[0]


def copy_of_migrated() -> sqlite3.Connection:
    """Return an empty, migrated database in memory."""
    copied = connect(Path(":memory:"))
    with closing(sqlite3.connect(_migrated())) as source:
        source.backup(copied)
    return copied
