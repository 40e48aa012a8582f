"""A page of 200 rows of which one changes: what goes to the browser, and how long it takes to make.

The reference is the same page rendered anew, which is what a host without a memo would do and send.
"""

import statistics
import time
from typing import Any

import msgspec

from bench.measure import ROUNDS, Result
from runtime.session import PageSession
from runtime.view import compile_template

ROWS = 200
_PAGE = """<ul><li m-for="line in lines" m-key="line.sku" class="line">
  <b>{{ line.name }}</b> <span>{{ line.price_minor | money('CNY') }}</span>
  <button m-on:tap="more" data-sku="{{ line.sku }}">+</button> <i>{{ line.qty }}</i>
</li></ul>"""


def measure(*, quick: bool) -> list[Result]:
    """Return the size of the patch and the time from a state to its patch."""
    template = compile_template(_PAGE, "page.html")
    session = PageSession(template, {"lines": [_line(n) for n in range(ROWS)]})
    ours: list[float] = []
    anew: list[float] = []
    sizes: list[int] = []
    for count in range(ROUNDS * (5 if quick else 20)):
        lines = list(session.state["lines"])
        row = count * 7 % ROWS
        lines[row] = {**lines[row], "qty": lines[row]["qty"] + 1}
        state = {"lines": lines}
        began = time.perf_counter()
        patch = session.accept(session.draft(state))
        ours.append((time.perf_counter() - began) * 1000)
        sizes.append(len(msgspec.json.encode({"n": patch.n, "ops": patch.ops})))
        began = time.perf_counter()
        fresh = PageSession(template, state)
        anew.append((time.perf_counter() - began) * 1000)
    size, took_ms, anew_ms = (statistics.median(each) for each in (sizes, ours, anew))
    whole = len(msgspec.json.encode(fresh.open()))
    name, is_quick = f"{ROWS}-row page, one row changes", took_ms <= 0.5
    ratio = took_ms / anew_ms
    return [
        Result(f"{name}: patch", size, "B", whole, size / whole, "≤ 100 B", size <= 100),
        Result(f"{name}: made in", took_ms, "ms", anew_ms, ratio, "≤ 0.5 ms", is_quick),
    ]


def _line(number: int) -> dict[str, Any]:
    return {"sku": f"A{number}", "name": f"Tea {number}", "price_minor": 1250 + number, "qty": 1}
