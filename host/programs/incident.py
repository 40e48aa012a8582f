"""What went wrong with a worker, and when that stops the version that it ran."""

from dataclasses import dataclass

# A forbidden system call and a lie in the protocol: no honest program can cause either, since both
# need a way past the language.  One may be a fault of ours; three in ten minutes are an attack.
ALARM_KINDS = ("protocol", "sigsys")
ALARMS_MAX = 3
ALARMS_WITHIN_MS = 10 * 60_000
INCIDENTS_SHOWN = 100
INCIDENT_KEPT_MS = 90 * 24 * 3600 * 1000
DETAIL_SIGNS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that the runtime reported."""

    id: str
    # Empty when it was not one version's doing.
    version_id: str
    kind: str
    detail: str
    at_ms: int
