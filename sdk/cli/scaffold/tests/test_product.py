"""Run with `pytest` in this folder. Tests stay on your computer: packages leave them out."""

from pathlib import Path

from sdk.testing import open_page

HERE = Path(__file__).parents[1]
TEA = {
    "sku": "A1",
    "name": "Spring tea",
    "description": "Picked in April.",
    "price_minor": 1200,
    "currency": "EUR",
    "cover": None,
    "stock_left": 5,
}


def test_buying_two():
    page = open_page(HERE, "pages/product/product", sku="A1", products=[TEA])
    assert "Spring tea" in page.text

    page.change("m-stepper", 2)
    page.tap("button.primary")

    assert page.calls[-1] == ("pay.open", {"order_id": "order-1", "then": "paid"})
    assert page.state["paying"]

    page.answer(ok=True)
    assert page.calls[-1][0] == "nav.redirect"


def test_no_card_is_fine():
    page = open_page(HERE, "pages/product/product", sku="A1", products=[TEA])

    page.tap("button.add-card").answer(ok=False)

    assert page.state["card_name"] == ""
