"""The bills of the months before."""

from sdk import Page, api


class History(Page):
    bills: list = []

    def on_load(self, query):
        self.on_show()

    def on_show(self):
        self.bills = api.orders.list(limit=24)["items"]
