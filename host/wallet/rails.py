"""Rails: how money enters and leaves the lane, behind one interface.

A rail may decline, answer late or not at all.  What it did not answer is *unknown*: the host asks
about it under the same reference and never orders it again, because the first order may have been
carried out.
"""

from typing import Protocol

from host.wallet.rail_model import RailAnswer, RailOperation, RailState


class Rail(Protocol):
    """A bank, a card network, or the sandbox."""

    name: str

    async def send(self, operation: RailOperation) -> RailAnswer:
        """Order it, once; the operation's id is the rail's own idempotency key."""
        ...

    async def query(self, operation: RailOperation) -> RailAnswer:
        """Ask what became of an order."""
        ...


# Amounts in minor units with which a developer sees what a rail may do.
DECLINED_MINOR = 66_601
LATE_DONE_MINOR = 66_602
LATE_FAILED_MINOR = 66_603
SILENT_MINOR = 66_604


class SandboxRail:
    """Play money: settles at once, but for four amounts that behave as rails do on bad days."""

    name = "sandbox"

    async def send(self, operation: RailOperation) -> RailAnswer:
        """Settle at once, decline, or give no answer."""
        if operation.money.amount_minor in {LATE_DONE_MINOR, LATE_FAILED_MINOR, SILENT_MINOR}:
            raise TimeoutError
        return await self.query(operation)

    async def query(self, operation: RailOperation) -> RailAnswer:
        """Tell how it ended; the silent amount never does."""
        match operation.money.amount_minor:
            case value if value == SILENT_MINOR:
                return RailAnswer(RailState.UNKNOWN)
            case value if value in {DECLINED_MINOR, LATE_FAILED_MINOR}:
                return RailAnswer(RailState.FAILED, reason="declined")
            case _:
                return RailAnswer(RailState.DONE, rail_reference=f"SBX-{operation.id[-12:]}")


RAILS: dict[str, Rail] = {"sandbox": SandboxRail()}
