"""The fifteen invariants of the public ledger-conformance-kit, over its four addresses.

INV-03, the hash chain, is our own form of it and judged by the audit; the others are stated here as
the kit states them, with its numbers.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.core.deps import Deps
from host.core.settings import Settings, SettingsError
from host.core.sqlite import SqliteDatabase
from host.wallet.conformance import ConformanceRefusedError, check_may_serve
from tests.wallet import make

OUTSIDE = "external:funding"


@dataclass
class Kit:
    """What the kit's HTTP adapter does."""

    client: Client
    numbers: Any = field(default_factory=count)

    async def post(
        self,
        debit: str,
        credit: str,
        minor: int,
        key: str,
        *,
        currency: str = "USD",
        credit_currency: str | None = None,
    ) -> str:
        """Post a transaction of two legs and return its status."""
        answer = await self.client.post(
            "/_lck/post",
            json={
                "idempotencyKey": key,
                "transactionId": f"t{next(self.numbers)}",
                "allowOverdraft": True,
                "legs": [
                    leg(debit, "DEBIT", minor, currency),
                    leg(credit, "CREDIT", minor, credit_currency or currency),
                ],
            },
        )
        assert 200 == answer.status_code
        return str((await answer.get_json())["status"])

    async def seed(self, account: str, minor: int) -> None:
        """Let money in."""
        assert "APPLIED" == await self.post(OUTSIDE, account, minor, f"seed:{account}")

    async def balance(self, account: str) -> int:
        """Return what the read path says."""
        answer = await self.client.get(f"/_lck/balance?account={account}&currency=USD")
        return int((await answer.get_json())["subunits"])

    async def journal(self) -> list[dict[str, Any]]:
        """Return every entry in the order of their commits."""
        answer = await self.client.get("/_lck/journal")
        entries: list[dict[str, Any]] = await answer.get_json()
        return entries

    async def replayed(self) -> Counter[str]:
        """Return every balance as the journal alone gives it."""
        sums: Counter[str] = Counter()
        for entry in await self.journal():
            sums[entry["accountId"]] += signed(entry)
        return sums

    async def burst(self, posts: int, *, accounts: int, step: int, minor: int) -> None:
        """Send money round a circle of accounts, all at once."""
        await asyncio.gather(
            *(
                self.post(f"acct:{n % accounts}", f"acct:{(n + step) % accounts}", minor, f"b-{n}")
                for n in range(posts)
            )
        )


def leg(account: str, side: str, minor: int, currency: str = "USD") -> dict[str, object]:
    """Return one side as the kit writes it."""
    return {"accountId": account, "type": side, "amountSubunits": minor, "currency": currency}


def signed(entry: dict[str, Any]) -> int:
    """Return what an entry adds to its account."""
    amount: int = entry["amountSubunits"]
    return amount if entry["type"] == "CREDIT" else -amount


@pytest.fixture
async def kit(deps: Deps, db: SqliteDatabase) -> AsyncIterator[Kit]:
    """The addresses on an empty ledger; whatever a test does, the audit must agree with it."""
    app = create_app(replace(deps, settings=replace(deps.settings, conformance=True)))
    yield Kit(app.test_client())
    assert [] == await make.breaks(db)


async def test_inv_01_every_transaction_is_balanced(kit: Kit) -> None:
    """Debits and credits of each transaction come to zero in each currency."""
    await kit.seed("acct:a", 10_000)
    await kit.post("acct:a", "acct:b", 4_000, "t1")

    sums: Counter[tuple[str, str]] = Counter()
    for entry in await kit.journal():
        sums[entry["transactionId"], entry["currency"]] += signed(entry)
    assert [0, 0] == list(sums.values())


async def test_inv_02_the_journal_is_append_only(kit: Kit) -> None:
    """What was read once is the beginning of everything that is read later."""
    await kit.seed("acct:a", 10_000)
    await kit.post("acct:a", "acct:b", 1_000, "t1")
    before = await kit.journal()
    await kit.post("acct:b", "acct:a", 300, "t2")
    await kit.post("acct:a", "acct:b", 100, "t3")
    after = await kit.journal()

    assert len(before) + 4 == len(after)
    assert before == after[: len(before)]


async def test_inv_04_a_duplicate_is_a_no_op_and_says_so(kit: Kit) -> None:
    """The retry after a time-out does not charge twice."""
    await kit.seed("acct:a", 10_000)
    first = await kit.post("acct:a", "acct:b", 2_500, "dup")
    entries = await kit.journal()

    again = await kit.post("acct:a", "acct:b", 2_500, "dup")

    assert ("APPLIED", "DUPLICATE") == (first, again)
    assert entries == await kit.journal()
    assert 2_500 == await kit.balance("acct:b")


async def test_inv_05_duplicates_at_once_collapse_to_one(kit: Kit) -> None:
    """Of 64 equal requests in the same moment one is applied."""
    await kit.seed("acct:a", 100_000)

    said = await asyncio.gather(*(kit.post("acct:a", "acct:b", 2_500, "race") for _ in range(64)))

    assert {"APPLIED": 1, "DUPLICATE": 63} == Counter(said)
    assert 2_500 == await kit.balance("acct:b")


async def test_inv_06_no_update_of_a_hot_account_is_lost(kit: Kit) -> None:
    """Five hundred credits at once are five hundred credits."""
    await asyncio.gather(*(kit.post(OUTSIDE, "acct:hot", 100, f"hot-{n}") for n in range(500)))

    assert 50_000 == await kit.balance("acct:hot")


async def test_inv_07_value_is_conserved(kit: Kit) -> None:
    """Four hundred transfers round a circle of eight leave what there was."""
    for n in range(8):
        await kit.seed(f"acct:{n}", 10_000)

    await kit.burst(400, accounts=8, step=3, minor=100)

    assert 80_000 == sum([await kit.balance(f"acct:{n}") for n in range(8)])


async def test_inv_08_and_13_balances_are_what_the_journal_says(kit: Kit) -> None:
    """The read path and a replay of the journal agree on every account."""
    for n in range(6):
        await kit.seed(f"acct:{n}", 20_000)

    await kit.burst(300, accounts=6, step=2, minor=300)

    replayed = await kit.replayed()
    assert {name: await kit.balance(name) for name in replayed} == replayed


async def test_inv_09_the_guard_holds_while_an_account_is_drained(kit: Kit) -> None:
    """Of twenty withdrawals of a tenth each, ten succeed and the account stands at zero."""
    await kit.seed("acct:a", 10_000)

    said = await asyncio.gather(
        *(kit.post("acct:a", "acct:b", 1_000, f"drain-{n}") for n in range(20))
    )

    assert {"APPLIED": 10, "REJECTED": 10} == Counter(said)
    assert 0 == await kit.balance("acct:a")


async def test_inv_10_no_drift_over_many_small_movements(kit: Kit) -> None:
    """A thousand times one minor unit is a thousand."""
    await kit.seed("acct:a", 100_000)

    await asyncio.gather(*(kit.post("acct:a", "acct:b", 1, f"penny-{n}") for n in range(1000)))

    assert (99_000, 1_000) == (await kit.balance("acct:a"), await kit.balance("acct:b"))


async def test_inv_11_currencies_are_not_mixed(kit: Kit) -> None:
    """A debit in dollars does not close a credit in euros."""
    await kit.seed("acct:a", 10_000)

    assert "REJECTED" == await kit.post(
        "acct:a", "acct:b", 1_000, "fx", currency="USD", credit_currency="EUR"
    )
    assert 10_000 == await kit.balance("acct:a")


async def test_inv_12_a_reversal_is_a_compensation(kit: Kit) -> None:
    """The original stays, two entries are added, and the sum is nothing."""
    await kit.seed("acct:a", 10_000)
    await kit.post("acct:a", "acct:b", 3_000, "orig")
    original = await kit.journal()

    await kit.post("acct:b", "acct:a", 3_000, "comp")

    after = await kit.journal()
    assert original == after[:-2]
    assert 0 == await kit.balance("acct:b")


async def test_inv_14_the_order_within_an_account_is_monotonic(kit: Kit) -> None:
    """Each account's numbers rise and none comes twice."""
    await kit.seed("acct:a", 50_000)
    await asyncio.gather(*(kit.post("acct:a", "acct:b", 100, f"seq-{n}") for n in range(150)))

    numbers = defaultdict(list)
    for entry in await kit.journal():
        numbers[entry["accountId"]].append(entry["accountSequence"])
    assert {name: sorted(set(found)) for name, found in numbers.items()} == numbers


async def test_inv_15_nobody_is_told_duplicate_of_what_never_happened(kit: Kit) -> None:
    """Thirty-two retries at once of what cannot be paid are thirty-two refusals."""
    await kit.seed("acct:a", 1_000)

    said = await asyncio.gather(
        *(kit.post("acct:a", "acct:b", 5_000, "refused") for _ in range(32))
    )

    assert {"REJECTED": 32} == Counter(said)
    assert (1_000, 0) == (await kit.balance("acct:a"), await kit.balance("acct:b"))


async def test_a_reset_begins_anew_and_deletes_nothing(kit: Kit, db: SqliteDatabase) -> None:
    """Balances are gone from the kit's sight, keys may be used again, the journal is whole."""
    await kit.seed("acct:a", 10_000)
    await kit.client.post("/_lck/reset", json={})

    assert ([], 0) == (await kit.journal(), await kit.balance("acct:a"))
    await kit.seed("acct:a", 5)
    rows = await db.read(lambda tx: tx.rows("SELECT seq FROM wallet_transfer"))
    assert 2 == len(rows)


async def test_many_legs_are_one_chain(kit: Kit) -> None:
    """Two debits and two credits of other sizes stand or fall together."""
    await kit.seed("acct:a", 70)
    await kit.seed("acct:b", 29)
    body = {
        "idempotencyKey": "split",
        "transactionId": "t",
        "legs": [
            leg("acct:a", "DEBIT", 70),
            leg("acct:b", "DEBIT", 30),
            leg("acct:c", "CREDIT", 55),
            leg("acct:d", "CREDIT", 45),
        ],
    }

    refused = await (await kit.client.post("/_lck/post", json=body)).get_json()
    await kit.post(OUTSIDE, "acct:b", 1, "one-more")
    applied = await (await kit.client.post("/_lck/post", json=body)).get_json()

    assert ("REJECTED", "insufficient-funds") == (refused["status"], refused["reason"])
    assert "APPLIED" == applied["status"]
    assert [0, 0, 55, 45] == [await kit.balance(f"acct:{name}") for name in "abcd"]


class TestWhereItIsServed:
    """Never where it could touch anybody's money."""

    async def test_not_without_the_setting(self, client: Client) -> None:
        """The addresses do not exist."""
        assert 404 == (await client.get("/_lck/journal")).status_code

    async def test_not_off_this_machine(self, db: SqliteDatabase) -> None:
        """Only on a loopback address."""
        with pytest.raises(ConformanceRefusedError, match="loopback"):
            await check_may_serve(db, is_loopback=False)

    async def test_not_over_real_accounts(self, db: SqliteDatabase) -> None:
        """An empty ledger, or one that held nothing but such runs."""
        await check_may_serve(db, is_loopback=True)
        await make.wallet(db, "ann")

        with pytest.raises(ConformanceRefusedError, match="HUTONG_DATA_DIR"):
            await check_may_serve(db, is_loopback=True)

    def test_not_with_the_demo(self) -> None:
        """The demo lane has people in it."""
        with pytest.raises(SettingsError, match="HUTONG_DEMO=0"):
            Settings.from_env({"HUTONG_CONFORMANCE": "1"})
        assert Settings.from_env({"HUTONG_CONFORMANCE": "1", "HUTONG_DEMO": "0"}).conformance
