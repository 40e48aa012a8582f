"""SQL of wallets that were frozen."""

from host.core.db import Row, Tx
from host.wallet.freeze_model import Freeze, FreezeMode
from host.wallet.model import AccountKind

_FREEZE = (
    "SELECT id, person_id, mode, reason, actor_id, made_at_ms, appeal, appealed_at_ms, lifted_by,"
    " lifted_at_ms, lift_reason FROM wallet_freeze"
)


def insert_freeze(tx: Tx, made: Freeze) -> None:
    """Note that a wallet was frozen."""
    tx.run(
        "INSERT INTO wallet_freeze (id, person_id, mode, reason, actor_id, made_at_ms)"
        " VALUES (:id, :person, :mode, :reason, :actor, :now)",
        id=made.id,
        person=made.person_id,
        mode=made.mode,
        reason=made.reason,
        actor=made.actor_id,
        now=made.made_at_ms,
    )


def lock_freeze(tx: Tx, person_id: str) -> Freeze | None:
    """Return what stops a wallet now and hold it until the transaction ends."""
    rows = tx.lock_rows(
        _FREEZE + " WHERE person_id = :person AND lifted_at_ms IS NULL", person=person_id
    )
    return _freeze(rows[0]) if rows else None


def find_freeze(tx: Tx, person_id: str) -> Freeze | None:
    """Return what stops a wallet now."""
    row = tx.row(_FREEZE + " WHERE person_id = :person AND lifted_at_ms IS NULL", person=person_id)
    return None if row is None else _freeze(row)


def find_freezes_of(tx: Tx, person_id: str) -> list[Freeze]:
    """Return every decision about a wallet, newest first."""
    rows = tx.rows(
        _FREEZE + " WHERE person_id = :person ORDER BY made_at_ms DESC, id DESC LIMIT 50",
        person=person_id,
    )
    return [_freeze(row) for row in rows]


def find_open_freezes(tx: Tx) -> list[Freeze]:
    """Return the wallets that are stopped, those with an appeal first."""
    rows = tx.rows(
        _FREEZE + " WHERE lifted_at_ms IS NULL"
        " ORDER BY CASE WHEN appealed_at_ms IS NULL THEN 1 ELSE 0 END, made_at_ms DESC LIMIT 100"
    )
    return [_freeze(row) for row in rows]


def set_appeal(tx: Tx, freeze_id: str, *, text: str, now_ms: int) -> None:
    """Note what the owner says."""
    tx.run(
        "UPDATE wallet_freeze SET appeal = :text, appealed_at_ms = :now WHERE id = :id",
        id=freeze_id,
        text=text,
        now=now_ms,
    )


def set_lifted(tx: Tx, freeze_id: str, *, actor_id: str, reason: str, now_ms: int) -> None:
    """Note that the wallet is free again."""
    tx.run(
        "UPDATE wallet_freeze SET lifted_by = :actor, lifted_at_ms = :now, lift_reason = :reason"
        " WHERE id = :id",
        id=freeze_id,
        actor=actor_id,
        reason=reason,
        now=now_ms,
    )


def set_frozen(tx: Tx, person_id: str, mode: str) -> None:
    """Let every account of a person say what is stopped; they were locked."""
    tx.run(
        "UPDATE wallet_account SET frozen = :mode WHERE owner_id = :person AND kind = :kind",
        person=person_id,
        mode=mode,
        kind=AccountKind.USER,
    )


def _freeze(row: Row) -> Freeze:
    return Freeze(
        row["id"],
        row["person_id"],
        FreezeMode(row["mode"]),
        row["reason"],
        row["actor_id"],
        row["made_at_ms"],
        row["appeal"],
        row["appealed_at_ms"],
        row["lifted_by"],
        row["lifted_at_ms"],
        row["lift_reason"],
    )
