"""Why the host may refuse a call, as a mini-program sees it.

The code is ``error.code`` of ``sdk.ApiError``; the sentence is the fallback when the host adds no
more exact one.  Codes are never renamed: programs compare them.
"""

from collections.abc import Mapping
from types import MappingProxyType

BAD_ARGUMENT = "bad-argument"
UNKNOWN_CAPABILITY = "unknown-capability"
NOT_DECLARED = "not-declared"
NOT_APPROVED = "not-approved"
DECLINED = "declined"
NEEDS_ACT = "needs-act"
NOT_FOUND = "not-found"
CONFLICT = "conflict"
TOO_MANY_CALLS = "too-many-calls"
QUOTA_EXCEEDED = "quota-exceeded"
TIMED_OUT = "timed-out"
UNAVAILABLE = "unavailable"
NETWORK_REFUSED = "network-refused"
NETWORK_FAILED = "network-failed"
NETWORK_TIMEOUT = "network-timeout"
TOO_LARGE = "too-large"

CALL_ERRORS: Mapping[str, str] = MappingProxyType(
    {
        BAD_ARGUMENT: "An argument has the wrong type or is out of range.",
        UNKNOWN_CAPABILITY: "The host has no capability with this name.",
        NOT_DECLARED: "The scope is not declared in the manifest's permissions.",
        NOT_APPROVED: "The scope was not approved for this version.",
        DECLINED: "The person has declined this. Let them go on without it.",
        NEEDS_ACT: "Only a tap, a change, a long press or a sent form may do this.",
        NOT_FOUND: "There is no such thing, or it belongs to somebody else.",
        CONFLICT: "The thing is no longer in a state that allows this.",
        TOO_MANY_CALLS: "Too many calls in a short time. Wait, then try again.",
        QUOTA_EXCEEDED: "The storage of this program is full. Remove something first.",
        TIMED_OUT: "The host did not answer in time. Nothing was changed.",
        UNAVAILABLE: "The host cannot do this now. Try again later.",
        NETWORK_REFUSED: "The lane does not send this request. Nothing was sent.",
        NETWORK_FAILED: "The other side could not be reached, or its answer is not valid.",
        NETWORK_TIMEOUT: "The other side took too long. It may have done what was asked.",
        TOO_LARGE: "The request or the answer is larger than the lane carries.",
    }
)


class ArgumentRefusedError(Exception):
    """A call's arguments do not have the shape that the table promises."""

    code = BAD_ARGUMENT

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
