"""Rules for the members of a JSON document, and the check that names what breaks them.

A rule answers two questions: is this value allowed, and what would be.  Nothing is skipped: a
member that no rule knows is an error, because a merchant who wrote it expects it to work.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sdk.contract.findings import Finding
from sdk.contract.strict_json import Node

NOT_WHOLE = "MAN003"
WRONG_KIND = "MAN004"
MISSING = "MAN005"
UNKNOWN = "MAN006"
WRONG_VALUE = "MAN007"
UNUSED = "MAN021"


@dataclass(frozen=True, slots=True)
class Text:
    """Text of some length, and of some form when ``pattern`` is given."""

    expected: str
    chars_min: int = 1
    chars_max: int = 200
    pattern: str = ""

    def refusal(self, node: Node) -> str:
        """Return the code of the rule that ``node`` breaks, or nothing."""
        if node.kind != "text":
            return WRONG_KIND
        fits = self.chars_min <= len(node.value) <= self.chars_max
        visible = node.value.strip() == node.value and node.value.isprintable()
        formed = not self.pattern or re.fullmatch(self.pattern, node.value)
        return "" if fits and visible and formed else WRONG_VALUE


@dataclass(frozen=True, slots=True)
class Whole:
    """A number written as a plain whole number: not 1.0, not 1e2, not "1", not true."""

    minimum: int
    maximum: int = 2**31 - 1

    @property
    def expected(self) -> str:
        """Say what is allowed."""
        return f"a whole number from {self.minimum} to {self.maximum}"

    def refusal(self, node: Node) -> str:
        """Return the code of the rule that ``node`` breaks, or nothing."""
        if node.kind != "number":
            return WRONG_KIND
        if not node.is_whole:
            return NOT_WHOLE
        # The length first: int() of a million digits would cost the host its time.
        short = len(node.value) <= len(str(self.maximum)) + 1
        return "" if short and self.minimum <= int(node.value) <= self.maximum else WRONG_VALUE


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``, without quotes."""

    expected: str = "true or false, without quotes"

    def refusal(self, node: Node) -> str:
        """Return the code of the rule that ``node`` breaks, or nothing."""
        return "" if node.kind == "flag" else WRONG_KIND


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def expected(self) -> str:
        """Say what is allowed."""
        return "one of " + ", ".join(f'"{word}"' for word in self.words)

    def refusal(self, node: Node) -> str:
        """Return the code of the rule that ``node`` breaks, or nothing."""
        if node.kind != "text":
            return WRONG_KIND
        return "" if node.value in self.words else WRONG_VALUE


@dataclass(frozen=True, slots=True)
class Either:
    """Any of several rules; the message is its own."""

    rules: tuple["Rule", ...]
    expected: str

    def refusal(self, node: Node) -> str:
        """Return the code of the rule that ``node`` breaks, or nothing."""
        for rule in self.rules:
            trial = Findings("")
            check(node, rule, "", trial)
            if not trial.all:
                return ""
        return WRONG_VALUE


@dataclass(frozen=True, slots=True)
class Items:
    """An array of things of one kind."""

    of: "Rule"
    count_min: int = 0
    count_max: int = 100

    @property
    def expected(self) -> str:
        """Say what is allowed."""
        return f"an array of {self.count_min} to {self.count_max} items"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object."""

    rule: "Rule"
    doc: str
    required: bool = False
    # False for members that are valid but change nothing on this host: said, not silently ignored.
    used: bool = True


@dataclass(frozen=True, slots=True)
class Members:
    """An object with these members and no others."""

    members: Mapping[str, Member] = field(default_factory=dict)
    # Said for members that people are likely to bring from elsewhere.
    hints: Mapping[str, str] = field(default_factory=dict)
    expected: str = "an object, in { }"


@dataclass(frozen=True, slots=True)
class Named:
    """An object whose members have names of the program's own, each of one kind."""

    of: "Rule"
    name: Text
    count_max: int

    @property
    def expected(self) -> str:
        """Say what is allowed."""
        return f"an object of at most {self.count_max} members, each named by {self.name.expected}"


Rule = Text | Whole | Flag | Choice | Either | Items | Members | Named


# Characters of a member's name that a message shows.
_NAME_SHOWN_MAX = 80


class Findings:
    """Collects findings about one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.all: list[Finding] = []

    def error(self, node: Node, code: str, message: str, fix: str) -> None:
        """Add a mistake that stops the package."""
        self.all.append(Finding(self.file, node.line, node.column, code, message, fix))

    def warn(self, node: Node, code: str, message: str, fix: str) -> None:
        """Add something that the merchant should know."""
        self.all.append(Finding(self.file, node.line, node.column, code, message, fix, "warning"))


def check(node: Node, rule: Rule, at: str, findings: Findings) -> None:
    """Report everything below ``node`` that breaks ``rule``; ``at`` is its path, for messages."""
    if isinstance(rule, Members):
        _check_members(node, rule, at, findings)
    elif isinstance(rule, Items):
        _check_items(node, rule, at, findings)
    elif isinstance(rule, Named):
        _check_named(node, rule, at, findings)
    else:
        code = rule.refusal(node)
        if code:
            findings.error(
                node,
                code,
                f"{at or 'the manifest'} is {node.shown()}",
                f"expected {rule.expected}",
            )


def plain(node: Node) -> Any:
    """Return the value without its places; numbers that are not whole become floats."""
    if node.kind == "object":
        return {name: plain(each) for name, each in node.value.items()}
    if node.kind == "array":
        return [plain(each) for each in node.value]
    if node.kind == "number":
        return int(node.value) if node.is_whole else float(node.value)
    return node.value


def _check_items(node: Node, rule: Items, at: str, findings: Findings) -> None:
    if node.kind != "array":
        findings.error(
            node, WRONG_KIND, f"{at} is {node.shown()}", f"expected {rule.expected}, in [ ]"
        )
        return
    if not rule.count_min <= len(node.value) <= rule.count_max:
        findings.error(
            node, WRONG_VALUE, f"{at} has {len(node.value)} items", f"expected {rule.expected}"
        )
    for number, item in enumerate(node.value):
        check(item, rule.of, f"{at}[{number}]", findings)


def _check_named(node: Node, rule: Named, at: str, findings: Findings) -> None:
    if node.kind != "object":
        findings.error(node, WRONG_KIND, f"{at} is {node.shown()}", f"expected {rule.expected}")
        return
    if len(node.value) > rule.count_max:
        findings.error(
            node, WRONG_VALUE, f"{at} has {len(node.value)} members", f"expected {rule.expected}"
        )
    for name, value in node.value.items():
        path = _path(at, name)
        if not re.fullmatch(rule.name.pattern, name):
            findings.error(
                value, WRONG_VALUE, f"{path}: that is no name", f"expected {rule.name.expected}"
            )
        check(value, rule.of, path, findings)


def _check_members(node: Node, rule: Members, at: str, findings: Findings) -> None:
    if node.kind != "object":
        where = at or "the manifest"
        findings.error(node, WRONG_KIND, f"{where} is {node.shown()}", f"expected {rule.expected}")
        return
    for name, member in rule.members.items():
        if member.required and name not in node.value:
            findings.error(
                node,
                MISSING,
                f"{_path(at, name)} is missing",
                f"add it: {member.doc} Expected {member.rule.expected}",
            )
    for name, value in node.value.items():
        known = rule.members.get(name)
        if known is None:
            _report_unknown(value, name, rule, at, findings)
            continue
        before = len(findings.all)
        check(value, known.rule, _path(at, name), findings)
        if not known.used and len(findings.all) == before:
            findings.warn(
                value,
                UNUSED,
                f"{_path(at, name)} is {value.shown()}, and changes nothing on this host",
                "keep it for other platforms, or remove it",
            )


def _report_unknown(value: Node, name: str, rule: Members, at: str, findings: Findings) -> None:
    near = difflib.get_close_matches(name, rule.members, n=1)
    if name in rule.hints:
        fix = rule.hints[name]
    elif near:
        fix = f'did you mean "{near[0]}"?'
    else:
        fix = f"remove it: it would be ignored. Expected one of {', '.join(rule.members)}"
    findings.error(
        value, UNKNOWN, f"{_path(at, name)} is {value.shown()}: no member has this name", fix
    )


def _path(at: str, name: str) -> str:
    """Return where a member is; a name that only a stranger would write is cut for the message."""
    short = name if len(name) <= _NAME_SHOWN_MAX else f"{name[:_NAME_SHOWN_MAX]}…"
    return f"{at}.{short}" if at else short
