"""The walls of the box: that they hold, that we would notice if they did not."""

import asyncio
import json
import os
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from runtime.jail import PROBES, ProbeResult, SelfTest, landlock, seccomp, syscalls
from runtime.jail.selftest import EXIT_CONTROL, EXIT_ESCAPED, EXIT_HELD, run_probe
from tests.redteam.box import Box, run_native_payload

ROOT = Path(__file__).parent.parent.parent
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give these things up")
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_DENY = 0x0005000D
# Of the verdicts of several filters, the kernel takes the first in this order.
_STRICTEST_FIRST = (_KILL, _DENY, seccomp.NOTIFY, _ALLOW)
_X86 = 0xC000003E


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box() -> AsyncIterator[Box]:
    """Workers without the language wall."""
    async with Box() as made:
        yield made


def _verdict(
    number: int,
    *,
    arguments: tuple[int, ...] = (),
    processor: int = _X86,
    program: bytes | None = None,
) -> int:
    """Run the x86_64 filter on one call, as the kernel would."""
    program = program or seccomp.build_filter("x86_64")
    assert program is not None
    data = struct.pack("<IIQ6Q", number, processor, 0, *arguments, *[0] * (6 - len(arguments)))
    lines = list(struct.iter_unpack("HBBI", program))
    accumulator = at = 0
    while True:
        code, when_true, when_false, value = lines[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += when_true if holds else when_false


class TestFilter:
    """The system-call filter, line by line."""

    @pytest.mark.parametrize("number", [0, 1, 38, 228, 231])
    def test_what_the_interpreter_needs_is_allowed(self, number: int) -> None:
        """Reading, writing, the timer, the clock, the end."""
        assert _ALLOW == _verdict(number)

    @pytest.mark.parametrize("number", [2, 4, 257, 262, 332])
    def test_files_are_denied_without_an_alarm(self, number: int) -> None:
        """A traceback that looks for a source line is not an attack."""
        assert _DENY == _verdict(number)

    def test_no_other_call_gets_through(self) -> None:
        """Of the first six hundred numbers, those in the table and no others."""
        numbers = syscalls.numbers("x86_64")
        known = {numbers[name] for name in (*seccomp.ALLOWED, *seccomp.NEVER_EXECUTABLE)}

        assert known == {number for number in range(600) if _verdict(number) == _ALLOW}

    def test_memory_is_never_executable(self) -> None:
        """Neither newly mapped nor changed; with any other protection it is given."""
        for number in (9, 10):
            assert _ALLOW == _verdict(number, arguments=(0, 4096, 3))
            assert _KILL == _verdict(number, arguments=(0, 4096, 5))
            assert _KILL == _verdict(number, arguments=(0, 4096, 7))

    def test_only_abort_may_signal_and_does_not(self) -> None:
        """A fatal interpreter error is a crash, any other signal an attack."""
        assert _DENY == _verdict(234, arguments=(1, 1, 6))
        assert _KILL == _verdict(234, arguments=(1, 1, 9))

    def test_other_processors_numbers_are_not_believed(self) -> None:
        """32-bit and x32 calls have numbers that mean something else."""
        assert _KILL == _verdict(0, processor=0x40000003)
        assert _KILL == _verdict(0x40000000 | 1)

    def test_the_listening_filters_together_are_as_strict(self) -> None:
        """What the first leaves for a moment the second takes; the stricter verdict counts."""
        notifier = seccomp.build_filter("x86_64", seccomp.NOTIFY)
        seal = seccomp.build_seal("x86_64")
        seal_inside = seccomp.build_seal("x86_64", is_inside_another=True)
        assert notifier
        assert seal
        assert seal_inside

        for processor, first in ((_X86, 0), (_X86, 0x40000000), (0x40000003, 0)):
            for number in range(first, first + 600):
                for arguments in ((0, 0, 3), (0, 0, 5), (1, 1, 6)):
                    asked = {"arguments": arguments, "processor": processor}
                    alone = _verdict(number, **asked)
                    for second in (seal, seal_inside):
                        verdicts = [
                            _verdict(number, program=each, **asked) for each in (notifier, second)
                        ]
                        both = min(verdicts, key=_STRICTEST_FIRST.index)
                        assert both == alone or (both, alone) == (seccomp.NOTIFY, _KILL)

    def test_an_unknown_processor_has_no_filter(self) -> None:
        """Then the probes will show that the box does not hold."""
        assert seccomp.build_filter("pdp11") is None
        assert seccomp.build_filter("aarch64")

    def test_a_ruleset_denies_what_its_version_knows(self) -> None:
        """Each newer Landlock is asked for more."""
        sizes = [len(landlock.ruleset(version)) for version in (1, 3, 4, 6)]

        assert [8, 8, 16, 24] == sizes
        assert struct.unpack("Q", landlock.ruleset(1)) < struct.unpack("Q", landlock.ruleset(3))


class TestSelfTest:
    """The proof at start, and that it can fail."""

    @pytest.mark.parametrize("name", ["open", "socket", "fork"])
    def test_a_probe_outside_the_box_succeeds(self, name: str) -> None:
        """So a probe that is stopped was stopped by the box."""
        child = os.fork()
        if child == 0:
            run_probe(name)
        _, status = os.waitpid(child, 0)

        assert EXIT_ESCAPED == os.waitstatus_to_exitcode(status)

    def test_one_escape_is_enough_to_refuse(self) -> None:
        """And so is a probe that was not run, or a control that did not run."""
        held = {name: ProbeResult(name, EXIT_HELD) for name in PROBES}
        held["control"] = ProbeResult("control", EXIT_CONTROL)
        walls = ("rlimits", "no_new_privs", "landlock", "seccomp")

        def runs_uploads(**changed: ProbeResult) -> bool:
            return SelfTest("strict", walls, tuple((held | changed).values())).runs_uploads

        assert runs_uploads()
        assert not runs_uploads(open=ProbeResult("open", EXIT_ESCAPED))
        assert not runs_uploads(fork=ProbeResult("fork", 70))
        assert not runs_uploads(control=ProbeResult("control", EXIT_HELD))
        assert not SelfTest("strict", walls, tuple(held.values())[1:]).runs_uploads
        assert not SelfTest("degraded", walls, tuple(held.values())).runs_uploads
        assert not SelfTest("strict", walls[:-1], tuple(held.values())).runs_uploads

    async def test_without_privileges(self) -> None:
        """An ordinary user gets every wall but the ids, where user namespaces are allowed."""
        told = await _confined("ordinary")

        _assert_a_stranger_runs_and_stays_inside(told)
        assert {"caps", "no_new_privs", "rlimits", "seccomp"} <= set(told["strict"]["walls"])
        assert {"landlock", "mount"} & set(told["strict"]["walls"])

    @needs_root
    async def test_in_a_container(self) -> None:
        """No namespaces there; the others are up, named, and enough."""
        told = await _confined("container")

        _assert_a_stranger_runs_and_stays_inside(told)
        assert {"net", "pid", "mount"}.isdisjoint(told["strict"]["walls"])
        assert {"uid", "landlock", "seccomp"} <= set(told["strict"]["walls"])

    @needs_root
    async def test_as_nobody_in_a_container(self) -> None:
        """Without any capability neither ids nor namespaces can be given: two walls are left."""
        told = await _confined("container_user")

        _assert_a_stranger_runs_and_stays_inside(told)
        assert (65534, 0) == (told["uid"], told["capabilities"])
        assert ["rlimits", "caps", "no_new_privs", "landlock", "seccomp"] == told["strict"]["walls"]

    @needs_root
    async def test_without_landlock_the_namespaces_stand_behind_the_filter(self) -> None:
        """An empty root and an empty network are a second wall as well."""
        told = await _confined("no_landlock")

        _assert_a_stranger_runs_and_stays_inside(told)
        assert "landlock" not in told["strict"]["walls"]

    @needs_root
    async def test_one_wall_is_not_enough(self) -> None:
        """The filter stops every probe, and strict refuses: a mistake in it would be a way out."""
        told = await _confined("one_wall")

        strict, degraded = told["strict"], told["degraded"]
        assert {"error", "killed"} == set(told["native"].values())
        assert ("isolation", "isolation") == (strict["uploaded"], strict["own"])
        assert ("isolation", 42) == (degraded["uploaded"], degraded["own"])
        (sentence,) = strict["missing"]
        assert "neither Landlock nor empty namespaces" in sentence
        assert "Linux 5.13 or newer" in sentence

    @needs_root
    async def test_a_poor_kernel_is_found_out(self) -> None:
        """Strict runs nothing then; degraded runs the developer's own program."""
        told = await _confined("poor")

        strict, degraded = told["strict"], told["degraded"]
        assert not strict["holds"]
        assert {"seccomp", "landlock"}.isdisjoint(strict["walls"])
        assert "CONFIG_SECCOMP_FILTER" in strict["missing"][0]
        assert ("isolation", "isolation") == (strict["uploaded"], strict["own"])
        assert ("isolation", 42) == (degraded["uploaded"], degraded["own"])


def _assert_a_stranger_runs_and_stays_inside(told: Any) -> None:
    """A real program answers, and no native payload comes to anything."""
    strict = told["strict"]
    assert (True, [], 42, 42) == (
        strict["runs_uploads"],
        strict["missing"],
        strict["uploaded"],
        strict["own"],
    )
    softly = {"read", "write", "list"}
    assert {"error"} == {told["native"][name] for name in softly}
    assert {"killed"} == {how for name, how in told["native"].items() if name not in softly}


@pytest.mark.asyncio(loop_scope="module")
class TestFromInside:
    """Native code in a worker, as after a broken language wall."""

    @pytest.mark.parametrize(
        "act",
        [
            "import os; OUT = os.fork()",
            "import os; os.execv('/bin/true', ['true'])",
            "import socket; OUT = socket.socket()",
            "import socket; OUT = socket.socketpair()",
            "import os; OUT = os.pipe()",
            "import os; os.kill(1, 9)",
            "import os; os.kill(0, 9)",
            "import os; OUT = os.pidfd_open(1)",
            "import os; OUT = os.memfd_create('x')",
            "import os; os.setuid(0)",
            "import os; os.chroot('/')",
            "import time; time.sleep(60)",
            "import _thread; _thread.start_new_thread(print, ())",
            "import ctypes; ctypes.CDLL(None).mmap(None, 4096, 7, 34, -1, 0)",
            "import ctypes; ctypes.CDLL(None).syscall(101, 16, 1, 0, 0)",
        ],
    )
    async def test_a_forbidden_act_ends_the_worker(self, box: Box, act: str) -> None:
        """And reaches nothing."""
        result = await box.run(act, language_wall=False)

        assert ("killed", None) == (result.status, result.danger)

    @pytest.mark.parametrize(
        "act",
        [
            "OUT = open(CANARY).read()",
            "OUT = open(CANARY, 'w')",
            "import os; OUT = os.listdir('/')",
            "OUT = open('/proc/self/mem', 'rb')",
            "import os; OUT = os.stat('/')",
            "import os; OUT = os.dup(3)",
            "import os; OUT = os.open('/', 0)",
            "import json.tool; OUT = 1",
            "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        ],
    )
    async def test_files_do_not_exist(self, box: Box, act: str) -> None:
        """Nothing can be opened, listed or imported."""
        result = await box.run(act, language_wall=False)

        assert ("error", None) == (result.status, result.danger)

    async def test_one_descriptor_is_all_there_is(self, box: Box) -> None:
        """No file, no pipe and no socket of anybody else was left open."""
        source = (
            "import os\nOUT = []\n"
            "for fd in range(4096):\n"
            "    try:\n        os.read(fd, 0)\n        OUT.append(fd)\n"
            "    except OSError:\n        pass\n"
            "OUT = [] if OUT == [3] else OUT\n"
        )
        result = await box.run(source, language_wall=False)

        assert ("value", "[]", None) == (result.status, result.repr, result.danger)

    async def test_memory_ends_somewhere(self, box: Box) -> None:
        """A worker has 128 MiB, and asking for more is an ordinary error."""
        result = await box.run("OUT = bytearray(2 << 30)", language_wall=False)

        assert ("error", "MemoryError", None) == (result.status, result.repr, result.danger)

    async def test_the_judge_sees_an_escape(self, box: Box) -> None:
        """What a payload brings back is looked at: a result that should not be is a danger."""
        result = await box.run("OUT = 'got it'", language_wall=False)

        assert result.danger

    async def test_one_payload_alone(self) -> None:
        """The short form starts and stops a box of its own."""
        assert "killed" == (await run_native_payload("import os\nos.fork()\n")).status


async def _confined(mode: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.runtime.confined", mode),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert 0 == process.returncode
    return json.loads(out)
