"""The system-call filter: the few calls that a running interpreter needs, and an alarm on the rest.

The filter is classic BPF, assembled here because it is thirty lines and a dependency would have to
be trusted as much.  It checks the processor first, since the numbers below mean other calls under
another one, and refuses x32, whose numbers alias those of x86_64.
"""

import ctypes
import errno
import struct

from runtime.jail import libc

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


def _numbers(table: str) -> dict[str, int]:
    pairs = (entry.split("=") for entry in table.split())
    return {name: int(number) for name, number in pairs}


_X86_64 = _numbers(
    """
    read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 lseek=8 mmap=9 mprotect=10
    munmap=11 brk=12 rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 access=21
    sched_yield=24 mremap=25 madvise=28 setitimer=38 getpid=39 exit=60 uname=63 fcntl=72
    getcwd=79 readlink=89 gettimeofday=96 getrusage=98 sysinfo=99 getuid=102 getgid=104
    geteuid=107 getegid=108 getppid=110 sigaltstack=131 gettid=186 time=201 futex=202
    getdents64=217 restart_syscall=219 clock_gettime=228 clock_getres=229 exit_group=231
    tgkill=234 openat=257 newfstatat=262 readlinkat=267 faccessat=269 prlimit64=302
    getrandom=318 statx=332 faccessat2=439
    """
)
_AARCH64 = _numbers(
    """
    getcwd=17 fcntl=25 ioctl=29 faccessat=48 openat=56 close=57 getdents64=61 lseek=62
    read=63 write=64 readlinkat=78 newfstatat=79 fstat=80 exit=93 exit_group=94 futex=98
    setitimer=103 clock_gettime=113 clock_getres=114 sched_yield=124 restart_syscall=128
    tgkill=131 sigaltstack=132 rt_sigaction=134 rt_sigprocmask=135 rt_sigreturn=139
    uname=160 getrusage=165 gettimeofday=169 getpid=172 getppid=173 getuid=174 geteuid=175
    getgid=176 getegid=177 gettid=178 sysinfo=179 brk=214 munmap=215 mremap=216 mmap=222
    mprotect=226 madvise=233 prlimit64=261 getrandom=278 statx=291 faccessat2=439
    """
)
_PROCESSORS = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}
_X32_FIRST = 0x40000000

_KILL_PROCESS = 0x80000000
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


def build_filter(machine: str) -> bytes | None:
    """Assemble the filter for a processor; None when we have no table for it."""
    if machine not in _PROCESSORS:
        return None
    audit_code, numbers = _PROCESSORS[machine]
    soft = _ERRNO | errno.EACCES
    code = [
        (_LOAD_WORD, 0, 0, _PROCESSOR_AT),
        (_JUMP_EQUAL, 1, 0, audit_code),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD_WORD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [(_JUMP_AT_LEAST, 0, 1, _X32_FIRST), (_RETURN, 0, 0, _KILL_PROCESS)]
    for name in ALLOWED:
        code += _answer(numbers, name, _ALLOW)
    for name in NEVER_EXECUTABLE:
        code += [
            (_JUMP_EQUAL, 0, 4, numbers[name]),
            (_LOAD_WORD, 0, 0, _ARGUMENT_2_AT),
            (_JUMP_BITS_SET, 0, 1, _PROT_EXEC),
            (_RETURN, 0, 0, _KILL_PROCESS),
            (_RETURN, 0, 0, _ALLOW),
        ]
    code += [
        (_JUMP_EQUAL, 0, 4, numbers[ABORT_CALL]),
        (_LOAD_WORD, 0, 0, _ARGUMENT_2_AT),
        (_JUMP_EQUAL, 0, 1, _SIGABRT),
        (_RETURN, 0, 0, soft),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    for name in DENIED_SOFTLY:
        code += _answer(numbers, name, soft)
    code.append((_RETURN, 0, 0, _KILL_PROCESS))
    return b"".join(struct.pack("HBBI", *line) for line in code)


def load_filter(code: bytes) -> None:
    """Put the filter on this process, for good."""
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    libc.prctl(libc.PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program))


def _answer(numbers: dict[str, int], name: str, verdict: int) -> list[tuple[int, int, int, int]]:
    # aarch64 has no open, stat, access or time: there is nothing to answer.
    if name not in numbers:
        return []
    return [(_JUMP_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, verdict)]
