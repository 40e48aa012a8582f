"""What happens to orders by themselves.  Timers are rows, so a restart forgets none."""

import logging

from host.core.db import Tx
from host.market import repository
from host.market.model import Order, Status, Timer, TimerKind
from host.market.repository import disputes
from host.market.service.fulfilment import close_order, receive
from host.market.service.orders import end_unpaid
from host.market.service.refunds import pay_back

logger = logging.getLogger(__name__)

SWEEP_COUNT_MAX = 100


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Do what has become due, oldest first, and return how many orders changed."""
    due = repository.list_due_timers(tx, now_ms=now_ms, limit=SWEEP_COUNT_MAX)
    for timer in due:
        order = repository.lock_order(tx, timer.order_id)
        assert order is not None, "a timer references its order"
        _run(tx, timer, order, now_ms)
    return len(due)


def find_next_timer(tx: Tx, order_id: str) -> Timer | None:
    """Return what will happen to an order next if nobody does anything."""
    timers = repository.find_timers(tx, order_id)
    return timers[0] if timers else None


def _run(tx: Tx, timer: Timer, order: Order, now_ms: int) -> None:
    if order.is_held and disputes.find_running(tx, order.id) is not None:
        # Opening a dispute stops the timers; should one be there all the same, it moves nothing.
        logger.error("timer %s of order %s, which is disputed", timer.kind, order.id)
        repository.stop_timers(tx, order.id)
    elif timer.kind is TimerKind.EXPIRE and order.status is Status.CREATED:
        end_unpaid(tx, order, said_by="timer", now_ms=now_ms)
    elif timer.kind is TimerKind.CONFIRM and order.is_held:
        receive(tx, order, said_by="timer", now_ms=now_ms)
    elif timer.kind in (TimerKind.RETURN_UNSENT, TimerKind.ACCEPT_REFUND) and order.is_held:
        pay_back(tx, order, said_by="timer", now_ms=now_ms)
    elif timer.kind is TimerKind.CLOSE and order.status is Status.RECEIVED:
        close_order(tx, order, now_ms=now_ms)
    else:
        # Cannot be: a timer is written and deleted with its state.  One wrong row must not keep
        # every other order waiting, so it is dropped and said.
        logger.error("timer %s of order %s, which is %s", timer.kind, order.id, order.status)
        repository.stop_timers(tx, order.id)
