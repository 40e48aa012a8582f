"""What the wallet does in the background and has to wait for."""

from collections.abc import Awaitable, Callable

from host.core.deps import Deps
from host.wallet.checkpoints import keep_checkpoint
from host.wallet.rails import RAILS
from host.wallet.service.entry import settle_waiting


async def ask_rails(deps: Deps, *, now_ms: int) -> int:
    """Ask the rails about orders that they have not answered."""
    return await settle_waiting(deps.db, RAILS, now_ms=now_ms)


async def sign_checkpoint(deps: Deps, *, now_ms: int) -> int:
    """Sign the head of the journal, every hour in which money moved."""
    return await keep_checkpoint(deps.db, deps.settings, now_ms=now_ms)


CHORES: tuple[Callable[..., Awaitable[int]], ...] = (ask_rails, sign_checkpoint)
