"""What went wrong with a worker, and when that stops the version that it ran."""

from dataclasses import dataclass

# A forbidden system call and a lie in the protocol: no honest program can cause either, since both
# need a way past the language.  One may be a fault of ours; three in ten minutes are an attack.
ALARM_KINDS = ("protocol", "sigsys")
ALARMS_MAX = 3
ALARMS_WITHIN_MS = 10 * 60_000
# A version that an admin let go has no more credit.
ALARMS_AFTER_LIFTING_MAX = 1
INCIDENTS_SHOWN = 100
INCIDENT_KEPT_MS = 90 * 24 * 3600 * 1000
DETAIL_SIGNS_KEPT = 500
# The kind of a suspension that an admin decided.
BY_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that the runtime reported."""

    id: str
    # Empty when it was not one version's doing.
    version_id: str
    kind: str
    detail: str
    at_ms: int
    # What the worker was running, empty when it had nothing to do; `hutong replay` takes the event.
    event_id: str = ""
    page: str = ""
    handler: str = ""
    # The forbidden call, where the kernel tells: ``fork (57)``.
    syscall: str = ""

    @property
    def is_alarm(self) -> bool:
        """Tell whether it counts towards a suspension."""
        return self.kind in ALARM_KINDS


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why nobody may open a version, or could not until an admin let it go."""

    version_id: str
    # The kind of the last alarm, or BY_ADMIN.
    kind: str
    at_ms: int
    # Empty when the host did it by itself; then there is no reason beside the kind.
    actor_id: str
    reason: str
    lifted_at_ms: int | None
    lifted_by: str
    lift_reason: str

    @property
    def is_lifted(self) -> bool:
        """Tell whether an admin has let the version go."""
        return self.lifted_at_ms is not None
