"""Disks that fail and processes that stop: what was acknowledged stays, the rest is unknown.

The process under test is the child of ``tests.crash``: it posts with many hands, writes down what
was acknowledged to it on a pipe, and repeats what was answered as unknown with the same key.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from host.core.main_database import read_once
from host.core.migrate import migrate
from host.core.settings import Settings
from tests import crash

SOURCE = Path(__file__).with_name("faults.c")
WAIT_S = 60.0
# Enough to show that work goes on.
SOME = 50


class Child:
    """A process that posts until it is killed, and what it wrote down."""

    def __init__(self, path: Path, name: str, *, library: Path, faults: Path) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash", "--child", str(path.parent), "", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=crash.ROOT,
            text=True,
            env={**os.environ, "LD_PRELOAD": str(library), "FAULTS": str(faults)},
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.wait(lambda: "ready" in self.lines)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait until what the child wrote says so."""
        until_s = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < until_s, self.lines[-5:]
            time.sleep(0.005)

    def wait_for_more(self, *, unknown: bool) -> None:
        """Wait for some more lines of one kind."""
        had = self.count(unknown=unknown)
        self.wait(lambda: self.count(unknown=unknown) >= had + SOME)

    def count(self, *, unknown: bool) -> int:
        """Return how many lines of one kind there are."""
        return sum(line.startswith("unknown ") == unknown for line in self.lines)

    def end(self) -> str:
        """Kill the process and return what it logged."""
        self.process.send_signal(signal.SIGKILL)
        self.reader.join()
        assert self.process.stderr is not None
        log = self.process.stderr.read()
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]
        self.process.stderr.close()
        return log

    def acknowledged(self) -> dict[str, int]:
        """Return what was acknowledged."""
        return crash.read_acknowledged(self.lines[self.lines.index("ready") + 1 :])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The failing disk, built."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here to build the failing disk with")
    built = tmp_path_factory.mktemp("faults") / "faults.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", built, SOURCE, "-ldl"], check=True)
    return built


@pytest.fixture
def faults(tmp_path: Path) -> Path:
    """The switches of the failing disk: a file of a name switches that fault on."""
    folder = tmp_path / "faults"
    folder.mkdir()
    return folder


@pytest.fixture
def start(tmp_path: Path, library: Path, faults: Path) -> Iterator[Callable[[str], Child]]:
    """Start a posting process on the test's database."""
    migrate(tmp_path / "hutong.db")
    children: list[Child] = []

    def begin(name: str) -> Child:
        children.append(Child(tmp_path / "hutong.db", name, library=library, faults=faults))
        return children[-1]

    yield begin
    for child in children:
        if child.process.returncode is None:
            child.end()


def check_nothing_lost(path: Path, *children: Child) -> crash.Tally:
    """Open the file as a restarted host does: all that was acknowledged, once, and the audit."""
    tally = crash.Tally()
    for child in children:
        tally.acknowledged |= child.acknowledged()
    read_once(Settings(data_dir=path.parent), lambda tx: crash.look(tx, tally))
    assert (set(), set(), []) == (tally.lost, tally.doubled, tally.breaks)
    assert len(tally.acknowledged) >= SOME
    return tally


def test_a_full_disk_is_survived(
    start: Callable[[str], Child], faults: Path, tmp_path: Path
) -> None:
    """While it is full the answer is unknown; with room the same keys are answered (AB-080)."""
    child = start("a")
    child.wait_for_more(unknown=False)
    (faults / "write").touch()
    child.wait_for_more(unknown=True)
    (faults / "write").unlink()
    asked = {line.removeprefix("unknown ") for line in child.lines if line.startswith("unknown ")}

    child.wait(lambda: asked <= set(child.lines))

    log = child.end()
    assert "was not committed" in log
    assert "restart the host" not in log
    check_nothing_lost(tmp_path / "hutong.db", child)


def test_after_an_io_error_the_host_stops_and_a_restart_decides(
    start: Callable[[str], Child], faults: Path, tmp_path: Path
) -> None:
    """A failed fsync may have kept the commit: nothing is saved until a restart (AB-080)."""
    child = start("a")
    child.wait_for_more(unknown=False)
    (faults / "sync").touch()
    child.wait_for_more(unknown=True)
    (faults / "sync").unlink()
    had = child.count(unknown=False)

    child.wait_for_more(unknown=True)

    assert had == child.count(unknown=False)
    asked = {line.removeprefix("unknown ") for line in child.lines if line.startswith("unknown ")}
    assert "look at the disk, then restart the host" in child.end()
    again = start("a")
    again.wait(lambda: asked <= set(again.lines))
    again.end()
    check_nothing_lost(tmp_path / "hutong.db", child, again)


def test_a_stopped_process_goes_on_where_it_was(
    start: Callable[[str], Child], tmp_path: Path
) -> None:
    """SIGSTOP in the middle of commits, five times."""
    child = start("a")
    child.wait_for_more(unknown=False)
    for _ in range(5):
        child.process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        child.process.send_signal(signal.SIGCONT)
        child.wait_for_more(unknown=False)
    child.end()

    check_nothing_lost(tmp_path / "hutong.db", child)


def test_two_processes_write_in_turns(start: Callable[[str], Child], tmp_path: Path) -> None:
    """Both post into one ledger, neither is starved, and the chain is one."""
    one, two = start("a"), start("b")
    for child in (one, two):
        child.wait_for_more(unknown=False)
    one.end()
    two.wait_for_more(unknown=False)
    two.end()

    check_nothing_lost(tmp_path / "hutong.db", one, two)
