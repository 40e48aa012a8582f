"""Password and PIN hashing, away from the event loop and in bounded number.

Argon2id with t=2, 19 MiB, p=1 (OWASP's second choice; the library's default takes 64 MiB each).
Two threads and a bounded queue: a flood of sign-ins costs two cores at most, and is told to wait.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from host.core.errors import UnavailableError

T = TypeVar("T")

THREADS_COUNT = 2
WAITING_COUNT_MAX = 64


class Passwords:
    """Hashes and verifies; one per host."""

    def __init__(self, *, time_cost: int = 2, memory_kib: int = 19 * 1024) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(THREADS_COUNT, thread_name_prefix="hutong-argon2")
        self._waiting = 0
        # Verified when nobody has the name that was given, so that the answer takes as long.
        self.dummy_hash = self._hasher.hash("nobody has this password")

    async def hash(self, secret: str) -> str:
        """Return the hash of ``secret`` to store."""
        return await self._run(self._hash_now, secret)

    async def verify(self, stored_hash: str | None, secret: str) -> bool:
        """Tell whether ``secret`` made ``stored_hash``; None takes as long and is never true."""
        is_right = await self._run(self._verify_now, stored_hash or self.dummy_hash, secret)
        return is_right and stored_hash is not None

    def needs_rehash(self, stored_hash: str) -> bool:
        """Tell whether ``stored_hash`` was made with older parameters."""
        return self._hasher.check_needs_rehash(stored_hash)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[..., T], *args: str) -> T:
        if self._waiting >= WAITING_COUNT_MAX:
            raise UnavailableError("Many people sign in at this moment. Try again in a minute.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._waiting -= 1

    def _hash_now(self, secret: str) -> str:
        return self._hasher.hash(secret)

    def _verify_now(self, stored_hash: str, secret: str) -> bool:
        with suppress(VerificationError, InvalidHashError):
            return self._hasher.verify(stored_hash, secret)
        return False
