"""What processes on one PostgreSQL tell each other: NOTIFY with the commit, LISTEN on a thread.

A hint says that there is something to read; the truth is in the tables.  So a hint that is lost
costs time only, and after a break of the connection everybody is told that some may be.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

logger = logging.getLogger(__name__)

CHANNEL = "hutong"
_AGAIN_S = 1.0
# How long stopping may take, and how soon a connection that fell silent is noticed.
_TURN_S = 0.5


def encode_hint(sender: str, topic: str, hint: str) -> str:
    """Return the text of a notice; who sent it does not hear it again."""
    return f"{sender} {topic} {hint}"


class Ear:
    """The thread that listens."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[dict[str, Any]]],
        name: str,
        hear: Callable[[str, str], object],
        miss: Callable[[], object],
    ) -> None:
        self._connect = connect
        self._name = name
        self._hear = hear
        self._miss = miss
        self._connection: psycopg.Connection[dict[str, Any]] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hutong-ear", daemon=True)

    def start(self) -> None:
        """Listen: what is committed from now on is heard."""
        self._connection = self._listen()
        self._thread.start()

    def stop(self) -> None:
        """Let go of the connection."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _listen(self) -> psycopg.Connection[dict[str, Any]]:
        connection = self._connect()
        connection.execute(f"LISTEN {CHANNEL}".encode())
        return connection

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._connection is None:
                    self._connection = self._listen()
                    self._miss()
                self._take(self._connection)
            except psycopg.Error as error:
                logger.warning("hints of other hosts are not heard: %s", error)
                self._close()
                self._stopping.wait(_AGAIN_S)
            except RuntimeError:  # the loop is gone: nobody is left to be told
                break
        self._close()

    def _take(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        for notice in connection.notifies(timeout=_TURN_S):
            sender, topic, hint = notice.payload.split(" ", 2)
            if sender != self._name:
                self._hear(topic, hint)
            if self._stopping.is_set():
                return

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
