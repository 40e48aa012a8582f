"""The ticket: the number that is called, and whether the bowl is ready."""

from sdk import Page, api


class Ticket(Page):
    order: dict = {}
    number: str = ""

    def on_load(self, query):
        self.order = api.orders.get(query["id"])
        self.number = self.order["id"][-4:].upper()
        api.ui.title("No. " + self.number)

    def on_show(self):
        if self.order:
            self.order = api.orders.get(self.order["id"])

    def again(self, event):
        api.nav.redirect("pages/menu/menu")
