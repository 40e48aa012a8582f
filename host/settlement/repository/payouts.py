"""SQL of bank accounts, payouts and payments to people."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.settlement.payout_model import Bank, Payout, PersonPayment, Schedule

_PAYOUT = (
    "SELECT id, brand_id, currency, amount_minor, holder, number, actor_id, state, reason,"
    " at_ms, changed_at_ms FROM settlement_payout WHERE id = :id"
)


def save_bank(tx: Tx, bank: Bank) -> None:
    """Write where a brand's money goes."""
    tx.run(
        "INSERT INTO settlement_bank (brand_id, currency, rail, holder, number, schedule,"
        " minimum_minor, next_at_ms, changed_by, changed_at_ms) VALUES (:brand_id, :currency,"
        " :rail, :holder, :number, :schedule, :minimum, :next, :by, :at)"
        " ON CONFLICT (brand_id, currency) DO UPDATE SET rail = excluded.rail,"
        " holder = excluded.holder, number = excluded.number, schedule = excluded.schedule,"
        " minimum_minor = excluded.minimum_minor, next_at_ms = excluded.next_at_ms,"
        " changed_by = excluded.changed_by, changed_at_ms = excluded.changed_at_ms",
        brand_id=bank.brand_id,
        currency=bank.currency,
        rail=bank.rail,
        holder=bank.holder,
        number=bank.number,
        schedule=bank.schedule,
        minimum=bank.minimum_minor,
        next=bank.next_at_ms,
        by=bank.changed_by,
        at=bank.changed_at_ms,
    )


def find_banks(tx: Tx, brand_id: str) -> list[Bank]:
    """Return where a brand's money goes, by currency."""
    rows = tx.rows(
        "SELECT brand_id, currency, rail, holder, number, schedule, minimum_minor, next_at_ms,"
        " changed_by, changed_at_ms FROM settlement_bank WHERE brand_id = :brand_id"
        " ORDER BY currency LIMIT 50",
        brand_id=brand_id,
    )
    return [_bank(row) for row in rows]


def lock_bank(tx: Tx, brand_id: str, currency: Currency) -> Bank | None:
    """Return where a brand's money of a currency goes, and hold it."""
    rows = tx.lock_rows(
        "SELECT brand_id, currency, rail, holder, number, schedule, minimum_minor, next_at_ms,"
        " changed_by, changed_at_ms FROM settlement_bank"
        " WHERE brand_id = :brand_id AND currency = :currency",
        brand_id=brand_id,
        currency=currency,
    )
    return _bank(rows[0]) if rows else None


def find_due_banks(tx: Tx, *, now_ms: int, limit: int) -> list[tuple[str, Currency]]:
    """Return whose schedule has come."""
    rows = tx.rows(
        "SELECT brand_id, currency FROM settlement_bank WHERE next_at_ms <= :now"
        " ORDER BY next_at_ms, brand_id, currency LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [(row["brand_id"], Currency(row["currency"])) for row in rows]


def insert_payout(tx: Tx, payout: Payout) -> None:
    """Note a payout."""
    tx.run(
        "INSERT INTO settlement_payout (id, brand_id, currency, amount_minor, holder, number,"
        " actor_id, state, reason, at_ms, changed_at_ms) VALUES (:id, :brand_id, :currency,"
        " :amount, :holder, :number, :actor_id, :state, :reason, :at, :changed)",
        id=payout.id,
        brand_id=payout.brand_id,
        currency=payout.money.currency,
        amount=payout.money.amount_minor,
        holder=payout.holder,
        number=payout.number,
        actor_id=payout.actor_id,
        state=payout.state,
        reason=payout.reason,
        at=payout.at_ms,
        changed=payout.changed_at_ms,
    )


def find_payout(tx: Tx, payout_id: str) -> Payout | None:
    """Return a payout as it is now."""
    row = tx.row(_PAYOUT, id=payout_id)
    return _payout(row) if row else None


def lock_payout(tx: Tx, payout_id: str) -> Payout | None:
    """Return a payout and hold it until the transaction ends."""
    rows = tx.lock_rows(_PAYOUT, id=payout_id)
    return _payout(rows[0]) if rows else None


def set_state(tx: Tx, payout_id: str, *, state: str, reason: str, now_ms: int) -> None:
    """Note what the rail said."""
    tx.run(
        "UPDATE settlement_payout SET state = :state, reason = :reason, changed_at_ms = :now"
        " WHERE id = :id",
        id=payout_id,
        state=state,
        reason=reason,
        now=now_ms,
    )


def find_payouts(tx: Tx, brand_id: str, *, limit: int) -> list[Payout]:
    """Return a brand's payouts, newest first."""
    rows = tx.rows(
        "SELECT id, brand_id, currency, amount_minor, holder, number, actor_id, state, reason,"
        " at_ms, changed_at_ms FROM settlement_payout WHERE brand_id = :brand_id"
        " ORDER BY at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [_payout(row) for row in rows]


def insert_payment(tx: Tx, payment: PersonPayment) -> None:
    """Note what a brand paid to a person."""
    tx.run(
        "INSERT INTO settlement_person_payment (id, brand_id, person_id, currency, amount_minor,"
        " memo, actor_id, at_ms) VALUES (:id, :brand_id, :person_id, :currency, :amount, :memo,"
        " :actor_id, :at)",
        id=payment.id,
        brand_id=payment.brand_id,
        person_id=payment.person_id,
        currency=payment.money.currency,
        amount=payment.money.amount_minor,
        memo=payment.memo,
        actor_id=payment.actor_id,
        at=payment.at_ms,
    )


def find_payment(tx: Tx, payment_id: str) -> PersonPayment | None:
    """Return what a brand paid to a person."""
    row = tx.row(
        "SELECT id, brand_id, person_id, currency, amount_minor, memo, actor_id, at_ms"
        " FROM settlement_person_payment WHERE id = :id",
        id=payment_id,
    )
    return None if row is None else _payment(row)


def find_payments(tx: Tx, brand_id: str, *, limit: int) -> list[PersonPayment]:
    """Return what a brand paid to people, newest first."""
    rows = tx.rows(
        "SELECT id, brand_id, person_id, currency, amount_minor, memo, actor_id, at_ms"
        " FROM settlement_person_payment WHERE brand_id = :brand_id"
        " ORDER BY at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [_payment(row) for row in rows]


def _bank(row: Row) -> Bank:
    return Bank(
        brand_id=row["brand_id"],
        currency=Currency(row["currency"]),
        rail=row["rail"],
        holder=row["holder"],
        number=row["number"],
        schedule=Schedule(row["schedule"]),
        minimum_minor=row["minimum_minor"],
        next_at_ms=row["next_at_ms"],
        changed_by=row["changed_by"],
        changed_at_ms=row["changed_at_ms"],
    )


def _payout(row: Row) -> Payout:
    return Payout(
        id=row["id"],
        brand_id=row["brand_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        holder=row["holder"],
        number=row["number"],
        actor_id=row["actor_id"],
        state=row["state"],
        reason=row["reason"],
        at_ms=row["at_ms"],
        changed_at_ms=row["changed_at_ms"],
    )


def _payment(row: Row) -> PersonPayment:
    return PersonPayment(
        id=row["id"],
        brand_id=row["brand_id"],
        person_id=row["person_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        memo=row["memo"],
        actor_id=row["actor_id"],
        at_ms=row["at_ms"],
    )
