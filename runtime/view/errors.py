"""How the view says no: at upload with findings, at run time with the place in the template."""

from collections.abc import Sequence

from runtime.findings import Finding


class TemplateRefusedError(Exception):
    """A template or style sheet breaks rules; ``findings`` says every one."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class ViewFailedError(Exception):
    """Rendering failed: the state does not fit the template, or a budget ran out.

    It carries the same facts as a handler that failed, so that the person sees the same card and
    the merchant's log names the file and line.
    """

    reason = "view"
    retryable = False

    def __init__(self, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.message}"
