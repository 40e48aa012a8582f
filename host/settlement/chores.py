"""What settlement does in the background beside its sweep."""

from collections.abc import Awaitable, Callable

from host.core.deps import Deps
from host.settlement import service


async def apply_settings(deps: Deps, *, now_ms: int) -> int:
    """Take over the operator's setting: how long earnings wait where nothing else was agreed."""
    await deps.db.write(
        service.apply_default_days, days=deps.settings.settlement_days, now_ms=now_ms
    )
    return 0


CHORES: tuple[Callable[..., Awaitable[int]], ...] = (apply_settings,)
