"""JSON of the wallet: strict about numbers, keys and whose money it is."""

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.core.deps import Deps
from tests.wallet import make
from tests.wallet.people import PIN, Person, balance, register, transfer


class TestApi:
    """JSON: strict about numbers, keys and whose money it is."""

    async def test_sends_once_per_key(self, ann: Person, bob: Person) -> None:
        """The second answer is the first; other content under the key is refused."""
        first = await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob))
        again = await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob))
        other = await ann.put(
            "/api/v1/wallet/transfers/noodles-1", transfer(bob, amount_minor=1_201)
        )

        assert first == again
        assert 201 == first[0]
        assert (422, "/problems/idempotency-key-reused") == (other[0], other[1]["type"])
        assert (200, 1_200) == await balance(bob)

    async def test_a_key_is_each_persons_own(self, ann: Person, bob: Person) -> None:
        """Bob's key of the same name is another transfer (AB-013)."""
        await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob))
        await bob.put("/api/v1/wallet/pin", {"pin": PIN})

        status, _ = await bob.put(
            "/api/v1/wallet/transfers/noodles-1", transfer(ann, amount_minor=200)
        )

        assert 201 == status
        assert (200, 1_000) == await balance(bob)

    @pytest.mark.parametrize(
        "key", ["short", "x" * 65, "k%C3%A9y-key-1", "key%00key1", "key%0D%0Akey1", "key key key"]
    )
    async def test_a_key_is_plain(self, ann: Person, bob: Person, key: str) -> None:
        """8 to 64 letters, digits, points, hyphens or underscores (AB-017)."""
        status, _ = await ann.put(f"/api/v1/wallet/transfers/{key}", transfer(bob))

        assert 422 == status
        assert (200, 50_000) == await balance(ann)

    @pytest.mark.parametrize(
        ("amount", "problem"),
        [
            ("-100", "bad-input"), ("0", "bad-input"), ("-0", "bad-input"), ("1.0", "bad-input"),
            ("1e2", "bad-input"), ("true", "bad-input"), ("null", "bad-input"),
            ("NaN", "bad-input"), ('"100"', "bad-input"), ("[1]", "bad-input"),
            ("9007199254740992", "amount-too-large"), ("9223372036854775807", "amount-too-large"),
            ("9223372036854775808", "amount-too-large"), ("1" + "0" * 30, "amount-too-large"),
            ('1,"amount_minor":100000', "bad-input"),
        ],
    )  # fmt: skip
    async def test_an_amount_is_an_integer_token(
        self, ann: Person, amount: str, problem: str
    ) -> None:
        """No other form of a number, never cut, never a 500 (AB-001, AB-005, AB-008)."""
        status, answer = await ann.put(
            "/api/v1/wallet/top-ups/opening-2",
            raw=f'{{"amount_minor":{amount},"currency":"CNY"}}',
        )

        assert (422, f"/problems/{problem}") == (status, answer["type"])
        assert (200, 50_000) == await balance(ann)

    @pytest.mark.parametrize(
        "extra",
        [{"debit_id": "platform:fees:CNY"}, {"kind": "pending"}, {"created_at_ms": 1}, {"seq": 1}],
    )
    async def test_internal_members_are_refused(
        self, ann: Person, bob: Person, extra: dict[str, object]
    ) -> None:
        """No account, kind or time can be chosen from outside (AB-037)."""
        status, _ = await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob, **extra))

        assert 422 == status
        assert (200, 50_000) == await balance(ann)

    async def test_wrong_pins_are_counted_and_lock(self, ann: Person, bob: Person) -> None:
        """Each answer says how many are left; then nothing is paid, with any PIN."""
        left = []
        for n in range(5):
            status, answer = await ann.put(
                f"/api/v1/wallet/transfers/noodles-{n}", transfer(bob, pin="471139")
            )
            assert (403, "/problems/wrong-pin") == (status, answer["type"])
            left.append(answer["attempts_left"])
        locked = await ann.put("/api/v1/wallet/transfers/noodles-9", transfer(bob))

        assert [4, 3, 2, 1, 0] == left
        assert (403, "/problems/pin-locked") == (locked[0], locked[1]["type"])
        assert (200, 50_000) == await balance(ann)

    async def test_a_right_pin_is_not_counted_when_the_payment_is_refused(
        self, ann: Person, bob: Person
    ) -> None:
        """Six payments that are too large do not lock the PIN."""
        for n in range(6):
            status, answer = await ann.put(
                f"/api/v1/wallet/transfers/noodles-{n}", transfer(bob, amount_minor=50_001)
            )
            assert (409, "/problems/insufficient-funds") == (status, answer["type"])

        assert 201 == (await ann.put("/api/v1/wallet/transfers/noodles-9", transfer(bob)))[0]

    async def test_a_strangers_transfer_looks_like_none(
        self, app: Quart, ann: Person, bob: Person
    ) -> None:
        """Ann and Bob see it, Eve sees what she sees of an id that nobody has (AB-035)."""
        _, sent = await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob))
        eve = await register(app, "eve")
        path = f"/api/v1/wallet/transfers/{sent['transfer_id']}"

        assert -1_200 == (await ann.json(path))[1]["change_minor"]
        assert 1_200 == (await bob.json(path))[1]["change_minor"]
        theirs, nobodys = await eve.json(path), await eve.json("/api/v1/wallet/transfers/none")
        assert {**theirs[1], "instance": ""} == {**nobodys[1], "instance": ""}
        assert 404 == theirs[0]

    async def test_entries_page_by_key(self, ann: Person) -> None:
        """Every entry once, newest first, with the balance after it."""
        for n in range(40):
            await ann.put(
                f"/api/v1/wallet/top-ups/small-{n:04}",
                {
                    "amount_minor": 1,
                    "currency": "CNY",
                },
            )

        _, first = await ann.json("/api/v1/wallet/entries?currency=CNY")
        _, second = await ann.json(f"/api/v1/wallet/entries?currency=CNY&after={first['next']}")

        balances = [entry["balance_minor"] for entry in first["entries"] + second["entries"]]
        assert list(range(50_040, 49_999, -1)) == balances
        assert second["next"] is None

    @pytest.mark.parametrize(
        "path", ["/api/v1/wallet/balances", "/api/v1/wallet/entries", "/api/v1/wallet/transfers/x"]
    )
    async def test_needs_a_session(self, client: Client, path: str) -> None:
        """401, and nothing about what is there."""
        assert 401 == (await client.get(path)).status_code


async def test_the_books_balance_after_all_of_it(ann: Person, bob: Person, deps: Deps) -> None:
    """What came over HTTP is in order."""
    await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob))
    await ann.put(
        "/api/v1/wallet/withdrawals/out-00001",
        {"amount_minor": 100, "currency": "CNY", "pin": PIN},
    )

    assert [] == await make.breaks(deps.db)
    assert (200, 48_700) == await balance(ann)
