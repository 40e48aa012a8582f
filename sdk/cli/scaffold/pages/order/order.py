"""One order: what is in it and where it is now."""

from sdk import Page, api


class Order(Page):
    order: dict = {}
    card_name: str = ""

    def on_load(self, query):
        self.order = api.orders.get(query["id"])
        self.card_name = api.storage.get("card:" + self.order["id"], "")

    def on_show(self):
        if self.order:
            self.order = api.orders.get(self.order["id"])

    def back_to_shop(self, event):
        api.nav.redirect("pages/product/product")
