"""The program that is measured: one page with about 1 KB of data, and what is asked of it."""

PAGE = """
import itertools

from sdk import Page, api


class Shop(Page):
    item: dict = {}
    qty: int = 1
    lines: list = []

    def on_load(self, query):
        self.item = {"sku": query["sku"], "name": "Green tea", "price_minor": 1250}

    def change(self, event):
        self.qty = max(1, self.qty + int(event.dataset["step"]))

    def ask(self, event):
        self.qty = api.storage.get("qty")

    def run_away(self, event):
        self.qty = sum(itertools.repeat(1))
"""
# About 1 KB of page data.
STATE = {
    "item": {"sku": "A1", "name": "Green tea", "price_minor": 1250},
    "qty": 1,
    "lines": [{"sku": f"A{n}", "name": f"Tea number {n}", "qty": n} for n in range(20)],
}
PAYLOAD = {"dataset": {"step": "1"}}
CHANGED = {"qty": 2}
