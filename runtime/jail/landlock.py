"""Landlock: a ruleset that handles everything the kernel knows and allows nothing."""

import os
import struct

from runtime.jail import libc

_CREATE_RULESET = 444
_RESTRICT_SELF = 446
_VERSION_QUERY = 1

# Rights by the Landlock version that brought them (linux/landlock.h).
_FILE_RIGHTS_V1 = (1 << 13) - 1
_FILE_REFER_V2 = 1 << 13
_FILE_TRUNCATE_V3 = 1 << 14
_FILE_IOCTL_V5 = 1 << 15
_NET_BIND_CONNECT_V4 = 0b11
_SCOPE_ABSTRACT_SOCKET_SIGNAL_V6 = 0b11


def version() -> int:
    """Tell which Landlock the kernel has; 0 is none."""
    try:
        return max(0, libc.syscall(_CREATE_RULESET, None, 0, _VERSION_QUERY))
    except OSError:
        return 0


def ruleset(known: int) -> bytes:
    """Return the attributes of a ruleset that denies all that version ``known`` can deny."""
    files = _FILE_RIGHTS_V1
    files |= _FILE_REFER_V2 if known >= 2 else 0  # noqa: PLR2004  (Landlock's own numbering)
    files |= _FILE_TRUNCATE_V3 if known >= 3 else 0  # noqa: PLR2004
    files |= _FILE_IOCTL_V5 if known >= 5 else 0  # noqa: PLR2004
    fields = [files]
    if known >= 4:  # noqa: PLR2004
        fields.append(_NET_BIND_CONNECT_V4)
    if known >= 6:  # noqa: PLR2004
        fields.append(_SCOPE_ABSTRACT_SOCKET_SIGNAL_V6)
    return struct.pack(f"{len(fields)}Q", *fields)


def deny_everything(attributes: bytes) -> None:
    """Take every right that a ruleset names away from this process, for good."""
    descriptor = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        libc.syscall(_RESTRICT_SELF, descriptor, 0)
    finally:
        os.close(descriptor)
