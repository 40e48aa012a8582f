"""SQL of points; the points themselves are in the ledger."""

from host.core.db import Row, Tx
from host.core.money import Currency
from host.points.model import Given, Programme, Redemption


def put_programme(tx: Tx, programme: Programme) -> None:
    """Keep how a brand gives points."""
    tx.run(
        "INSERT INTO points_programme (brand_id, is_on, currency, earn_minor, worth_minor,"
        " expiry_months, since_ms, changed_by, changed_at_ms) VALUES (:brand, :is_on, :currency,"
        " :earn, :worth, :months, :since, :by, :at) ON CONFLICT (brand_id) DO UPDATE SET"
        " is_on = :is_on, currency = :currency, earn_minor = :earn, worth_minor = :worth,"
        " expiry_months = :months, since_ms = :since, changed_by = :by, changed_at_ms = :at",
        brand=programme.brand_id,
        is_on=int(programme.is_on),
        currency=programme.currency,
        earn=programme.earn_minor,
        worth=programme.worth_minor,
        months=programme.expiry_months,
        since=programme.since_ms,
        by=programme.changed_by,
        at=programme.changed_at_ms,
    )


def find_programme(tx: Tx, brand_id: str) -> Programme | None:
    """Return how a brand gives points, also when it gives none at the moment."""
    row = tx.row(
        "SELECT brand_id, is_on, currency, earn_minor, worth_minor, expiry_months, since_ms,"
        " changed_by, changed_at_ms FROM points_programme WHERE brand_id = :brand",
        brand=brand_id,
    )
    return None if row is None else _programme(row)


def put_holder(tx: Tx, brand_id: str, person_id: str, *, lapses_at_ms: int | None) -> None:
    """Note that somebody has earned, and when the points lapse."""
    tx.run(
        "INSERT INTO points_holder (person_id, brand_id, lapses_at_ms)"
        " VALUES (:person, :brand, :at)"
        " ON CONFLICT (person_id, brand_id) DO UPDATE SET lapses_at_ms = :at",
        person=person_id,
        brand=brand_id,
        at=lapses_at_ms,
    )


def find_lapse(tx: Tx, brand_id: str, person_id: str) -> int | None:
    """Return when somebody's points lapse."""
    row = tx.row(
        "SELECT lapses_at_ms FROM points_holder WHERE person_id = :person AND brand_id = :brand",
        person=person_id,
        brand=brand_id,
    )
    return None if row is None else row["lapses_at_ms"]


def find_brand_ids(tx: Tx, person_id: str, *, limit: int = 200) -> list[str]:
    """Return the brands that somebody has had points of."""
    rows = tx.rows(
        "SELECT brand_id FROM points_holder WHERE person_id = :person ORDER BY brand_id"
        " LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [row["brand_id"] for row in rows]


def find_lapsed(tx: Tx, *, now_ms: int, limit: int) -> list[tuple[str, str]]:
    """Return ``(brand, person)`` of points whose time is over."""
    rows = tx.rows(
        "SELECT brand_id, person_id FROM points_holder WHERE lapses_at_ms <= :now"
        " ORDER BY lapses_at_ms, brand_id, person_id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [(row["brand_id"], row["person_id"]) for row in rows]


def find_given(tx: Tx, source_kind: str, source_id: str) -> Given | None:
    """Return what an earning gave."""
    row = tx.row(
        "SELECT source_kind, source_id, brand_id, person_id, earn_minor, earned_points, due_points"
        " FROM points_earning WHERE source_kind = :kind AND source_id = :id",
        kind=source_kind,
        id=source_id,
    )
    return None if row is None else Given(**row)


def insert_given(tx: Tx, given: Given) -> None:
    """Note what an earning gave."""
    tx.run(
        "INSERT INTO points_earning (source_kind, source_id, brand_id, person_id, earn_minor,"
        " earned_points, due_points) VALUES (:kind, :id, :brand, :person, :earn, :earned, 0)",
        kind=given.source_kind,
        id=given.source_id,
        brand=given.brand_id,
        person=given.person_id,
        earn=given.earn_minor,
        earned=given.earned_points,
    )


def update_due(tx: Tx, given: Given, due_points: int) -> None:
    """Note how many of an earning's points were due back, all in all."""
    tx.run(
        "UPDATE points_earning SET due_points = :due WHERE source_kind = :kind AND source_id = :id",
        due=due_points,
        kind=given.source_kind,
        id=given.source_id,
    )


def find_redemption(tx: Tx, redemption_id: str) -> Redemption | None:
    """Return what became money under an id."""
    row = tx.row(
        "SELECT id, brand_id, person_id, asked_points, taken_points, amount_minor, currency, at_ms"
        " FROM points_redemption WHERE id = :id",
        id=redemption_id,
    )
    return None if row is None else Redemption(**row)


def insert_redemption(tx: Tx, made: Redemption) -> None:
    """Keep the answer to a key."""
    tx.run(
        "INSERT INTO points_redemption (id, brand_id, person_id, asked_points, taken_points,"
        " amount_minor, currency, at_ms) VALUES (:id, :brand, :person, :asked, :taken, :amount,"
        " :currency, :at)",
        id=made.id,
        brand=made.brand_id,
        person=made.person_id,
        asked=made.asked_points,
        taken=made.taken_points,
        amount=made.amount_minor,
        currency=made.currency,
        at=made.at_ms,
    )


def _programme(row: Row) -> Programme:
    return Programme(
        row["brand_id"],
        bool(row["is_on"]),
        Currency(row["currency"]),
        row["earn_minor"],
        row["worth_minor"],
        row["expiry_months"],
        row["since_ms"],
        row["changed_by"],
        row["changed_at_ms"],
    )
