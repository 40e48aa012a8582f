"""What a worker costs that has nothing to do."""

import statistics
from pathlib import Path

from runtime.pool import PoolSettings
from tests.runtime.programs import running

# Measured: 2.1 MB on Linux 6.18 with Python 3.11; 3.8 before the zygote made what workers share.
OWN_KB_MAX = 2900


async def test_an_idle_program_shares_most_of_its_memory() -> None:
    """What is its own, and so not shared with the zygote and the other workers, is below 3 MB."""
    async with running(PoolSettings(blank_count=1)) as shop:
        for number in range(6):
            await shop.run("twice", {"n": 1}, key=f"shop-{number}")
        own = [_own_kb(shop.pool.worker_pids(f"shop-{number}")[0]) for number in range(6)]

        assert 500 < statistics.median(own) < OWN_KB_MAX


def _own_kb(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(rollup.partition("Private_Dirty:")[2].split()[0])
