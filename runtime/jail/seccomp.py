"""The system-call filter: the few calls that a running interpreter needs, and an alarm on the rest.

The filter is classic BPF, assembled here because it is thirty lines and a dependency would have to
be trusted as much.  It checks the processor first, since the numbers mean other calls under another
one, and refuses x32, whose numbers alias those of x86_64.

What is not allowed is never done.  With the ``verdict`` KILL the kernel ends the process; with
NOTIFY it holds the call until the zygote has read which one it was and has killed the process
(``runtime.jail.alarm``).
"""

import ctypes
import errno
import struct

from runtime.jail import libc, syscalls

# Why each is allowed.  Order is by frequency, as the kernel walks the list from the top.
ALLOWED = (
    "read",  # the socket; there is no other descriptor
    "write",  # the socket
    "setitimer",  # the soft CPU limit, set around each piece of program code
    "clock_gettime",  # CPU time per event; wall time normally never enters the kernel
    "munmap",  # the allocator gives memory back
    "brk",  # the allocator
    "mremap",  # the allocator grows large lists and strings in place
    "madvise",  # the allocator
    "futex",  # the interpreter lock, when a signal arrives
    "rt_sigreturn",  # the end of every signal handler
    "rt_sigprocmask",  # the interpreter, around its own signal bookkeeping
    "rt_sigaction",  # abort() of a fatal interpreter error; harmless: handlers reach nothing new
    "sigaltstack",  # the interpreter at exit
    "sched_yield",  # the interpreter lock
    "getpid",  # abort(), and the interpreter after a fork
    "gettid",  # abort()
    "gettimeofday",  # where the vDSO cannot answer
    "time",  # the same
    "clock_getres",  # time.get_clock_info
    "getrandom",  # hash seeds of new interpreter structures; the program's random is seeded by us
    "restart_syscall",  # the kernel itself, after a stop signal
    "exit",  # the end
    "exit_group",  # the end
)

# mmap and mprotect are the allocator's as well, but never with PROT_EXEC: no new machine code.
NEVER_EXECUTABLE = ("mmap", "mprotect")

# Questions that the interpreter or the C library may ask by itself (a late import, a traceback that
# wants to show a source line, a destructor that closes).  They get "permission denied", which costs
# nothing and raises no alarm; what they ask about is not there in any case.
DENIED_SOFTLY = (
    *("open", "openat", "stat", "lstat", "fstat", "newfstatat", "statx", "access", "faccessat"),
    *("faccessat2", "readlink", "readlinkat", "getdents64", "getcwd", "ioctl", "fcntl", "lseek"),
    *("close", "getuid", "geteuid", "getgid", "getegid", "getppid", "uname", "sysinfo"),
    *("prlimit64", "getrusage"),
)

# abort() raises SIGABRT through tgkill.  Denied softly for that one signal, so that a fatal error
# of the interpreter ends as a crash and is not counted as an attack; any other use is one.
ABORT_CALL = "tgkill"
_SIGABRT = 6


_PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_FIRST = 0x40000000

KILL = 0x80000000
NOTIFY = 0x7FC00000
_ERRNO = 0x00050000
_ALLOW = 0x7FFF0000
_LOAD_WORD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_AT_LEAST = 0x35
_JUMP_BITS_SET = 0x45
_RETURN = 0x06
# Offsets in struct seccomp_data; arguments are 64 bits wide, low word first on both processors.
_NUMBER_AT = 0
_PROCESSOR_AT = 4
_ARGUMENT_2_AT = 32
_PROT_EXEC = 4
_FILTER_MODE = 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


# What a worker does once after its filter is up: hand the zygote the listener and close it.
UNTIL_SEALED = ("sendmsg", "close", "prctl")


def build_filter(machine: str, verdict: int = KILL) -> bytes | None:
    """Assemble the filter for a processor; None when we have no table for it.

    With NOTIFY it lets the calls of ``UNTIL_SEALED`` through, which ``build_seal`` takes away.
    """
    if machine not in _PROCESSORS:
        return None
    numbers = syscalls.numbers(machine)
    soft = _ERRNO | errno.EACCES
    code = _begin(machine)
    for name in ALLOWED:
        code += _answer(numbers, name, _ALLOW)
    for name in NEVER_EXECUTABLE:
        code += [
            (_JUMP_EQUAL, 0, 4, numbers[name]),
            (_LOAD_WORD, 0, 0, _ARGUMENT_2_AT),
            (_JUMP_BITS_SET, 0, 1, _PROT_EXEC),
            (_RETURN, 0, 0, verdict),
            (_RETURN, 0, 0, _ALLOW),
        ]
    code += [
        (_JUMP_EQUAL, 0, 4, numbers[ABORT_CALL]),
        (_LOAD_WORD, 0, 0, _ARGUMENT_2_AT),
        (_JUMP_EQUAL, 0, 1, _SIGABRT),
        (_RETURN, 0, 0, soft),
        (_RETURN, 0, 0, verdict),
    ]
    for name in UNTIL_SEALED if verdict == NOTIFY else ():
        code += _answer(numbers, name, _ALLOW)
    for name in DENIED_SOFTLY:
        code += _answer(numbers, name, soft)
    code.append((_RETURN, 0, 0, verdict))
    return _pack(code)


# What the filter around a container refuses: Docker's default profile, and Podman's.
CONTAINER_REFUSES = (
    *("acct", "add_key", "bpf", "chroot", "clock_adjtime", "clock_settime", "clone", "clone3"),
    *("create_module", "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount"),
    *("fsopen", "fspick", "get_mempolicy", "init_module", "io_uring_enter", "io_uring_register"),
    *("io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl"),
    *("lookup_dcookie", "mbind", "mount", "mount_setattr", "move_mount", "move_pages"),
    *("nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "personality"),
    *("pivot_root", "process_vm_readv", "process_vm_writev", "ptrace", "query_module"),
    *("quotactl", "quotactl_fd", "reboot", "request_key", "set_mempolicy", "setdomainname"),
    *("sethostname", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "syslog", "umount2"),
    *("unshare", "uselib", "userfaultfd", "ustat", "vhangup", "vmsplice", "socket"),
)


def build_seal(machine: str, *, is_inside_another: bool = False) -> bytes | None:
    """Assemble the second filter, which takes away what the first had to leave for a moment.

    The kernel asks every filter and does the strictest; what this one allows the first has judged.
    Inside another filter, a container's, an answer "not permitted" of that one would be stricter
    than the first's alarm and silence it: what such filters refuse is killed here, without a name.
    """
    if machine not in _PROCESSORS:
        return None
    numbers = syscalls.numbers(machine)
    code = _begin(machine)
    for name in UNTIL_SEALED:
        is_soft = name in DENIED_SOFTLY
        code += _answer(numbers, name, _ERRNO | errno.EACCES if is_soft else KILL)
    for name in CONTAINER_REFUSES if is_inside_another else ():
        code += _answer(numbers, name, KILL)
    code.append((_RETURN, 0, 0, _ALLOW))
    return _pack(code)


def load_filter(code: "Loadable") -> None:
    """Put the filter on this process, for good."""
    libc.prctl(libc.PR_SET_SECCOMP, _FILTER_MODE, code.pointer)


class Loadable:
    """A filter as the kernel takes it.

    Made once, in the zygote: what each worker made for itself would be memory of its own.
    """

    def __init__(self, code: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._buffer))
        self.pointer = ctypes.byref(self._program)


_Lines = list[tuple[int, int, int, int]]


def _begin(machine: str) -> _Lines:
    """Load the number of the call; end the process if it is meant for another processor."""
    code = [
        (_LOAD_WORD, 0, 0, _PROCESSOR_AT),
        (_JUMP_EQUAL, 1, 0, _PROCESSORS[machine]),
        (_RETURN, 0, 0, KILL),
        (_LOAD_WORD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [(_JUMP_AT_LEAST, 0, 1, _X32_FIRST), (_RETURN, 0, 0, KILL)]
    return code


def _pack(code: _Lines) -> bytes:
    return b"".join(struct.pack("HBBI", *line) for line in code)


def _answer(numbers: dict[str, int], name: str, verdict: int) -> _Lines:
    # aarch64 has no open, stat, access or time: there is nothing to answer.
    if name not in numbers:
        return []
    return [(_JUMP_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, verdict)]
