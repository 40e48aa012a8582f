"""The search behind the judge finds what it is for: otherwise a pass would mean nothing."""

import builtins
import functools
import json
import os
import random
import sys
import types
from typing import Any

import pytest

from runtime import policy
from runtime.policy.modules import STANDARD_MODULES
from sdk import ApiError, Page
from sdk.api import make_api
from tests.redteam.walker import Walker

SECRET = "the secret of the canary"


def namespace() -> dict[str, Any]:
    """Return what a program runs in."""
    return policy.make_globals(
        sdk_modules={
            "sdk": {"Page": Page, "ApiError": ApiError, "api": make_api(lambda _n, _a: 1)}
        },
        program_modules=lambda _name: None,
        log=lambda _line: None,
        now_ms=lambda: 0,
        rng=random.Random(1),  # noqa: S311  (must be repeatable)
    )


class Holder:
    """An object of a type that no guard knows."""


DANGERS = {
    "module": os,
    "module in a dict": {"a": [json]},
    "frame": sys._getframe(),
    "code": (lambda: 1).__code__,
    "mapping proxy": types.MappingProxyType({}),
    "object": object,
    "type": type,
    "subclasses": object.__subclasses__(),
    "open": open,
    "eval in a partial": functools.partial(print, eval),
    "real getattr": getattr,
    "names of a module": vars(json),
    "builtins": vars(builtins),
    "function of another module": json.dumps,
    "function of os": os.getpid,
    "bound method of a stranger": Holder().__repr__,
    "stranger": Holder(),
    "address": repr(Holder()),
    "canary": f"read: {SECRET}",
    "canary in bytes": SECRET.encode(),
    "cell": types.CellType(1),
    "regex engine": __import__("re").compile("a"),
    "base exception": KeyboardInterrupt,
}


@pytest.mark.parametrize("value", DANGERS.values(), ids=DANGERS.keys())
def test_danger_is_found(value: Any) -> None:
    """Whatever leads out of the language is found, wherever it is hidden."""
    assert Walker(namespace(), SECRET).find([{"deep": (value,)}])


def test_everything_a_program_has_is_harmless() -> None:
    """From the names that every program has, the guards lead to nothing dangerous."""
    names = namespace()
    given = {
        name: value for name, value in names["__builtins__"].items() if not name.startswith("__")
    }
    modules = [names["__builtins__"]["__import__"](name) for name in (*STANDARD_MODULES, "sdk")]
    given.pop("super")

    walker = Walker(names, SECRET, trusts_policy=False)

    assert {} == {name: found for name, value in given.items() if (found := walker.find(value))}
    assert {} == {repr(each): found for each in modules if (found := walker.find(each))}
