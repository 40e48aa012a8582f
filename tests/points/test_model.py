"""Whatever happens in whatever order: points sum to zero, and money pays for each one redeemed."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from host.core.errors import AppError
from host.core.sqlite import SqliteTx
from host.settlement import service as settlement
from host.wallet import audit
from host.wallet import service as wallet
from tests.market.make import Lane, put_lane
from tests.points import make
from tests.properties.ledger_machine import copy_of_migrated
from tests.settlement.make import NEXT_DAY_MS
from tests.wallet.make import CNY

_AMOUNTS = st.integers(1, 3_000)
_WHICH = st.integers(0, 5)


class PointsMachine(RuleBasedStateMachine):
    """One buyer, one shop; the oracle counts what each order is still worth."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = copy_of_migrated()
        self.tx = SqliteTx(self.connection)
        buyer, seller, brand, address = self.do(put_lane, 1_000_000)
        self.at = Lane(None, buyer, seller, brand, "tea_house", address)  # type: ignore[arg-type]
        self.do(make.programme, self.at, earn_minor=7, worth_minor=100)
        self.orders: dict[str, tuple[int, int]] = {}
        self.points = self.spent_minor = self.cash_minor = 0
        self.count = 0

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a use case as the writer does; a refusal is None and changes nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = use_case(self.tx, *args, **kwargs)
        except AppError:
            self.connection.execute("ROLLBACK")
            return None
        self.connection.execute("COMMIT")
        return result

    def teardown(self) -> None:
        """Close the copy."""
        self.connection.close()

    @rule(amount=_AMOUNTS)
    def buy(self, amount: int) -> None:
        """Pay for one more order."""
        self.count += 1
        self.do(make.buy, self.at, f"o{self.count}", amount)
        self.orders[f"o{self.count}"] = (amount, amount // 7)
        self.points += amount // 7
        self.spent_minor += amount

    @rule(which=_WHICH, amount=_AMOUNTS)
    def refund(self, which: int, amount: int) -> None:
        """Give some back, if there is so much."""
        order_id = f"o{which}"
        left, given = self.orders.get(order_id, (0, 0))
        self.count += 1
        if not 0 < amount <= left:
            return
        before = self.do(settlement.find_earning, "order", order_id)
        self.do(make.refund, self.at, order_id, f"r{self.count}", amount)
        if self.do(settlement.find_earning, "order", order_id) == before:
            return
        due = given - (left - amount) // 7
        self.orders[order_id] = (left - amount, given - due)
        self.points -= min(due, self.points)
        self.spent_minor -= amount

    @rule(points=st.integers(1, 800), key=_WHICH)
    def redeem(self, points: int, key: int) -> None:
        """Turn points into money under one of a few keys."""
        before, _ = make.has(self.tx, self.at)
        amount = self.do(make.redeem, self.at, f"key-{key}", points)
        after, _ = make.has(self.tx, self.at)
        if after != before:
            assert amount == before - after
            self.points -= amount
            self.cash_minor += amount

    @rule()
    def settle(self) -> None:
        """Let what is pending become available."""
        self.do(settlement.sweep, now_ms=NEXT_DAY_MS)

    @invariant()
    def nothing_is_lost_or_made(self) -> None:
        """Person, shop and oracle agree on points, and on what the buyer has."""
        assert (self.points, self.points) == make.has(self.tx, self.at)
        has = wallet.balance(self.tx, self.at.buyer_id, CNY).available_minor
        assert 1_000_000 - self.spent_minor + self.cash_minor == has

    @invariant()
    def the_books_balance(self) -> None:
        """The whole ledger, money and points alike."""
        assert [] == audit.audit(self.tx).breaks


def test_points_keep_the_books() -> None:
    """Thirty lives of fifteen steps."""
    run_state_machine_as_test(
        PointsMachine,
        settings=settings(
            max_examples=30,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        ),
    )
