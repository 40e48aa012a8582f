"""The menu: a stepper for each dish, the sum below, one tap to pay."""

import kitchen
from sdk import Page, api


class Menu(Page):
    dishes: list = []
    basket: dict = {}
    total_minor: int = 0
    currency: str = "CNY"
    bowls: int = 0
    minutes: int = 0
    paying: bool = False

    def on_load(self, query):
        self.dishes = api.products.list(limit=30)["items"]
        if self.dishes:
            self.currency = self.dishes[0]["currency"]
        for sku, qty in api.storage.get("usual", {}).items():
            self.put(sku, qty)

    def put(self, sku, qty):
        basket = {}
        for dish in self.dishes:
            count = qty if dish["sku"] == sku else self.basket.get(dish["sku"], 0)
            if count > 0:
                basket[dish["sku"]] = min(count, 9)
        self.basket = basket
        self.total_minor = sum(
            dish["price_minor"] * basket.get(dish["sku"], 0) for dish in self.dishes
        )
        self.bowls = sum(basket.values())
        self.minutes = kitchen.minutes_for(self.bowls)
        self.dishes = [{**dish, "qty": basket.get(dish["sku"], 0)} for dish in self.dishes]

    def change(self, event):
        self.put(event.dataset["sku"], int(event.value))

    def clear(self, event):
        for sku in list(self.basket):
            self.put(sku, 0)

    def order(self, event):
        if not self.basket:
            api.ui.toast("Choose a dish first.", kind="error")
            return
        lines = [{"sku": sku, "qty": qty} for sku, qty in self.basket.items()]
        order = api.orders.create(lines)
        api.storage.set("usual", self.basket)
        self.paying = True
        api.pay.open(order["id"], then="paid")

    def paid(self, result):
        self.paying = False
        if result.ok:
            api.nav.redirect("pages/ticket/ticket", id=result.order_id)
