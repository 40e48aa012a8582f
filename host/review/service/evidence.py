"""What an admin looks at: what changed since people last got a version, and the lines in question.

Pure: packages go in, plain facts come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from host.programs.service import Permission, Version
from runtime.package import Package
from sdk.contract.findings import Finding

_EXCERPT_LENGTH_MAX = 160
_FILE_SHOWN_BYTES_MAX = 200_000

FileChange = Literal["added", "changed", "removed", "same"]


@dataclass(frozen=True, slots=True)
class ChangedPermission:
    """A permission and how it differs from the version that people have now."""

    permission: Permission
    # "new": people have not been asked for it before; "dropped": they will be asked no more.
    change: Literal["new", "same", "dropped"]


@dataclass(frozen=True, slots=True)
class ChangedHost:
    """A host that the version may send people's data to, and how that differs."""

    name: str
    change: Literal["new", "same", "dropped"]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file of the package and how it differs."""

    path: str
    size_bytes: int
    change: FileChange


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding with the line that it is about."""

    finding: Finding
    excerpt: str


def compare_permissions(new: Version, old: Version | None) -> list[ChangedPermission]:
    """Return what the version asks for, new requests first, and what it asks for no more."""
    before = {p.scope for p in old.permissions} if old is not None else set()
    now = {p.scope for p in new.permissions}
    asked = [ChangedPermission(p, "same" if p.scope in before else "new") for p in new.permissions]
    asked.sort(key=lambda changed: changed.change)
    dropped = [p for p in old.permissions if p.scope not in now] if old is not None else []
    return [*asked, *(ChangedPermission(p, "dropped") for p in dropped)]


def compare_network(new: Version, old: Version | None) -> list[ChangedHost]:
    """Return the hosts that the version may ask, new ones first, and those it asks no more."""
    before = old.network if old is not None else ()
    asked = [ChangedHost(name, "same" if name in before else "new") for name in new.network]
    asked.sort(key=lambda changed: changed.change)
    return [*asked, *(ChangedHost(name, "dropped") for name in before if name not in new.network)]


def compare_files(new: Package, old: Package | None) -> list[ChangedFile]:
    """Return every file, those that differ first."""
    before = old.files if old is not None else {}
    found = [
        ChangedFile(path, len(content), _change(content, before.get(path)))
        for path, content in new.files.items()
    ]
    found += [
        ChangedFile(path, len(content), "removed")
        for path, content in before.items()
        if path not in new.files
    ]
    return sorted(found, key=lambda file: (file.change == "same", file.path))


def find_evidence(findings: Sequence[Finding], package: Package) -> list[Evidence]:
    """Return each finding with its line, errors first."""
    ordered = sorted(findings, key=lambda finding: (finding.severity != "error", finding))
    return [Evidence(finding, _excerpt(finding, package)) for finding in ordered]


def read_text(package: Package, path: str) -> str | None:
    """Return a text file of the package, or None when it is none, or not there."""
    content = package.files.get(path)
    if content is None or len(content) > _FILE_SHOWN_BYTES_MAX:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _change(content: bytes, before: bytes | None) -> FileChange:
    if before is None:
        return "added"
    return "same" if before == content else "changed"


def _excerpt(finding: Finding, package: Package) -> str:
    text = read_text(package, finding.file)
    lines = text.splitlines() if text is not None else []
    if not 1 <= finding.line <= len(lines):
        return ""
    return lines[finding.line - 1].strip()[:_EXCERPT_LENGTH_MAX]
