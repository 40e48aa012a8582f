"""What the bridge does from time to time."""

from collections.abc import Awaitable, Callable

from host.bridge.removal import delete_old

CHORES: tuple[Callable[..., Awaitable[int]], ...] = (delete_old,)
