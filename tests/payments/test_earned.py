"""What a merchant's server does with earned money: divides it, pays people, fetches files."""

import hashlib
from typing import Any

from host.brands import service as brands
from host.payments.model import REFUSALS_PER_MINUTE_MAX, KeyRole, Mode
from host.settlement import service as settlement
from host.settlement.model import DAY_MS
from host.wallet.rails import DECLINED_MINOR
from tests.conftest import START_MS
from tests.payments.make import Shop
from tests.wallet.people import PIN

PAYMENT = {"out_payment_no": "wages-1", "handle": "ann", "amount_minor": 500, "currency": "CNY",
           "memo": "Prize"}  # fmt: skip


def split(number: str = "s1", **receiver: object) -> dict[str, object]:
    """Ask to divide order-1."""
    part = {"kind": "brand", "handle": "farm_shop", "share_bps": 3_000} | receiver
    return {"out_split_no": number, "id": "order-1", "receivers": [part]}


async def test_a_server_divides_and_pays_once(shop: Shop) -> None:
    """By number: the same again is answered the same, another ask under it is refused."""
    await shop.deps.db.write(
        brands.create_brand, owner_id=shop.buyer.id, handle="farm_shop", name="Farm",
        description="", now_ms=START_MS,
    )  # fmt: skip
    await shop.paid()

    first, again = [await shop.call("POST", "/splits", split()) for _ in range(2)]
    assert first == again
    assert (201, 3_817) == (first[0], first[1]["amount_minor"])
    assert (200, first[1]) == await shop.call("GET", f"/splits/{first[1]['split_id']}")
    status, _ = await shop.call("POST", "/splits", split(share_bps=1))
    assert 409 <= status <= 422
    assert 404 == (await shop.call("POST", "/splits", split("s2", handle="nobody_here")))[0]

    await shop.deps.db.write(settlement.sweep, now_ms=START_MS + DAY_MS)
    paid = [await shop.call("POST", "/person-payments", PAYMENT) for _ in range(2)]
    assert paid[0] == paid[1]
    assert (201, 500) == (paid[0][0], paid[0][1]["amount_minor"])


async def test_a_server_pays_out_once_and_asks_what_became_of_it(shop: Shop) -> None:
    """To the account that the owner gave; only with a full live key."""
    await shop.paid()
    await shop.deps.db.write(settlement.sweep, now_ms=START_MS + DAY_MS)
    ask = {"out_payout_no": "p-1", "amount_minor": 4_000, "currency": "CNY"}
    assert (409, "/problems/no-bank-account") == _problem(await shop.call("POST", "/payouts", ask))
    await shop.seller.put("/api/v1/wallet/pin", {"pin": PIN})
    saved, _ = await shop.seller.post(
        f"/m/{shop.handle}/money/bank", currency="CNY", holder="Zhou Wei", schedule="manual",
        number="6222 0000 1234 5678", minimum="1", pin=PIN,
    )  # fmt: skip
    assert 303 == saved

    made, again = [await shop.call("POST", "/payouts", ask) for _ in range(2)]
    declined = {**ask, "out_payout_no": "p-2", "amount_minor": DECLINED_MINOR}
    refused = [
        (await shop.call("POST", "/payouts", {**ask, **change}, token=token))[0]
        for change, token in (
            ({"amount_minor": 4_001}, shop.token),
            ({"out_payout_no": "p-3"}, await shop.key(role=KeyRole.TAKE)),
            ({"out_payout_no": "p-3"}, await shop.key(mode=Mode.TEST)),
        )
    ]

    assert made == again
    assert (201, "done", "•••• 5678", 4_000) == (
        made[0], made[1]["state"], made[1]["account"], made[1]["amount_minor"],
    )  # fmt: skip
    assert (200, made[1]) == await shop.call("GET", "/payouts/p-1")
    assert (404, "/problems/payout-not-found") == _problem(await shop.call("GET", "/payouts/p-3"))
    assert all(400 <= status < 500 for status in refused)
    assert 409 == (await shop.call("POST", "/payouts", declined))[0], "there is not so much"


async def test_wrong_keys_have_a_rate_by_address_and_right_ones_go_on(shop: Shop) -> None:
    """A forgotten server with an old key stops itself, not the shop beside it."""
    statuses = [
        (await shop.call("GET", "/orders/order-1", token="hpk_live_wrong"))[0]
        for _ in range(REFUSALS_PER_MINUTE_MAX + 2)
    ]

    assert ([401] * REFUSALS_PER_MINUTE_MAX, [429, 429]) == (statuses[:-2], statuses[-2:])
    assert 404 == (await shop.call("GET", "/orders/order-1"))[0]


def _problem(answered: tuple[int, Any]) -> tuple[int, str]:
    return answered[0], answered[1]["type"]


async def test_a_key_does_what_it_is_for(shop: Shop) -> None:
    """A test key and a reading key move nothing; a reading key fetches the file and its digest."""
    await shop.paid()
    reads = await shop.key(role=KeyRole.READ)
    tests = await shop.key(mode=Mode.TEST)

    refused = [
        (await shop.call("POST", path, body, token=token))[0]
        for token in (reads, tests)
        for path, body in (("/splits", split()), ("/person-payments", PAYMENT))
    ]
    assert all(400 <= status < 500 for status in refused)

    client = shop.app.test_client()
    path = "/api/v1/payments/files/trade/2026-11-19"
    headers = {"Authorization": f"Bearer {reads}"}
    answer = await client.get(path, headers=headers)
    content = await answer.get_data(as_text=False)
    assert (200, hashlib.sha256(content).hexdigest()) == (
        answer.status_code, answer.headers["X-SHA256"],
    )  # fmt: skip
    assert 409 == (await client.get(path.replace("19", "20"), headers=headers)).status_code
