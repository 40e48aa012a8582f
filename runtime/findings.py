"""The form of a finding, as ``sdk.contract`` defines it, under the name the runtime uses."""

from sdk.contract.findings import Finding, Severity, has_errors

__all__ = ["Finding", "Severity", "has_errors"]
