"""Empty namespaces for the zygote, taken once; its workers inherit them by being forked.

Four situations, from the best to the poorest:

* root: everything, and workers may be given ids of their own;
* root without ``CAP_SYS_ADMIN`` where user namespaces are allowed: a user namespace in which a
  helper, left outside, maps a range of ids;
* an ordinary user where user namespaces are allowed: the same, with only the user's own id;
* a container with the default profile: none.  The other walls stand without them.
"""

import os

from runtime.jail import libc

_NEW_MOUNT = 0x00020000
_NEW_CGROUP = 0x02000000
_NEW_UTS = 0x04000000
_NEW_IPC = 0x08000000
_NEW_USER = 0x10000000
_NEW_PID = 0x20000000
_NEW_NET = 0x40000000
_ALL = _NEW_NET | _NEW_MOUNT | _NEW_IPC | _NEW_UTS | _NEW_CGROUP | _NEW_PID

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 0x20
_MS_REC_PRIVATE = 0x4000 | 0x40000
_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
# Any folder serves to mount the new root on; small images lack one or the other.
_PLACES = (b"/tmp", b"/run", b"/mnt", b"/proc")

WALLS: tuple[str, ...] = ("net", "pid", "ipc", "uts", "cgroup")


def enter(uid_first: int, uid_count: int) -> tuple[str, ...]:
    """Move into empty namespaces and return the names of those that are now in place.

    Returns in a **new process**, the first of its pid namespace; the old one stays behind only to
    end when that one ends.  Returns in the same process, with no names, where nothing is allowed.
    """
    try:
        libc.unshare(_ALL)
        walls = WALLS
    except OSError:
        if not _enter_user_namespace(uid_first, uid_count):
            return ()
        walls = (*WALLS, "user")
    _continue_as_first_process()
    return (*walls, "mount") if _empty_root() else walls


def _enter_user_namespace(uid_first: int, uid_count: int) -> bool:
    """Unshare with a user namespace, mapping as many ids as we are allowed to."""
    uid, gid = os.getuid(), os.getgid()
    ready, go = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(go)
        _map_ids_of_parent(ready, uid_first, uid_count)
    os.close(ready)
    try:
        libc.unshare(_ALL | _NEW_USER)
        os.write(go, b"1")
    except OSError:
        return False
    finally:
        os.close(go)
        mapped = os.waitstatus_to_exitcode(os.waitpid(mapper, 0)[1]) == 0
    if not mapped:
        libc.write_text("/proc/self/setgroups", "deny")
        libc.write_text("/proc/self/uid_map", f"{uid} {uid} 1")
        libc.write_text("/proc/self/gid_map", f"{gid} {gid} 1")
    return True


def _map_ids_of_parent(ready: int, uid_first: int, uid_count: int) -> None:
    """Give the parent's new user namespace a range of ids, from outside, and end.

    Only a process with CAP_SETUID in the outer namespace may map more than one id, and a process
    that has moved in has no capability left out here.
    """
    status = 1
    if os.read(ready, 1) and os.getuid() == 0:
        try:
            ids = f"0 0 1\n{uid_first} {uid_first} {uid_count}\n"
            for name in ("uid_map", "gid_map"):
                libc.write_text(f"/proc/{os.getppid()}/{name}", ids)
            status = 0
        except OSError:
            status = 1
    os._exit(status)


def _continue_as_first_process() -> None:
    """Fork, so that the child is process 1 of the new pid namespace; the parent waits and ends.

    When process 1 ends, the kernel kills every worker in the namespace.
    """
    child = os.fork()
    if child:
        # Whoever waits for the zygote's control socket must see it close when the child ends.
        os.closerange(0, 1024)
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    libc.die_with_parent()


def _empty_root() -> bool:
    """Make an empty read-only tmpfs the root; tell whether it worked.

    It does not where the system itself runs from the first root file system, as in some small
    virtual machines.
    """
    place = next((name for name in _PLACES if os.path.isdir(name)), None)  # noqa: PTH112  (bytes)
    number = _PIVOT_ROOT.get(libc.machine())
    if place is None or number is None:
        return False
    harmless = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    try:
        libc.mount(None, b"/", None, _MS_REC_PRIVATE, None)
        libc.mount(b"none", place, b"tmpfs", harmless, b"size=64k,nr_inodes=8,mode=0555")
        os.mkdir(place + b"/old", 0o700)  # noqa: PTH102  (bytes)
        libc.syscall(number, place, place + b"/old")
        os.chdir("/")
        libc.unmount(b"/old", _MNT_DETACH)
        os.rmdir("/old")  # noqa: PTH106  (the new root's)
        libc.mount(None, b"/", None, _MS_REMOUNT | _MS_RDONLY | harmless, None)
    except OSError:
        return False
    return True
