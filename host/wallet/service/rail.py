"""Money in and out through a rail: what is noted before it is asked, and after it answered."""

from host.core import live
from host.core.db import Tx, Value
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.wallet.errors import TransferNotFoundError
from host.wallet.model import (
    Direction,
    Purpose,
    RailAnswer,
    RailOperation,
    RailState,
    cash_place,
    rail_place,
)
from host.wallet.repository import rail as repository
from host.wallet.service.pin import spend_pin
from host.wallet.service.transfers import (
    hold_transfer,
    open_account,
    post_held,
    post_transfer,
    void_held,
)


def begin_top_up(
    tx: Tx, operation_id: str, *, rail: str, person_id: str, money: Money, now_ms: int
) -> RailOperation:
    """Note that money is to come in; nothing moves before the rail says so."""
    operation = _new(operation_id, rail, Direction.IN, person_id, money, now_ms=now_ms)
    earlier = _earlier(tx, operation)
    if earlier is None:
        repository.insert_operation(tx, operation)
    return earlier or operation


def begin_withdrawal(
    tx: Tx,
    operation_id: str,
    *,
    rail: str,
    person_id: str,
    money: Money,
    pin_attempt_id: str,
    now_ms: int,
) -> RailOperation:
    """Reserve money that is to go out; it is free again if the rail refuses."""
    operation = _new(operation_id, rail, Direction.OUT, person_id, money, now_ms=now_ms)
    earlier = _earlier(tx, operation)
    if earlier is not None:
        return earlier

    spend_pin(tx, pin_attempt_id, person_id)
    cash, outside = cash_place(person_id, money.currency), rail_place(rail, money.currency)
    open_account(tx, cash, now_ms=now_ms)
    open_account(tx, outside, now_ms=now_ms)
    hold_transfer(
        tx,
        _hold_id(operation_id),
        debit_id=cash.id,
        credit_id=outside.id,
        money=money,
        purpose=Purpose.WITHDRAWAL,
        actor_id=person_id,
        reference=operation_id,
        now_ms=now_ms,
    )
    repository.insert_operation(tx, operation)
    return operation


def claim_operation(tx: Tx, operation_id: str, *, now_ms: int) -> bool:
    """Take the right to order this from the rail.  Only one caller ever gets it."""
    operation = repository.lock_operation(tx, operation_id)
    if operation is None or operation.state is not RailState.NEW:
        return False
    repository.set_answer(tx, operation_id, RailAnswer(RailState.SENT), now_ms=now_ms)
    return True


def record_answer(tx: Tx, operation_id: str, answer: RailAnswer, *, now_ms: int) -> RailOperation:
    """Note what the rail said and move the money accordingly; a final answer is noted once."""
    operation = repository.lock_operation(tx, operation_id)
    if operation is None:
        raise TransferNotFoundError("There is no such order to a rail.")
    if operation.state.is_final:
        return operation

    if answer.state is RailState.DONE:
        _settle(tx, operation, now_ms=now_ms)
    if answer.state is RailState.FAILED and operation.direction is Direction.OUT:
        void_held(tx, f"rail:{operation.id}:void", pending_id=_hold_id(operation.id), now_ms=now_ms)
    repository.set_answer(tx, operation_id, answer, now_ms=now_ms)
    if answer.state is not operation.state:
        payload: dict[str, Value] = {"rail_state": answer.state.value}
        live.publish(tx, [operation.person_id], "wallet.changed", payload, now_ms=now_ms)
    changed = repository.find_operation(tx, operation_id)
    assert changed is not None, "it was locked above"
    return changed


def access_operation(tx: Tx, operation_id: str, *, actor_id: str) -> RailOperation:
    """Return an order to a rail that is the actor's own; a stranger's looks like a missing one."""
    operation = repository.find_operation(tx, operation_id)
    if operation is None:
        raise TransferNotFoundError("You have no top-up or withdrawal with this id.")
    if operation.person_id != actor_id:
        raise TransferNotFoundError("You have no top-up or withdrawal with this id.")
    return operation


def find_open_operations(tx: Tx, person_id: str) -> list[RailOperation]:
    """Return what a person ordered from a rail that has not ended, newest first."""
    return repository.find_open_of(tx, person_id)


def find_waiting_operations(tx: Tx, *, before_ms: int) -> list[RailOperation]:
    """Return orders that nobody has asked about since ``before_ms``, oldest first."""
    return repository.find_open(tx, before_ms=before_ms)


def _settle(tx: Tx, operation: RailOperation, *, now_ms: int) -> None:
    if operation.direction is Direction.OUT:
        post_held(tx, f"rail:{operation.id}:post", pending_id=_hold_id(operation.id), now_ms=now_ms)
        return
    currency = operation.money.currency
    cash, outside = cash_place(operation.person_id, currency), rail_place(operation.rail, currency)
    open_account(tx, cash, now_ms=now_ms)
    open_account(tx, outside, now_ms=now_ms)
    post_transfer(
        tx,
        f"rail:{operation.id}:post",
        debit_id=outside.id,
        credit_id=cash.id,
        money=operation.money,
        purpose=Purpose.TOP_UP,
        actor_id=operation.person_id,
        reference=operation.id,
        now_ms=now_ms,
    )


def _earlier(tx: Tx, operation: RailOperation) -> RailOperation | None:
    earlier = repository.lock_operation(tx, operation.id)
    if earlier is None:
        return None
    asked = (operation.rail, operation.direction, operation.person_id, operation.money)
    if (earlier.rail, earlier.direction, earlier.person_id, earlier.money) != asked:
        raise IdempotencyKeyReusedError("This id belongs to another order. Use a new id.")
    return earlier


def _new(
    operation_id: str,
    rail: str,
    direction: Direction,
    person_id: str,
    money: Money,
    *,
    now_ms: int,
) -> RailOperation:
    return RailOperation(
        operation_id, rail, direction, person_id, money, RailState.NEW, "", "", now_ms, now_ms
    )


def _hold_id(operation_id: str) -> str:
    return f"rail:{operation_id}:hold"
