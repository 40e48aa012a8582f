"""How this host's workers are set: the same for serving and for replaying."""

from host.core.settings import Settings
from runtime.pool import PoolSettings


def pool_settings(settings: Settings) -> PoolSettings:
    """Return what the operator has set about mini-programs, as the pool wants it."""
    return PoolSettings(
        isolation="degraded" if settings.isolation == "degraded" else "strict",
        event_cpu_ms_max=settings.program_cpu_ms_max,
        event_wall_ms_max=settings.program_wall_ms_max,
        memory_bytes_max=settings.program_memory_mib_max * 2**20,
        worker_count_max=settings.program_workers_max,
    )
