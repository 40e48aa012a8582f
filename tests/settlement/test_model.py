"""Whatever happens in whatever order: no unit is lost, none is made, every pot ends empty.

The oracle knows only who paid what and who was given what; where the money waits it never asks.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from host.core.errors import AppError
from host.core.money import Money
from host.core.sqlite import SqliteTx
from host.settlement import service
from host.settlement.model import DAY_MS, Source, Terms
from host.settlement.repository import items
from host.settlement.split_model import Receiver, ReceiverKind, divide
from host.wallet import audit
from host.wallet import service as wallet
from host.wallet.model import cash_place, fees_place
from host.wallet.rail_model import RailAnswer, RailState
from host.wallet.repository import ledger
from host.wallet.service import rail
from tests.conftest import START_MS
from tests.properties.ledger_machine import copy_of_migrated
from tests.settlement import make
from tests.wallet.make import CNY, open_with

BRANDS = ("tea", "farm")
OPENING = 10_000
# Which of the earnings that there are, and whether by its own brand: mostly.
WHICH = st.integers(0, 9)
IS_OWN = st.integers(0, 7)
AMOUNTS = st.integers(1, 90)
KEYS = st.sampled_from([f"k{n}" for n in range(8)])
_WHO = st.sampled_from(BRANDS)
_ENDS = st.sampled_from([RailState.DONE, RailState.FAILED, RailState.RETURNED])


class SettlementMachine(RuleBasedStateMachine):
    """Two brands, one payer, one bank."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = copy_of_migrated()
        self.now_ms = START_MS
        self.has: Counter[str] = Counter(ann=OPENING)
        self.sources: list[tuple[str, str]] = []
        self.splits: dict[str, tuple[str, str, int]] = {}
        self.divided: Counter[str] = Counter()
        self.payouts: dict[str, tuple[str, int, RailState]] = {}
        self.do(open_with, cash_place("ann", CNY), OPENING)
        self.do(_put_brands)

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a use case as the writer does; a refusal is None and changes nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = use_case(SqliteTx(self.connection), *args, **kwargs)
        except AppError:
            self.connection.execute("ROLLBACK")
            return None
        self.connection.execute("COMMIT")
        return result

    def teardown(self) -> None:
        """Let everything become due: nothing stays pending."""
        self.now_ms += 100 * DAY_MS
        self.do(service.sweep, now_ms=self.now_ms)
        for brand in BRANDS:
            pending = self.do(wallet.merchant_balance, brand, CNY).pending_minor
            assert pending == 0
        self.connection.close()

    @rule(brand=_WHO, amount=st.integers(2, 400), fee=st.integers(0, 90), days=st.integers(0, 3))
    def earn(self, brand: str, amount: int, fee: int, days: int) -> None:
        """Somebody pays, as long as there is money, under terms of the day."""
        self.do(service.set_terms, brand, Terms(days), now_ms=self.now_ms)
        source, fee = f"p{len(self.sources)}", min(fee, amount - 1)
        self.do(make.pay_in, source, amount, fee, brand_id=brand, now_ms=self.now_ms)
        if self.do(items.lock_earning, Source("payment", source)) is not None:
            self.has.update({"ann": -amount, brand: amount - fee, "platform": fee})
            self.sources.append((source, brand))

    @precondition(lambda self: self.sources)
    @rule(which=WHICH, key=KEYS, amount=AMOUNTS, own=IS_OWN)
    def refund(self, which: int, key: str, amount: int, own: int) -> None:
        """Something goes back, if it is there."""
        source, brand = self._pick(which, own)
        before = self.do(items.lock_earning, Source("payment", source))
        refund = self.do(
            service.record_refund,
            source_kind="payment",
            source_id=source,
            refund_id=key,
            brand_id=brand,
            payer_id="ann",
            money=Money(amount, CNY),
            now_ms=self.now_ms,
        )
        after = self.do(items.lock_earning, Source("payment", source))
        if refund is not None and after.refunded_minor != before.refunded_minor:
            fee = after.fee_minor * after.refunded_minor // after.gross.amount_minor
            fee -= after.fee_minor * before.refunded_minor // after.gross.amount_minor
            self.has.update({"ann": amount, brand: fee - amount, "platform": -fee})

    @precondition(lambda self: self.sources)
    @rule(which=WHICH, key=KEYS, own=IS_OWN, amount=st.integers(1, 400), bps=st.integers(1, 10_000))
    def split(self, which: int, key: str, own: int, amount: int, bps: int) -> None:
        """The other brand gets a share or an amount."""
        source, brand = self._pick(which, own)
        other = BRANDS[BRANDS[0] == brand]
        receivers = [Receiver(ReceiverKind.BRAND, other, share_bps=bps)]
        if amount % 2:
            receivers = [Receiver(ReceiverKind.BRAND, other, amount_minor=amount)]
        earning = self.do(items.lock_earning, Source("payment", source))
        made = self.do(
            service.split_earning,
            request_id=key,
            brand_id=brand,
            actor_id="owner",
            source_kind="payment",
            source_id=source,
            receivers=receivers,
            now_ms=self.now_ms,
        )
        if made is not None and made.id not in self.splits:
            (part,) = divide(earning.net_minor, receivers)
            self.splits[made.id] = (brand, other, part)
            self.has.update({brand: -part, other: part})
            self.divided[source] += part
            assert self.divided[source] <= earning.net_minor

    @rule(key=KEYS, amount=AMOUNTS, which=st.integers(0, 9))
    def return_part(self, key: str, amount: int, which: int) -> None:
        """The receiver gives something back."""
        if not self.splits:
            return
        split_id = sorted(self.splits)[which % len(self.splits)]
        brand, other, _ = self.splits[split_id]
        before = self.do(service.access_split, split_id, brand_id=brand).parts[0].returned_minor
        self.do(
            service.return_part,
            return_id=key,
            split_id=split_id,
            brand_id=other,
            amount_minor=amount,
            now_ms=self.now_ms,
        )
        after = self.do(service.access_split, split_id, brand_id=brand).parts[0].returned_minor
        self.has.update({brand: after - before, other: before - after})
        source = self.do(service.access_split, split_id, brand_id=brand).source.id
        self.divided[source] -= after - before

    @rule(key=KEYS, brand=_WHO, amount=AMOUNTS, end=_ENDS)
    def pay_out(self, key: str, brand: str, amount: int, end: RailState) -> None:
        """The bank takes it, refuses it, or sends it back."""
        operation_id = f"out:{brand}:{key}"
        begun = self.do(
            wallet.begin_payout,
            operation_id,
            rail="sandbox",
            brand_id=brand,
            money=Money(amount, CNY),
            actor_id="owner",
            now_ms=self.now_ms,
        )
        if begun is None or operation_id in self.payouts:
            return
        self.payouts[operation_id] = (brand, amount, end)
        self.do(rail.record_answer, operation_id, RailAnswer(end), now_ms=self.now_ms)
        if end is RailState.DONE:
            self.has.update({brand: -amount, "bank": amount})

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        """Time passes, and what is due is settled."""
        self.now_ms += hours * 3_600_000
        self.do(service.sweep, now_ms=self.now_ms)

    def _pick(self, which: int, own: int) -> tuple[str, str]:
        # One of the newest: so that things happen to the same earning.
        source, brand = self.sources[-1 - which % min(2, len(self.sources))]
        return source, brand if own else BRANDS[BRANDS[0] == brand]

    @invariant()
    def nothing_is_lost(self) -> None:
        """The ledger gives each what the oracle says, and its own audit finds nothing."""
        tx = SqliteTx(self.connection)
        for brand in BRANDS:
            found = wallet.merchant_balance(tx, brand, CNY)
            assert self.has[brand] == found.pending_minor + found.available_minor
        for name, place in (("ann", cash_place("ann", CNY)), ("platform", fees_place(CNY))):
            account = ledger.find_account(tx, place.id)
            assert self.has[name] == (0 if account is None else account.balance_minor)
        assert make.look(tx) == []
        assert audit.audit(tx).breaks == []


def _put_brands(tx: SqliteTx) -> None:
    make.put_brands(tx, *BRANDS)


def test_nothing_is_lost_whatever_happens() -> None:
    """Earning, refunds, splits, returns, payouts, replays and sweeps, in any order."""
    run_state_machine_as_test(
        SettlementMachine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
