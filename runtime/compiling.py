"""Compiling, inside the box: the compiler itself can be bombed, and its output is only for a box.

What comes out is marshalled code behind one line of text that names everything it depends on.  The
host stores it and compares the line; it never unmarshals, for ``marshal`` does not withstand
malicious data.  A worker that is given code of another make refuses it, and the host compiles
again.
"""

import marshal
from collections.abc import Mapping
from types import CodeType

from runtime import messages as m
from runtime.language import compile_file
from sdk.contract.findings import Finding

FINDINGS_MAX = 100
# What the host calls this compiler; the last name counts.
_version = [b""]


class StaleCodeError(Exception):
    """Compiled code was made by another Python, RestrictedPython or policy."""


def take_version(name: str) -> None:
    """Take the compiler's name from the host (``runtime.compiler_name``), once."""
    _version.append(name.encode())


def compile_sources(sources: Mapping[str, str]) -> m.Compiled | m.CompileRefused:
    """Compile every file, or say what is wrong with all of them together."""
    files: dict[str, CodeType] = {}
    findings: list[Finding] = []
    for path, source in sorted(sources.items()):
        code, found = compile_file(source, path)
        findings += found
        if code is not None:
            files[path] = code
    if findings:
        return m.CompileRefused([_for_the_wire(each) for each in findings[:FINDINGS_MAX]])
    return m.Compiled(pack(files))


def refuse_everything(why: str) -> m.CompileRefused:
    """Refuse a program for a reason that cannot be tied to one line."""
    return m.CompileRefused([_for_the_wire(bomb(why))])


def bomb(why: str) -> Finding:
    """Return the finding about source that the compiler does not survive."""
    return Finding("", 0, 0, "LANG000", why, "make the files smaller and simpler")


def pack(files: Mapping[str, CodeType]) -> bytes:
    """Return compiled files as the host stores them."""
    return _version[-1] + b"\n" + marshal.dumps(dict(files))


def unpack(code: bytes) -> dict[str, CodeType]:
    """Return compiled files, or refuse those of another compiler.  Only inside a box."""
    made_by, _, body = code.partition(b"\n")
    if made_by != _version[-1]:
        raise StaleCodeError("this code was made by another version of the compiler")
    files: dict[str, CodeType] = marshal.loads(body)  # noqa: S302  (inside the box only)
    return files


def _for_the_wire(finding: Finding) -> m.FoundInSource:
    return m.FoundInSource(
        finding.file[:200],
        finding.line,
        finding.column,
        finding.code[:200],
        finding.message[:2000],
        finding.fix[:2000],
        finding.severity,
    )
