"""What the tea house's server has on the street: a key, a payment, a bundle, an endpoint."""

from host.core.db import Tx
from host.core.money import Money
from host.payments.mandate_model import Period, Terms
from host.payments.model import Caller, KeyRole, Mode
from host.payments.service import keys as payment_keys
from host.payments.service import mandates, notices, paying, signing, together
from host.payments.service import orders as payment_orders
from host.payments.service.orders import OrderAsk
from tests.conftest import START_MS
from tests.market import make


def put_payment(tx: Tx, ann: str, zhou: str, brand_id: str) -> dict[str, str]:
    """Let Ann have paid an order of the tea house's server."""
    key = payment_keys.create_key(
        tx, brand_id, actor_id=zhou, mode=Mode.TEST, role=KeyRole.FULL, label="server",
        now_ms=START_MS,
    )  # fmt: skip
    caller = Caller(key.id, brand_id, key.mode, key.role)
    ask = OrderAsk("trade-1", Money(12_800, make.CNY), "Tea")
    order = payment_orders.create_order(
        tx, ask, caller=caller, fee_bps=0, may_loop=False, now_ms=START_MS
    )
    url = "https://tea.example/notices"
    endpoint = notices.create_endpoint(tx, url, caller=caller, may_loop=False, now_ms=START_MS)
    paying.pay_test(tx, order.id, actor_id=ann, now_ms=START_MS)
    more = [
        payment_orders.create_order(
            tx, OrderAsk(f"more-{n}", Money(1, make.CNY), "Tea"), caller=caller, fee_bps=0,
            may_loop=False, now_ms=START_MS,
        )
        for n in range(2)
    ]  # fmt: skip
    bundle = together.create_bundle(tx, [each.id for each in more], caller=caller, now_ms=START_MS)
    together.pay_together(
        tx, bundle.id, actor_id=ann, confirmation_id=None, shown_minor=2, now_ms=START_MS
    )
    terms = Terms("Tea of the month", make.CNY, 5_000, Period.MONTH, 20_000, 4)
    mandate = mandates.create_mandate(tx, "club-1", terms, caller=caller, now_ms=START_MS)
    signing.sign(
        tx, mandate.id, actor_id=ann, confirmation_id=None, shown_terms=mandate.fingerprint,
        now_ms=START_MS,
    )  # fmt: skip
    told, _ = notices.list_notices(tx, caller=caller, after=None, limit=2)
    return {
        "bundle": bundle.id, "mandate": mandate.id, "mandate_no": mandate.out_mandate_no,
        "prepay": order.id, "payment_key": key.id, "trade": ask.out_trade_no,
        "endpoint": endpoint.id, "payment_event": told[1].id, "act": "close",
    }  # fmt: skip
