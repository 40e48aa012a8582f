"""The meter: connect it once, type the reading, get the bill, pay it."""

from datetime import datetime, timedelta, timezone

import tariff
from sdk import Page, api

PAY_WITHIN_DAYS = 14


class Account(Page):
    meter: str = ""
    meter_typed: str = ""
    last_kwh: int = 0
    kwh_typed: str = ""
    used_kwh: int = 0
    estimate_minor: int = 0
    bill: dict = {}
    problem: str = ""
    paying: bool = False
    currency: str = tariff.CURRENCY

    def on_load(self, query):
        self.meter = api.storage.get("meter", "")
        self.last_kwh = api.storage.get("last_kwh", 0)
        bill_id = api.storage.get("bill_id")
        if bill_id:
            self.bill = api.orders.get(bill_id)

    def connect(self, event):
        number = self.meter_typed.strip()
        if len(number) != 8 or not number.isdigit():
            self.problem = "A meter number has eight digits. It is printed below the glass."
            return
        self.problem = ""
        self.meter = number
        self.last_kwh = int(number) % 7000 + 1000
        api.storage.set("meter", number)
        api.storage.set("last_kwh", self.last_kwh)

    def type_reading(self, event):
        self.problem = ""
        text = self.kwh_typed.strip()
        if not text.isdigit() or int(text) <= self.last_kwh:
            self.used_kwh = 0
            self.estimate_minor = 0
            return
        self.used_kwh = int(text) - self.last_kwh
        self.estimate_minor = tariff.cost_minor(self.used_kwh)

    def make_bill(self, event):
        self.type_reading(event)
        if self.used_kwh < 1 or self.used_kwh > 5000:
            self.problem = "Type the number on the meter. It must be higher than last time."
            return
        now = datetime.now(timezone.utc)
        due = now + timedelta(days=PAY_WITHIN_DAYS)
        self.bill = api.bills.create(
            title="Electricity, " + str(self.used_kwh) + " kWh",
            amount_minor=self.estimate_minor,
            currency=tariff.CURRENCY,
            period=now.strftime("%Y-%m"),
            due_at_ms=int(due.timestamp() * 1000),
            reference=self.meter + "-" + self.kwh_typed.strip(),
        )
        api.storage.set("bill_id", self.bill["id"])

    def pay(self, event):
        self.paying = True
        api.pay.open(self.bill["id"], then="paid")

    def paid(self, result):
        self.paying = False
        self.bill = api.orders.get(self.bill["id"])
        if result.ok:
            self.last_kwh = self.last_kwh + self.used_kwh
            api.storage.set("last_kwh", self.last_kwh)
            api.storage.remove("bill_id")
            self.kwh_typed = ""
            api.ui.toast("Paid. Thank you.", kind="success")
