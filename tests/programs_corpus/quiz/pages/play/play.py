import time
from datetime import date

from questions import Round, right_answer
from sdk import ApiError, Page, api, idempotent


class Play(Page):
    round: dict = {}
    at: int = 0
    points: int = 0
    streak: int = 0
    began: float = 0.0
    told: str = ""

    @property
    def question(self):
        asked = self.round.get("asked", [])
        return asked[self.at] if self.at < len(asked) else None

    @property
    def progress(self):
        total = len(self.round.get("asked", [])) or 1
        return round(100 * self.at / total)

    def on_load(self, query):
        self.round = Round(date.today().isoformat()).as_state()
        self.began = time.time()

    def answer(self, event):
        chosen = event.dataset["choice"]
        if chosen == (right := right_answer(self.question["text"])):
            self.streak += 1
            self.points += 10 * self.streak
            self.told = "Right!"
        else:
            self.streak, self.told = 0, f"No: {right}."
        self.at += 1
        if self.question is None:
            self._finish()

    @idempotent
    def again(self, event):
        self.at = self.points = self.streak = 0
        self.told = ""
        self.began = time.time()

    def _finish(self):
        me = api.identity.user()["openid"]
        day = date.today().isoformat()
        doc = {"day": day, "points": self.points, "seconds": int(time.time() - self.began)}
        try:
            api.db.insert("scores", doc, id=f"{day}.{me[:20]}")
        except ApiError as error:
            if error.code == "conflict":
                api.db.update("scores", f"{day}.{me[:20]}", changes=doc, when={"points": {"lt": self.points}})
