"""The box: what a process that runs a stranger's code is still able to do, which is almost nothing.

A worker is forked from the zygote, locks itself down with ``lockdown`` and only then says that it
is ready.  The walls go up in an order that matters, because each step needs something that the next
one takes away: namespaces (once, in the zygote), the death signal and descriptors, resource limits,
the uid, no new privileges, Landlock, and seccomp as the last.

What each wall does, and what it does **not** protect against:

``net pid ipc uts cgroup mount user`` (namespaces)
    No network device, no other process in sight, an empty read-only root.  Not given to an ordinary
    container, and no help against the kernel itself: a namespace is a view, not a barrier.
``uid``
    A user id of its own for each worker, so that file and signal permissions say no as well.
    Only root can hand out ids; under an ordinary user the worker has that user's id.
``caps``
    No capability is left in any set.  Means little where the uid wall is up; it is what makes a
    user namespace harmless for an ordinary user.
``rlimits``
    Address space, CPU seconds, no new files, no core.  They stop exhaustion of one worker's kind,
    not of the machine by many workers: that is the pool's count.  ``RLIMIT_NPROC`` does nothing
    for root.  Address space is not resident memory: shared pages of the zygote are not counted.
``no_new_privs``
    No set-uid program can give privileges back.  Does nothing alone.
``landlock``
    No file, no TCP port, no abstract socket, no signal to others, as far as the kernel's version
    of it goes.  It does not cover descriptors that were already open.
``seccomp``
    About two dozen system calls, no executable memory, everything else kills.  It does not look
    at what is written to the one socket (that is ``runtime.protocol``), and it does not protect
    against a kernel bug in a call that is allowed, against side channels through caches and
    timing, or against another worker on the same core.

None of them limits what a mini-program may ask the host for.  That is the bridge's business.
"""

from runtime.jail.lockdown import BoxLimits, lockdown
from runtime.jail.selftest import PROBES, ProbeResult, SelfTest

__all__ = ["PROBES", "BoxLimits", "ProbeResult", "SelfTest", "lockdown"]
