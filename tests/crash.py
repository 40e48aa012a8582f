"""`python -m tests.crash --loops N`: kill -9 a posting process over and over, from outside.

The child posts transfers, thirty-two at a time, and writes down each one that was acknowledged to
it on a pipe that this process holds.  After each kill the database is opened again: what was
acknowledged must be there, unchanged and once, and the books must balance.  Prints acknowledged,
lost and doubled; status 1 when anything is wrong.  `--postgresql` does the same on a server.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from host.core import main_database
from host.core.clock import now_ms
from host.core.db import Database, OutcomeUnknownError, Tx
from host.core.errors import AppError
from host.core.money import Currency, Money
from host.core.settings import Settings
from host.wallet import audit, service
from host.wallet.model import Purpose, cash_place, rail_place
from tests import bank

ROOT = Path(__file__).resolve().parents[1]
CNY = Currency("CNY")
PEOPLE = tuple(f"p{n}" for n in range(20))
AT_ONCE = 32
RUN_S = (0.02, 0.4)
START_S_MAX = 30.0
ASK_AGAIN_S = 0.05


@dataclass
class Tally:
    """What was seen over all loops."""

    loops: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    breaks: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong, and something happened at all."""
        return bool(self.acknowledged) and not (self.lost or self.doubled or self.breaks)


def main() -> None:
    """Run the loops and print the tally."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--loops", type=int, default=20)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        folder, url, name = asked.child
        asyncio.run(_post_forever(Settings(data_dir=Path(folder), database_url=url), name))
        return
    with bank.server() if asked.postgresql else nullcontext("") as url:
        tally = run(asked.loops, url)
    sys.stdout.write(
        f"{tally.loops} loops: {len(tally.acknowledged)} acknowledged,"
        f" {len(tally.lost)} lost, {len(tally.doubled)} doubled\n"
    )
    sys.stdout.writelines(f"{sentence}\n" for sentence in tally.breaks)
    sys.exit(0 if tally.is_clean else 1)


def run(loops: int, url: str = "") -> Tally:
    """Kill a posting process ``loops`` times and look at what is left each time."""
    tally, chance = Tally(), random.Random(7)  # noqa: S311  (when to kill is no secret)
    with tempfile.TemporaryDirectory(prefix="crash") as folder:
        settings = Settings(data_dir=Path(folder), database_url=url)
        main_database.migrate(settings)
        for loop in range(loops):
            tally.acknowledged |= _run_and_kill(settings, f"r{loop}", chance.uniform(*RUN_S))
            tally.loops += 1
            main_database.read_once(settings, lambda tx: look(tx, tally))
            if tally.lost or tally.doubled or tally.breaks:
                break
    return tally


def _run_and_kill(settings: Settings, name: str, run_s: float) -> dict[str, int]:
    """Return what the child was told that it had posted before it was killed."""
    what = (str(settings.data_dir), settings.database_url, name)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.crash", "--child", *what],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert child.stdout is not None, "a pipe was asked for"
    assert child.stdout.readline() == b"ready\n"
    time.sleep(run_s)
    child.send_signal(signal.SIGKILL)
    lines = child.stdout.read().decode().split("\n")[:-1]
    child.stdout.close()
    child.wait(START_S_MAX)
    return read_acknowledged(lines)


def read_acknowledged(lines: list[str]) -> dict[str, int]:
    """Return what the child was told that it had posted, from what it wrote down."""
    told = [line.split() for line in lines if not line.startswith("unknown ")]
    return {transfer_id: int(amount) for transfer_id, amount in told}


def look(tx: Tx, tally: Tally) -> None:
    """Compare what a restarted host finds with what the recorder heard."""
    rows = tx.rows("SELECT id, amount_minor FROM wallet_transfer")
    tally.breaks += audit.audit(tx).breaks
    stored: dict[str, list[int]] = {}
    for row in rows:
        stored.setdefault(row["id"], []).append(row["amount_minor"])
    tally.doubled |= {transfer_id for transfer_id, found in stored.items() if len(found) > 1}
    tally.lost |= {i for i, amount in tally.acknowledged.items() if stored.get(i) != [amount]}


async def _post_forever(settings: Settings, name: str) -> None:
    """Be the process that is killed."""
    db = await main_database.open_database(settings)
    rail = rail_place("sandbox", CNY)
    await db.write(service.open_account, rail, now_ms=now_ms())
    for person in PEOPLE:
        place = cash_place(person, CNY)
        await db.write(service.open_account, place, now_ms=now_ms())
        await _post(db, f"open-{person}", rail.id, place.id, 10**6)
    _say("ready")
    async with asyncio.TaskGroup() as group:
        for worker in range(AT_ONCE):
            group.create_task(_work(db, f"{name}-{worker}"))


async def _work(db: Database, name: str) -> None:
    count = 0
    while True:
        count += 1
        # What follows from the id alone, so that a repeated request is the same one.
        chance = random.Random(f"{name}-{count}")  # noqa: S311  (who pays whom is no secret)
        debit, credit = (cash_place(p, CNY).id for p in chance.sample(PEOPLE, 2))
        amount = chance.randrange(1, 500)
        try:
            await _post(db, f"{name}-{count}", debit, credit, amount)
        except OutcomeUnknownError:
            # Asked again with the same key until the outcome is known, as the answer says.
            _say(f"unknown {name}-{count} {amount}")
            await asyncio.sleep(ASK_AGAIN_S)
            count -= 1
            continue
        except AppError:
            continue
        _say(f"{name}-{count} {amount}")


async def _post(db: Database, transfer_id: str, debit_id: str, credit_id: str, amount: int) -> None:
    await db.write(
        service.post_transfer,
        transfer_id,
        debit_id=debit_id,
        credit_id=credit_id,
        money=Money(amount, CNY),
        purpose=Purpose.SEND,
        actor_id="test",
        now_ms=now_ms(),
    )


def _say(line: str) -> None:
    """Write past every buffer: what is in the pipe outlives this process."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    main()
