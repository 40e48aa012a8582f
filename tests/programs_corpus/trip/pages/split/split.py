from money import Ledger, NotAnAmountError, Way, cents
from sdk import Page, api


class Split(Page):
    people: list = ["Ann", "Bo", "Cy"]
    newcomer: str = ""
    what: str = ""
    amount: str = ""
    payer: str = "Ann"
    way: str = Way.EQUALLY
    shares: dict = {}
    expenses: list = []
    error: str = ""

    def on_load(self, query):
        self.expenses = api.storage.get("expenses", [])
        self._even()

    @property
    def balances(self):
        return [{"name": name, "cents": left} for name, left in self._ledger()]

    @property
    def payments(self):
        return list(self._ledger().payments())

    @property
    def ways(self):
        return [{"id": way, "label": way.name.title()} for way in Way]

    def join(self, event):
        name = self.newcomer.strip().title()
        if name and name not in self.people:
            self.people = [*self.people, name]
            self._even()
        self.newcomer = ""

    def set_share(self, event):
        self.shares[event.dataset["name"]] = event.value

    def add(self, event):
        try:
            amount = cents(self.amount)
        except NotAnAmountError as error:
            self.error = str(error)
            return
        expense = dict(
            id=f"e{len(self.expenses) + 1}",
            what=self.what or "Something",
            cents=amount,
            payer=self.payer,
            way=self.way,
            shares={**self.shares},
        )
        self.expenses.append(expense)
        self.error = self.what = self.amount = ""
        self._save()

    def remove(self, event):
        gone = event.detail["id"]
        self.expenses = [each for each in self.expenses if each["id"] != gone]
        self._save()

    def rename(self, event):
        for each in self.expenses:
            if each["id"] == event.detail["id"]:
                each |= {"what": event.detail["what"]}
        self._save()

    def _even(self):
        self.shares = {name: self.shares.get(name, 1) for name in self.people}

    def _ledger(self):
        ledger = Ledger()
        for each in self.expenses:
            ledger += each
        return ledger

    def _save(self):
        api.storage.set("expenses", self.expenses)
