"""What lies with a rail: announced, on its way out, settled by its statement, or taken back.

`in_transit` holds what a rail says came in, `outgoing` what it was told to pay out, until the
rail's own statement shows it; `settlement` therefore stands where the statement says.  What a rail
took back after the person had spent it stands in `owed`, for all to see.
"""

from host.core.db import Tx
from host.core.money import Money
from host.wallet.errors import InsufficientFundsError, TransferNotFoundError
from host.wallet.model import (
    Place,
    Purpose,
    in_transit_place,
    outgoing_place,
    owed_place,
    rail_place,
)
from host.wallet.rail_model import Direction, OwnerKind, RailOperation, RailState
from host.wallet.repository import ledger
from host.wallet.repository import rail as repository
from host.wallet.service.freeze import way_back
from host.wallet.service.transfers import open_account, post_transfer


def check_covered(tx: Tx, rail: str, money: Money) -> None:
    """Refuse to pay out through a rail more than came in through it and has not left yet."""
    ledger.lock_chain(tx)
    currency, covered_minor = money.currency, 0
    for place in (rail_place(rail, currency), in_transit_place(rail, currency)):
        account = ledger.find_account(tx, place.id)
        covered_minor -= 0 if account is None else account.balance_minor
    leaving = ledger.find_account(tx, outgoing_place(rail, currency).id)
    if leaving is not None:
        covered_minor -= leaving.balance_minor + leaving.credits_pending_minor
    if covered_minor < money.amount_minor:
        raise InsufficientFundsError(
            "The balance is too low. Top up, or choose a smaller amount.",
            amount_minor=money.amount_minor,
            currency=currency,
        )


def give_back(tx: Tx, operation: RailOperation, *, now_ms: int) -> None:
    """Undo, with new entries, what a rail did and took back.

    A returned payout is its owner's again.  A returned top-up is taken from its owner as far as it
    is still there; the rest is owed, so that nothing else pays for it silently.
    """
    currency = operation.money.currency
    if operation.direction is Direction.OUT:
        owner = place_of_owner(tx, operation, now_ms=now_ms)
        source = in_transit_place(operation.rail, currency)
        amount_minor = operation.money.amount_minor
        _post(tx, operation, "return", (source, owner), amount_minor=amount_minor, now_ms=now_ms)
        return
    ledger.lock_chain(tx)
    owner = operation.owner.place(currency)
    account = ledger.find_account(tx, owner.id)
    # Not open: the top-up came to a wallet that took nothing, and is parked.
    free_minor = 0
    if account is not None and account.frozen not in {"debit", "both"}:
        free_minor = max(0, account.balance_minor - account.debits_pending_minor)
    taken_minor = min(free_minor, operation.money.amount_minor)
    owed_minor = operation.money.amount_minor - taken_minor
    target = outgoing_place(operation.rail, currency)
    if taken_minor:
        _post(tx, operation, "return", (owner, target), amount_minor=taken_minor, now_ms=now_ms)
    if owed_minor:
        owed = owed_place(operation.rail, currency)
        _post(tx, operation, "owed", (owed, target), amount_minor=owed_minor, now_ms=now_ms)


def place_of_owner(tx: Tx, operation: RailOperation, *, now_ms: int) -> Place:
    """Return where money goes that a rail brings, or brings back."""
    owner, currency = operation.owner, operation.money.currency
    if owner.kind is OwnerKind.PERSON:
        return way_back(tx, owner.id, currency, now_ms=now_ms)
    return owner.place(currency)


def settle_operation(
    tx: Tx, operation_id: str, *, is_return: bool = False, now_ms: int
) -> RailOperation:
    """Note that the rail's statement shows an order, or its return; again changes nothing."""
    operation = repository.lock_operation(tx, operation_id)
    wanted = {RailState.RETURNED} if is_return else {RailState.DONE, RailState.RETURNED}
    if operation is None or operation.state not in wanted:
        raise TransferNotFoundError("There is no such order that a rail has carried out.")
    settled_at_ms = operation.return_settled_at_ms if is_return else operation.settled_at_ms
    if settled_at_ms is not None:
        return operation

    settlement = rail_place(operation.rail, operation.money.currency)
    transit = _transit(tx, operation, is_return=is_return)
    if transit.id != settlement.id:
        comes_in = (operation.direction is Direction.IN) is not is_return
        step = "return-settled" if is_return else "settled"
        places = (settlement, transit) if comes_in else (transit, settlement)
        amount_minor = operation.money.amount_minor
        _post(tx, operation, step, places, amount_minor=amount_minor, now_ms=now_ms)
    if is_return:
        repository.set_return_settled(tx, operation_id, now_ms=now_ms)
    else:
        repository.set_settled(tx, operation_id, now_ms=now_ms)
    changed = repository.find_operation(tx, operation_id)
    assert changed is not None, "it was locked above"
    return changed


def _transit(tx: Tx, operation: RailOperation, *, is_return: bool) -> Place:
    """Return where an order's money waits; orders of older versions went straight to settlement."""
    currency = operation.money.currency
    comes_in = (operation.direction is Direction.IN) is not is_return
    place = (in_transit_place if comes_in else outgoing_place)(operation.rail, currency)
    posted = ledger.find_transfer(tx, f"rail:{operation.id}:post")
    settlement = rail_place(operation.rail, currency)
    if posted is None or is_return:
        return place
    return settlement if settlement.id in (posted.order.debit_id, posted.order.credit_id) else place


def _post(
    tx: Tx,
    operation: RailOperation,
    step: str,
    places: tuple[Place, Place],
    *,
    amount_minor: int,
    now_ms: int,
) -> None:
    """Move money from the first of ``places`` to the second, once for each step of an order."""
    for place in places:
        open_account(tx, place, now_ms=now_ms)
    post_transfer(
        tx,
        f"rail:{operation.id}:{step}",
        debit_id=places[0].id,
        credit_id=places[1].id,
        money=Money(amount_minor, operation.money.currency),
        purpose=Purpose.RAIL_SETTLED if step.endswith("settled") else Purpose.RAIL_RETURN,
        actor_id="platform",
        reference=operation.id,
        now_ms=now_ms,
    )
