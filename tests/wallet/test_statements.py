"""Statement and receipt as PDF, and exchange: read back, compared with the ledger.

Of the list of abuses: AB-004, AB-007, AB-035.
"""

import dataclasses
import io
from collections.abc import AsyncIterator

import pypdf
import pytest
from quart import Quart

from host.app import create_app
from host.core.deps import Deps
from host.core.money import EXPONENTS, Money, parse_currency
from host.identity import service as identity
from host.wallet import service
from host.wallet.rates import known_rates, rate_between
from tests.conftest import START_MS, Clock
from tests.wallet import make
from tests.wallet.people import PIN, Person, register, transfer

DAY_MS = 24 * 3600 * 1000
RATES = "CNY=1,USD=7.10,EUR=7.75,JPY=0.0476,KWD=23.1,AUD=4.65"


@pytest.fixture
async def trader(deps: Deps) -> AsyncIterator[Person]:
    """Tess, with ¥500, on a host that exchanges and has something to give."""
    settings = dataclasses.replace(deps.settings, exchange_rates=RATES)
    app = create_app(dataclasses.replace(deps, settings=settings))
    for currency in EXPONENTS:
        money = Money(10**9, parse_currency(currency))
        await deps.db.write(
            service.fund_exchange, f"float:{currency}", rail="sandbox", money=money, now_ms=START_MS
        )
    person = await register(app, "tess")
    await person.put(
        "/api/v1/wallet/top-ups/opening-1", {"amount_minor": 50_000, "currency": "CNY"}
    )
    return person


def pages(content: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


async def pdf(person: Person, path: str) -> str:
    """Download a PDF and return its text."""
    answer = await person.client.get(path)
    content = await answer.get_data(as_text=False)
    assert (200, "application/pdf") == (answer.status_code, answer.content_type), content
    return "\n".join(pages(content))


class TestFiles:
    """What a person can save."""

    @pytest.mark.parametrize("lang", ["en", "zh-Hans"])
    async def test_a_month_says_what_the_ledger_says(
        self, ann: Person, bob: Person, clock: Clock, deps: Deps, lang: str
    ) -> None:
        """Balances before and after, sums, names and notes, in either language, over the page."""
        clock.forward(15 * DAY_MS)  # December
        await deps.db.write(identity.change_lang, ann.id, lang=lang)
        await bob.put("/api/v1/wallet/receiving", {"automatic": True})
        notes = ("乌龙茶 50 g", "<b>not</b> <img src='file:///etc/passwd'>", "Größe", "🍵 tea")
        for n in range(40):
            body = transfer(bob, amount_minor=100 + n, memo=notes[n % 4])
            assert 201 == (await ann.put(f"/api/v1/wallet/transfers/note-{n:04}", body))[0]
            clock.forward(61_000)
        spent = sum(100 + n for n in range(40))

        text = await pdf(ann, "/wallet/statement.pdf?currency=CNY&month=2026-12")
        empty = await pdf(ann, "/wallet/statement.pdf?currency=CNY&month=2026-10")

        after = f"¥{(50_000 - spent) / 100:.2f}"
        for part in ("¥500.00", f"¥{spent / 100:.2f}", after, "乌龙茶", "<b>not</b>", "Größe"):
            assert part in text, part
        assert ("期初余额" if lang == "zh-Hans" else "Balance before") in text
        assert ("2026年12月" if lang == "zh-Hans" else "December 2026") in text
        assert ("这个月没有" if lang == "zh-Hans" else "No entries in this month.") in empty
        view = await ann.get("/wallet/statement?currency=CNY&month=2026-12")
        assert "500<" in view
        at = await deps.db.read(
            service.balance_at, ann.id, parse_currency("CNY"), at_ms=clock.now_ms()
        )
        assert 50_000 - spent == at

    async def test_a_receipt_is_for_its_two_sides(
        self, app: Quart, ann: Person, bob: Person
    ) -> None:
        """Both have one; a stranger's looks like a missing one."""
        await bob.put("/api/v1/wallet/receiving", {"automatic": True})
        _, sent = await ann.put(
            "/api/v1/wallet/transfers/rent-0001", transfer(bob, memo="房租 rent")
        )
        path = f"/wallet/transfers/{sent['transfer_id']}/receipt.pdf"
        mine, theirs = await pdf(ann, path), await pdf(bob, path)
        assert "-¥12.00" in mine
        assert "+¥12.00" in theirs
        assert "房租 rent" in mine
        assert "Bob" in mine
        eve = await register(app, "eve")
        assert "no transfer with this id" in await eve.get(path, 404)

    async def test_files_are_limited(self, ann: Person) -> None:
        """Drawing takes a processor's time."""
        answers = [
            (await ann.client.get("/wallet/statement.pdf?month=2026-11")).status_code
            for _ in range(21)
        ]
        assert [200] * 20 + [429] == answers


class TestExchange:
    """Offers over pages and JSON."""

    async def test_an_offer_is_shown_taken_once_and_over_after_a_minute(
        self, trader: Person, clock: Clock, deps: Deps
    ) -> None:
        """¥71.00 less half a percent is $9.94; a double tap exchanges once."""
        form = {"amount": "71", "currency": "CNY", "buy": "USD", "key": "first-offer-1"}
        status, path = await trader.post("/wallet/exchange", **form)
        assert 303 == status
        assert (303, path) == await trader.post("/wallet/exchange", **form)
        page = await trader.get(path)
        assert "9<" in page
        assert "Holds for 60 s" in page

        assert [303, 303] == [(await trader.post(path))[0] for _ in range(2)]

        assert "Exchanged" in await trader.get(path)
        _, held = await trader.json("/api/v1/wallet/balances")
        has = {one["currency"]: one["available_minor"] for one in held["balances"]}
        assert {"CNY": 42_900, "USD": 994} == has
        _, late = await trader.post("/wallet/exchange", **{**form, "key": "late-offer-1"})
        clock.forward(60_000)
        status, page = await trader.post(late)
        assert (409, True) == (status, "This offer is over" in page)
        assert [] == await make.breaks(deps.db)

    async def test_the_same_over_json(self, trader: Person) -> None:
        """Minor units in, minor units out: 100 JPY are a hundred yen."""
        quote = {"amount_minor": 1_000, "currency": "CNY", "buy_currency": "JPY"}
        status, offer = await trader.put("/api/v1/wallet/quotes/yen-00001", quote)
        assert (201, 209, 5) == (status, offer["buy_minor"], offer["fee_minor"])
        taken = await trader.put(f"/api/v1/wallet/exchanges/{offer['quote_id']}")
        assert (200, True) == (taken[0], taken[1]["is_used"])
        assert (
            422
            == (
                await trader.put(
                    "/api/v1/wallet/quotes/same-0001", {**quote, "buy_currency": "CNY"}
                )
            )[0]
        )

    async def test_a_host_without_rates_exchanges_nothing(self, ann: Person) -> None:
        """The page says so; the form is refused."""
        assert "does not exchange currencies" in await ann.get("/wallet/exchange")
        status, _ = await ann.post(
            "/wallet/exchange", amount="1", currency="CNY", buy="USD", key="no-rates-1"
        )
        assert 422 == status

    def test_every_pair_has_a_rate_and_loses_nothing_but_a_fraction(self, deps: Deps) -> None:
        """There and back never gains, whatever the exponents are."""
        rates = known_rates(dataclasses.replace(deps.settings, exchange_rates=RATES))
        assert set(EXPONENTS) == set(rates)
        for sell in rates:
            for buy in rates:
                there = rate_between(rates, sell, buy).apply(1_000_000)
                assert rate_between(rates, buy, sell).apply(there) <= 1_000_000


@pytest.mark.parametrize(
    ("currency", "text", "reason"),
    [
        ("JPY", "100.50", "JPY has 0 digits after the point"),
        ("KWD", "1.2345", "in digits"),
        ("USD", "0.001", "USD has 2 digits after the point"),
        ("CNY", "１００", "in digits"),
        ("CNY", "٣", "in digits"),
        ("CNY", "1_000", "in digits"),
        ("CNY", "1,000", "in digits"),
        ("CNY", "12\n", "in digits"),
        ("CNY", "0x10", "in digits"),
        ("CNY", "-1", "in digits"),
        ("CNY", "0", "more than zero"),
        ("CNY", "9999999999999999", "less than the limit"),
    ],
)
async def test_a_form_refuses_an_amount_with_the_reason(
    ann: Person, currency: str, text: str, reason: str
) -> None:
    """Top-up, exchange, a code for an amount: never rounded, never read in another script."""
    key = "0123456789"
    for path, form in (
        ("/wallet/top-up", {"key": key}),
        ("/wallet/exchange", {"key": key, "buy": "CNY" if currency != "CNY" else "USD"}),
        ("/wallet/receive", {"memo": ""}),
    ):
        status, page = await ann.post(path, amount=text, currency=currency, **form)
        assert (422, True) == (status, reason in page), (path, page)


@pytest.mark.parametrize("raw", ['"100"', "1e2", "100.0", "true", '"１００"', "NaN", "[100]"])
async def test_json_takes_whole_numbers_alone(ann: Person, raw: str) -> None:
    """What int() would make of it is nobody's business."""
    body = '{{"amount_minor": {}, "currency": "JPY"}}'
    for path in ("/api/v1/wallet/top-ups/strict-001", "/api/v1/tills/none/links/strict-001"):
        status, _ = await ann.put(path, raw=body.format(raw))
        assert status in {404, 422}
    hundred = {"amount_minor": 100, "currency": "JPY"}
    status, answer = await ann.put("/api/v1/wallet/top-ups/strict-002", hundred)
    assert (201, 100) == (status, answer["amount_minor"])
    assert "¥100" in await ann.get("/wallet?currency=JPY")
    assert PIN
