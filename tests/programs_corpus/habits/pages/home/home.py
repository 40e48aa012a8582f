"""A week of habits, one dot a day."""
from collections import Counter
from datetime import datetime, timedelta, date
import itertools, statistics
from sdk import Page, api
from shared.base import BasePage
from shared import dates as d

DEFAULTS = ("Read", "Run", "Sleep early")


class Home(BasePage):
    title = "Habits"
    log: dict = {}

    def on_load(self, query):
        super().on_load(query)
        self.log = api.storage.get("log", {}) or {name: [] for name in DEFAULTS}

    @property
    def week(self):
        return d.last_days(7)

    @property
    def rows(self):
        out = []
        for name, days in self.log.items():
            marks = [{"day": day, "on": day in set(days)} for day in self.week]
            streak = len(list(itertools.takewhile(lambda m: m["on"], reversed(marks))))
            out.append(dict(name=name, marks=marks, streak=streak, pct=100 * sum(m["on"] for m in marks) // 7))
        return sorted(out, key=lambda r: (-r["streak"], r["name"].lower()))

    @property
    def stats(self):
        per_day = Counter(itertools.chain.from_iterable(self.log.values()))
        most = per_day.most_common(1)
        values = [per_day[day] for day in self.week]
        return {"best": most[0][0] if most else "–", "mean": round(statistics.fmean(values), 1), "max": max(values)}

    def toggle(self, event):
        name, day = event.dataset["name"], event.dataset["day"]
        days = set(self.log[name])
        days ^= {day}
        self.log[name] = sorted(days)
        self.save("log", self.log)
