"""SQL of the orders to rails."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.wallet.rail_model import (
    Direction,
    Owner,
    OwnerKind,
    RailAnswer,
    RailOperation,
    RailState,
)


def insert_operation(tx: Tx, operation: RailOperation) -> None:
    """Note an order before the rail is asked."""
    tx.run(
        "INSERT INTO wallet_rail_operation (id, rail, direction, owner_kind, owner_id,"
        " amount_minor, currency, state, created_at_ms, updated_at_ms) VALUES (:id, :rail,"
        " :direction, :owner_kind, :owner_id, :amount_minor, :currency, :state, :at_ms, :at_ms)",
        id=operation.id,
        rail=operation.rail,
        direction=operation.direction,
        owner_kind=operation.owner.kind,
        owner_id=operation.owner.id,
        amount_minor=operation.money.amount_minor,
        currency=operation.money.currency,
        state=operation.state,
        at_ms=operation.created_at_ms,
    )


def lock_operation(tx: Tx, operation_id: str) -> RailOperation | None:
    """Return an order and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, rail, direction, owner_kind, owner_id, amount_minor, currency, state,"
        " rail_reference, reason, created_at_ms, updated_at_ms, done_at_ms, settled_at_ms,"
        " return_settled_at_ms FROM wallet_rail_operation WHERE id = :id",
        id=operation_id,
    )
    return _operation(rows[0]) if rows else None


def find_operation(tx: Tx, operation_id: str) -> RailOperation | None:
    """Return an order as it stands."""
    row = tx.row(
        "SELECT id, rail, direction, owner_kind, owner_id, amount_minor, currency, state,"
        " rail_reference, reason, created_at_ms, updated_at_ms, done_at_ms, settled_at_ms,"
        " return_settled_at_ms FROM wallet_rail_operation WHERE id = :id",
        id=operation_id,
    )
    return None if row is None else _operation(row)


def set_answer(tx: Tx, operation_id: str, answer: RailAnswer, *, now_ms: int) -> None:
    """Note what the rail said; the first time that it is done is kept."""
    tx.run(
        "UPDATE wallet_rail_operation SET state = :state, updated_at_ms = :now,"
        " rail_reference = CASE WHEN :reference = '' THEN rail_reference ELSE :reference END,"
        " reason = :reason, done_at_ms = CASE WHEN :state IN ('done', 'returned')"
        " THEN COALESCE(done_at_ms, :now) END WHERE id = :id",
        id=operation_id,
        state=answer.state,
        reference=answer.rail_reference,
        reason=answer.reason,
        now=now_ms,
    )


def set_settled(tx: Tx, operation_id: str, *, now_ms: int) -> None:
    """Note that the rail's statement shows it."""
    tx.run(
        "UPDATE wallet_rail_operation SET settled_at_ms = :now WHERE id = :id",
        id=operation_id,
        now=now_ms,
    )


def set_return_settled(tx: Tx, operation_id: str, *, now_ms: int) -> None:
    """Note that the rail's statement shows its return."""
    tx.run(
        "UPDATE wallet_rail_operation SET return_settled_at_ms = :now WHERE id = :id",
        id=operation_id,
        now=now_ms,
    )


def find_open(tx: Tx, *, before_ms: int) -> list[RailOperation]:
    """Return orders without a final answer that nobody has looked at since, oldest first."""
    rows = tx.rows(
        "SELECT id, rail, direction, owner_kind, owner_id, amount_minor, currency, state,"
        " rail_reference, reason, created_at_ms, updated_at_ms, done_at_ms, settled_at_ms,"
        " return_settled_at_ms FROM wallet_rail_operation"
        " WHERE state IN ('new', 'sent', 'unknown') AND updated_at_ms <= :before"
        " ORDER BY updated_at_ms, id LIMIT 100",
        before=before_ms,
    )
    return [_operation(row) for row in rows]


def find_open_of(tx: Tx, owner_id: str) -> list[RailOperation]:
    """Return somebody's orders without a final answer, newest first."""
    rows = tx.rows(
        "SELECT id, rail, direction, owner_kind, owner_id, amount_minor, currency, state,"
        " rail_reference, reason, created_at_ms, updated_at_ms, done_at_ms, settled_at_ms,"
        " return_settled_at_ms FROM wallet_rail_operation"
        " WHERE owner_id = :id AND state IN ('new', 'sent', 'unknown')"
        " ORDER BY created_at_ms DESC, id DESC LIMIT 20",
        id=owner_id,
    )
    return [_operation(row) for row in rows]


def find_unsettled(tx: Tx, rail: str, *, before_ms: int) -> list[RailOperation]:
    """Return what was done before ``before_ms`` and no statement has shown, oldest first."""
    rows = tx.rows(
        "SELECT id, rail, direction, owner_kind, owner_id, amount_minor, currency, state,"
        " rail_reference, reason, created_at_ms, updated_at_ms, done_at_ms, settled_at_ms,"
        " return_settled_at_ms FROM wallet_rail_operation WHERE rail = :rail"
        " AND ((settled_at_ms IS NULL AND done_at_ms < :before) OR (state = 'returned'"
        " AND return_settled_at_ms IS NULL AND updated_at_ms < :before))"
        " ORDER BY done_at_ms, id LIMIT 10000",
        rail=rail,
        before=before_ms,
    )
    return [_operation(row) for row in rows]


def count_states(tx: Tx) -> list[Row]:
    """Return how many orders to each rail are in each state."""
    return tx.rows(
        "SELECT rail, state, COUNT(*) AS order_count FROM wallet_rail_operation"
        " GROUP BY rail, state ORDER BY rail, state LIMIT 100"
    )


def _operation(row: Row) -> RailOperation:
    return RailOperation(
        id=row["id"],
        rail=row["rail"],
        direction=Direction(row["direction"]),
        owner=Owner(OwnerKind(row["owner_kind"]), row["owner_id"]),
        money=Money(row["amount_minor"], Currency(row["currency"])),
        state=RailState(row["state"]),
        rail_reference=row["rail_reference"],
        reason=row["reason"],
        created_at_ms=row["created_at_ms"],
        updated_at_ms=row["updated_at_ms"],
        done_at_ms=row["done_at_ms"],
        settled_at_ms=row["settled_at_ms"],
        return_settled_at_ms=row["return_settled_at_ms"],
    )
