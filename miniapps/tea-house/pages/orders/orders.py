"""What this person has ordered here."""

from sdk import Page, api


class Orders(Page):
    orders: list = []

    def on_load(self, query):
        self.refresh(None)

    def on_show(self):
        self.refresh(None)

    def refresh(self, event):
        self.orders = api.orders.list(limit=20)["items"]

    def open_order(self, event):
        api.nav.to("pages/order/order", id=event.dataset["id"])
