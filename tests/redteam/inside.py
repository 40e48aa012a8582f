"""Runs payloads with the language wall on, each in a process of its own, and judges the effect.

``python -m tests.redteam.inside`` reads one case per line and answers one verdict per line.  Each
case runs in a forked child with limits and an audit hook, so that nothing a payload manages to do
can touch the judge or the next case.
"""

import copyreg
import decimal
import json
import os
import random
import resource
import select
import signal
import sys
from json import encoder
from pathlib import Path
from typing import Any

from runtime import plain, policy
from runtime.policy.names import is_reserved
from sdk import ApiError, Component, Page
from sdk.api import make_api
from tests.redteam.walker import Walker

FILE = "payload.py"
# Most of it is the search, over as many values as it looks at.
CPU_S_MAX = 5
MEMORY_BYTES_MAX = 512 * 1024 * 1024
_ANSWER_CHARS_MAX = 400
# What no statement of a mini-program may cause (PEP 578).  Frames, code objects and the like
# announce themselves as object.__getattr__.
_FORBIDDEN_EVENTS = (
    *("open", "import", "exec", "compile", "os.", "socket.", "subprocess.", "ctypes.", "pty."),
    *("object.__getattr__", "object.__setattr__", "object.__delattr__", "sys._", "sys.set"),
    *("code.__new__", "function.__new__", "marshal.", "pickle.", "gc.", "mmap.", "signal."),
    *("shutil.", "tempfile.", "glob.", "webbrowser.", "builtins.input", "builtins.breakpoint"),
)


def main() -> None:
    """Judge cases from standard input until it ends."""
    for line in sys.stdin:
        case = json.loads(line)
        answer = _judge_in_child(case)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _judge_in_child(case: dict[str, Any]) -> dict[str, str]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run_child(case, writer)
    os.close(writer)
    text, is_late = _read(reader, float(case["wall_s"]))
    if is_late:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if is_late:
        return {"status": "timeout", "detail": "", "danger": ""}
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return {"status": "killed", "detail": name, "danger": ""}
    if not text:
        return {
            "status": "killed",
            "detail": f"ended with {status}",
            "danger": "it ended the judge",
        }
    answer: dict[str, str] = json.loads(text)
    return answer


def _read(reader: int, wall_s: float) -> tuple[str, bool]:
    """Return what the child says, and whether it was too late."""
    data = b""
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], wall_s)[0]:
            more = pipe.read(65536)
            if not more:
                return data.decode(), False
            data += more
    return "", True


def _run_child(case: dict[str, Any], writer: int) -> None:
    """Run the payload and write the verdict; never returns."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = {
        name: text[:_ANSWER_CHARS_MAX].encode("ascii", "backslashreplace").decode()
        for name, text in _verdict(case).items()
    }
    os.write(writer, json.dumps(answer).encode())
    os._exit(0)


def _verdict(case: dict[str, Any]) -> dict[str, str]:
    try:
        code = policy.compile_source(case["code"], FILE)
    except policy.SourceRefusedError as refusal:
        return {"status": "refused", "detail": str(refusal), "danger": ""}
    namespace = _namespace(case)
    before = _world(namespace)
    caused = _listen()
    try:
        exec(code, namespace)  # noqa: S102  (this is what the child is for)
        status, detail = "value", ""
    except MemoryError:
        status, detail = "error", "MemoryError"
    except BaseException as error:  # noqa: BLE001  (any way to fail is a result)
        status, detail = "error", type(error).__name__
        namespace["_raised_"] = error
    events = list(caused)
    caused.append("heard enough")
    danger = _find_danger(namespace, case, before, events)
    return {"status": status, "detail": detail, "danger": danger}


def _namespace(case: dict[str, Any]) -> dict[str, Any]:
    """Return what a payload runs in: what a program has, and what the case asks for."""
    namespace = policy.make_globals(
        sdk_modules={
            "sdk": {
                "Page": Page,
                "Component": Component,
                "ApiError": ApiError,
                "api": make_api(lambda _name, _args: {}),
            }
        },
        program_modules=lambda _name: None,
        log=lambda _line: None,
        now_ms=lambda: 1_700_000_000_000,
        rng=random.Random(1),  # noqa: S311  (must be repeatable)
        name="payload",
    )
    for name in case.get("mods", ()):
        try:
            namespace[name] = namespace["__builtins__"]["__import__"](name)
        except ImportError:
            continue
    namespace["CANARY"] = case["canary"]
    # How the host shows a mapping that must not change.
    namespace["FROZEN"] = policy.as_facade("frozen", {"k": 1})
    namespace["type_name"] = _type_name
    return namespace


def _type_name(value: object) -> str:
    return type(value).__name__


def _listen() -> list[str]:
    """Collect the forbidden audit events from now on, until the list says that it is enough."""
    heard: list[str] = []

    def hook(event: str, _args: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN_EVENTS) and "heard enough" not in heard:
            heard.append(event)

    sys.addaudithook(hook)
    return heard


def _world(namespace: dict[str, Any]) -> list[Any]:
    """Describe what a payload must not change: guards, façades, and what modules share."""
    given = namespace["__builtins__"]
    modules = [given["__import__"](name) for name in policy.modules.STANDARD_MODULES]
    return [
        {name: id(value) for name, value in namespace.items() if name.startswith("_")},
        {name: id(value) for name, value in given.items()},
        [
            sorted(
                (name, id(getattr(module, name))) for name in dict(policy.facade.names_of(module))
            )
            for module in modules
        ],
        dict(encoder.ESCAPE_DCT),
        sorted(map(repr, copyreg.dispatch_table)),
        (decimal.DefaultContext.prec, decimal.getcontext().prec),
        random.getstate(),
        {name: id(value) for name, value in vars(json).items()},
        {name: id(value) for name, value in vars(Page).items()},
        {name: id(value) for name, value in vars(Component).items()},
        sorted(sys.modules),
        sys.getrecursionlimit(),
        Path.cwd(),
    ]


def _find_danger(
    namespace: dict[str, Any], case: dict[str, Any], before: list[Any], events: list[str]
) -> str:
    # The first `exec` is ours.
    if "exec" in events:
        events.remove("exec")
    if events:
        return f"it caused {', '.join(sorted(set(events)))}"
    raised = namespace.pop("_raised_", None)
    if raised is not None and not isinstance(raised, Exception):
        return f"it raised {type(raised).__name__}, which ends the worker's loop"
    after = _world(namespace)
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        kept = {name: now.get(name) for name in was} if isinstance(was, dict) else now
        if kept != was:
            return f"it changed what all programs share (part {number})"
    return _find_in_results(namespace, case, raised)


def _find_in_results(namespace: dict[str, Any], case: dict[str, Any], raised: object) -> str:
    out = namespace.get("OUT")
    if type(out) is tuple and out and type(out[0]) is str and out[0] in {"bypass", "poison"}:
        return f"its mark was reached: {out!r:.80}"
    walker = Walker(namespace, case["secret"])
    own = {
        name: value
        for name, value in namespace.items()
        if not is_reserved(name) and name not in {"CANARY", "FROZEN", "type_name"}
    }
    found = walker.find([out, list(own.values()), raised])
    if found:
        return f"it got hold of {found}"
    try:
        plain.encode(out)
    except plain.NotPlainError:
        return ""
    except BaseException as error:  # noqa: BLE001  (whatever the encoder does not expect)
        return f"its result breaks the encoder of replies: {type(error).__name__}"
    return ""


if __name__ == "__main__":
    main()
