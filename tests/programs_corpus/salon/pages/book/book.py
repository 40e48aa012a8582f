from calendar import day_abbr, month_name, monthcalendar
from contextlib import suppress
from datetime import date, datetime, timedelta

from sdk import ApiError, Page, api
from slots import Cut, Slot, free_slots


class Book(Page):
    year: int = 0
    month: int = 0
    day: int = 0
    cut: str = Cut.SHORT.name
    name: str = ""
    error: str = ""
    slots: list = []
    mine: list = []

    @property
    def title(self) -> str:
        return f"{month_name[self.month]} {self.year}" if self.month else ""

    @property
    def weekdays(self) -> list[str]:
        return [each[:2] for each in day_abbr]

    @property
    def weeks(self) -> list[list[dict]]:
        if not self.month:
            return []
        today = date.today()
        return [
            [
                {
                    "n": n or None,
                    "past": bool(n) and date(self.year, self.month, n) < today,
                    "on": n != 0 and n == self.day,
                }
                for n in week
            ]
            for week in monthcalendar(self.year, self.month)
        ]

    @property
    def cuts(self):
        return [{"id": c.name, "label": c.label, "price": c.price_minor} for c in Cut]

    def on_load(self, query):
        today = date.today()
        self.year, self.month = today.year, today.month
        self._read_mine()

    def move(self, event):
        step = int(event.dataset["step"])
        first = date(self.year, self.month, 15) + timedelta(days=30 * step)
        self.year, self.month, self.day = first.year, first.month, 0
        self.slots = []

    def choose_day(self, event):
        self.day = int(event.dataset["day"])
        self._read_slots()

    def choose_cut(self, event):
        self.cut = event.value
        if self.day:
            self._read_slots()

    def book(self, event):
        key = event.dataset["slot"]
        match self.name.strip().split():
            case []:
                self.error = "Please tell us your name."
                return
            case [first, *_] if len(first) < 2:
                self.error = "Your first name, please."
                return
        cut = Cut.named(self.cut)
        try:
            api.db.insert(
                "bookings",
                {"day": key[:10], "start": key, "minutes": cut.minutes, "cut": cut.name},
                id=f"slot-{key.replace(':', '')}",
            )
        except ApiError as error:
            if error.code != "conflict":
                raise
            self.error = "Somebody was quicker. Choose another time."
        else:
            self.error = ""
            api.ui.toast("See you then!")
        finally:
            self._read_slots()
        self._read_mine()

    def cancel(self, event):
        with suppress(ApiError):
            api.db.remove("bookings", event.dataset["id"])
        self._read_mine()
        if self.day:
            self._read_slots()

    def _read_slots(self):
        day = date(self.year, self.month, self.day)
        found = api.db.find("bookings", where={"day": day.isoformat()}, limit=50)["items"]
        taken = [self._slot(each) for each in found]
        self.slots = [
            {"key": slot.key, "label": slot.label}
            for slot in sorted(free_slots(day, Cut[self.cut], taken))
        ]

    def _read_mine(self):
        found = api.db.find("bookings", order="start", mine=True)["items"]
        self.mine = [
            {"id": each["id"], "text": f"{self._slot(each).start:%d %b, %H:%M}"} for each in found
        ]

    @staticmethod
    def _slot(doc: dict) -> Slot:
        start = datetime.fromisoformat(doc["start"])
        return Slot(start, start + timedelta(minutes=doc["minutes"]))
