"""SQL of codes, charges and links."""

from host.codes.model import Charge, ChargeStatus, Link, LinkKind
from host.core.db import Row, Tx
from host.core.money import Currency, Money


def insert_pay_code(
    tx: Tx, code_id: str, person_id: str, *, number_hash: str, made_at_ms: int, expires_at_ms: int
) -> None:
    """Keep a new code."""
    tx.run(
        "INSERT INTO codes_pay (id, person_id, number_hash, made_at_ms, expires_at_ms)"
        " VALUES (:id, :person, :hash, :made, :expires)",
        id=code_id,
        person=person_id,
        hash=number_hash,
        made=made_at_ms,
        expires=expires_at_ms,
    )


def lock_pay_code(tx: Tx, number_hash: str) -> Row | None:
    """Return the code that hashes to this and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, person_id, expires_at_ms, charge_id FROM codes_pay WHERE number_hash = :hash",
        hash=number_hash,
    )
    return rows[0] if rows else None


def take_pay_code(tx: Tx, code_id: str, charge_id: str) -> bool:
    """Let a code serve this charge; False when it has served another."""
    changed = tx.run(
        "UPDATE codes_pay SET charge_id = :charge WHERE id = :id AND charge_id IS NULL",
        charge=charge_id,
        id=code_id,
    )
    return changed == 1


def delete_pay_codes(tx: Tx, *, before_ms: int) -> int:
    """Forget codes that are over and return how many."""
    return tx.run("DELETE FROM codes_pay WHERE expires_at_ms < :before", before=before_ms)


def insert_charge(tx: Tx, charge: Charge) -> None:
    """Keep what a till asks for."""
    tx.run(
        "INSERT INTO codes_charge (id, brand_id, code_id, payer_id, made_by, amount_minor,"
        " currency, memo, status, made_at_ms, expires_at_ms) VALUES (:id, :brand, :code, :payer,"
        " :made_by, :amount, :currency, :memo, 'waiting', :made, :expires)",
        id=charge.id,
        brand=charge.brand_id,
        code=charge.code_id,
        payer=charge.payer_id,
        made_by=charge.made_by,
        amount=charge.money.amount_minor,
        currency=charge.money.currency,
        memo=charge.memo,
        made=charge.made_at_ms,
        expires=charge.expires_at_ms,
    )


def lock_charge(tx: Tx, charge_id: str) -> Charge | None:
    """Return a charge and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, brand_id, code_id, payer_id, made_by, amount_minor, currency, memo, status,"
        " made_at_ms, expires_at_ms, ended_at_ms FROM codes_charge WHERE id = :id",
        id=charge_id,
    )
    return _charge(rows[0]) if rows else None


def find_charge(tx: Tx, charge_id: str) -> Charge | None:
    """Return a charge."""
    row = tx.row(
        "SELECT id, brand_id, code_id, payer_id, made_by, amount_minor, currency, memo, status,"
        " made_at_ms, expires_at_ms, ended_at_ms FROM codes_charge WHERE id = :id",
        id=charge_id,
    )
    return None if row is None else _charge(row)


def find_charges(tx: Tx, brand_id: str, *, limit: int) -> list[Charge]:
    """Return a shop's last charges, newest first."""
    rows = tx.rows(
        "SELECT id, brand_id, code_id, payer_id, made_by, amount_minor, currency, memo, status,"
        " made_at_ms, expires_at_ms, ended_at_ms FROM codes_charge WHERE brand_id = :brand"
        " ORDER BY made_at_ms DESC, id DESC LIMIT :limit",
        brand=brand_id,
        limit=limit,
    )
    return [_charge(row) for row in rows]


def find_waiting(tx: Tx, payer_id: str, *, now_ms: int, limit: int) -> list[Charge]:
    """Return what waits for a person's word, oldest first."""
    rows = tx.rows(
        "SELECT id, brand_id, code_id, payer_id, made_by, amount_minor, currency, memo, status,"
        " made_at_ms, expires_at_ms, ended_at_ms FROM codes_charge WHERE payer_id = :payer"
        " AND status = 'waiting' AND expires_at_ms > :now ORDER BY expires_at_ms, id LIMIT :limit",
        payer=payer_id,
        now=now_ms,
        limit=limit,
    )
    return [_charge(row) for row in rows]


def end_charge(tx: Tx, charge_id: str, status: ChargeStatus, *, now_ms: int) -> None:
    """Note what became of a charge."""
    changed = tx.run(
        "UPDATE codes_charge SET status = :status, ended_at_ms = :now"
        " WHERE id = :id AND status = 'waiting'",
        status=status,
        now=now_ms,
        id=charge_id,
    )
    assert changed == 1, "it was locked and waiting"


def find_overdue(tx: Tx, *, now_ms: int, limit: int) -> list[str]:
    """Return charges that nobody confirmed in time."""
    rows = tx.rows(
        "SELECT id FROM codes_charge WHERE status = 'waiting' AND expires_at_ms <= :now"
        " ORDER BY id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [row["id"] for row in rows]


def count_miss(tx: Tx, brand_id: str, *, span_ms: int, now_ms: int) -> Row:
    """Count one more number that may be no code, anew after ``span_ms``."""
    row = tx.row(
        "INSERT INTO codes_till (brand_id, miss_count, since_ms) VALUES (:brand, 1, :now)"
        " ON CONFLICT (brand_id) DO UPDATE SET"
        " miss_count = CASE WHEN codes_till.since_ms <= :old THEN 1"
        " ELSE codes_till.miss_count + 1 END,"
        " since_ms = CASE WHEN codes_till.since_ms <= :old THEN :now ELSE codes_till.since_ms END"
        " RETURNING miss_count, since_ms",
        brand=brand_id,
        now=now_ms,
        old=now_ms - span_ms,
    )
    assert row is not None, "RETURNING always gives the row"
    return row


def give_back_miss(tx: Tx, brand_id: str) -> None:
    """Count one miss less: what was looked up was a code."""
    tx.run(
        "UPDATE codes_till SET miss_count = miss_count - 1"
        " WHERE brand_id = :brand AND miss_count > 0",
        brand=brand_id,
    )


def find_miss_count(tx: Tx, brand_id: str, *, since_ms: int) -> int:
    """Return how many numbers of a shop's tills were no code since then."""
    row = tx.row(
        "SELECT miss_count FROM codes_till WHERE brand_id = :brand AND since_ms > :since",
        brand=brand_id,
        since=since_ms,
    )
    return 0 if row is None else int(row["miss_count"])


def insert_link(tx: Tx, link: Link) -> bool:
    """Keep a link; False when its owner has a lasting one already."""
    changed = tx.run(
        "INSERT INTO codes_link (token, ask_id, kind, owner_id, amount_minor, currency, memo,"
        " made_by, made_at_ms, expires_at_ms) VALUES (:token, :ask, :kind, :owner, :amount,"
        " :currency, :memo, :made_by, :made, :expires) ON CONFLICT DO NOTHING",
        token=link.token,
        ask=link.ask_id,
        kind=link.kind,
        owner=link.owner_id,
        amount=link.amount_minor,
        currency=link.currency,
        memo=link.memo,
        made_by=link.made_by,
        made=link.made_at_ms,
        expires=link.expires_at_ms,
    )
    return changed == 1


def lock_link(tx: Tx, token: str) -> Link | None:
    """Return a link and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT token, ask_id, kind, owner_id, amount_minor, currency, memo, made_by, made_at_ms,"
        " expires_at_ms, closed_at_ms, paid_by FROM codes_link WHERE token = :token",
        token=token,
    )
    return _link(rows[0]) if rows else None


def find_link(tx: Tx, token: str) -> Link | None:
    """Return a link."""
    row = tx.row(
        "SELECT token, ask_id, kind, owner_id, amount_minor, currency, memo, made_by, made_at_ms,"
        " expires_at_ms, closed_at_ms, paid_by FROM codes_link WHERE token = :token",
        token=token,
    )
    return None if row is None else _link(row)


def find_asked(tx: Tx, ask_id: str) -> Link | None:
    """Return the link that was made for this request."""
    row = tx.row(
        "SELECT token, ask_id, kind, owner_id, amount_minor, currency, memo, made_by, made_at_ms,"
        " expires_at_ms, closed_at_ms, paid_by FROM codes_link WHERE ask_id = :ask",
        ask=ask_id,
    )
    return None if row is None else _link(row)


def find_lasting(tx: Tx, owner_id: str) -> Link | None:
    """Return the one link of a shop or a person that lasts."""
    row = tx.row(
        "SELECT token, ask_id, kind, owner_id, amount_minor, currency, memo, made_by, made_at_ms,"
        " expires_at_ms, closed_at_ms, paid_by FROM codes_link WHERE owner_id = :owner"
        " AND expires_at_ms IS NULL AND closed_at_ms IS NULL",
        owner=owner_id,
    )
    return None if row is None else _link(row)


def close_links(tx: Tx, owner_id: str, *, now_ms: int) -> int:
    """Let no code of an owner be scanned any more and return how many those were."""
    return tx.run(
        "UPDATE codes_link SET closed_at_ms = :now WHERE owner_id = :owner"
        " AND closed_at_ms IS NULL",
        now=now_ms,
        owner=owner_id,
    )


def close_link(tx: Tx, token: str, *, paid_by: str, now_ms: int) -> None:
    """Note that the one payment of a link was made."""
    changed = tx.run(
        "UPDATE codes_link SET closed_at_ms = :now, paid_by = :paid_by"
        " WHERE token = :token AND closed_at_ms IS NULL",
        now=now_ms,
        paid_by=paid_by,
        token=token,
    )
    assert changed == 1, "it was locked and open"


def _charge(row: Row) -> Charge:
    return Charge(
        id=row["id"],
        brand_id=row["brand_id"],
        code_id=row["code_id"],
        payer_id=row["payer_id"],
        made_by=row["made_by"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        memo=row["memo"],
        status=ChargeStatus(row["status"]),
        made_at_ms=row["made_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )


def _link(row: Row) -> Link:
    return Link(
        token=row["token"],
        ask_id=row["ask_id"],
        kind=LinkKind(row["kind"]),
        owner_id=row["owner_id"],
        amount_minor=row["amount_minor"],
        currency=Currency(row["currency"]),
        memo=row["memo"],
        made_by=row["made_by"],
        made_at_ms=row["made_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        closed_at_ms=row["closed_at_ms"],
        paid_by=row["paid_by"],
    )
