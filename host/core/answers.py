"""Answers by idempotency key, kept for a week, and the requests that run at this moment.

The HTTP side, which most need, is ``host.core.idempotency``.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.limits import check_rate

# A day longer than the seven that are promised.
KEPT_MS = 8 * 24 * 3600 * 1000
# A refusal costs its caller nothing and is a row for a week.
REFUSALS_PER_MINUTE_MAX = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whose key at which address, and a keyed digest of its content."""

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, byte for byte."""

    status: int
    content_type: str
    body: str


Work = Callable[[], Awaitable[Answer]]


class InFlight:
    """The requests with a key that run at this moment in this process."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[Answer]]] = {}

    async def join(self, asked: Asked, work: Work) -> Answer:
        """Run ``work``, or wait for the same that runs already.

        It runs in a task of its own: who hangs up takes nothing away from those who wait with it.
        """
        place = (asked.scope, asked.key)
        running = self._running.get(place)
        if running is None:
            task = asyncio.ensure_future(work())
            self._running[place] = (asked.fingerprint, task)
            task.add_done_callback(lambda _: self._running.pop(place))
            # Its error is the waiting callers'; none of them may be left to retrieve it.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        else:
            fingerprint, task = running
            _check_same(fingerprint, asked)
        return await asyncio.shield(task)


def find_answer(tx: Tx, asked: Asked) -> Answer | None:
    """Return what was answered before; the same key with other content is refused."""
    row = tx.row(
        "SELECT fingerprint, status, content_type, body FROM core_answer"
        " WHERE scope = :scope AND key = :key",
        scope=asked.scope,
        key=asked.key,
    )
    if row is None:
        return None
    _check_same(row["fingerprint"], asked)
    return Answer(row["status"], row["content_type"], row["body"])


def keep_answer(tx: Tx, asked: Asked, answer: Answer, *, now_ms: int) -> Answer:
    """Keep the first answer and return it; another process may have been faster."""
    tx.run(
        "INSERT INTO core_answer"
        " (scope, key, fingerprint, status, content_type, body, answered_at_ms)"
        " VALUES (:scope, :key, :fingerprint, :status, :content_type, :body, :now)"
        " ON CONFLICT (scope, key) DO NOTHING",
        scope=asked.scope,
        key=asked.key,
        fingerprint=asked.fingerprint,
        status=answer.status,
        content_type=answer.content_type,
        body=answer.body,
        now=now_ms,
    )
    return find_answer(tx, asked) or answer


def keep_refusal(tx: Tx, asked: Asked, answer: Answer, *, now_ms: int) -> Answer:
    """Keep a refusal; who collects them by the hundred is told to wait, and nothing is kept."""
    check_rate(tx, f"refused:{asked.scope}", per_minute=REFUSALS_PER_MINUTE_MAX, now_ms=now_ms)
    return keep_answer(tx, asked, answer, now_ms=now_ms)


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Forget answers that nobody asks for any more and return how many."""
    return tx.run("DELETE FROM core_answer WHERE answered_at_ms < :at", at=now_ms - KEPT_MS)


def _check_same(fingerprint: str, asked: Asked) -> None:
    if not hmac.compare_digest(fingerprint, asked.fingerprint):
        raise IdempotencyKeyReusedError(
            "This key came before with other content. Use a new key for a new act."
        )
