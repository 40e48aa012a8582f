"""A payout in its steps: the money is reserved, the rail is asked, what it said is noted."""

from host.core.db import Database
from host.settlement.payout_model import Payout
from host.settlement.service.payouts import note_state
from host.wallet import service as wallet
from host.wallet.rails import RAILS


async def order_payout(db: Database, payout: Payout, *, now_ms: int) -> None:
    """Order a reserved payout from its rail at once; ordered before, it is not ordered again.

    A rail that does not answer is asked later by the wallet's chore.
    """
    operation = await db.read(wallet.find_operation, payout.id)
    if operation is None:
        return
    answered = await wallet.run_operation(db, RAILS[operation.rail], operation, now_ms=now_ms)
    await db.write(
        note_state,
        payout.id,
        state=answered.state.value,
        reason=answered.reason,
        now_ms=now_ms,
    )
