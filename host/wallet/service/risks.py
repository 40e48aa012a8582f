"""Judging a payment by the risk rules, and what became of what they found."""

from host.core import live
from host.core.db import Tx, Value
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.core.text import clean_text
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import ReviewEndedError, ReviewNotFoundError
from host.wallet.limits import DAY_MS, MONTH_MS
from host.wallet.repository import pin as pins
from host.wallet.repository import risk as repository
from host.wallet.repository import security
from host.wallet.review_model import (
    REVIEW_TTL_MS,
    RISK_REASON_CHARS_MAX,
    Finding,
    Hit,
    Review,
    ReviewStatus,
    RuleState,
)
from host.wallet.risk import BY_ID, RULES, STRICTNESS, Action, Facts, Mode

_HITS_SHOWN = 100
_QUEUE_ROWS = 100
_OWN_ROWS = 20
_SWEEP_ROWS = 100


def gather(tx: Tx, intent: PaymentIntent, *, device_at_ms: int | None, now_ms: int) -> Facts:
    """Read what the rules judge by."""
    recent = security.find_recent(tx, intent.person_id, since_ms=now_ms - DAY_MS)
    payees = {past.payee_id for past in recent} | {intent.payee_id}
    return Facts(
        intent,
        now_ms,
        tuple(recent),
        security.find_first_paid(tx, intent.person_id, payees),
        recent[0].at_ms if recent else security.find_last_paid(tx, intent.person_id),
        pins.changed_at_ms(tx, intent.person_id, now_ms=now_ms),
        device_at_ms,
    )


def judge(tx: Tx, facts: Facts) -> list[Finding]:
    """Return the rules that speak, in the shadow as well."""
    found = [rule for rule in RULES if rule.finds(facts)]
    if not found:
        return []
    switched = repository.find_modes(tx)
    modes = {r.id: Mode(switched[r.id]["mode"]) if r.id in switched else r.mode for r in found}
    return [Finding(rule, modes[rule.id]) for rule in found if modes[rule.id] is not Mode.OFF]


def strictest(found: list[Finding]) -> Action | None:
    """Return what is to be done; rules in the shadow do nothing."""
    actions = [finding.rule.action for finding in found if finding.mode is Mode.ON]
    return max(actions, key=STRICTNESS.index) if actions else None


def record(tx: Tx, intent: PaymentIntent, found: list[Finding], *, now_ms: int) -> None:
    """Note what was found."""
    repository.insert_hits(tx, intent, found, now_ms=now_ms)


def find_review(tx: Tx, intent: PaymentIntent) -> Review | None:
    """Return the check of exactly this payment."""
    found = repository.find_review_of(tx, intent.person_id, intent.purpose, intent.subject_id)
    return found if found is not None and found.intent == intent else None


def open_review(tx: Tx, intent: PaymentIntent, *, now_ms: int) -> Review:
    """Let a payment wait until somebody has looked; again returns the same check."""
    earlier = find_review(tx, intent)
    if earlier is not None:
        return earlier
    made = Review(new_id(), intent, ReviewStatus.OPEN, now_ms, now_ms + REVIEW_TTL_MS)
    repository.insert_review(tx, made)
    _tell(tx, made, now_ms=now_ms)
    return made


def is_checked(tx: Tx, person_id: str, purpose: PaymentPurpose, subject_id: str) -> bool:
    """Tell whether a payment waits for a decision."""
    found = repository.find_review_of(tx, person_id, purpose, subject_id)
    return found is not None and found.status is ReviewStatus.OPEN


def end_review(
    tx: Tx,
    review_id: str,
    *,
    status: ReviewStatus,
    reason: str = "",
    actor_id: str | None = None,
    now_ms: int,
) -> Review:
    """Note how the check of a payment ended; what follows for the money is the caller's."""
    found = repository.lock_review(tx, review_id)
    if found is None:
        raise ReviewNotFoundError("There is no payment being checked under this id.")
    if found.status is not ReviewStatus.OPEN:
        raise ReviewEndedError("This payment is not being checked any more.", status=found.status)
    ended = Review(
        found.id,
        found.intent,
        status,
        found.made_at_ms,
        found.expires_at_ms,
        actor_id,
        now_ms,
        clean_text(reason, length_max=RISK_REASON_CHARS_MAX),
    )
    repository.end_review(tx, ended)
    _tell(tx, ended, now_ms=now_ms)
    return ended


def lock_due_reviews(tx: Tx, *, now_ms: int) -> list[Review]:
    """Return checks that nobody has decided in time."""
    return repository.lock_due_reviews(tx, now_ms=now_ms, limit=_SWEEP_ROWS)


def find_open_reviews(tx: Tx) -> list[tuple[Review, list[str]]]:
    """Return what waits, the soonest to end first, each with the rules that spoke."""
    found = repository.find_open_reviews(tx, limit=_QUEUE_ROWS)
    return [(review, repository.find_rules_of(tx, review.intent)) for review in found]


def find_reviews_of(tx: Tx, person_id: str) -> list[Review]:
    """Return the checks of a person's payments, newest first."""
    return repository.find_reviews_of(tx, person_id, limit=_OWN_ROWS)


def find_hits(tx: Tx) -> list[Hit]:
    """Return what rules found, newest first."""
    return repository.find_hits(tx, limit=_HITS_SHOWN)


def find_rules(tx: Tx, *, now_ms: int) -> list[RuleState]:
    """Return every rule as it is switched, and what it has found in thirty days."""
    switched = repository.find_modes(tx)
    counts = repository.count_hits(tx, since_ms=now_ms - MONTH_MS)
    found = []
    for rule in RULES:
        changed, counted = switched.get(rule.id), counts.get(rule.id)
        numbers = [
            0 if counted is None else int(counted[name])
            for name in ("hit_count", "shadow_count", "false_count", "true_count")
        ]
        found.append(
            RuleState(
                rule,
                rule.mode if changed is None else Mode(changed["mode"]),
                "" if changed is None else changed["reason"],
                None if changed is None else changed["actor_id"],
                None if changed is None else changed["changed_at_ms"],
                *numbers,
            )
        )
    return found


def switch_rule(
    tx: Tx, rule_id: str, mode: str, *, reason: str, actor_id: str, now_ms: int
) -> Mode:
    """Switch a rule; who may is asked by the caller, who also writes the audit log."""
    if rule_id not in BY_ID or mode not in set(Mode):
        raise BadInputError("There is no such rule, or no such mode.")
    repository.put_mode(tx, rule_id, Mode(mode), reason=reason, actor_id=actor_id, now_ms=now_ms)
    return Mode(mode)


def _tell(tx: Tx, review: Review, *, now_ms: int) -> None:
    payload: dict[str, Value] = {"review": str(review.status)}
    live.publish(tx, [review.intent.person_id], "wallet.changed", payload, now_ms=now_ms)
