"""How a figure is taken: in turns with its reference, several rounds, the median quoted.

Machines are shared and noisy, so an absolute time says little; the ratio to something that ran in
the same minute on the same machine says more.
"""

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure.

    ``reference`` is what ran beside it, in the same unit; ``ratio`` is value ÷ reference; ``goal``
    is a sentence of the design and ``met`` whether it holds, both None where none was set.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)


async def in_turns(
    ours: Callable[[], Awaitable[float]],
    reference: Callable[[], Awaitable[float]],
    *,
    rounds: int = ROUNDS,
) -> tuple[float, float, float]:
    """Run both in turns and return the medians of ours, the reference, and the ratio per round."""
    pairs = [(await ours(), await reference()) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
