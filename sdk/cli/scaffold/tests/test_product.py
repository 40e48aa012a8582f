"""Run with `pytest` in this folder. Tests stay on your computer: packages leave them out."""

from sdk.testing import open_page

SHELF = [{"sku": "A1", "name": "Spring tea", "description": "", "price_minor": 1200,
          "currency": "EUR", "cover": None, "stock_left": 5}]


def test_two_cost_twice_as_much():
    page = open_page(".", "pages/product/product", sku="A1", products=SHELF)
    page.change("m-stepper", 2)
    assert page.state["qty"] == 2
    page.tap("button.primary")
    assert page.calls[-1] == ("pay.open", {"order_id": "order-1", "then": "paid"})
