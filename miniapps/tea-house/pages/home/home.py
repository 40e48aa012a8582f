"""The shelf: every tea, with price and what is left."""

from sdk import Page, api


class Home(Page):
    teas: list = []
    after: str | None = None
    visits: int = 0

    def on_load(self, query):
        self.visits = api.storage.get("visits", 0) + 1
        api.storage.set("visits", self.visits)
        self.load_more(None)

    def load_more(self, event):
        shelf = api.products.list(limit=8, after=self.after)
        self.teas = self.teas + shelf["items"]
        self.after = shelf["after"]

    def open_tea(self, event):
        api.nav.to("pages/product/product", sku=event.dataset["sku"])
