import random
from collections import namedtuple
from dataclasses import asdict, dataclass, field
from functools import lru_cache

Question = namedtuple("Question", "text right wrong")
ALL = (
    Question("Where does Longjing grow?", "Hangzhou", ("Fujian", "Yunnan", "Anhui")),
    Question("What is pu'er?", "Aged tea", ("A pot", "A river", "A cup")),
    Question("How hot for green tea?", "80 °C", ("100 °C", "40 °C", "20 °C")),
    Question("What is a gaiwan?", "A lidded cup", ("A whisk", "A kettle", "A tray")),
    Question("Who wrote the Classic of Tea?", "Lu Yu", ("Li Bai", "Du Fu", "Su Shi")),
    Question("Oolong is …", "half oxidised", ("smoked", "powdered", "raw")),
)


@dataclass
class Round:
    seed: str
    size: int = 5
    asked: list = field(default_factory=list)

    def __post_init__(self):
        rng = random.Random(self.seed)
        for question in rng.sample(ALL, k=self.size):
            choices = [question.right, *question.wrong]
            rng.shuffle(choices)
            self.asked.append({"text": question.text, "choices": choices})

    def as_state(self):
        return asdict(self)


@lru_cache(maxsize=None)
def right_answer(text):
    return next(q.right for q in ALL if q.text == text)
