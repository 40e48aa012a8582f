"""Homes to let: filters, an order, pages."""
from sdk import Page, api
from data import HOMES, Home

SORTS = {"price": ("Price", lambda h: h.price), "size": ("Size", lambda h: -h.size), "per": ("Price per m²", lambda h: h.per_m2)}


class List(Page):
    rooms: int = 0
    budget: int = 5000
    city: str = ""
    sort: str = "price"
    page: int = 1
    liked: list = []

    def on_load(self, query):
        self.city = query.get("city", "")
        self.liked = api.storage.get("liked", [])

    @property
    def cities(self):
        return sorted({h.city for h in HOMES})

    @property
    def sorts(self):
        return [{"key": k, "text": text} for k, (text, _) in SORTS.items()]

    @property
    def found(self):
        tests = [
            lambda h: h.rooms >= (self.rooms or 0),
            lambda h: h.price <= (self.budget or 0),
            lambda h: not self.city or h.city == self.city,
        ]
        hits = [h for h in HOMES if all(test(h) for test in tests)]
        _, key = SORTS[self.sort]
        return [h.as_dict(liked=h.id in self.liked) for h in sorted(hits, key=key)]

    @property
    def shown(self):
        start = (self.page - 1) * 3
        return self.found[start:start + 3]

    @property
    def pages(self):
        return [*range(1, -(-len(self.found) // 3) + 1)]

    def go(self, event):
        self.page = int(event.dataset["page"])

    def narrow(self, event):
        self.page = 1

    def by(self, event):
        self.sort = event.value

    def like(self, event):
        id = int(event.dataset["id"])
        (self.liked.remove if id in self.liked else self.liked.append)(id)
        api.storage.set("liked", self.liked)
