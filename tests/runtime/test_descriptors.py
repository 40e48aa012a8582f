"""Many workers need many descriptors, and most systems give a program few to begin with."""

import subprocess
import sys

import pytest

from tests.redteam.judge import ROOT

_SCRIPT = """
import asyncio, logging, resource, sys
from runtime.pool import Pool, PoolSettings
from tests.runtime.programs import SOURCES, no_calls
from runtime.pool import Event, ProgramCode

logging.basicConfig(level=logging.WARNING, format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (60, int(sys.argv[1])))

async def main():
    pool = Pool(PoolSettings(worker_count_max=30, workers_per_program_max=1, blank_count=1))
    await pool.start()
    code = await pool.compile(SOURCES)
    keys = [f"k{n}" for n in range(28)]
    for key in keys:
        event = Event("e", "pages/home", "twice", {"n": 1})
        await pool.run_event(ProgramCode(key, code), event, no_calls)
    print(sum(len(pool.worker_pids(key)) for key in keys), "workers")
    await pool.stop()

asyncio.run(main())
"""


@pytest.mark.parametrize(("hard", "is_warned"), [(4096, False), (200, True)])
def test_a_small_soft_limit_is_raised(hard: int, *, is_warned: bool) -> None:
    """28 workers live where 60 descriptors were given; a small hard limit is told."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(hard)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "28 workers\n" == done.stdout, done.stderr
    assert is_warned == ("30 workers may need 1084 descriptors" in done.stderr)
