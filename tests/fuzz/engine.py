"""Runs one subject's examination on many inputs: the same in CI, new ones by hand.

A subject is a strategy of inputs and an examination that raises on what must not be.
"""

import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

_HEALTH = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
# Inputs of one round of the command line; each round has a seed of its own.
_ROUND = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """What is fuzzed.  ``examples`` bounds the run in CI; ``around`` is held open meanwhile."""

    name: str
    inputs: st.SearchStrategy[Any]
    examine: Callable[[Any], None]
    examples: int
    around: Callable[[], AbstractContextManager[Any]] = nullcontext


@dataclass(slots=True)
class Tally:
    """How many inputs passed, and what was found on the others."""

    passed: int = 0
    failures: list[str] | None = None


def fuzz_alike(subject: Subject) -> None:
    """Examine the same inputs every time; raises on the first that fails, made small."""
    chosen = settings(
        derandomize=True,
        max_examples=subject.examples,
        deadline=None,
        database=None,
        suppress_health_check=_HEALTH,
        phases=(Phase.generate, Phase.shrink),
    )
    with subject.around():
        chosen(given(subject.inputs)(subject.examine))()


def fuzz_for(subject: Subject, seconds: float) -> Tally:
    """Examine new inputs until the time is up; a failing round is reported with its seed."""
    tally = Tally(failures=[])
    assert tally.failures is not None
    until = time.monotonic() + seconds
    with subject.around():
        while time.monotonic() < until:
            number = SystemRandom().randrange(2**32)
            count, failure = _round(subject, number)
            tally.passed += count
            if failure:
                tally.failures.append(f"{subject.name}, seed {number}:\n{failure}")
    return tally


def _round(subject: Subject, number: int) -> tuple[int, str]:
    count = 0

    def examine(value: Any) -> None:
        nonlocal count
        subject.examine(value)
        count += 1

    chosen = settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        suppress_health_check=_HEALTH,
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
    )
    try:
        seed(number)(chosen(given(subject.inputs)(examine)))()
    except Exception:  # noqa: BLE001  (whatever was raised is the finding)
        return count, traceback.format_exc(limit=-6)
    return count, ""
