"""What the wallet does in the background and has to wait for."""

from collections.abc import Awaitable, Callable

from host.core.db import Database
from host.wallet.rails import RAILS
from host.wallet.service.entry import settle_waiting


async def ask_rails(db: Database, *, now_ms: int) -> int:
    """Ask the rails about orders that they have not answered."""
    return await settle_waiting(db, RAILS, now_ms=now_ms)


CHORES: tuple[Callable[..., Awaitable[int]], ...] = (ask_rails,)
