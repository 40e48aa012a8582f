"""Functions that a program is given hand the methods of its objects nothing of the host's.

Much of the standard library is Python, and calls methods of whatever it is given with what it has:
``textwrap`` once handed out a table that all share, ``str | x`` the real ``str``, ``print`` a
generator of ours.  So an object that answers everything is given to every function there is.
"""

import random
import re
from typing import Any

from runtime import policy
from runtime.policy.facade import names_of
from runtime.policy.guards import ATTRIBUTES
from runtime.policy.modules import make_modules
from runtime.policy.names import PLAIN_BUILTINS, REPLACED_BUILTINS


def _words(text: str) -> list[str]:
    return text.split()


_OPERATORS = _words(
    "add radd sub rsub mul rmul mod rmod truediv rtruediv floordiv rfloordiv pow rpow matmul"
    " and rand or ror xor rxor lshift rshift divmod eq ne lt le gt ge contains getitem setitem"
    " delitem call"
)
# Methods that functions of the standard library call on what they are given.
_CALLED = _words(
    "read write encode decode translate expandtabs splitlines items keys values get utcoffset"
    " tzname dst fromutc as_integer_ratio conjugate random close send isoformat bit_length"
)
_METHODS = sorted({*_CALLED, *(name for names in ATTRIBUTES.values() for name in names)})
_SPY = """
kept = []
def note(args, keywords):
    kept.extend(args)
    kept.extend(keywords.values())
class Spy:
    def __hash__(self):
        return 1
    def __len__(self):
        return 2
    def __iter__(self):
        return iter((1, 2))
    def __index__(self):
        return 2
    def __float__(self):
        return 1.0
    def __bool__(self):
        return True
"""
_METHOD = """    def {name}(self, *args, **keywords):
        note(args, keywords)
        return {answer}
"""
_USE = """
x = Spy()
words, pair, table, spies, keyed = 'a b', [1, 2], {'a': 1}, [x, x], {x: x}
SHAPES = [(x,), (x, x), (x, x, x), (words, x), (pair, x), (x, words), (x, 1), (1, x), (table, x),
          (spies,), (spies, 1), (keyed,), ('%s', x), (words, x, words), (words, words, x)]
GIVEN = [x, words, pair, table, spies, keyed]
for function in FUNCTIONS:
    for shape in SHAPES:
        try:
            found = function(*shape)
            for _, _ in zip(range(3), found):
                pass
        except Exception:
            pass
"""
# What anybody may hold; everything else must be what the spy itself was given along with.
_PLAIN = (int, str, bytes, float, bool, slice, type(None), re.Match)
_VALUES = """
from collections import Counter, deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
import random, re, string
VALUES = ['a b', b'a', datetime(2024, 1, 1), date(2024, 1, 1), time(1), timedelta(1),
          timezone(timedelta(0)), Counter('ab'), deque([1, 2]), {'a': 1}, [1, 2], {1}, (1, 2),
          Decimal(1), 5, 1.5, re.search('a', 'a')]
FUNCTIONS += [getattr(v, name) for v in VALUES for name in METHODS if hasattr(v, name)]
"""


def test_an_object_that_answers_everything_is_told_nothing() -> None:
    """By no function of a module, no built-in, and no method of a value."""
    methods = [*(f"__{name}__" for name in _OPERATORS), *_METHODS]
    spy = _SPY + "".join(
        _METHOD.format(name=name, answer="True" if name in ("__eq__", "__contains__") else "self")
        for name in methods
    )
    names = _names()
    functions = [
        each
        for module in make_modules(now_ms=lambda: 0, rng=random.Random(1)).values()  # noqa: S311  (must be repeatable)
        for each in names_of(module).values()
        if callable(each)
    ]
    builtins = names["__builtins__"]
    functions += [
        builtins[n] for n in (*PLAIN_BUILTINS, *REPLACED_BUILTINS) if callable(builtins[n])
    ]
    names |= {"FUNCTIONS": functions, "METHODS": _METHODS}

    source = (
        spy + _VALUES + "FUNCTIONS += [lambda other, t=t: t | other for t in (str, bytes)]" + _USE
    )
    exec(policy.compile_source(source, "spy.py"), names)  # noqa: S102  (this is the subject)

    own = {id(each) for each in (*names["GIVEN"], *names["VALUES"])}
    strange = {
        f"{type(each).__name__}: {each!r:.60}"
        for each in names["kept"]
        if type(each) not in _PLAIN
        and type(each) is not names["Spy"]
        and id(each) not in own
        # `random.sample` multiplies a list that it has just made by its k.
        and each != [None]
    }
    assert len(names["kept"]) > 500
    assert strange == set()


def _names() -> dict[str, Any]:
    return policy.make_globals(
        sdk_modules={},
        program_modules=lambda _name: None,
        log=lambda _line: None,
        now_ms=lambda: 0,
        rng=random.Random(1),  # noqa: S311  (must be repeatable)
    )
