"""Who owes whom after an evening out."""
from collections import defaultdict
from decimal import Decimal, ROUND_HALF_UP, InvalidOperation
from operator import itemgetter

from sdk import Page, api

CENT = Decimal("0.01")


class InputError(Exception):
    """What somebody typed makes no sense."""


def parse_amount(text):
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise InputError(f"'{text}' is not an amount") from error
    if amount <= 0:
        raise InputError("The amount must be positive")
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def settle(balances: dict[str, Decimal]) -> list[tuple[str, str, Decimal]]:
    """Greedy: the one who owes most pays the one who is owed most."""
    debtors = sorted(((-b, n) for n, b in balances.items() if b < 0), reverse=True)
    creditors = sorted(((b, n) for n, b in balances.items() if b > 0), reverse=True)
    payments = []
    while debtors and creditors:
        (owes, who), (gets, whom) = debtors.pop(0), creditors.pop(0)
        paid = min(owes, gets)
        payments.append((who, whom, paid))
        if owes - paid:
            debtors.insert(0, (owes - paid, who))
        if gets - paid:
            creditors.insert(0, (gets - paid, whom))
    return payments


class Split(Page):
    people: list = ["Ann", "Bo", "Cy"]
    expenses: list = []
    error: str = ""
    payer: str = "Ann"
    amount: str = ""
    what: str = ""

    def balances(self):
        totals = defaultdict(Decimal)
        for person in self.people:
            totals[person] += Decimal(0)
        for expense in self.expenses:
            amount = Decimal(expense["amount"])
            share = (amount / len(self.people)).quantize(CENT)
            totals[expense["payer"]] += amount
            for i, person in enumerate(self.people):
                # the last one takes the rounding
                totals[person] -= share if i < len(self.people) - 1 else amount - share * (len(self.people) - 1)
        return dict(totals)

    @property
    def rows(self):
        return [{"name": n, "text": "{:+,.2f}".format(b), "minus": b < 0} for n, b in sorted(self.balances().items())]

    @property
    def payments(self):
        return ["%s pays %s %.2f" % p for p in settle(self.balances())]

    @property
    def by_payer(self):
        sums = defaultdict(float)
        for e in self.expenses:
            sums[e["payer"]] += float(e["amount"])
        return [{"name": name, "sum": value} for name, value in sorted(sums.items(), key=itemgetter(1), reverse=True)]

    def add(self, event):
        self.error = ""
        try:
            amount = parse_amount(self.amount)
        except InputError as e:
            self.error = str(e)
        else:
            self.expenses.append({"payer": self.payer, "amount": str(amount), "what": self.what or "something"})
            self.amount = self.what = ""
        finally:
            print("expenses:", len(self.expenses))

    def undo(self, event):
        *self.expenses, last = self.expenses
        api.ui.toast(f"Removed {last['what']!r:.20}")
