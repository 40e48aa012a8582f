"""Amounts in cents, and the fewest payments that settle a journey."""

from collections import defaultdict, deque
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum, auto
from heapq import heapify, heappop, heappush


class NotAnAmountError(ValueError):
    def __init__(self, text):
        super().__init__(f"'{text}' is not an amount")
        self.text = text


class Way(StrEnum):
    EQUALLY = auto()
    SHARES = auto()


def cents(text):
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise NotAnAmountError(text) from error
    if not amount.is_finite() or amount <= 0:
        raise NotAnAmountError(text)
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def divided(total, weights):
    """Split without losing a cent: the first ones carry the rest."""
    whole = sum(weights.values())
    parts = {name: total * weight // whole for name, weight in weights.items()}
    rest = deque(name for name in weights if weights[name])
    for _ in range(total - sum(parts.values())):
        parts[rest[0]] += 1
        rest.rotate(-1)
    return parts


class Ledger:
    def __init__(self):
        self._balance = defaultdict(int)

    def __iadd__(self, expense):
        weights = {name: int(share) for name, share in expense["shares"].items()}
        if expense["way"] == Way.EQUALLY:
            weights = dict.fromkeys(weights, 1)
        self._balance[expense["payer"]] += expense["cents"]
        for name, part in divided(expense["cents"], weights).items():
            self._balance[name] -= part
        return self

    def __iter__(self):
        yield from sorted(self._balance.items(), key=lambda pair: (-pair[1], pair[0]))

    def payments(self):
        owed = [(-cents, name) for name, cents in self if cents > 0]
        owing = [(cents, name) for name, cents in self if cents < 0]
        heapify(owed)
        heapify(owing)
        while owed and owing:
            (plus, to), (minus, by) = heappop(owed), heappop(owing)
            amount = min(-plus, -minus)
            yield {"by": by, "to": to, "cents": amount}
            if plus + amount:
                heappush(owed, (plus + amount, to))
            if minus + amount:
                heappush(owing, (minus + amount, by))
