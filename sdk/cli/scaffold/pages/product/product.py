"""One product: picture, price, quantity, a card in the parcel, Buy.

This is the page that opens first. It shows the product in `?sku=…`, or else the first one on your
shelf. Everything you assign to `self` is kept by the host and shown by product.html.
"""

from sdk import Page, api

QTY_MAX = 20


class Product(Page):
    item: dict = {}
    others: list = []
    qty: int = 1
    paying: bool = False
    card_name: str = ""

    def on_load(self, query):
        shelf = api.products.list(limit=8)["items"]
        sku = query.get("sku")
        if sku:
            self.item = api.products.get(sku)
        elif shelf:
            self.item = shelf[0]
        self.others = [other for other in shelf if other["sku"] != self.item.get("sku")]
        if self.item:
            api.ui.title(self.item["name"])

    def change_qty(self, event):
        self.qty = max(1, min(QTY_MAX, int(event.value)))

    def open_other(self, event):
        api.nav.to("pages/product/product", sku=event.dataset["sku"])

    # Asking for the name opens a sheet of the host; the answer comes to got_profile.
    def add_card(self, event):
        api.identity.profile(then="got_profile")

    def got_profile(self, result):
        if result.ok:
            self.card_name = result.name
        else:
            api.ui.toast("No problem: the parcel goes out without a card.")

    # The host shows the payment sheet; whether it was paid comes to paid.
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
