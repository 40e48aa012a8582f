"""Refusals of the programs domain."""

from collections.abc import Sequence

from host.core.errors import (
    BadInputError,
    ConflictError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)
from sdk.contract.findings import Finding


class ProgramNotFoundError(NotFoundError):
    """There is no such mini-program that this person may open."""

    problem = "program-not-found"
    title = "Shop not found"


class VersionSuspendedError(UnavailableError):
    """The host or an admin has stopped the version; nobody may open it."""

    problem = "version-suspended"
    title = "Stopped by this host"


class VersionNotFoundError(NotFoundError):
    """There is no such version that this person may see."""

    problem = "version-not-found"
    title = "Version not found"


class IncidentNotFoundError(NotFoundError):
    """There is no such incident, or it was too long ago."""

    problem = "incident-not-found"
    title = "Incident not found"


class PackageRefusedError(BadInputError):
    """The package breaks rules; each finding names the place, the rule and the way out."""

    problem = "package-refused"
    title = "Package refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            "The package breaks %(count)s rules. Run `hutong check` and upload again.",
            count=len(findings),
            findings=[describe(finding) for finding in findings],
        )


class PackageTooLargeError(TooLargeError):
    """The package is over the size that this host takes."""

    problem = "package-too-large"
    title = "Package too large"


class DigestMismatchError(BadInputError):
    """The bytes that came are not the ones that were sent."""

    problem = "digest-mismatch"
    title = "Package damaged"


class AppIdMismatchError(BadInputError):
    """The address names another mini-program than the package does."""

    problem = "app-id-mismatch"
    title = "Another app id"


class AppIdTakenError(ConflictError):
    """Another brand uploaded this id, in this or another mix of upper and lower case, first."""

    problem = "app-id-taken"
    title = "App id taken"


class VersionNotNewerError(ConflictError):
    """The version code is not higher than those before."""

    problem = "version-not-newer"
    title = "Version code too low"


class StatusRefusedError(ConflictError):
    """The version is not where this step begins."""

    problem = "status-refused"
    title = "Not possible now"


class SecretRefusedError(BadInputError):
    """A name, host or value of a secret is not of the form that can be kept and sent."""

    problem = "secret-refused"
    title = "Secret refused"


def describe(finding: Finding) -> dict[str, str | int]:
    """Return a finding as JSON carries it."""
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "code": finding.code,
        "message": finding.message,
        "fix": finding.fix,
        "severity": finding.severity,
    }
