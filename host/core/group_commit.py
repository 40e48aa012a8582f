"""One writer thread per database: everything that queued while the last commit ran shares the next.

What a commit shares is a list of use cases in the order in which they queued, each in a savepoint
of its own, so that a refusal undoes that one alone.  ``host.core.sqlite`` and
``host.core.postgresql`` bring the connection that this drives.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any, Concatenate, Protocol

from host.core.db import Item, OutcomeUnknownError, P, T, Together, Tx, only
from host.core.errors import AppError

logger = logging.getLogger(__name__)

# A commit shared by more than this many use cases keeps its first caller waiting for no gain.
BATCH_COUNT_MAX = 256
# Two processes that waited for each other begin anew; so often in a row is no chance any more.
_TRY_COUNT_MAX = 5
_PAUSE_S = 0.02

# A loop that is busy for longer than this has callers enough waiting already.
_TURN_S = 0.05


class OpenTx(Tx, Protocol):
    """An open transaction that remembers what to tell once it is durable."""

    callbacks: list[Callable[[], None]]
    # Topic, value, and the hint for other processes.
    signals: list[tuple[str, object, str]]


class Session(Protocol):
    """The one connection that writes."""

    def new_tx(self) -> OpenTx:
        """Return the open transaction for one more use case."""
        ...

    def begin(self) -> None:
        """Begin a transaction, alone where the database needs that."""
        ...

    def announce(self, signals: set[tuple[str, str]]) -> None:
        """Let other processes hear these topics and hints once the transaction is durable."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def savepoint(self, step: str) -> None:
        """Do ``SAVEPOINT``, ``ROLLBACK TO SAVEPOINT`` or ``RELEASE SAVEPOINT``."""
        ...

    def is_own(self, error: BaseException) -> bool:
        """Tell whether an error is that of one use case, and the transaction is alive."""
        ...

    def is_lost_race(self, error: BaseException) -> bool:
        """Tell whether another process was in the way, so that doing the same again may succeed."""
        ...

    def recover(self, error: BaseException) -> bool:
        """Undo what is open and tell whether another transaction may be tried."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(slots=True)
class _Job:
    run: Callable[[Tx], Any]
    done: asyncio.Future[Any]
    # Both are set for work that may be run together with its neighbours: see write_together.
    together: Together[Any, Any] | None = None
    item: Any = None
    result: Any = None
    error: Exception | None = None


class GroupCommit:
    """The writing half of a database; its readers are the subclass's own."""

    def __init__(self, session: Session) -> None:
        self.commit_count = 0
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._listeners: dict[str, list[Callable[[object], None]]] = {}
        self._elsewhere: dict[str, list[Callable[[str | None], None]]] = {}
        self._is_failed = False
        self._thread = threading.Thread(
            target=self._write_forever, name="hutong-writer", daemon=True
        )
        self._thread.start()

    async def write(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Queue ``use_case`` and return what it returned once its commit is durable."""
        self._check_works()
        job = _Job(lambda tx: use_case(tx, *args, **kwargs), self._loop.create_future())
        self._queue.put(job)
        result: T = await job.done
        return result

    async def write_together(self, use_case: Together[Item, T], item: Item) -> T:
        """Queue ``item`` for ``use_case``, which gets all that queued one after the other."""
        self._check_works()
        done = self._loop.create_future()
        job = _Job(lambda tx: only(use_case(tx, (item,))), done, use_case, item)
        self._queue.put(job)
        result: T = await job.done
        return result

    def listen(
        self,
        topic: str,
        callback: Callable[[object], None],
        *,
        elsewhere: Callable[[str | None], None] | None = None,
    ) -> None:
        """Call ``callback`` on the event loop with each value signalled under ``topic``."""
        self._listeners.setdefault(topic, []).append(callback)
        if elsewhere is not None:
            self._elsewhere.setdefault(topic, []).append(elsewhere)

    def _hear(self, topic: str, hint: str) -> None:
        """Pass on what another process signalled."""
        for listener in self._elsewhere.get(topic, ()):
            listener(hint)

    def _hear_of_a_gap(self) -> None:
        for listener in chain.from_iterable(self._elsewhere.values()):
            listener(None)

    async def stop_writing(self) -> None:
        """Finish what is queued and close the writing connection."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _check_works(self) -> None:
        if self._is_failed:
            raise OutcomeUnknownError("The database has stopped. Ask again with the same key.")

    def _write_forever(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first, *self._queued_meanwhile()]
            txs = self._commit_together(batch)
            with suppress(RuntimeError):  # the loop is gone: nobody is left to be told
                told = threading.Event()
                self._loop.call_soon_threadsafe(self._tell, batch, txs, told)
                # Who is told may have more to write at once.  Beginning with the first of it would
                # make two durable commits of one, and have both threads want the interpreter.
                told.wait(_TURN_S)
        self._session.close()

    def _queued_meanwhile(self) -> Iterator[_Job]:
        for _ in range(BATCH_COUNT_MAX - 1):
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job is None:
                self._queue.put(None)
                return
            yield job

    def _commit_together(self, batch: list[_Job]) -> list[OpenTx]:
        """Run ``batch`` in one durable commit and return what is to be told of it."""
        for tried in range(_TRY_COUNT_MAX):
            # The other process gets what it waits for, before this one wants it again.
            time.sleep(tried * _PAUSE_S)
            try:
                self._check_works()
                self._session.begin()
                txs = [tx for jobs in _neighbours(batch) for tx in self._run_jobs(jobs)]
                self._session.announce({(s[0], s[2]) for tx in txs for s in tx.signals})
                self._session.commit()
            except BaseException as error:  # noqa: BLE001  (whatever it is, nobody must wait for ever)
                if self._is_failed or not self._begin_anew(error, batch):
                    break
            else:
                self.commit_count += 1
                return txs
        # A commit that reported an error may still be there after a restart, so the callers are
        # told that the outcome is unknown; the same key asks again.
        for job in batch:
            job.error = OutcomeUnknownError(
                "The database failed while saving. Ask again with the same key to learn the"
                " outcome."
            )
        return []

    def _begin_anew(self, error: BaseException, batch: list[_Job]) -> bool:
        """Undo a failed batch and tell whether to run it again, which nothing of it outlives."""
        is_lost_race = self._session.is_lost_race(error)
        if not is_lost_race:
            logger.error("a batch of %d was not committed", len(batch), exc_info=error)
        if not self._session.recover(error):
            logger.critical(
                "nothing can be saved any more: look at the disk, then restart the host"
            )
            self._is_failed = True
        for job in batch:
            job.result = job.error = None
        return is_lost_race

    def _run_jobs(self, jobs: list[_Job]) -> Iterator[OpenTx]:
        """Run one job, or several that go together, and yield the transactions that stand."""
        together = jobs[0].together
        if together is None or len(jobs) == 1:
            yield from self._run_alone(jobs[0])
            return
        items = [job.item for job in jobs]
        tx, results, error = self._in_savepoint(lambda tx: together(tx, items))
        if error is not None:  # one of them met a mistake of ours: the others must not suffer
            logger.error("%d items failed together; each is tried alone", len(jobs), exc_info=error)
            for job in jobs:
                yield from self._run_alone(job)
            return
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, AppError):
                job.error = result
            else:
                job.result = result
        yield tx

    def _run_alone(self, job: _Job) -> Iterator[OpenTx]:
        tx, job.result, job.error = self._in_savepoint(job.run)
        if job.error is None:
            yield tx

    def _in_savepoint(self, run: Callable[[Tx], Any]) -> tuple[OpenTx, Any, Exception | None]:
        """Run a use case so that its refusal undoes it alone."""
        tx, result, refusal = self._session.new_tx(), None, None
        self._session.savepoint("SAVEPOINT")
        try:
            result = run(tx)
        except Exception as error:
            if not self._session.is_own(error):
                raise
            self._session.savepoint("ROLLBACK TO SAVEPOINT")
            refusal = error
        self._session.savepoint("RELEASE SAVEPOINT")
        return tx, result, refusal

    def _tell(self, batch: list[_Job], txs: list[OpenTx], told: threading.Event) -> None:
        try:
            self._tell_all(batch, txs)
        finally:
            # In line behind the callers, who have been put there just now.
            self._loop.call_soon(told.set)

    def _tell_all(self, batch: list[_Job], txs: list[OpenTx]) -> None:
        for job in batch:
            if job.done.done():  # the caller hung up; the work stands
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.result)
        # After the callers, who must not wait for ever because of a mistake in one of these; they
        # run before any of them goes on all the same.
        for tx in txs:
            for callback in tx.callbacks:
                callback()
            for topic, value, _ in tx.signals:
                for listener in self._listeners.get(topic, ()):
                    listener(value)


def _neighbours(batch: list[_Job]) -> Iterator[list[_Job]]:
    """Yield the batch in order, what may run together in one list."""
    for together, jobs in groupby(batch, key=lambda job: job.together):
        if together is None:
            yield from ([job] for job in jobs)
        else:
            yield list(jobs)
