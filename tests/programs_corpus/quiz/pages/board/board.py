from datetime import date
from itertools import groupby
from operator import itemgetter
from statistics import mean, median

from sdk import Page, api

MEDALS = dict(enumerate("🥇🥈🥉", start=1))


class Board(Page):
    rows: list = []
    summary: str = ""

    def on_show(self):
        found = api.db.find(
            "scores", where={"day": date.today().isoformat(), "points": {"gt": 0}}, order="-points", limit=20
        )["items"]
        self.rows = []
        place = 0
        for points, group in groupby(found, key=itemgetter("points")):
            same = list(group)
            for doc in same:
                self.rows.append(
                    {
                        "id": doc["id"],
                        "place": MEDALS.get(place + 1, str(place + 1)),
                        "points": points,
                        "mine": doc["is_mine"],
                        "time": "{:d}:{:02d}".format(*divmod(doc["seconds"], 60)),
                    }
                )
            place += len(same)
        scores = [row["points"] for row in self.rows]
        if scores:
            self.summary = f"{len(scores)} players, {mean(scores):.1f} on average, median {median(scores):g}"
