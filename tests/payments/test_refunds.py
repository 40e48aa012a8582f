"""Money back in parts: bounded, once per number, and never out of somebody else's pocket."""

from typing import Any

import pytest

from host.core.db import Tx
from host.core.money import Money
from host.payments.model import REFUND_COUNT_MAX, REFUND_MS_MAX
from host.wallet import service as wallet_service
from host.wallet.model import Purpose, cash_place, pending_place
from tests.market.make import CNY
from tests.payments.make import Shop
from tests.payments.test_orders import money
from tests.wallet.make import BROKEN_RULE


async def refund(shop: Shop, number: str, minor: int, order: str = "order-1") -> tuple[int, Any]:
    """Give money back."""
    body = {"out_trade_no": order, "out_refund_no": number, "amount_minor": minor}
    return await shop.call("POST", "/refunds", body)


async def test_parts_give_back_what_the_whole_would(shop: Shop) -> None:
    """Three parts of 128.00: the fee comes back in proportion, and at the end all of it."""
    await shop.paid()

    statuses = [
        (await refund(shop, f"r{n}", minor))[0] for n, minor in enumerate((1, 4_999, 7_800))
    ]

    assert [201, 201, 201] == statuses
    order = await shop.query()
    assert (12_800, 12_800, "paid") == (
        order["captured_minor"], order["refunded_minor"], order["status"],
    )  # fmt: skip
    assert (100_000, 0, 0) == await money(shop)


async def test_a_number_gives_back_once(shop: Shop) -> None:
    """The same again is answered the same; another amount under the number is refused (AB-046)."""
    await shop.paid()
    first = await refund(shop, "r1", 100)

    assert first == await refund(shop, "r1", 100)
    status, problem = await refund(shop, "r1", 101)

    assert (409, "/problems/trade-number-used") == (status, problem["type"])
    assert 100 == (await shop.query())["refunded_minor"]


async def test_what_was_paid_out_is_not_lent(shop: Shop) -> None:
    """A merchant without money is refused, nothing moves; with money the same succeeds (AB-047)."""
    await shop.paid()
    await shop.deps.db.write(_take_away, shop)
    before = await money(shop)

    status, problem = await refund(shop, "r1", 12_800)
    between = (await shop.query())["refunded_minor"], await money(shop)
    await shop.paid("order-2", amount_minor=20_000)
    again, _ = await refund(shop, "r1", 12_800)

    assert (409, "/problems/merchant-short", "same_key") == (
        status, problem["type"], problem["retry"],
    )  # fmt: skip
    assert (0, before) == between
    assert 201 == again


async def test_what_cannot_be_given_back(shop: Shop) -> None:
    """Unpaid, held, closed, more than was paid, too late: each with its own word (AB-049)."""
    for number, how in (("new", {}), ("shut", {}), ("held", {"capture": "manual"})):
        made = await shop.order(number, **how)
        if number == "held":
            await shop.pay(made["id"])
    await shop.call("POST", "/orders/shut/close")
    await shop.paid()
    problems = [(await refund(shop, n, 1, n))[1]["type"] for n in ("new", "shut", "held", "none")]
    _, large = await refund(shop, "large", 12_801)
    shop.clock.forward(REFUND_MS_MAX + 1)
    _, late = await refund(shop, "late", 1)

    assert ["/problems/payment-state"] * 3 + ["/problems/payment-not-found"] == problems
    assert ["/problems/refund-too-large", "/problems/refund-too-late"] == [
        large["type"], late["type"],
    ]  # fmt: skip


async def test_a_payment_has_fifty_refunds(shop: Shop) -> None:
    """The fifty-first is refused."""
    await shop.paid()

    statuses = [(await refund(shop, f"r{n}", 1))[0] for n in range(REFUND_COUNT_MAX + 1)]

    assert [201] * REFUND_COUNT_MAX + [409] == statuses


async def test_the_database_refuses_what_code_would_get_wrong(shop: Shop) -> None:
    """The CHECKs hold without the code above them."""
    await shop.paid()

    for sql in (
        "UPDATE payments_order SET refunded_minor = 12801",
        "UPDATE payments_order SET captured_minor = 12801",
        "UPDATE payments_order SET refund_count = 51",
        "UPDATE payments_order SET status = 'closed'",
    ):
        with pytest.raises(BROKEN_RULE, match=r"(?i)check"):
            await shop.deps.db.write(lambda tx, sql=sql: tx.run(sql))


def _take_away(tx: Tx, shop: Shop) -> None:
    """Let the merchant have paid out what they had."""
    pending, elsewhere = pending_place(shop.brand_id, CNY), cash_place(shop.seller.id, CNY)
    wallet_service.open_account(tx, elsewhere, now_ms=shop.clock.now_ms())
    wallet_service.post_transfer(
        tx,
        "gone",
        debit_id=pending.id,
        credit_id=elsewhere.id,
        money=Money(12_724, CNY),
        purpose=Purpose.FROM_MERCHANT,
        actor_id="test",
        now_ms=shop.clock.now_ms(),
    )
