"""Pages of the wallet: who may see what, and what a form may say."""

import html
import re

import pytest
from quart import Quart

from tests.conftest import Clock
from tests.wallet.people import PIN, Person, balance, register, transfer


class TestPages:
    """What people see."""

    @pytest.mark.parametrize(
        "path",
        [
            "/wallet",
            "/wallet?currency=JPY",
            "/wallet/glance",
            "/wallet/statement",
            "/wallet/statement?month=2026-10",
            "/wallet/top-up",
            "/wallet/withdraw",
            "/wallet/send",
            "/wallet/send/bob",
            "/wallet/pin",
        ],
    )
    @pytest.mark.parametrize("lang", ["en", "zh-CN"])
    @pytest.mark.usefixtures("bob")
    async def test_opens(self, ann: Person, path: str, lang: str) -> None:
        """In both languages, for who is signed in."""
        answer = await ann.client.get(path, headers={"Accept-Language": lang})

        assert 200 == answer.status_code

    @pytest.mark.parametrize(
        "path", ["/wallet", "/wallet/statement", "/wallet/send", "/wallet/pin"]
    )
    async def test_sends_strangers_to_sign_in(self, app: Quart, path: str) -> None:
        """Without a session there is no wallet."""
        answer = await app.test_client().get(path)

        assert 303 == answer.status_code
        assert answer.headers["Location"].startswith("/sign-in")

    async def test_an_empty_wallet_says_how_to_begin(self, app: Quart) -> None:
        """The one step is to top up."""
        eve = await register(app, "eve")

        page = await eve.get("/wallet")

        assert "What you pay, send and receive will be here." in page
        assert "Set a payment PIN" in page

    async def test_home_shows_balance_and_entries(self, ann: Person, bob: Person) -> None:
        """¥488 after ¥12 to Bob, with his name and the note, escaped."""
        note = "<b>noodles</b>"
        await ann.put("/api/v1/wallet/transfers/noodles-1", transfer(bob, memo=note))

        page = await ann.get("/wallet")

        assert '¥488<span class="money-minor">.00</span>' in page
        assert "Bob" in page
        assert html.escape(note) in page
        assert note not in page

    async def test_statement_file_has_no_formulas(self, ann: Person, bob: Person) -> None:
        """A note that begins like a formula is text in a spreadsheet (AB-085)."""
        await ann.put("/api/v1/wallet/transfers/formula-1", transfer(bob, memo="=1+1"))

        file = await ann.get("/wallet/statement.csv?currency=CNY")

        assert ",Bob,'=1+1,-12.00,488.00,CNY," in file

    async def test_a_statement_file_is_of_the_month_that_is_named(
        self, ann: Person, bob: Person, clock: Clock
    ) -> None:
        """As the PDF is; the page leads to both of the month that it shows."""
        clock.forward(11 * 24 * 3_600_000)  # to December
        await ann.put("/api/v1/wallet/transfers/december-1", transfer(bob, memo="December"))
        path = "/wallet/statement.csv?currency=CNY&month="

        november, december = [await ann.get(path + month) for month in ("2026-11", "2026-12")]

        assert [(False, True), (True, False)] == [
            ("December" in file, "500.00,500.00" in file) for file in (november, december)
        ]
        page = await ann.get("/wallet/statement?month=2026-11")
        assert html.escape("csv?currency=CNY&month=2026-11") in page

    @pytest.mark.parametrize("month", ["2026-13", "2026-1", "x", "%EF%BC%92026-01"])
    async def test_a_month_that_is_none_is_refused(self, ann: Person, month: str) -> None:
        """With a sentence, not with an error of ours."""
        assert "like 2026-03" in await ann.get(f"/wallet/statement?month={month}", 422)


class TestSending:
    """Money to a contact, through forms."""

    async def test_confirm_then_pin_then_receipt(self, ann: Person, bob: Person) -> None:
        """The confirmation shows the amount that will move; the receipt says that it has."""
        _, confirm = await ann.post(
            "/wallet/send/bob/confirm", amount="12.5", currency="CNY", memo="tea"
        )
        key = re.search(r'name="key" value="([^"]+)"', confirm)
        assert key is not None
        assert 'name="amount" value="12.50"' in confirm

        status, receipt = await ann.post(
            "/wallet/send/bob", amount="12.50", currency="CNY", memo="tea", key=key[1], pin=PIN
        )

        assert 303 == status
        assert "tea" in await ann.get(receipt)
        assert "tea" in await bob.get(receipt)
        assert (200, 1_250) == await balance(bob)

    async def test_a_double_tap_sends_once(self, ann: Person, bob: Person) -> None:
        """The same form twice is one transfer."""
        form = {"amount": "12", "currency": "CNY", "key": "form-key-1", "pin": PIN}

        first = await ann.post("/wallet/send/bob", **form)
        second = await ann.post("/wallet/send/bob", **form)

        assert first == second
        assert (200, 1_200) == await balance(bob)

    @pytest.mark.usefixtures("ann")
    async def test_without_a_pin_one_is_set_first(self, bob: Person) -> None:
        """And the way leads back to the form."""
        await bob.put("/api/v1/wallet/top-ups/opening-1", {"amount_minor": 500, "currency": "CNY"})

        status, where = await bob.post("/wallet/send/ann/confirm", amount="1", currency="CNY")
        saved = await bob.post("/wallet/pin", new=PIN, again=PIN, next="/wallet/send/ann")

        assert (303, "/wallet/pin?next=/wallet/send/ann") == (status, where)
        assert (303, "/wallet/send/ann") == saved

    @pytest.mark.parametrize(
        "elsewhere", ["//evil.example/", "https://evil.example", "javascript:x"]
    )
    async def test_next_stays_here(self, ann: Person, elsewhere: str) -> None:
        """The way on is a path of this host."""
        assert "evil" not in await ann.get(f"/wallet/pin?next={elsewhere}")

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [
            ("-1", "CNY"), ("0", "CNY"), ("1,000", "CNY"), ("1_0", "CNY"), ("１２", "CNY"),
            ("٣", "CNY"), ("0x10", "CNY"), ("1e2", "CNY"), ("", "CNY"), ("1.234", "CNY"),
            ("100.50", "JPY"), ("1.2345", "KWD"), ("0.001", "USD"), ("1", "XXX"), ("9" * 30, "CNY"),
        ],
    )  # fmt: skip
    @pytest.mark.usefixtures("bob")
    async def test_an_amount_is_digits_and_one_point(
        self, ann: Person, amount: str, currency: str
    ) -> None:
        """Anything else is refused, nothing is rounded (AB-004, AB-007)."""
        status, _ = await ann.post(
            "/wallet/send/bob", amount=amount, currency=currency, key="form-key-1", pin=PIN
        )

        assert 422 == status
        assert (200, 50_000) == await balance(ann)

    @pytest.mark.usefixtures("bob")
    async def test_not_to_strangers_and_not_to_oneself(self, app: Quart, ann: Person) -> None:
        """Money goes to contacts."""
        await register(app, "eve")
        form = {"amount": "1", "currency": "CNY", "pin": PIN}

        assert 403 == (await ann.post("/wallet/send/eve", key="form-key-1", **form))[0]
        assert 422 == (await ann.post("/wallet/send/ann", key="form-key-2", **form))[0]
        assert (200, 50_000) == await balance(ann)

    @pytest.mark.usefixtures("bob")
    async def test_not_without_the_forms_token(self, ann: Person) -> None:
        """Another site's form moves nothing (AB-038)."""
        ann.csrf = "x"

        status, _ = await ann.post(
            "/wallet/send/bob", amount="1", currency="CNY", key="form-key-1", pin=PIN
        )

        assert 403 == status
        assert (200, 50_000) == await balance(ann)
