"""Money in and out through a rail: what is noted before it is asked, and after it answered."""

from host.core import live, outbox
from host.core.db import Tx, Value
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import TransferNotFoundError
from host.wallet.events import RailAnswered
from host.wallet.model import Purpose, in_transit_place, outgoing_place
from host.wallet.rail_model import (
    Direction,
    Owner,
    OwnerKind,
    RailAnswer,
    RailOperation,
    RailState,
)
from host.wallet.repository import rail as repository
from host.wallet.service import caps, risks
from host.wallet.service.authorise import spend_confirmation
from host.wallet.service.settling import check_covered, give_back, place_of_owner
from host.wallet.service.transfers import (
    hold_transfer,
    open_account,
    post_held,
    post_transfer,
    void_held,
)

_OUT_PURPOSES = {OwnerKind.PERSON: Purpose.WITHDRAWAL, OwnerKind.BRAND: Purpose.PAYOUT}


def begin_top_up(
    tx: Tx, operation_id: str, *, rail: str, person_id: str, money: Money, now_ms: int
) -> RailOperation:
    """Note that money is to come in; nothing moves before the rail says so."""
    owner = Owner(OwnerKind.PERSON, person_id)
    operation = _new(operation_id, rail, Direction.IN, owner, money, now_ms=now_ms)
    earlier = _earlier(tx, operation)
    if earlier is None:
        caps.check_can_hold(tx, person_id, money)
        repository.insert_operation(tx, operation)
    return earlier or operation


def begin_withdrawal(
    tx: Tx,
    operation_id: str,
    *,
    rail: str,
    person_id: str,
    money: Money,
    confirmation_id: str,
    now_ms: int,
) -> RailOperation:
    """Reserve a person's money that is to go out; it is free again if the rail refuses."""
    owner = Owner(OwnerKind.PERSON, person_id)
    operation = _new(operation_id, rail, Direction.OUT, owner, money, now_ms=now_ms)
    earlier = _earlier(tx, operation)
    if earlier is not None:
        return earlier
    intent = withdrawal_intent(operation_id, rail=rail, person_id=person_id, money=money)
    spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    return _reserve(tx, operation, actor_id=person_id)


def begin_payout(
    tx: Tx,
    operation_id: str,
    *,
    rail: str,
    brand_id: str,
    money: Money,
    actor_id: str,
    now_ms: int,
) -> RailOperation:
    """Reserve what a brand can pay out; the caller has checked that ``actor_id`` may order it."""
    owner = Owner(OwnerKind.BRAND, brand_id)
    operation = _new(operation_id, rail, Direction.OUT, owner, money, now_ms=now_ms)
    return _earlier(tx, operation) or _reserve(tx, operation, actor_id=actor_id)


def withdrawal_intent(
    operation_id: str, *, rail: str, person_id: str, money: Money
) -> PaymentIntent:
    """Return what the person is asked to confirm."""
    return PaymentIntent(person_id, PaymentPurpose.WITHDRAWAL, operation_id, money, rail)


def is_being_checked(tx: Tx, operation: RailOperation) -> bool:
    """Tell whether somebody has to look at a withdrawal before it is sent."""
    return operation.state is RailState.NEW and risks.is_checked(
        tx, operation.owner.id, PaymentPurpose.WITHDRAWAL, operation.id
    )


def claim_operation(tx: Tx, operation_id: str, *, now_ms: int) -> bool:
    """Take the right to order this from the rail.  Only one caller ever gets it."""
    operation = repository.lock_operation(tx, operation_id)
    if operation is None or operation.state is not RailState.NEW:
        return False
    if is_being_checked(tx, operation):
        return False
    repository.set_answer(tx, operation_id, RailAnswer(RailState.SENT), now_ms=now_ms)
    return True


def record_answer(tx: Tx, operation_id: str, answer: RailAnswer, *, now_ms: int) -> RailOperation:
    """Note what the rail said and move the money accordingly; a final answer is noted once.

    What is done can only be returned; whatever else a rail says of it later changes nothing.
    """
    operation = repository.lock_operation(tx, operation_id)
    if operation is None:
        raise TransferNotFoundError("There is no such order to a rail.")
    is_return = operation.state is RailState.DONE and answer.state is RailState.RETURNED
    if operation.state.is_final and not is_return:
        return operation

    if answer.state in {RailState.DONE, RailState.RETURNED} and not is_return:
        _complete(tx, operation, now_ms=now_ms)
    if answer.state is RailState.RETURNED:
        give_back(tx, operation, now_ms=now_ms)
    if answer.state is RailState.FAILED and operation.direction is Direction.OUT:
        void_held(tx, f"rail:{operation.id}:void", pending_id=_hold_id(operation.id), now_ms=now_ms)
    repository.set_answer(tx, operation_id, answer, now_ms=now_ms)
    if answer.state is not operation.state:
        _tell(tx, operation, answer, now_ms=now_ms)
    changed = repository.find_operation(tx, operation_id)
    assert changed is not None, "it was locked above"
    return changed


def access_operation(tx: Tx, operation_id: str, *, actor_id: str) -> RailOperation:
    """Return an order to a rail that is the actor's own; a stranger's looks like a missing one."""
    operation = repository.find_operation(tx, operation_id)
    if operation is None:
        raise TransferNotFoundError("You have no top-up or withdrawal with this id.")
    if operation.owner != Owner(OwnerKind.PERSON, actor_id):
        raise TransferNotFoundError("You have no top-up or withdrawal with this id.")
    return operation


def find_operation(tx: Tx, operation_id: str) -> RailOperation | None:
    """Return an order to a rail.  For other domains, which know whose it is."""
    return repository.find_operation(tx, operation_id)


def find_open_operations(tx: Tx, person_id: str) -> list[RailOperation]:
    """Return what a person ordered from a rail that has not ended, newest first."""
    return repository.find_open_of(tx, person_id)


def find_waiting_operations(tx: Tx, *, before_ms: int) -> list[RailOperation]:
    """Return orders that nobody has asked about since ``before_ms``, oldest first."""
    return repository.find_open(tx, before_ms=before_ms)


def _reserve(tx: Tx, operation: RailOperation, *, actor_id: str) -> RailOperation:
    money, now_ms = operation.money, operation.created_at_ms
    check_covered(tx, operation.rail, money)
    source, outgoing = (
        operation.owner.place(money.currency),
        outgoing_place(operation.rail, money.currency),
    )
    open_account(tx, source, now_ms=now_ms)
    open_account(tx, outgoing, now_ms=now_ms)
    hold_transfer(
        tx,
        _hold_id(operation.id),
        debit_id=source.id,
        credit_id=outgoing.id,
        money=money,
        purpose=_OUT_PURPOSES[operation.owner.kind],
        actor_id=actor_id,
        reference=operation.id,
        now_ms=now_ms,
    )
    repository.insert_operation(tx, operation)
    return operation


def _complete(tx: Tx, operation: RailOperation, *, now_ms: int) -> None:
    if operation.direction is Direction.OUT:
        post_held(tx, f"rail:{operation.id}:post", pending_id=_hold_id(operation.id), now_ms=now_ms)
        return
    currency = operation.money.currency
    source = in_transit_place(operation.rail, currency)
    target = place_of_owner(tx, operation, now_ms=now_ms)
    open_account(tx, source, now_ms=now_ms)
    open_account(tx, target, now_ms=now_ms)
    post_transfer(
        tx,
        f"rail:{operation.id}:post",
        debit_id=source.id,
        credit_id=target.id,
        money=operation.money,
        purpose=Purpose.TOP_UP,
        actor_id=operation.owner.id,
        reference=operation.id,
        now_ms=now_ms,
    )


def _tell(tx: Tx, operation: RailOperation, answer: RailAnswer, *, now_ms: int) -> None:
    if operation.owner.kind is OwnerKind.PERSON:
        payload: dict[str, Value] = {"rail_state": answer.state.value}
        live.publish(tx, [operation.owner.id], "wallet.changed", payload, now_ms=now_ms)
    event = RailAnswered(
        operation_id=operation.id,
        rail=operation.rail,
        direction=operation.direction.value,
        owner_kind=operation.owner.kind.value,
        owner_id=operation.owner.id,
        amount_minor=operation.money.amount_minor,
        currency=operation.money.currency,
        state=answer.state.value,
        reason=answer.reason,
    )
    outbox.publish(tx, event, now_ms=now_ms)


def _earlier(tx: Tx, operation: RailOperation) -> RailOperation | None:
    earlier = repository.lock_operation(tx, operation.id)
    if earlier is None:
        return None
    asked = (operation.rail, operation.direction, operation.owner, operation.money)
    if (earlier.rail, earlier.direction, earlier.owner, earlier.money) != asked:
        raise IdempotencyKeyReusedError("This id belongs to another order. Use a new id.")
    return earlier


def _new(
    operation_id: str, rail: str, direction: Direction, owner: Owner, money: Money, *, now_ms: int
) -> RailOperation:
    return RailOperation(
        operation_id, rail, direction, owner, money, RailState.NEW, "", "", now_ms, now_ms
    )


def _hold_id(operation_id: str) -> str:
    return f"rail:{operation_id}:hold"
