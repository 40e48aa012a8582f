"""Money of breaks: it stands in suspense, or is claimed from the rail, until somebody knows better.

So `settlement` holds what the statement says at any moment, and what is in suspense less what is
claimed is the sum of the open breaks.
"""

from host.core.db import Tx
from host.core.money import Currency, Money
from host.treasury.model import Break
from host.wallet import service as wallet
from host.wallet.model import Place, Purpose, claims_place, rail_place, suspense_place
from host.wallet.service import books


def can_leave(tx: Tx, rail: str, money: Money) -> bool:
    """Tell whether the settlement account holds as much as a statement lets leave."""
    account = books.find_account(tx, rail_place(rail, money.currency).id)
    return account is not None and account.can_take(money.amount_minor)


def suspend(tx: Tx, found: Break, *, now_ms: int) -> None:
    """Book what the statement shows and nobody knows the reason of."""
    _post(tx, found, "in", _sides(found), now_ms=now_ms)


def release(tx: Tx, found: Break, *, now_ms: int) -> None:
    """Take the booking back, because the reason is known and is booked as itself."""
    debit, credit = _sides(found)
    _post(tx, found, "back", (credit, debit), now_ms=now_ms)


def suspense_side(found: Break) -> Place:
    """Return the account in which a break's money stands."""
    place = suspense_place if found.suspended_minor > 0 else claims_place
    return place(found.rail, found.currency)


def read_position(tx: Tx, rail: str, currency: Currency) -> int:
    """Return what is in suspense less what is claimed."""
    position_minor = 0
    for place in (suspense_place(rail, currency), claims_place(rail, currency)):
        account = books.find_account(tx, place.id)
        position_minor += 0 if account is None else account.balance_minor
    return position_minor


def _sides(found: Break) -> tuple[Place, Place]:
    settlement, side = rail_place(found.rail, found.currency), suspense_side(found)
    return (settlement, side) if found.suspended_minor > 0 else (side, settlement)


def _post(tx: Tx, found: Break, step: str, sides: tuple[Place, Place], *, now_ms: int) -> None:
    if not found.suspended_minor:
        return
    for place in sides:
        wallet.open_account(tx, place, now_ms=now_ms)
    wallet.post_transfer(
        tx,
        f"suspense:{found.id}:{step}",
        debit_id=sides[0].id,
        credit_id=sides[1].id,
        money=Money(abs(found.suspended_minor), found.currency),
        purpose=Purpose.SUSPENSE,
        actor_id="platform",
        reference=found.id,
        now_ms=now_ms,
    )
