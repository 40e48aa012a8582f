"""Use cases of the market.

``catalogue``: what shops sell.  ``orders``: making and finding orders.  ``payment``, ``checkout``:
paying, with the PIN between two transactions.  ``fulfilment``, ``refunds``: after the payment.
``timers``: what happens by itself.  ``addresses``: where parcels go.
"""

from host.market.model import Bill, LineAsk, Order, Product
from host.market.service.addresses import (
    AddressFacts,
    access_address,
    add_address,
    list_addresses,
    remove_address,
)
from host.market.service.catalogue import (
    ProductFacts,
    access_own_product,
    access_product,
    access_product_by_sku,
    find_products,
    list_catalogue,
    list_shop_window,
    save_product,
    search_products,
    search_shop_window,
    set_cover,
)
from host.market.service.checkout import (
    Payment,
    Till,
    take_payment,
    take_purchase,
)
from host.market.service.deciding import decide_dispute, list_running_disputes, read_case
from host.market.service.disputes import (
    add_evidence,
    answer_dispute,
    list_disputes,
    open_dispute,
    withdraw_dispute,
)
from host.market.service.fulfilment import (
    collect_order,
    confirm_receipt,
    mark_ready,
    ship_order,
)
from host.market.service.orders import (
    access_either_side,
    access_order,
    access_sale,
    cancel_order,
    check_source,
    create_bill,
    create_order,
    find_orders,
    list_orders,
    list_orders_of_brand,
    list_sales,
    read_order,
)
from host.market.service.parts import refund_line
from host.market.service.payment import (
    pay_order,
    payment_intent,
    purchase,
    reprice_order,
)
from host.market.service.refunds import (
    accept_refund,
    ask_refund,
    decline_refund,
    find_asking,
    list_refunds,
)
from host.market.service.timers import find_next_timer, sweep
from host.market.service.views import (
    OrderPage,
    PaySheet,
    ProductPage,
    SalesPage,
    read_buy_sheet,
    read_order_page,
    read_orders,
    read_pay_sheet,
    read_product_page,
    read_sale_page,
    read_sales,
)

__all__ = [
    "AddressFacts",
    "Bill",
    "LineAsk",
    "Order",
    "OrderPage",
    "PaySheet",
    "Payment",
    "Product",
    "ProductFacts",
    "ProductPage",
    "SalesPage",
    "Till",
    "accept_refund",
    "access_address",
    "access_either_side",
    "access_order",
    "access_own_product",
    "access_product",
    "access_product_by_sku",
    "access_sale",
    "add_address",
    "add_evidence",
    "answer_dispute",
    "ask_refund",
    "cancel_order",
    "check_source",
    "collect_order",
    "confirm_receipt",
    "create_bill",
    "create_order",
    "decide_dispute",
    "decline_refund",
    "find_asking",
    "find_next_timer",
    "find_orders",
    "find_products",
    "list_addresses",
    "list_catalogue",
    "list_disputes",
    "list_orders",
    "list_orders_of_brand",
    "list_refunds",
    "list_running_disputes",
    "list_sales",
    "list_shop_window",
    "mark_ready",
    "open_dispute",
    "pay_order",
    "payment_intent",
    "purchase",
    "read_buy_sheet",
    "read_case",
    "read_order",
    "read_order_page",
    "read_orders",
    "read_pay_sheet",
    "read_product_page",
    "read_sale_page",
    "read_sales",
    "refund_line",
    "remove_address",
    "reprice_order",
    "save_product",
    "search_products",
    "search_shop_window",
    "set_cover",
    "ship_order",
    "sweep",
    "take_payment",
    "take_purchase",
    "withdraw_dispute",
]
