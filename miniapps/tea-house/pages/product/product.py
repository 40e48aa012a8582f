"""One tea: picture, price, quantity, a card in the parcel, Buy."""

from sdk import Page, api

QTY_MAX = 20


class Product(Page):
    item: dict = {}
    qty: int = 1
    paying: bool = False
    card_name: str = ""

    def on_load(self, query):
        self.item = api.products.get(query["sku"])
        api.ui.title(self.item["name"])
        api.analytics.report_event("viewed_product", {"sku": self.item["sku"]})

    def change_qty(self, event):
        self.qty = max(1, min(QTY_MAX, int(event.value)))

    def add_card(self, event):
        api.identity.profile(then="got_profile")

    def got_profile(self, result):
        if result.ok:
            self.card_name = result.name
        else:
            api.ui.toast("Then without a card.")

    def buy(self, event):
        order = api.orders.create([{"sku": self.item["sku"], "qty": self.qty}])
        if self.card_name:
            api.storage.set("card:" + order["id"], self.card_name)
        self.paying = True
        api.pay.open(order["id"], then="paid")

    def paid(self, result):
        self.paying = False
        if result.ok:
            api.nav.redirect("pages/order/order", id=result.order_id)

    def on_share(self, source):
        return api.share.card(
            title=self.item["name"],
            image=self.item["cover"],
            page="pages/product/product",
            sku=self.item["sku"],
        )
