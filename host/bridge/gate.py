"""The gate: every call of a mini-program passes here, in the host, and nowhere else.

manifest ∧ approved grant ∧ the person's consent ∧ rate, and the program's rate as a whole.  The
rules come from the capability table; who is calling comes from the event that the call belongs to.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from host.bridge import service
from host.bridge.capabilities import HANDLERS
from host.bridge.visit import CALLS_PER_SECOND_MAX, Visit
from host.core.errors import AppError, BadInputError, ConflictError, NotFoundError, TooManyError
from host.core.ids import derived_id
from runtime.model import CallRefusedError, CallRequest
from sdk.contract import CALL_ERRORS, CAPABILITIES, ArgumentRefusedError, Capability, validate_args
from sdk.contract.errors import (
    BAD_ARGUMENT,
    CONFLICT,
    DECLINED,
    NEEDS_ACT,
    NOT_APPROVED,
    NOT_DECLARED,
    NOT_FOUND,
    TOO_MANY_CALLS,
    UNAVAILABLE,
    UNKNOWN_CAPABILITY,
)

_TOO_MANY_A_SECOND = (
    f"This program made more than {CALLS_PER_SECOND_MAX} calls in a second, for all people"
    " together. Ask for less in each event."
)

Calls = Callable[[CallRequest], Awaitable[Any]]


def open_gate(visit: Visit) -> Calls:
    """Return what answers the calls of one event."""

    async def answer(request: CallRequest) -> Any:
        if not visit.budget.take_call(visit.program_id):
            # Before anything that costs: a flood of mistakes is a flood.
            raise CallRefusedError(TOO_MANY_CALLS, _TOO_MANY_A_SECOND)
        capability = CAPABILITIES.get(request.name)
        handler = HANDLERS.get(request.name)
        if capability is None or handler is None or not capability.is_sent_to_host:
            raise refuse(UNKNOWN_CAPABILITY)
        args = check_args(request)
        await check_call(visit, capability, request.number, args)
        try:
            return await handler(visit, request.number, args)
        except AppError as error:
            raise CallRefusedError(code_of(error), str(error)) from error

    return answer


def check_args(request: CallRequest) -> dict[str, Any]:
    """Return the arguments as the table promises them; a worker may send anything."""
    try:
        return validate_args(request.name, request.args)
    except ArgumentRefusedError as error:
        raise CallRefusedError(BAD_ARGUMENT, error.message) from error


async def check_call(
    visit: Visit, capability: Capability, number: int, args: dict[str, Any]
) -> None:
    """Refuse what the program, its version or the person does not allow, or too often."""
    key = (visit.person_id, visit.program_id, capability.name)
    if not visit.budget.take(key, per_minute=capability.calls_per_minute):
        raise refuse(TOO_MANY_CALLS)
    if capability.kind == "act" and not visit.is_act:
        raise refuse(NEEDS_ACT)
    scope = capability.scope_for(args)
    if scope is None:
        return
    if scope not in {p.scope for p in visit.running.version.permissions}:
        raise refuse(NOT_DECLARED)
    if scope not in visit.running.scopes:
        raise refuse(NOT_APPROVED)
    if capability.has_own_consent:
        return
    if capability.kind == "wait":
        return  # the person is asked, each time or once for all, by the sheet that it opens
    open_scopes = await visit.deps.db.read(
        service.find_open_scopes, visit.person_id, visit.program_id, now_ms=visit.now_ms
    )
    if scope not in open_scopes:
        raise refuse(DECLINED)
    await visit.deps.db.write(
        service.note_access,
        derived_id("access", visit.event_id, str(number)),
        person_id=visit.person_id,
        program_id=visit.program_id,
        version_id=visit.running.version.id,
        capability=capability.name,
        scope=scope,
        now_ms=visit.now_ms,
    )


def refuse(code: str) -> CallRefusedError:
    """Return a refusal with the sentence of the contract."""
    return CallRefusedError(code, CALL_ERRORS[code])


def code_of(error: AppError) -> str:
    """Return the code that a mini-program sees for a refusal of a domain."""
    kinds = (
        (NotFoundError, NOT_FOUND),
        (ConflictError, CONFLICT),
        (TooManyError, TOO_MANY_CALLS),
        (BadInputError, BAD_ARGUMENT),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), UNAVAILABLE)
