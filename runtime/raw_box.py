"""A worker that runs any code, for tests of the walls: with the language wall, or without it.

Only ``Pool.open_raw`` asks for one; a worker that was made for programs has no such loop.  It is
locked down exactly as they are, so what a payload manages to do here an escaped mini-program would
manage too.
"""

import builtins
import functools
import os
import random
import reprlib
import struct
import types
from collections.abc import Iterator
from typing import Any, NoReturn

import msgspec

from runtime import messages as m
from runtime import plain, policy
from runtime.cpu_limit import CpuLimit, CpuLimitError
from runtime.policy.classes import ProgramType
from runtime.policy.guards import ATTRIBUTES
from runtime.worker_socket import SOCKET, send

FILE = "payload.py"
CPU_MS_MAX = 200
SHOWN_MAX = 500
_SEARCHED_MAX = 20_000
_LENGTH = struct.Struct("<I")
_read = msgspec.msgpack.Decoder(m.RunRaw)

# Functions that must be in no result, by identity: each is an escape or half of one.
_DANGEROUS = {
    id(getattr(builtins, name)): name
    for name in (
        *("open", "eval", "exec", "compile", "__import__", "globals", "locals", "vars", "input"),
        *("breakpoint", "help", "object", "type", "getattr", "setattr", "delattr", "memoryview"),
    )
    if hasattr(builtins, name)
}
_DANGEROUS_TYPES = (
    types.ModuleType,
    types.FrameType,
    types.CodeType,
    types.TracebackType,
    types.MappingProxyType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.CellType,
)


def serve(walls: tuple[str, ...]) -> NoReturn:
    """Run what is sent, one piece after the other."""
    limit = CpuLimit(lambda path: path == FILE)
    limit.install()
    limit.arm()
    send(m.Ready(list(walls)))
    while True:
        send(_run(_read.decode(_receive()), limit))


def _run(request: m.RunRaw, limit: CpuLimit) -> m.RawResult:
    try:
        try:
            limit.start(CPU_MS_MAX * 1_000_000)
            result = _run_limited(request)
        finally:
            limit.stop()
    except CpuLimitError:
        limit.stop()
        return m.RawResult("timeout", "computed for too long", "")
    except policy.SourceRefusedError as error:
        return m.RawResult("refused", str(error)[:SHOWN_MAX], "")
    except BaseException as error:  # noqa: BLE001  (any way to fail is a result)
        return m.RawResult("error", type(error).__name__, "")
    return result


def _run_limited(request: m.RunRaw) -> m.RawResult:
    if request.language_wall:
        code = policy.compile_source(request.source, FILE)
        names = policy.make_globals(
            sdk_modules={},
            program_modules=lambda _name: None,
            log=lambda _line: None,
            now_ms=lambda: 1_700_000_000_000,
            rng=random.Random(1),  # noqa: S311  (must be repeatable)
        )
    else:
        code = compile(request.source, FILE, "exec")
        names = {"__builtins__": builtins, "__name__": "payload"}
    names["CANARY"] = request.canary
    exec(code, names)  # noqa: S102  (this is what the box is for)
    out = names.get("OUT")
    danger = find_danger(out) if request.language_wall else ""
    return m.RawResult("value", _show(out), danger[:SHOWN_MAX])


def _show(value: Any) -> str:
    """Show a result as the host would get it: as plain data, else by its type."""
    try:
        text = plain.encode(value)
    except plain.NotPlainError:
        return reprlib.repr(type(value))[:SHOWN_MAX]
    return text[:SHOWN_MAX].decode(errors="replace")


def find_danger(value: Any) -> str:
    """Name something in a result that leads out of the language, or return an empty text.

    Looks at what a program can take apart by itself: containers, its own instances, and what
    functions and bound methods carry.
    """
    seen: set[int] = set()
    stack = [value]
    while stack and len(seen) < _SEARCHED_MAX:
        each = stack.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if id(each) in _DANGEROUS:
            return f"the built-in {_DANGEROUS[id(each)]}"
        if isinstance(each, _DANGEROUS_TYPES):
            return f"a {type(each).__name__}"
        if type(each) is type and each not in ATTRIBUTES and not issubclass(each, BaseException):
            return f"the type {each.__name__}"
        stack.extend(_inside(each))
    return ""


def _inside(value: Any) -> Iterator[Any]:
    kind = type(value)
    if issubclass(kind, dict):
        yield from list(dict.keys(value))
        yield from list(dict.values(value))
    elif issubclass(kind, list | tuple | set | frozenset):
        yield from list(value)
    elif isinstance(kind, ProgramType) and hasattr(value, "__dict__"):
        yield from list(vars(value).values())
    elif kind is types.MethodType or _is_method_of_a_value(value):
        yield value.__self__
    elif kind is functools.partial or issubclass(kind, BaseException):
        yield from value.args


def _is_method_of_a_value(value: Any) -> bool:
    # A built-in function's __self__ is its module, which no program can get at.
    return type(value) is types.BuiltinMethodType and not isinstance(
        value.__self__, types.ModuleType
    )


def _receive() -> bytes:
    (length,) = _LENGTH.unpack(_read_exactly(_LENGTH.size))
    return _read_exactly(length)


def _read_exactly(size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(SOCKET, size - len(data))
        if not more:
            os._exit(0)
        data += more
    return data
