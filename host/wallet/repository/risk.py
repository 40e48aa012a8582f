"""SQL of risk rules: their modes, what they found, and payments that are being checked."""

from collections.abc import Sequence

from host.core.db import Row, Tx
from host.core.ids import new_id
from host.core.money import Currency, Money
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.review_model import Finding, Hit, Review, ReviewStatus
from host.wallet.risk import Action, Mode

_REVIEW = (
    "SELECT id, person_id, purpose, subject_id, payee_id, amount_minor, currency, status,"
    " made_at_ms, expires_at_ms, decided_by, decided_at_ms, reason FROM wallet_review"
)


def find_modes(tx: Tx) -> dict[str, Row]:
    """Return the rules that were switched, by id."""
    rows = tx.rows(
        "SELECT rule_id, mode, reason, actor_id, changed_at_ms FROM wallet_risk_mode LIMIT 100"
    )
    return {row["rule_id"]: row for row in rows}


def put_mode(tx: Tx, rule_id: str, mode: Mode, *, reason: str, actor_id: str, now_ms: int) -> None:
    """Switch a rule."""
    tx.run(
        "INSERT INTO wallet_risk_mode (rule_id, mode, reason, actor_id, changed_at_ms)"
        " VALUES (:rule, :mode, :reason, :actor, :now) ON CONFLICT (rule_id) DO UPDATE SET"
        " mode = :mode, reason = :reason, actor_id = :actor, changed_at_ms = :now",
        rule=rule_id,
        mode=mode,
        reason=reason,
        actor=actor_id,
        now=now_ms,
    )


def insert_hits(tx: Tx, intent: PaymentIntent, found: Sequence[Finding], *, now_ms: int) -> None:
    """Note what rules found; the same rule and payment once."""
    for finding in found:
        tx.run(
            "INSERT INTO wallet_risk_hit (id, rule_id, rule_version, mode, action, person_id,"
            " purpose, subject_id, payee_id, amount_minor, currency, at_ms)"
            " VALUES (:id, :rule, :version, :mode, :action, :person, :purpose, :subject, :payee,"
            " :amount, :currency, :now)"
            " ON CONFLICT (rule_id, person_id, purpose, subject_id) DO NOTHING",
            id=new_id(),
            rule=finding.rule.id,
            version=finding.rule.version,
            mode=finding.mode,
            action=finding.rule.action,
            person=intent.person_id,
            purpose=intent.purpose,
            subject=intent.subject_id,
            payee=intent.payee_id,
            amount=intent.money.amount_minor,
            currency=intent.money.currency,
            now=now_ms,
        )


def find_hits(tx: Tx, *, limit: int) -> list[Hit]:
    """Return what rules found, newest first."""
    rows = tx.rows(
        "SELECT h.id, h.rule_id, h.rule_version, h.mode, h.action, h.person_id, h.purpose,"
        " h.payee_id, h.amount_minor, h.currency, h.at_ms, r.status FROM wallet_risk_hit h"
        " LEFT JOIN wallet_review r ON r.person_id = h.person_id AND r.purpose = h.purpose"
        " AND r.subject_id = h.subject_id ORDER BY h.at_ms DESC, h.id DESC LIMIT :limit",
        limit=limit,
    )
    return [
        Hit(
            row["id"],
            row["rule_id"],
            row["rule_version"],
            Mode(row["mode"]),
            Action(row["action"]),
            row["person_id"],
            row["purpose"],
            row["payee_id"],
            Money(row["amount_minor"], Currency(row["currency"])),
            row["at_ms"],
            None if row["status"] is None else ReviewStatus(row["status"]),
        )
        for row in rows
    ]


def find_rules_of(tx: Tx, intent: PaymentIntent) -> list[str]:
    """Return which rules spoke about a payment."""
    rows = tx.rows(
        "SELECT rule_id FROM wallet_risk_hit WHERE person_id = :person AND purpose = :purpose"
        " AND subject_id = :subject AND mode = 'on' ORDER BY rule_id LIMIT 100",
        person=intent.person_id,
        purpose=intent.purpose,
        subject=intent.subject_id,
    )
    return [row["rule_id"] for row in rows]


def count_hits(tx: Tx, *, since_ms: int) -> dict[str, Row]:
    """Return for each rule how often it spoke since ``since_ms``, and how its holds ended."""
    rows = tx.rows(
        "SELECT h.rule_id, COUNT(*) AS hit_count,"
        " SUM(CASE WHEN h.mode = 'shadow' THEN 1 ELSE 0 END) AS shadow_count,"
        " SUM(CASE WHEN r.status = 'approved' AND h.mode = 'on' AND h.action = 'hold'"
        " THEN 1 ELSE 0 END) AS false_count,"
        " SUM(CASE WHEN r.status = 'refused' AND h.mode = 'on' AND h.action = 'hold'"
        " THEN 1 ELSE 0 END) AS true_count"
        " FROM wallet_risk_hit h LEFT JOIN wallet_review r ON r.person_id = h.person_id"
        " AND r.purpose = h.purpose AND r.subject_id = h.subject_id"
        " WHERE h.at_ms > :since GROUP BY h.rule_id LIMIT 100",
        since=since_ms,
    )
    return {row["rule_id"]: row for row in rows}


def insert_review(tx: Tx, made: Review) -> None:
    """Let a payment wait."""
    intent = made.intent
    tx.run(
        "INSERT INTO wallet_review (id, person_id, purpose, subject_id, payee_id, amount_minor,"
        " currency, status, made_at_ms, expires_at_ms) VALUES (:id, :person, :purpose, :subject,"
        " :payee, :amount, :currency, :status, :made, :expires)",
        id=made.id,
        person=intent.person_id,
        purpose=intent.purpose,
        subject=intent.subject_id,
        payee=intent.payee_id,
        amount=intent.money.amount_minor,
        currency=intent.money.currency,
        status=made.status,
        made=made.made_at_ms,
        expires=made.expires_at_ms,
    )


def find_review_of(
    tx: Tx, person_id: str, purpose: PaymentPurpose, subject_id: str
) -> Review | None:
    """Return the check of a payment."""
    row = tx.row(
        _REVIEW + " WHERE person_id = :person AND purpose = :purpose AND subject_id = :subject",
        person=person_id,
        purpose=purpose,
        subject=subject_id,
    )
    return None if row is None else _review(row)


def lock_review(tx: Tx, review_id: str) -> Review | None:
    """Return a check and hold it until the transaction ends."""
    rows = tx.lock_rows(_REVIEW + " WHERE id = :id", id=review_id)
    return _review(rows[0]) if rows else None


def find_open_reviews(tx: Tx, *, limit: int) -> list[Review]:
    """Return what waits, the soonest to end first."""
    rows = tx.rows(
        _REVIEW + " WHERE status = 'open' ORDER BY expires_at_ms, id LIMIT :limit", limit=limit
    )
    return [_review(row) for row in rows]


def find_reviews_of(tx: Tx, person_id: str, *, limit: int) -> list[Review]:
    """Return the checks of a person's payments, newest first."""
    rows = tx.rows(
        _REVIEW + " WHERE person_id = :person ORDER BY made_at_ms DESC, id DESC LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_review(row) for row in rows]


def lock_due_reviews(tx: Tx, *, now_ms: int, limit: int) -> list[Review]:
    """Return checks whose time is over and hold them until the transaction ends."""
    rows = tx.lock_rows(
        _REVIEW + " WHERE status = 'open' AND expires_at_ms <= :now ORDER BY id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_review(row) for row in rows]


def end_review(tx: Tx, ended: Review) -> None:
    """Store how a check ended."""
    tx.run(
        "UPDATE wallet_review SET status = :status, decided_by = :by, decided_at_ms = :at,"
        " reason = :reason WHERE id = :id AND status = 'open'",
        id=ended.id,
        status=ended.status,
        by=ended.decided_by,
        at=ended.decided_at_ms,
        reason=ended.reason,
    )


def _review(row: Row) -> Review:
    intent = PaymentIntent(
        row["person_id"],
        PaymentPurpose(row["purpose"]),
        row["subject_id"],
        Money(row["amount_minor"], Currency(row["currency"])),
        row["payee_id"],
    )
    return Review(
        row["id"],
        intent,
        ReviewStatus(row["status"]),
        row["made_at_ms"],
        row["expires_at_ms"],
        row["decided_by"],
        row["decided_at_ms"],
        row["reason"],
    )
