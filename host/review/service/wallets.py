"""What admins decide about people's wallets: risk rules, payments that wait, freezes and tiers.

Every one of these is a use case of the wallet, with the two things that it does not know: that only
an admin may, never about themselves, and that the audit log tells of it in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from host.core.db import Tx
from host.core.errors import ForbiddenError
from host.core.money import CURRENCIES, Currency
from host.identity import service as identity
from host.identity.model import Person
from host.review.service.audit import append_audit
from host.review.service.decisions import check_reason
from host.wallet import service as wallet
from host.wallet.freeze_model import Freeze, FreezeMode
from host.wallet.limits import TIERS
from host.wallet.review_model import Hit, Review, RuleState
from host.wallet.service.caps import Standing


@dataclass(frozen=True, slots=True)
class RiskDesk:
    """The rules, what waits for a decision, what was found, and the people in it."""

    rules: Sequence[RuleState]
    waiting: Sequence[tuple[Review, list[str]]]
    hits: Sequence[Hit]
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True)
class WalletCase:
    """A person's wallet as an admin sees it: no entry and no note, only what is decided on."""

    person: Person
    standings: Sequence[Standing]
    freezes: Sequence[Freeze]
    reviews: Sequence[Review]
    is_own: bool

    @property
    def open_freeze(self) -> Freeze | None:
        """What stops the wallet now."""
        return next((one for one in self.freezes if one.lifted_at_ms is None), None)


def read_risk_desk(tx: Tx, *, actor_id: str, now_ms: int) -> RiskDesk:
    """Return everything that the risk desk shows."""
    identity.require_admin(tx, actor_id)
    rules = wallet.find_rules(tx, now_ms=now_ms)
    waiting, hits = wallet.find_open_reviews(tx), wallet.find_hits(tx)
    ids = {review.intent.person_id for review, _ in waiting}
    ids |= {review.intent.payee_id for review, _ in waiting}
    ids |= {hit.person_id for hit in hits} | {hit.payee_id for hit in hits}
    ids |= {rule.changed_by for rule in rules if rule.changed_by}
    return RiskDesk(rules, waiting, hits, identity.find_people(tx, ids))


def switch_rule(
    tx: Tx, rule_id: str, *, actor_id: str, mode: str, reason: str, now_ms: int
) -> None:
    """Switch a risk rule off, into the shadow, or on."""
    identity.require_admin(tx, actor_id)
    text = check_reason(reason)
    wallet.switch_rule(tx, rule_id, mode, reason=text, actor_id=actor_id, now_ms=now_ms)
    append_audit(
        tx,
        actor_id=actor_id,
        action="risk_rule_switched",
        subject=f"rule:{rule_id}",
        detail={"mode": mode, "reason": text},
        now_ms=now_ms,
    )


def decide_payment(
    tx: Tx, review_id: str, *, actor_id: str, is_approved: bool, reason: str, now_ms: int
) -> None:
    """Let a payment go on, or refuse it; neither one's own nor one to oneself."""
    identity.require_admin(tx, actor_id)
    text = check_reason(reason)
    review = wallet.decide_review(
        tx, review_id, is_approved=is_approved, reason=text, actor_id=actor_id, now_ms=now_ms
    )
    if actor_id in {review.intent.person_id, review.intent.payee_id}:
        raise ForbiddenError("This payment is yours. Another admin decides about it.")
    append_audit(
        tx,
        actor_id=actor_id,
        action="payment_approved" if is_approved else "payment_refused",
        subject=f"person:{review.intent.person_id}",
        detail={
            "review_id": review.id,
            "amount_minor": review.intent.money.amount_minor,
            "currency": str(review.intent.money.currency),
            "reason": text,
        },
        now_ms=now_ms,
    )


def find_wallets(tx: Tx, *, actor_id: str) -> list[tuple[Freeze, Person | None]]:
    """Return the wallets that are stopped, those with an appeal first."""
    identity.require_admin(tx, actor_id)
    found = wallet.find_open_freezes(tx)
    people = identity.find_people(tx, {one.person_id for one in found})
    return [(one, people.get(one.person_id)) for one in found]


def open_wallet_case(tx: Tx, handle: str, *, actor_id: str, now_ms: int) -> WalletCase:
    """Return a person's wallet for an admin."""
    identity.require_admin(tx, actor_id)
    person = identity.access_person_by_handle(tx, handle)
    held = {balance.currency for balance in wallet.balances(tx, person.id)}
    shown = [Currency(c) for c in CURRENCIES if c in held] or [wallet.FIRST_CURRENCY]
    return WalletCase(
        person,
        [wallet.standing(tx, person.id, currency, now_ms=now_ms) for currency in shown],
        wallet.find_freezes_of(tx, person.id),
        wallet.find_reviews_of(tx, person.id),
        is_own=person.id == actor_id,
    )


def freeze_wallet(
    tx: Tx, handle: str, *, actor_id: str, mode: str, reason: str, now_ms: int
) -> None:
    """Freeze a person's wallet, or close an empty one."""
    person, text = _check(tx, handle, actor_id=actor_id, reason=reason)
    chosen = FreezeMode(mode) if mode in set(FreezeMode) else FreezeMode.DEBIT
    if chosen is FreezeMode.CLOSED:
        wallet.close_wallet(tx, person.id, reason=text, actor_id=actor_id, now_ms=now_ms)
    else:
        wallet.freeze_wallet(
            tx, person.id, mode=chosen, reason=text, actor_id=actor_id, now_ms=now_ms
        )
    action = "wallet_closed" if chosen is FreezeMode.CLOSED else "wallet_frozen"
    _audit(
        tx, action, person, {"mode": str(chosen), "reason": text}, actor_id=actor_id, now_ms=now_ms
    )


def lift_freeze(tx: Tx, handle: str, *, actor_id: str, reason: str, now_ms: int) -> None:
    """Let a wallet go; who froze it may, and so may any other admin."""
    person, text = _check(tx, handle, actor_id=actor_id, reason=reason)
    wallet.lift_freeze(tx, person.id, reason=text, actor_id=actor_id, now_ms=now_ms)
    _audit(tx, "wallet_freed", person, {"reason": text}, actor_id=actor_id, now_ms=now_ms)


def set_tier(tx: Tx, handle: str, *, actor_id: str, tier: int, reason: str, now_ms: int) -> None:
    """Give a person a tier."""
    person, text = _check(tx, handle, actor_id=actor_id, reason=reason)
    before = wallet.set_tier(tx, person.id, tier, reason=text, now_ms=now_ms)
    names = {"from": TIERS[before].name, "to": TIERS[tier].name, "reason": text}
    _audit(tx, "wallet_tier_set", person, names, actor_id=actor_id, now_ms=now_ms)


def _check(tx: Tx, handle: str, *, actor_id: str, reason: str) -> tuple[Person, str]:
    identity.require_admin(tx, actor_id)
    person = identity.access_person_by_handle(tx, handle)
    if person.id == actor_id:
        raise ForbiddenError("This wallet is yours. Another admin decides about it.")
    return person, check_reason(reason)


def _audit(
    tx: Tx, action: str, person: Person, detail: Mapping[str, str], *, actor_id: str, now_ms: int
) -> None:
    append_audit(
        tx,
        actor_id=actor_id,
        action=action,
        subject=f"person:{person.id}",
        detail={"handle": person.handle, **detail},
        now_ms=now_ms,
    )
