"""The alarm: which forbidden system call a worker has tried, told by the kernel to the zygote.

A filter that kills leaves nothing but "killed by SIGSYS".  With a listener the kernel stops the
caller inside the call, hands number and arguments to whoever holds the listener, and waits; the
zygote kills the worker and never lets the call go on.  Should the listener be closed, the kernel
refuses the call (ENOSYS): without a zygote there is no alarm, but no way out either.

Where the kernel gives no listener (before 5.0, some container engines) the filter kills, and the
alarm has no name.  In a container that is so for the calls which the container's own filter
refuses.
"""

import array
import fcntl
import os
import socket
import struct
import sys

from runtime.jail import libc, seccomp, syscalls

_SET_MODE_FILTER = 1
_NEW_LISTENER = 1 << 3
# _IOWR('!', 0, struct seccomp_notif); the structure is 80 bytes long: id, pid, flags, and
# struct seccomp_data: number, processor, instruction pointer, six arguments.
_RECEIVE = 0xC0502100
_NOTIFICATION_BYTES = 80
_NUMBER_AT = 16

_MACHINE = libc.machine()
_SECCOMP = syscalls.numbers(_MACHINE).get("seccomp", -1)


def _loadable(code: bytes | None) -> seccomp.Loadable | None:
    return seccomp.Loadable(code) if libc.IS_LINUX and code else None


def _is_filtered() -> bool:
    try:
        return "\nSeccomp:\t2" in libc.read_text("/proc/self/status")
    except OSError:
        return False


_NOTIFIER = _loadable(seccomp.build_filter(_MACHINE, seccomp.NOTIFY))
_SEAL = _loadable(seccomp.build_seal(_MACHINE, is_inside_another=_is_filtered()))


def raise_wall(teller: socket.socket, worker_id: int) -> None:
    """Put the filter up for good, and send its listener to the zygote.  Needs no_new_privs.

    Raises ``OSError``, with nothing put up, where there is no listener to be had.
    """
    if _NOTIFIER is None or _SEAL is None:
        raise OSError("no filter for this processor")
    listener = libc.syscall(_SECCOMP, _SET_MODE_FILTER, _NEW_LISTENER, _NOTIFIER.pointer)
    passed = (socket.SOL_SOCKET, socket.SCM_RIGHTS, listener.to_bytes(4, sys.byteorder))
    teller.sendmsg([worker_id.to_bytes(8, "little")], [passed])
    os.close(listener)
    os.close(teller.detach())
    seccomp.load_filter(_SEAL)


def receive_listener(told: socket.socket) -> tuple[int, int]:
    """Return the id of a worker and the listener that it has sent."""
    data, passed, _, _ = told.recvmsg(8, socket.CMSG_SPACE(4))
    (worker_id,) = struct.unpack("<Q", data)
    return int(worker_id), array.array("i", passed[0][2])[0]


def read_tried(listener: int) -> int | None:
    """Return the number of the call that waits at a listener; None when its caller has ended."""
    notification = bytearray(_NOTIFICATION_BYTES)
    try:
        fcntl.ioctl(listener, _RECEIVE, notification)
    except OSError:
        return None
    (number,) = struct.unpack_from("<i", notification, _NUMBER_AT)
    return int(number)
