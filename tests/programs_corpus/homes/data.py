"""The homes, read from lines of text."""
from dataclasses import dataclass, asdict
from itertools import count

_ids = count(1)

@dataclass(frozen=True)
class Home:
    city: str
    street: str
    rooms: int
    size: float
    price: int
    id: int = 0

    @property
    def per_m2(self):
        return self.price / self.size

    def as_dict(self, **extra):
        return {**asdict(self), "per": round(self.per_m2, 2), **extra}

    @staticmethod
    def of(line):
        city, street, rooms, size, price = (part.strip() for part in line.split("|"))
        return Home(city, street, int(rooms), float(size), int(price), next(_ids))

HOMES = [Home.of(line) for line in """
    Lyon | Rue A | 2 | 45.5 | 900
    Lyon | Rue B | 3 | 70   | 1250
    Paris | Rue C | 1 | 18 | 950
    Paris | Rue D | 4 | 96.5 | 3200
    Nice | Rue E | 2 | 52 | 1100
""".strip().splitlines()]
