"""QuickJS: a context per program, in one Python process.  Lines are as in node.mjs."""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.append(sys.argv[1])

import quickjs  # type: ignore[import-not-found]

SOURCE = Path(sys.argv[2]).read_text(encoding="utf-8")


def new_program() -> tuple[object, Callable[[str], str]]:
    """Return a new context, which must be kept, and its handler."""
    context = quickjs.Context()
    context.eval(SOURCE)
    return context, context.get("handle")


first = new_program()
kept = []
for line in sys.stdin:
    program = first if line[0] == "e" else new_program()
    if line[0] == "k":
        kept.append(program)
    sys.stdout.write(program[1](line[1:]) + "\n")
    sys.stdout.flush()
