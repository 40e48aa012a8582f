"""`python -m tests.properties`: which layer catches which seeded bug, as a table; some minutes."""

import sys

import pytest

from tests.properties.layers import LAYERS
from tests.properties.seeds import SEEDS


def main() -> None:
    """Try every layer on every seed; status 1 when one is caught by nothing, or not as said."""
    is_as_said = True
    sys.stdout.write(f"| mistake | {' | '.join(LAYERS)} |\n|---|{':-:|' * len(LAYERS)}\n")
    for seed in SEEDS.values():
        with pytest.MonkeyPatch.context() as patch:
            seed.patch(patch)
            seen = [name for name, layer in LAYERS.items() if layer()]
        is_as_said &= set(seed.caught_by) <= set(seen) and bool(seen)
        marks = " | ".join("●" if name in seen else " " for name in LAYERS)
        sys.stdout.write(f"| {seed.mistake} | {marks} |\n")
        sys.stdout.flush()
    sys.exit(0 if is_as_said else 1)


if __name__ == "__main__":
    main()
