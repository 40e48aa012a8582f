"""A program that only wants to do harm, in the language that programs are written in."""

HEAD = '''
"""Ways to take more than one's share."""

import collections
import decimal
import itertools
import json
import random
import re
from sdk import Page, api


def deeper(n):
    return deeper(n + 1)


def forever():
    while True:
        yield 1


class Slow:
    def __lt__(self, other):
        total = 0
        while True:
            total += 1

    def __eq__(self, other):
        return self == other

    def __hash__(self):
        return 7


class Same:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return self.n == other.n


class Home(Page):
    n: int = 0
    items: list = []
'''

# What each handler does; all but the flood of log lines, which is cut, must end in a refusal.
BODIES = {
    "giant_text": "self.n = len('x' * 10**10)",
    "giant_text_by_doubling": "s = 'x'\n        while True:\n            s = s + s",
    "giant_list": "self.n = len([0] * 10**10)",
    "giant_range": "self.n = len(list(range(10**10)))",
    "giant_dict": "d = {}\n        while True:\n            d[len(d)] = 'x' * 1000",
    "recursion": "deeper(0)",
    "deep_nest": "nest = []\n        for _ in range(200000):\n            nest = [nest]\n"
    "        self.items = nest",
    "a_cycle": "nest = []\n        nest.append(nest)\n        self.items = nest",
    "endless_sum": "self.n = sum(itertools.count())",
    "endless_list": "self.items = list(forever())",
    "endless_join": "self.n = len(''.join('x' for _ in itertools.count()))",
    "endless_all": "self.n = all(forever())",
    "endless_max": "self.n = max(forever())",
    "endless_in": "self.n = 2 in forever()",
    "endless_unpack": "a, *b = forever()",
    "endless_deque": "self.n = len(collections.deque(forever(), maxlen=1))",
    "regex_bomb": "self.n = bool(re.search('(a+)+$', 'a' * 60 + 'b'))",
    "regex_bomb_in_sub": "self.n = len(re.sub('(x*)*y', '', 'x' * 60))",
    "big_power": "self.n = 7 ** 7 ** 9",
    "big_shift": "self.n = 1 << 10**10",
    "big_product": "n = 3\n        while True:\n            n = n * n",
    "big_digits": "self.n = len(str(3 ** 400000))",
    "big_parse": "self.n = int('9' * 1000000)",
    "big_decimal": "self.n = int(decimal.Decimal(10) ** 10**9)",
    "wide_format": "self.n = len(f'{1:>9999999999}')",
    "wide_precision": "self.n = len(f'{1.5:.999999999f}')",
    "wide_percent": "self.n = len('%999999999d' % 1)",
    "wide_ljust": "self.n = len('x'.ljust(10**10))",
    "replace_bomb": "self.n = len(('a' * 10**6).replace('a', 'b' * 10**6))",
    "split_bomb": "self.n = len(('a ' * 3 * 10**7).split(' '))",
    "hostile_sort": "self.n = len(sorted([Slow(), Slow()]))",
    "hostile_eq": "self.n = Slow() == Slow()",
    "hostile_keys": "self.n = len({Same(n): n for n in range(100000)})",
    "hash_collisions": "self.n = len({n * (2**61 - 1): n for n in range(100000)})",
    "json_deep": "self.n = len(json.loads('[' * 1000000))",
    "json_large": "self.n = len(json.dumps([0] * 10**8))",
    "product_bomb": "self.n = len(list(itertools.product(range(1000), repeat=5)))",
    "tee_bomb": "a, b = itertools.tee(itertools.count())\n        self.n = sum(a)",
    "random_bomb": "self.n = len(random.choices([1], k=10**9))",
    "swallow": "while True:\n            try:\n                while True:\n"
    "                    self.n += 1\n            except Exception:\n                pass",
    "finally_loop": "while True:\n            try:\n                self.n += 1\n"
    "            finally:\n                self.n -= 1",
    "raise_large": "raise ValueError('x' * 10**7)",
    "log_flood": "for n in range(2000):\n            api.log.info('x' * 400)",
    "effect_flood": "while True:\n            api.ui.toast('x')",
    "call_flood": "while True:\n            api.storage.get('x')",
    "state_flood": "self.items = ['x' * 1000] * 1000",
}

SOURCES = {
    "pages/home.py": HEAD
    + "".join(f"\n    def {name}(self, event):\n        {body}\n" for name, body in BODIES.items())
}

GREEDY_CARD = """
from sdk import Page


class Home(Page):
    def on_share(self, source):
        return {"text": "x" * 2_000_000}
"""
