"""What is wrong with a mini-program, in the one form that every check speaks.

A finding names the place, the rule and the way out, so that ``hutong check``, the upload and the
review desk can show the same line.  It is plain data: findings made inside the box travel to the
host as text fields and are built again there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake in one place of a package.

    ``line`` and ``column`` begin at 1; 0 means that the finding is about the file as a whole.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column} {self.code} {self.message}"
        return f"{place} → {self.fix}" if self.fix else place


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether one of the findings stops the package, and not only warns."""
    return any(finding.severity == "error" for finding in findings)
