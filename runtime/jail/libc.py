"""The few C library calls that Python does not wrap, each raising ``OSError`` on failure."""

import ctypes
import os
import struct
import sys

IS_LINUX = sys.platform.startswith("linux")

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

# Newer kernels have fewer than 64 capabilities; dropping one that does not exist fails harmlessly.
CAPABILITY_COUNT_MAX = 64
_FILE_BYTES_MAX = 1 << 16
_CAPABILITY_VERSION_3 = 0x20080522
_OWN_CAPABILITIES = struct.pack("II", _CAPABILITY_VERSION_3, 0)
_NO_CAPABILITIES = struct.pack("6I", *[0] * 6)

_libc = ctypes.CDLL(None, use_errno=True) if IS_LINUX else None
if _libc is not None:
    # Looked up once, in the zygote, and not by each worker in memory of its own.
    _ = (_libc.syscall, _libc.prctl, _libc.capset)


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def read_text(path: str) -> str:
    """Read a small file of the kernel's.

    Not by pathlib, here and below: it brings half a megabyte, of which every worker has a share.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, _FILE_BYTES_MAX).decode()
    finally:
        os.close(descriptor)


def write_text(path: str, text: str) -> None:
    """Write a file of the kernel's, which takes it at once or not at all."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def machine() -> str:
    """Name the processor, as the kernel does: ``x86_64``, ``aarch64``."""
    return os.uname().machine


def syscall(number: int, *args: object) -> int:
    """Make a system call that the C library has no name for."""
    if _libc is None:
        raise OSError("system calls by number need Linux")
    return _check(_libc.syscall(number, *args), f"system call {number}")


def prctl(option: int, argument: object = 0, extra: object = 0) -> int:
    """Change a property of this process."""
    if _libc is None:
        raise OSError("prctl needs Linux")
    return _check(_libc.prctl(option, argument, extra, 0, 0), f"prctl {option}")


def unshare(flags: int) -> None:
    """Leave the namespaces that ``flags`` names."""
    if _libc is None:
        raise OSError("namespaces need Linux")
    _check(_libc.unshare(flags), "unshare")


def mount(
    source: bytes | None, target: bytes, kind: bytes | None, flags: int, data: bytes | None
) -> None:
    """Mount, or change a mount."""
    if _libc is None:
        raise OSError("mount needs Linux")
    _check(_libc.mount(source, target, kind, ctypes.c_ulong(flags), data), "mount")


def unmount(target: bytes, flags: int) -> None:
    """Take a mount away."""
    if _libc is None:
        raise OSError("umount needs Linux")
    _check(_libc.umount2(target, flags), "umount")


def give_back_memory() -> None:
    """Give what the C library holds and nobody uses back to the system."""
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends.

    A change of uid clears the request, so it is made again after each.
    """
    prctl(PR_SET_PDEATHSIG, 9)


def drop_capability_bounds() -> None:
    """Make sure that no program started from here could ever gain a capability."""
    for capability in range(CAPABILITY_COUNT_MAX):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            # Either this capability does not exist, or we may not drop it: then we hold none, and
            # no_new_privs covers the rest.
            continue


def drop_capabilities() -> None:
    """Empty the effective, permitted, inheritable and ambient sets."""
    if _libc is None:
        raise OSError("capabilities need Linux")
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    _check(_libc.capset(_OWN_CAPABILITIES, _NO_CAPABILITIES), "capset")
