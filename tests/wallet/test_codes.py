"""Paying by code: shown at a till, scanned from a counter or a person's screen.

Of the list of abuses: AB-067, AB-068.
"""

import asyncio
import io
import re
from typing import Any

import pytest
from quart import Quart
from quart.datastructures import FileStorage

from host.brands import service as brands
from host.codes import service
from host.codes.drawing import draw_png
from host.codes.model import MISS_COUNT_MAX, PAY_CODE_TTL_MS
from host.codes.number import make_number, read_number
from host.core.barcodes import read_code
from host.core.deps import Deps
from host.core.money import Currency
from host.wallet.limits import SMALL_CHOICES_UNITS, minor_of
from host.wallet.model import pending_place
from host.wallet.service import caps
from tests.conftest import START_MS, Clock
from tests.wallet import make
from tests.wallet.people import PIN, Person, balance, register

ASKED = {"amount_minor": 2_800, "currency": "CNY"}


@pytest.fixture
async def zhou(app: Quart, ann: Person, deps: Deps) -> Person:
    """Zhou, who keeps the Tea House."""
    person = await register(app, "zhou")
    await person.post("/brands", handle="teahouse", name="Tea House", description="")
    return person


async def code_of(person: Person) -> str:
    """Return a payment code of somebody's."""
    answer = await person.client.post("/api/v1/wallet/codes", headers={"X-CSRF": person.csrf})
    body = await answer.get_json()
    assert 201 == answer.status_code, body
    return str(body["number"])


async def charge(till: Person, number: str, key: str = "sale-0001", **more: Any) -> tuple[int, Any]:
    """Charge a code at the Tea House's till."""
    return await till.put(
        f"/api/v1/tills/teahouse/charges/{key}", {"code": number, **ASKED, **more}
    )


async def earned(deps: Deps, owner: Person) -> tuple[int, int]:
    """Return what the Tea House and the platform have got."""
    mine = await deps.db.read(brands.find_brands_of_person, owner.id)
    place = pending_place(mine[0].id, Currency("CNY"))
    (shop, _), (fees, _) = await make.stands(deps.db, place.id, "platform:fees:CNY")
    return shop, fees


class TestAtATill:
    """A person shows a code, the till asks, the person confirms."""

    async def test_a_code_is_charged_and_confirmed_once(
        self, ann: Person, zhou: Person, deps: Deps
    ) -> None:
        """Money moves when the person says so; retries repeat nothing; a fee is taken."""
        number = await code_of(ann)
        status, asked = await charge(zhou, number)
        assert (201, "waiting") == (status, asked["status"])
        assert (200, 50_000) == await balance(ann)
        assert (201, asked) == await charge(zhou, number)

        sheet = await ann.get(f"/wallet/charges/{asked['charge_id']}")
        assert "Tea House" in sheet
        assert "Shop, not verified" in sheet
        pay = f"/api/v1/charges/{asked['charge_id']}/payment"
        assert 422 == (await ann.put(pay, {"amount_minor": 1, "pin": PIN}))[0]
        first = await ann.put(pay, {"amount_minor": 2_800, "pin": PIN})
        again = await ann.put(pay, {"amount_minor": 2_800, "pin": PIN})

        assert (200, "paid") == (first[0], first[1]["status"])
        assert first == again
        assert (200, 47_200) == await balance(ann)
        assert (2_800 - 16, 16) == await earned(deps, zhou)
        receipt = await ann.get(f"/wallet/transfers/{asked['charge_id']}")
        assert "Tea House" in receipt
        seen = await zhou.json(f"/api/v1/tills/teahouse/charges/{asked['charge_id']}")
        assert "paid" == seen[1]["status"]
        assert [] == await make.breaks(deps.db)

    async def test_a_photograph_is_too_old_after_a_minute(
        self, ann: Person, zhou: Person, clock: Clock
    ) -> None:
        """AB-067: at 61 s the code is refused; what was charged in time ends two minutes later."""
        number, late = await code_of(ann), await code_of(ann)
        clock.forward(PAY_CODE_TTL_MS - 1)
        _, asked = await charge(zhou, number)
        clock.forward(1_001)

        status, refused = await charge(zhou, late, "sale-0002")

        assert (409, "/problems/code-refused") == (status, refused["type"])
        clock.forward(120_000)
        status, over = await ann.put(
            f"/api/v1/charges/{asked['charge_id']}/payment", {"amount_minor": 2_800, "pin": PIN}
        )
        assert (409, "/problems/charge-ended") == (status, over["type"])
        assert (200, 50_000) == await balance(ann)

    async def test_two_tills_at_once(self, app: Quart, ann: Person, zhou: Person) -> None:
        """One gets the code, the other the answer that an unknown one gets (AB-067)."""
        other = await register(app, "lin")
        await other.post("/brands", handle="noodles", name="Noodles", description="")
        number = await code_of(ann)

        answers = await asyncio.gather(
            charge(zhou, number, "sale-0001"),
            charge(zhou, number, "sale-0002"),
            other.put("/api/v1/tills/noodles/charges/sale-0001", {"code": number, **ASKED}),
        )

        assert [201, 409, 409] == sorted(status for status, _ in answers)
        _, unknown = await charge(zhou, make_number(), "sale-0003")
        refusals = {body["detail"] for status, body in answers if status == 409}
        assert {unknown["detail"]} == refusals

    async def test_guesses_lock_the_shops_tills(
        self, ann: Person, zhou: Person, clock: Clock
    ) -> None:
        """AB-067: also when they come at once; a slip is no guess, nor is a code that is right."""
        for n in range(MISS_COUNT_MAX):
            number = await code_of(ann)
            assert 201 == (await charge(zhou, number, f"sale-a{n:04}"))[0]
            slip = number[:-1] + str((int(number[-1]) + 1) % 10)
            assert 422 == (await charge(zhou, slip, f"sale-b{n:04}"))[0]
            clock.forward(20_000)
        guesses = await asyncio.gather(
            *(charge(zhou, make_number(), f"sale-c{n:04}") for n in range(MISS_COUNT_MAX + 5))
        )

        assert [409] * MISS_COUNT_MAX + [429] * 5 == sorted(status for status, _ in guesses)
        status, locked = await charge(zhou, await code_of(ann), "sale-0009")
        assert (429, "/problems/till-locked") == (status, locked["type"])
        assert f"no code: {MISS_COUNT_MAX}" in await zhou.get("/m/teahouse/till")
        clock.forward(10 * 60_000)
        assert 201 == (await charge(zhou, await code_of(ann), "sale-0010"))[0]

    async def test_a_stranger_has_no_till_and_nobody_elses_charge(
        self, bob: Person, ann: Person, zhou: Person
    ) -> None:
        """Who does not act for the shop is told that there is none; a charge is its payer's."""
        _, asked = await charge(zhou, await code_of(ann))

        assert 404 == (await charge(bob, await code_of(ann), "sale-0002"))[0]
        await bob.get(f"/wallet/charges/{asked['charge_id']}", 404)
        assert (
            404
            == (
                await bob.put(
                    f"/api/v1/charges/{asked['charge_id']}/payment",
                    {"amount_minor": 2_800, "pin": PIN},
                )
            )[0]
        )

    async def test_the_payer_may_say_no(self, ann: Person, zhou: Person) -> None:
        """The till hears it, and the code is spent."""
        number = await code_of(ann)
        _, asked = await charge(zhou, number)
        await ann.post(f"/wallet/charges/{asked['charge_id']}/decline")

        _, seen = await zhou.json(f"/api/v1/tills/teahouse/charges/{asked['charge_id']}")
        assert "declined" == seen["status"]
        assert 409 == (await charge(zhou, number, "sale-0002"))[0]

    async def test_a_till_reads_a_picture(self, ann: Person, zhou: Person) -> None:
        """The page draws the number that it shows; the till's camera sends one picture."""
        page = (await ann.post("/wallet/code"))[1]
        number = re.sub(" ", "", re.findall(r"data-number>([0-9 ]+)<", page)[0])
        assert number == read_number(number)
        assert "<svg" in page

        answer = await zhou.client.post(
            "/m/teahouse/till/charges",
            form={"csrf": zhou.csrf, "key": "sale-0001", "amount": "28", "currency": "CNY"},
            files={"pictures": FileStorage(io.BytesIO(draw_png(number)), filename="code.png")},
        )

        assert 303 == answer.status_code
        assert "¥28" in await ann.get("/wallet/code")


class TestScanned:
    """A person scans the code of a shop, of one sale, or of a person."""

    async def test_the_counter_code_is_read_back_and_paid(
        self, ann: Person, zhou: Person, deps: Deps
    ) -> None:
        """Its picture says one address of this host; the payer sees the name and says how much."""
        answer = await zhou.client.get("/m/teahouse/till/code.png")
        text, kind = read_code(await answer.get_data())
        assert "qr_code" == kind
        status, path = await ann.post("/wallet/scan", code=text)
        assert 303 == status
        assert "Tea House" in await ann.get(path)
        token = path.rpartition("/")[2]

        body = {"amount_minor": 1_000, "currency": "CNY", "pin": PIN}
        url = f"/api/v1/links/{token}/payments/lunch-01"
        first, again = await ann.put(url, body), await ann.put(url, body)
        other = await ann.put(url, {**body, "amount_minor": 999})

        assert 201 == first[0]
        assert first == again
        assert 422 == other[0]
        assert (994, 6) == await earned(deps, zhou)
        await zhou.post("/m/teahouse/till/code/reset")
        await ann.get(path, 404)

    async def test_the_code_of_a_sale_serves_once(
        self, ann: Person, bob: Person, zhou: Person, clock: Clock, deps: Deps
    ) -> None:
        """One amount, the first of two payers, and only for a quarter of an hour."""
        made = await zhou.put("/api/v1/tills/teahouse/links/sale-0001", ASKED)
        assert made == await zhou.put("/api/v1/tills/teahouse/links/sale-0001", ASKED)
        await bob.put(
            "/api/v1/wallet/top-ups/opening-1", {"amount_minor": 9_000, "currency": "CNY"}
        )
        await bob.put("/api/v1/wallet/pin", {"pin": PIN})
        url = f"/api/v1/links/{made[1]['token']}/payments/pay-0001"
        assert 422 == (await ann.put(url, {**ASKED, "amount_minor": 1, "pin": PIN}))[0]

        answers = await asyncio.gather(
            *(person.put(url, {**ASKED, "pin": PIN}) for person in (ann, bob))
        )

        assert [201, 409] == sorted(status for status, _ in answers)
        assert (2_784, 16) == await earned(deps, zhou)
        _, late = await zhou.put("/api/v1/tills/teahouse/links/sale-0002", ASKED)
        clock.forward(15 * 60_000)
        status, body = await ann.put(
            f"/api/v1/links/{late['token']}/payments/pay-0002", {**ASKED, "pin": PIN}
        )
        assert (409, "/problems/link-ended") == (status, body["type"])

    async def test_a_person_is_paid_by_their_code(self, ann: Person, zhou: Person) -> None:
        """By a stranger too; oneself not; a code that was replaced leads nowhere."""
        page = await zhou.get("/wallet/receive")
        token = re.sub(" ", "", re.findall(r"code-number\">([0-9a-z ]+)<", page)[0])
        asked = (await zhou.post("/wallet/receive", amount="12.50", currency="CNY", memo="乌龙"))[1]
        fixed = re.sub(" ", "", re.findall(r"code-number\">([0-9a-z ]+)<", asked)[0])
        for used, minor in ((token, 300), (fixed, 1_250)):
            status, _ = await ann.put(
                f"/api/v1/links/{used}/payments/thanks-1{minor}",
                {"amount_minor": minor, "currency": "CNY", "pin": PIN},
            )
            assert 201 == status
        assert (200, 1_550) == await balance(zhou)
        assert "乌龙" in await zhou.get("/wallet")
        status, _ = await zhou.post(f"/c/{token}/confirm", amount="1", currency="CNY")
        assert 422 == status

        await zhou.post("/wallet/receive/reset")

        await ann.get(f"/c/{token}", 404)
        await ann.get(f"/c/{fixed}", 404)

    @pytest.mark.parametrize(
        "text",
        [
            "javascript:alert(1)//{base}/c/0123456789abcdefghjk",
            "{base}/p/other.program?page=pages/pay/pay",
            "{base}/c/0123456789abcdefghjk/../../admin",
            "{base}/c/0123456789abcdefghjk?next=//evil.example",
            "{base}@evil.example/c/0123456789abcdefghjk",
            "http://169.254.169.254/latest/meta-data",
            "http://1ocalhost:8000/c/0123456789abcdefghjk",
            "http://lоcalhost:8000/c/0123456789abcdefghjk",
            "//evil.example/c/0123456789abcdefghjk",
            "data:text/html,<script>alert(1)</script>",
            "hutong://pay?to=eve",
            "",
            "x" * 3_999,
        ],
    )
    async def test_anything_else_opens_nothing(self, ann: Person, deps: Deps, text: str) -> None:
        """AB-068: a script, a mini-program, an internal address, a host that looks alike."""
        scanned = text.format(base=deps.settings.base_url) if "{base}" in text else text

        status, page = await ann.post("/wallet/scan", code=scanned)

        assert 422 == status
        assert "<script>alert" not in page
        assert not scanned or "nothing was opened" in page

    async def test_a_payment_code_pays_nobody_when_scanned(self, ann: Person, bob: Person) -> None:
        """And a token that nobody has made is a page that is not there."""
        status, page = await bob.post("/wallet/scan", code=await code_of(ann))
        assert (422, True) == (status, "It is for a till" in page)
        assert 404 == (await bob.post("/wallet/scan", code="0123 4567 89ab cdef ghjk"))[0]


async def test_a_code_needs_a_pin_and_is_swept(bob: Person, ann: Person, deps: Deps) -> None:
    """Who could not confirm gets no code; old ones and what nobody confirmed are cleaned away."""
    answer = await bob.client.post("/api/v1/wallet/codes", headers={"X-CSRF": bob.csrf})
    assert 409 == answer.status_code
    await code_of(ann)

    assert 1 == await deps.db.write(service.sweep, now_ms=START_MS + 3_600_000)


async def test_a_small_charge_needs_no_word_where_its_payer_has_said_so(
    ann: Person, zhou: Person, clock: Clock, deps: Deps
) -> None:
    """Only at a shop that they have paid before today, and only up to their own ceiling."""
    await deps.db.write(caps.set_small, ann.id, SMALL_CHOICES_UNITS[-1])
    first = await charge(zhou, await code_of(ann), amount_minor=100)
    assert "waiting" == first[1]["status"]
    assert "Tea House" in await ann.get("/wallet")
    pay = f"/api/v1/charges/{first[1]['charge_id']}/payment"
    assert 200 == (await ann.put(pay, {"amount_minor": 100, "pin": PIN}))[0]
    clock.forward(24 * 3600 * 1000)

    small = await charge(zhou, await code_of(ann), "sale-0002", amount_minor=200)
    above = minor_of(SMALL_CHOICES_UNITS[-1], Currency("CNY")) + 1
    large = await charge(zhou, await code_of(ann), "sale-0003", amount_minor=above)

    assert ["paid", "waiting"] == [small[1]["status"], large[1]["status"]]
    assert (200, 49_700) == await balance(ann)
