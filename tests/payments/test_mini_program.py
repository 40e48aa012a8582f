"""A mini-program asks for a payment that its merchant's server has made and signed.

Of the list of abuses: AB-031, AB-032.
"""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from host.bridge.channel import pages_of
from host.bridge.pairwise import openid
from host.bridge.visit import CallBudget
from host.core.deps import Deps
from host.core.money import Money
from host.payments import pairs, secrets
from host.payments.model import Caller as Merchant
from host.payments.model import Key, KeyRole, Mode, Order, Style
from host.payments.service import keys, orders, paying
from host.payments.service.orders import OrderAsk
from tests.bridge import caller
from tests.bridge.caller import Caller, open_caller, settle
from tests.bridge.conftest import lane, running
from tests.bridge.shop import APP_ID
from tests.conftest import Clock
from tests.market import make
from tests.market.make import CNY, Lane

__all__ = ["lane", "running"]
SCOPES = ("payments",)


@pytest.fixture
async def ann(running: Deps, lane: Lane, clock: Clock) -> Caller:
    """The buyer in a shop that may ask for payments of its server; a minute is the test's."""
    package = caller.files(scopes=SCOPES)
    pages_of(running)._budget = CallBudget(lambda: clock.now_ms() / 1000)
    return await open_caller(running, lane, package=package, scopes=SCOPES)


async def new_key(deps: Deps, at: Lane, *, public_key: str = "") -> Key:
    """Make a test key of a shop."""
    return await deps.db.write(
        keys.create_key, at.brand_id, actor_id=at.seller_id, mode=Mode.TEST, role=KeyRole.FULL,
        label="server", public_key=public_key, now_ms=deps.now_ms(),
    )  # fmt: skip


async def new_order(deps: Deps, key: Key, number: str = "one", **changed: Any) -> Order:
    """Make an order with a key."""
    return await deps.db.write(
        orders.create_order, OrderAsk(number, Money(12_800, CNY), "Tea", **changed),
        caller=Merchant(key.id, key.brand_id, key.mode, key.role), fee_bps=0, may_loop=False,
        now_ms=deps.now_ms(),
    )  # fmt: skip


def signed(
    deps: Deps, key: Key, order: Order, *, nonce: str = "nonce-01", program_id: str = APP_ID
) -> dict[str, Any]:
    """Return what the merchant's server hands to its mini-program."""
    timestamp = deps.now_ms() // 1000
    text = secrets.pay_text(
        program_id=program_id, timestamp=timestamp, nonce=nonce, prepay_id=order.id
    )
    sign = secrets.pay_sign(secrets.key_token(deps.settings.secret_key, key), text)
    return {"prepay_id": order.id, "timestamp": timestamp, "nonce": nonce, "sign": sign,
            "then": "answered"}  # fmt: skip


async def test_the_host_asks_and_the_program_hears(ann: Caller, lane: Lane) -> None:
    """The cashier opens for the order; after the payment the handler is told so, once."""
    key = await new_key(ann.deps, lane)
    order = await new_order(ann.deps, key, program_id=APP_ID)
    await ann.call("pay.request", **signed(ann.deps, key, order))
    (sheet,) = ann.sheets
    paid = await ann.deps.db.write(
        paying.pay_test, order.id, actor_id=ann.person_id, now_ms=ann.deps.now_ms()
    )
    await settle(ann.deps)
    await ann.resume()

    assert f"/pay/{order.id}" == sheet["url"]
    assert ("paid", [True, "paid"]) == (paid.status, ann.answer)


async def test_only_what_the_server_signed_is_asked_for(
    ann: Caller, lane: Lane, clock: Clock
) -> None:
    """Another merchant's, an altered, a replayed, an old call, and one for another program."""
    key = await new_key(ann.deps, lane)
    order = await new_order(ann.deps, key)
    rival = await make.second_shop(lane)
    rivals_key = await new_key(ann.deps, rival)
    theirs = await new_order(ann.deps, rivals_key)
    good = signed(ann.deps, key, order)
    bad = {
        "rival": signed(ann.deps, rivals_key, theirs),
        "missing": good | {"prepay_id": "pp" + "0" * 32},
        "altered": good | {"nonce": "nonce-02"},
        "rival key": signed(ann.deps, rivals_key, order),
        "other program": signed(ann.deps, key, order, program_id="lane.other.shop"),
    }

    told = {name: await ann.call("pay.request", **args) for name, args in bad.items()}
    clock.forward(61_000)  # a new minute's calls
    await ann.call("pay.request", **good)
    told["again"] = await ann.call("pay.request", **good)
    late = signed(ann.deps, key, order, nonce="nonce-03")
    clock.forward(301_000)
    told["late"] = await ann.call("pay.request", **late)

    assert {
        "rival": "refused not-found", "missing": "refused not-found",
        "altered": "refused bad-argument", "rival key": "refused bad-argument",
        "other program": "refused bad-argument", "again": "refused bad-argument",
        "late": "refused bad-argument",
    } == told  # fmt: skip
    assert 1 == len(ann.sheets)


async def test_an_order_of_one_person_is_paid_by_them_alone(
    ann: Caller, lane: Lane, clock: Clock
) -> None:
    """Bound to the program and to the person by its name for them; and not after its time."""
    key, now_ms = await new_key(ann.deps, lane), ann.deps.now_ms()
    mine = openid(ann.deps.settings.secret_key, APP_ID, ann.person_id)
    bound = {"program_id": APP_ID}
    hers = await new_order(ann.deps, key, "hers", openid=mine, **bound)
    other = await new_order(ann.deps, key, "other", openid="0" * 32, **bound)
    elsewhere = await new_order(ann.deps, key, "else", program_id="lane.other.shop")
    with pytest.raises(Exception, match="mini-program"):
        await ann.deps.db.write(paying.pay_test, hers.id, actor_id=ann.person_id, now_ms=now_ms)

    told = []
    for order in (other, elsewhere, hers):
        nonce = f"nonce-{order.out_trade_no}"
        told.append(await ann.call("pay.request", **signed(ann.deps, key, order, nonce=nonce)))
    clock.forward(orders.EXPIRY_MS)
    late = signed(ann.deps, key, hers, nonce="nonce-late")
    told.append(await ann.call("pay.request", **late))

    assert ["refused not-found"] * 2 + [None, "refused conflict"] == told


async def test_a_wechat_signature_counts_for_its_own_orders(ann: Caller, lane: Lane) -> None:
    """RSA in place of HMAC, over the same text; the key that made the order has to be the one."""
    private = pairs.new_key()
    key = await new_key(ann.deps, lane, public_key=pairs.public_pem(private))
    order = await new_order(ann.deps, key, style=Style.V3, program_id=APP_ID)
    call = signed(ann.deps, key, order)
    text = secrets.pay_text(
        program_id=APP_ID, timestamp=call["timestamp"], nonce=call["nonce"], prepay_id=order.id
    )
    rsa = private.sign(text.encode(), PKCS1v15(), SHA256())

    refused = await ann.call("pay.request", **call)
    taken = await ann.call("pay.request", **call | {"sign": base64.b64encode(rsa).decode()})

    assert ("refused bad-argument", None, 1) == (refused, taken, len(ann.sheets))


async def test_a_program_without_the_scope_asks_for_nothing(running: Deps, lane: Lane) -> None:
    """What no admin has granted, or has taken back with a new decision, opens no cashier."""
    package = caller.files(scopes=SCOPES)
    ann = await open_caller(running, lane, package=package)
    key = await new_key(running, lane)
    order = await new_order(running, key)

    answer = await ann.call("pay.request", **signed(running, key, order))

    assert ("refused not-approved", []) == (answer, ann.sheets)
