"""SQL of bonuses."""

from collections.abc import Sequence

from host.core.db import Row, Tx, expand
from host.core.money import Currency, Money
from host.wallet.bonus_model import Bonus, BonusUse


def insert_bonus(tx: Tx, bonus: Bonus) -> None:
    """Note a grant."""
    tx.run(
        "INSERT INTO wallet_bonus (id, person_id, funder_id, brand_id, amount_minor, left_minor,"
        " currency, reason, granted_by, granted_at_ms, expires_at_ms) VALUES (:id, :person_id,"
        " :funder_id, :brand_id, :amount_minor, :left_minor, :currency, :reason, :granted_by,"
        " :granted_at_ms, :expires_at_ms)",
        id=bonus.id,
        person_id=bonus.person_id,
        funder_id=bonus.funder_id,
        brand_id=bonus.brand_id,
        amount_minor=bonus.money.amount_minor,
        left_minor=bonus.left_minor,
        currency=bonus.money.currency,
        reason=bonus.reason,
        granted_by=bonus.granted_by,
        granted_at_ms=bonus.granted_at_ms,
        expires_at_ms=bonus.expires_at_ms,
    )


def find_bonus(tx: Tx, bonus_id: str) -> Bonus | None:
    """Return a grant."""
    row = tx.row(
        "SELECT id, person_id, funder_id, brand_id, amount_minor, left_minor, currency, reason,"
        " granted_by, granted_at_ms, expires_at_ms, ended_at_ms FROM wallet_bonus WHERE id = :id",
        id=bonus_id,
    )
    return None if row is None else _bonus(row)


def find_bonuses_of(tx: Tx, person_id: str, *, limit: int) -> list[Bonus]:
    """Return a person's bonuses, the one that ends last first."""
    rows = tx.rows(
        "SELECT id, person_id, funder_id, brand_id, amount_minor, left_minor, currency, reason,"
        " granted_by, granted_at_ms, expires_at_ms, ended_at_ms FROM wallet_bonus"
        " WHERE person_id = :id ORDER BY expires_at_ms DESC, id DESC LIMIT :limit",
        id=person_id,
        limit=limit,
    )
    return [_bonus(row) for row in rows]


def find_bonuses_from(tx: Tx, funder_id: str, *, limit: int) -> list[Bonus]:
    """Return what one giver has given, the latest first."""
    rows = tx.rows(
        "SELECT id, person_id, funder_id, brand_id, amount_minor, left_minor, currency, reason,"
        " granted_by, granted_at_ms, expires_at_ms, ended_at_ms FROM wallet_bonus"
        " WHERE funder_id = :id ORDER BY granted_at_ms DESC, id DESC LIMIT :limit",
        id=funder_id,
        limit=limit,
    )
    return [_bonus(row) for row in rows]


def find_running(tx: Tx, person_id: str, currency: Currency, *, now_ms: int) -> list[Bonus]:
    """Return what a person can still spend of bonuses, the one that ends first first."""
    rows = tx.rows(
        "SELECT id, person_id, funder_id, brand_id, amount_minor, left_minor, currency, reason,"
        " granted_by, granted_at_ms, expires_at_ms, ended_at_ms FROM wallet_bonus"
        " WHERE person_id = :id AND currency = :currency AND expires_at_ms > :now"
        " AND ended_at_ms IS NULL AND left_minor > 0 ORDER BY expires_at_ms, id LIMIT 1000",
        id=person_id,
        currency=currency,
        now=now_ms,
    )
    return [_bonus(row) for row in rows]


def count_running(tx: Tx, person_id: str, funder_id: str, *, now_ms: int) -> int:
    """Return how many bonuses of one giver a person has that are not over."""
    row = tx.row(
        "SELECT COUNT(*) AS n FROM wallet_bonus WHERE person_id = :id AND funder_id = :funder"
        " AND expires_at_ms > :now AND ended_at_ms IS NULL",
        id=person_id,
        funder=funder_id,
        now=now_ms,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["n"])


def find_due(tx: Tx, *, now_ms: int, limit: int) -> list[Bonus]:
    """Return the bonuses whose time is over and which still stand."""
    rows = tx.rows(
        "SELECT id, person_id, funder_id, brand_id, amount_minor, left_minor, currency, reason,"
        " granted_by, granted_at_ms, expires_at_ms, ended_at_ms FROM wallet_bonus"
        " WHERE ended_at_ms IS NULL AND expires_at_ms <= :now ORDER BY expires_at_ms, id"
        " LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_bonus(row) for row in rows]


def add_to_left(tx: Tx, bonus_id: str, change_minor: int) -> None:
    """Note that money left the account of a bonus, or came back into it."""
    changed = tx.run(
        "UPDATE wallet_bonus SET left_minor = left_minor + :change"
        " WHERE id = :id AND ended_at_ms IS NULL",
        id=bonus_id,
        change=change_minor,
    )
    assert changed == 1, "the ledger was locked and the bonus running"


def end_bonus(tx: Tx, bonus_id: str, *, now_ms: int) -> None:
    """Note that the rest went back."""
    tx.run(
        "UPDATE wallet_bonus SET left_minor = 0, ended_at_ms = :now WHERE id = :id",
        id=bonus_id,
        now=now_ms,
    )


def insert_order(tx: Tx, order_id: str, *, cash_minor: int) -> None:
    """Note an order that was paid with bonuses, and what of it was cash."""
    tx.run(
        "INSERT INTO wallet_bonus_order (order_id, cash_minor) VALUES (:id, :cash)",
        id=order_id,
        cash=cash_minor,
    )


def insert_use(tx: Tx, order_id: str, bonus_id: str, amount_minor: int) -> None:
    """Note what an order took from a bonus."""
    tx.run(
        "INSERT INTO wallet_bonus_use (order_id, bonus_id, amount_minor)"
        " VALUES (:order_id, :bonus_id, :amount)",
        order_id=order_id,
        bonus_id=bonus_id,
        amount=amount_minor,
    )


def find_cash(tx: Tx, order_id: str) -> tuple[int, int] | None:
    """Return what cash an order took and what of it went back; None when it took no bonus."""
    row = tx.row(
        "SELECT cash_minor, cash_back_minor FROM wallet_bonus_order WHERE order_id = :id",
        id=order_id,
    )
    return None if row is None else (row["cash_minor"], row["cash_back_minor"])


def add_cash_back(tx: Tx, order_id: str, amount_minor: int) -> None:
    """Note that cash of an order went back."""
    tx.run(
        "UPDATE wallet_bonus_order SET cash_back_minor = cash_back_minor + :amount"
        " WHERE order_id = :id",
        id=order_id,
        amount=amount_minor,
    )


def add_bonus_back(tx: Tx, order_id: str, bonus_id: str, amount_minor: int) -> None:
    """Note that a bonus's part of an order went back, to the bonus or to who gave it."""
    tx.run(
        "UPDATE wallet_bonus_use SET back_minor = back_minor + :amount"
        " WHERE order_id = :order_id AND bonus_id = :bonus_id",
        order_id=order_id,
        bonus_id=bonus_id,
        amount=amount_minor,
    )


def find_uses(tx: Tx, order_id: str) -> list[BonusUse]:
    """Return what an order took from bonuses, in the reverse order of taking."""
    rows = tx.rows(
        "SELECT b.id, b.person_id, b.funder_id, b.brand_id, b.amount_minor, b.left_minor,"
        " b.currency, b.reason, b.granted_by, b.granted_at_ms, b.expires_at_ms, b.ended_at_ms,"
        " u.amount_minor AS used_minor, u.back_minor FROM wallet_bonus_use u"
        " JOIN wallet_bonus b ON b.id = u.bonus_id WHERE u.order_id = :id"
        " ORDER BY b.expires_at_ms DESC, b.id DESC LIMIT 1000",
        id=order_id,
    )
    return [BonusUse(order_id, _bonus(row), row["used_minor"], row["back_minor"]) for row in rows]


def find_uses_of(tx: Tx, person_id: str, *, limit: int) -> list[BonusUse]:
    """Return what a person's orders took from bonuses, the latest order first."""
    rows = tx.rows(
        "SELECT b.id, b.person_id, b.funder_id, b.brand_id, b.amount_minor, b.left_minor,"
        " b.currency, b.reason, b.granted_by, b.granted_at_ms, b.expires_at_ms, b.ended_at_ms,"
        " u.order_id, u.amount_minor AS used_minor, u.back_minor FROM wallet_bonus b"
        " JOIN wallet_bonus_use u ON u.bonus_id = b.id WHERE b.person_id = :id"
        " ORDER BY u.order_id DESC, b.expires_at_ms, b.id LIMIT :limit",
        id=person_id,
        limit=limit,
    )
    return [
        BonusUse(row["order_id"], _bonus(row), row["used_minor"], row["back_minor"]) for row in rows
    ]


def sum_uses(tx: Tx, order_ids: Sequence[str]) -> dict[str, int]:
    """Return what each of the orders took from bonuses, for those that took any."""
    if not order_ids:
        return {}
    sql, params = expand(
        "SELECT order_id, SUM(amount_minor) AS total FROM wallet_bonus_use"
        " WHERE order_id IN (:ids) GROUP BY order_id",
        ids=order_ids,
    )
    rows = tx.rows(sql, **params)
    return {row["order_id"]: int(row["total"]) for row in rows}


def find_wrong_bonuses(tx: Tx) -> list[Row]:
    """Return bonuses whose account does not hold what they say, and accounts of no bonus."""
    return tx.rows(
        "SELECT a.id AS id FROM wallet_account a LEFT JOIN wallet_bonus b"
        " ON a.id = 'bonus:' || b.id || ':' || b.currency"
        " WHERE a.id LIKE 'bonus:%' AND (b.id IS NULL"
        " OR a.credits_posted_minor - a.debits_posted_minor <> b.left_minor"
        " OR (b.ended_at_ms IS NULL) <> (a.closed_at_ms IS NULL))"
        " UNION ALL SELECT b.id AS id FROM wallet_bonus b LEFT JOIN wallet_account a"
        " ON a.id = 'bonus:' || b.id || ':' || b.currency WHERE a.id IS NULL"
        " ORDER BY id LIMIT 100"
    )


def find_wrong_uses(tx: Tx) -> list[Row]:
    """Return orders whose cash and bonus parts are not what was paid for them."""
    return tx.rows(
        "SELECT o.order_id FROM wallet_bonus_order o"
        " LEFT JOIN wallet_escrow e ON e.order_id = o.order_id"
        " LEFT JOIN (SELECT order_id, SUM(amount_minor) AS used_minor FROM wallet_bonus_use"
        " GROUP BY order_id) u ON u.order_id = o.order_id"
        " WHERE e.order_id IS NULL OR u.used_minor IS NULL"
        " OR o.cash_minor + u.used_minor <> e.amount_minor ORDER BY o.order_id LIMIT 100"
    )


def _bonus(row: Row) -> Bonus:
    return Bonus(
        id=row["id"],
        person_id=row["person_id"],
        funder_id=row["funder_id"],
        brand_id=row["brand_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        left_minor=row["left_minor"],
        reason=row["reason"],
        granted_by=row["granted_by"],
        granted_at_ms=row["granted_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )
