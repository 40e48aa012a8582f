"""The platform gives a bonus, from its promotion account, which two admins fill."""

from host.brands import service as brands
from host.core.db import Tx
from host.core.money import CURRENCIES, Currency
from host.identity import service as identity
from host.review import service as review
from host.treasury.errors import AdjustmentRefusedError, SecondPersonError
from host.treasury.model import BonusAsk, BonusPage
from host.wallet import service as wallet
from host.wallet.bonus_model import PLATFORM, Bonus
from host.wallet.model import promo_place
from host.wallet.service import books


def give_bonus(tx: Tx, ask: BonusAsk, *, actor_id: str, now_ms: int) -> Bonus:
    """Give somebody a bonus, with a reason that they read; it stands in the audit log.

    The same id with the same words changes nothing.
    """
    identity.require_admin(tx, actor_id)
    person = identity.access_person_by_handle(tx, ask.person.removeprefix("@"))
    if person.id == actor_id:
        raise SecondPersonError("This changes your own money. Ask another admin to give it.")
    brand = brands.find_brand_by_handle(tx, ask.brand.removeprefix("@")) if ask.brand else None
    if ask.brand and brand is None:
        raise AdjustmentRefusedError("There is no shop with this handle.")
    wallet.lock_ledger(tx)
    is_new = wallet.find_bonus(tx, ask.id) is None
    new = Bonus(
        id=ask.id,
        person_id=person.id,
        funder_id=PLATFORM,
        brand_id=None if brand is None else brand.id,
        money=ask.money,
        left_minor=ask.money.amount_minor,
        reason=ask.reason,
        granted_by=actor_id,
        granted_at_ms=now_ms,
        expires_at_ms=ask.expires_at_ms,
    )
    given = wallet.grant_bonus(tx, new)
    if is_new:
        review.append_audit(
            tx,
            actor_id=actor_id,
            action="bonus_given",
            subject=given.id,
            detail={
                "person": person.id,
                "brand": given.brand_id or "",
                "amount_minor": given.money.amount_minor,
                "currency": given.money.currency,
                "expires_at_ms": given.expires_at_ms,
                "reason": given.reason,
            },
            now_ms=now_ms,
        )
    return given


def read_bonuses(tx: Tx, *, actor_id: str) -> BonusPage:
    """Return what the platform has to give, and what it gave."""
    identity.require_admin(tx, actor_id)
    accounts = (
        books.find_account(tx, promo_place(Currency(currency)).id) for currency in CURRENCIES
    )
    given = wallet.find_given(tx, PLATFORM)
    return BonusPage(
        funds=[(a.currency, a.balance_minor) for a in accounts if a is not None],
        given=given,
        people=identity.find_people(tx, sorted({bonus.person_id for bonus in given})),
    )
