"""One connection writes at a time, whichever process it is in.

SQLite before 3.51.3 can corrupt a file in WAL mode when one connection checkpoints while another
one's commit starts the log anew (https://sqlite.org/wal.html#walresetbug), and Python brings what
its builder had: 3.40 on Debian 12.  SQLite's own lock does not help, since a checkpoint runs
outside it.  So whoever writes, the host or a command of the operator, holds a lock of ours from
before its transaction until after the checkpoint that its commit may cause.  See docs/adr/0012.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# As long as SQLite's own busy timeout, which this takes the place of.
_WAIT_S = 5.0
_POLL_S = 0.002


class WriteLock:
    """The lock of one database file: a file beside it, locked by the kernel, freed by any death."""

    def __init__(self, database: Path, *, wait_s: float = _WAIT_S) -> None:
        self.wait_s = wait_s
        path = database.with_name(database.name + ".lock")
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> None:
        """Take the lock; another that holds it for too long is a busy database."""
        until_s = time.monotonic() + self.wait_s
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= until_s:
                    busy = sqlite3.OperationalError(
                        "another process is writing: wait for it, or end it"
                    )
                    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
                    raise busy from error
                time.sleep(_POLL_S)
            else:
                return

    def give_back(self) -> None:
        """Let others have it; not having it is no mistake."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock."""
        self.take()
        try:
            yield
        finally:
            self.give_back()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
