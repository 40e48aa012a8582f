"""Every sheet that asks for a PIN takes a passkey as well; small payments may need neither."""

import json

import pytest
from quart import Quart

from host.bills import service as bills
from host.codes import service as codes
from host.core.deps import Deps
from host.core.money import Money
from host.wallet import service
from host.wallet.limits import SMALL_CHOICES_UNITS
from host.wallet.service import caps, requests
from tests.bills.test_bills import biller, linked, send
from tests.conftest import START_MS, Clock
from tests.wallet.authenticator import Authenticator
from tests.wallet.make import CNY
from tests.wallet.people import PIN, Person, balance

ORIGIN = "http://localhost"
ASKED = {"amount_minor": 200, "currency": "CNY"}
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
async def device(ann: Person, deps: Deps) -> Authenticator:
    """A device with a passkey of Ann's."""
    made = Authenticator(ORIGIN)
    asked = await deps.db.write(
        service.begin_passkey, ann.id, name="Ann", origin=ORIGIN, now_ms=START_MS
    )
    answer = made.make(asked)
    await deps.db.write(
        service.add_passkey, ann.id, answer, name="Phone", origin=ORIGIN, now_ms=START_MS
    )
    return made


async def signed(person: Person, device: Authenticator, path: str, body: dict[str, object]) -> str:
    """Ask a JSON address what to sign, and return what the device makes of it."""
    status, asked = await person.put(path, {**body, "passkey": ""})
    assert (403, "/problems/passkey-challenge") == (status, asked["type"])
    return device.sign(json.dumps(asked))


async def test_codes_and_bills_take_a_passkey_over_json(
    app: Quart, ann: Person, bob: Person, deps: Deps, device: Authenticator
) -> None:
    """The device is asked about this payment, signs it, and it is paid once."""
    keeper = await biller(app, deps, "zhou", "lane_water", bills.Adapter.API)
    bill = await linked(keeper, ann)
    link = await deps.db.write(codes.open_person_link, bob.id, now_ms=START_MS)
    seen = {"version": bill["version"], "amount_minor": bill["amount_minor"]}

    for path, body in (
        (f"/api/v1/links/{link.token}/payments/code-0001", ASKED),
        (f"/api/v1/bills/{bill['bill_id']}/payments/bill-0001", seen),
    ):
        answer = await signed(ann, device, path, body)
        assert (await ann.put(path, {**body, "passkey": answer}))[0] in (200, 201)
        assert (await ann.put(path, {**body, "passkey": answer}))[0] in (200, 201)

    assert (200, 50_000 - 200 - bill["amount_minor"]) == await balance(ann)


async def test_the_sheets_offer_a_passkey_and_let_the_device_be_asked(
    app: Quart, ann: Person, bob: Person, deps: Deps, device: Authenticator
) -> None:
    """Bills, codes and red packets: the button is there, and what it sends is answered for it."""
    assert device.id
    keeper = await biller(app, deps, "zhou", "lane_water", bills.Adapter.API)
    bill = await linked(keeper, ann)
    link = await deps.db.write(codes.open_person_link, bob.id, now_ms=START_MS)
    ann.client.set_cookie("localhost", "hutong_passkey", "1")
    form = {"amount": "2.00", "currency": "CNY", "key": "sheet-0001", "passkey": ""}

    _, code = await ann.post(f"/c/{link.token}/confirm", amount="2.00", currency="CNY")
    pages = [code, await ann.get(f"/bills/{bill['bill_id']}")]
    forms = [
        (f"/c/{link.token}", form),
        (f"/bills/{bill['bill_id']}", {**form, "version": "1", "amount_minor": "8000"}),
    ]

    assert all("data-passkey" in page for page in pages)
    for path, fields in forms:
        answer = await ann.client.post(
            path, form={"csrf": ann.csrf, **fields}, headers={"Accept": "application/json"}
        )
        assert "/problems/passkey-challenge" == (await answer.get_json())["type"]
    assert (200, 50_000) == await balance(ann)


async def test_a_small_payment_is_not_asked_for_a_pin(
    app: Quart, ann: Person, bob: Person, deps: Deps, clock: Clock
) -> None:
    """Of a code, a bill and a request, where she has said so and has paid them before."""
    keeper = await biller(app, deps, "zhou", "lane_water", bills.Adapter.API)
    first = await linked(keeper, ann, amount_minor=100)
    link = await deps.db.write(codes.open_person_link, bob.id, now_ms=START_MS)
    scan, amount = f"/c/{link.token}", {"amount": "2.00", "currency": "CNY"}
    paid = f"/api/v1/bills/{first['bill_id']}/payments/bill-0001"
    await ann.put(paid, {"version": 1, "amount_minor": 100, "pin": PIN})
    await ann.post(scan, key="sheet-0001", pin=PIN, **amount)
    assert "pin-input" in (await ann.post(f"{scan}/confirm", **amount))[1]
    await deps.db.write(caps.set_small, ann.id, SMALL_CHOICES_UNITS[-1])
    clock.forward(DAY_MS)
    second = (await send(keeper, "2026-11", amount_minor=300))[1]["bill_id"]
    asked = await deps.db.write(
        requests.ask_money, "request-0001", requester_id=bob.id, payer_id=ann.id,
        money=Money(400, CNY), memo="Noodles", now_ms=clock.at_ms,
    )  # fmt: skip

    pages = [
        (await ann.post(f"{scan}/confirm", **amount))[1],
        await ann.get(f"/bills/{second}"),
        await ann.get(f"/wallet/requests/{asked.id}/pay"),
    ]
    moved = [
        await ann.post(scan, key="sheet-0002", **amount),
        await ann.post(f"/bills/{second}", key="sheet-0003", version="1", amount_minor="300"),
        await ann.post(f"/wallet/requests/{asked.id}/pay", amount_minor="400"),
    ]

    assert [("no PIN needed" in page, "pin-input" in page) for page in pages] == [(True, False)] * 3
    assert [303] * 3 == [status for status, _ in moved]
    assert (200, 50_000 - 100 - 200 - 200 - 300 - 400) == await balance(ann)
