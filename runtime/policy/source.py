"""From the text of a file to findings, or to code for the sandbox.

``check`` is safe to call on anybody's text: size and shape are bounded before anything recursive
looks at it.  ``compile_source`` belongs inside the box, because the compiler itself can be bombed.
"""

import ast
import re
import warnings
from types import CodeType

from runtime.findings import Finding, has_errors
from runtime.policy.rules import Rules
from runtime.policy.transform import rewrite

SOURCE_BYTES_MAX = 256 * 1024
# 60,000 nodes are about 6,000 lines.
NODES_MAX = 60_000
# The deepest honest nest seen in 40,000 files of the standard library and of packages is 90; the
# recursion of parser, transformer and compiler stays within its limits at this depth.
DEPTH_MAX = 120
FINDINGS_MAX = 50
# Everything invisible: control characters but tab and newline, and the marks that turn the
# direction of text, with which a comment can look like code ("Trojan Source", CVE-2021-42574).  The
# joiners U+200C and U+200D stay: emoji and several scripts need them in texts.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class SourceRefusedError(Exception):
    """The source breaks rules of the language; ``findings`` has them all."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = findings


def check(source: str, path: str) -> list[Finding]:
    """Return everything in ``source`` that breaks a rule of the language, in order of place."""
    _, findings = _read(source, path)
    return findings


def compile_source(source: str, path: str) -> CodeType:
    """Compile ``source`` for the sandbox, or raise ``SourceRefusedError``."""
    tree, findings = _read(source, path)
    if tree is None or has_errors(findings):
        raise SourceRefusedError(findings)
    try:
        with warnings.catch_warnings():
            # `x is 1` and the like: not our business, and nobody would read them here.
            warnings.simplefilter("ignore", SyntaxWarning)
            code: CodeType = compile(
                tree, filename=path, mode="exec", dont_inherit=True, optimize=0
            )
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SourceRefusedError([_unparsed(path, error)]) from None
    return code


def _read(source: str, path: str) -> tuple[ast.Module | None, list[Finding]]:
    """Return the tree as rewritten for the sandbox, and the findings."""
    tree, findings = _parse(source, path)
    if tree is None:
        return None, findings
    rules = Rules(path)
    rules.visit(tree)
    findings = sorted(set(rules.findings))[:FINDINGS_MAX]
    if not has_errors(findings):
        tree, errors = rewrite(tree, path)
        findings += errors
    return tree, findings


def _parse(source: str, path: str) -> tuple[ast.Module | None, list[Finding]]:
    hidden = _hidden_text(source, path)
    if hidden:
        return None, hidden
    if len(source.encode()) > SOURCE_BYTES_MAX:
        return None, [_too_large(path, f"has more than {SOURCE_BYTES_MAX // 1024} KiB")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return None, [_unparsed(path, error)]
    oversize = _oversize(tree)
    return (None, [_too_large(path, oversize)]) if oversize else (tree, [])


def _hidden_text(source: str, path: str) -> list[Finding]:
    """Refuse text that does not look like what it is."""
    findings = []
    for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
        found = _INVISIBLE.search(line)
        if found:
            sign = f"U+{ord(found.group()):04X}"
            findings.append(
                Finding(
                    path,
                    number,
                    found.start() + 1,
                    "LANG003",
                    f"has the invisible character {sign}",
                    'remove it, or write it as an escape such as "\\u200b"',
                )
            )
        coding = _CODING.match(line) if number <= 2 else None  # noqa: PLR2004  (PEP 263: 2 lines)
        if coding and coding.group(1).lower().replace("_", "-") not in {"utf-8", "utf8"}:
            findings.append(
                Finding(
                    path,
                    number,
                    1,
                    "LANG003",
                    f"says that it is written in {coding.group(1)[:40]}",
                    "save the file as UTF-8 and remove this line",
                )
            )
    return findings[:FINDINGS_MAX]


def _oversize(tree: ast.AST) -> str:
    """Say what is too large about a tree, without recursion."""
    nodes = 0
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if nodes > NODES_MAX:
            return f"has more than {NODES_MAX} parts"
        if depth > DEPTH_MAX:
            line = getattr(node, "lineno", 0)
            return f"nests more than {DEPTH_MAX} deep near line {line}"
        stack += ((child, depth + 1) for child in ast.iter_child_nodes(node))
    return ""


def _too_large(path: str, message: str) -> Finding:
    return Finding(path, 0, 0, "LANG002", message, "divide it into several files or functions")


def _unparsed(path: str, error: Exception) -> Finding:
    if not isinstance(error, SyntaxError):
        return _too_large(path, "is too large or nests too deeply to be read")
    line, column = error.lineno or 0, max(error.offset or 0, 0)
    return Finding(path, line, column, "LANG001", str(error.msg)[:200], "correct the syntax")
