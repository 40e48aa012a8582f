"""Every limit of the pool, with its unit and its reason."""

from dataclasses import dataclass

from runtime.jail.selftest import Isolation

MIB = 1 << 20
KIB = 1 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How the pool runs programs.  The defaults are the product's promises."""

    isolation: Isolation = "strict"

    # A handler that computes longer is stopped and told its line; the worker lives on.
    event_cpu_ms_max: int = 200
    # A worker whose event takes longer, waits for the host not counted, is killed.
    event_wall_ms_max: int = 1000
    event_calls_max: int = 20
    # Address space on top of what an empty worker has.
    memory_bytes_max: int = 128 * MIB
    reply_bytes_max: int = MIB
    state_bytes_max: int = 256 * KIB
    # An answer of the bridge to one call.
    answer_bytes_max: int = MIB
    log_lines_max: int = 64
    log_bytes_max: int = 8 * KIB

    compile_cpu_ms_max: int = 4000
    compile_wall_ms_max: int = 8000

    # Locked-down workers that wait for a program, so that a start costs a millisecond or two.
    blank_count: int = 2
    worker_count_max: int = 200
    workers_per_program_max: int = 4
    # A program gets one more worker when an event has waited this long.
    queue_wait_ms_max: int = 20
    queue_events_max: int = 1000
    idle_ms_max: int = 60_000
    # Events that one worker may have begun and not ended; nearly all wait for the host.
    in_flight_max: int = 64
    # Deaths of one program within a minute before its events are refused for a while.
    deaths_per_minute_max: int = 5
    backoff_ms_max: int = 60_000
    # CPU that a worker may use with nothing to do, per look (about a second): its garbage
    # collector and our own book-keeping take far less.
    idle_cpu_ms_max: int = 100

    # Ids handed out to workers, where the system lets us.
    uid_first: int = 61_000
    uid_count: int = 1000
