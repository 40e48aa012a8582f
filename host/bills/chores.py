"""What bills do in the background and have to wait for."""

from collections.abc import Awaitable, Callable

from host.bills.service.entry import ask_waiting
from host.core.deps import Deps


async def ask_billers(deps: Deps, *, now_ms: int) -> int:
    """Ask the billers about payments that they have not answered."""
    return await ask_waiting(deps.db, now_ms=now_ms)


CHORES: tuple[Callable[..., Awaitable[int]], ...] = (ask_billers,)
