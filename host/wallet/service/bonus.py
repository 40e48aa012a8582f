"""Bonuses: granted, spent on orders before cash, given back after it, and swept when they are over.

The order of spending: what ends first goes first, then cash.  A refund goes the other way: cash
first, then what ends last; the part of a bonus that is over by then goes to who gave it.  All of it
happens under the ledger's lock, which comes before every row that is read here.
"""

from collections import Counter
from dataclasses import replace

from host.core import live
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Currency, Money
from host.core.text import clean_line
from host.wallet.bonus_model import (
    BONUS_DAYS_MAX,
    BONUS_REASON_CHARS_MAX,
    BONUSES_RUNNING_MAX,
    PLATFORM,
    Bonus,
    BonusSum,
    ShownBonus,
    Way,
)
from host.wallet.errors import BonusRefusedError, BonusShortError
from host.wallet.model import Purpose
from host.wallet.repository import bonus as repository
from host.wallet.repository import ledger
from host.wallet.service.freeze import find_freeze, way_back
from host.wallet.service.funds import check_can_spend
from host.wallet.service.transfers import close_account, lock_ledger, open_account, post_transfer

_DAY_MS = 24 * 3600 * 1000
_PER_SWEEP = 100
_SHOWN_ROWS = 100


def grant_bonus(tx: Tx, new: Bonus) -> Bonus:
    """Move ``new.money`` from its giver into an account of the bonus; the caller checked who asks.

    The same id with the same words changes nothing.
    """
    lock_ledger(tx)
    wanted = replace(new, reason=clean_line(new.reason, length_max=BONUS_REASON_CHARS_MAX))
    earlier = repository.find_bonus(tx, new.id)
    if earlier is not None:
        if _words(earlier) != _words(wanted):
            raise IdempotencyKeyReusedError("This key belongs to another bonus. Use a new one.")
        return earlier
    _check_grant(tx, wanted)

    source, now_ms = wanted.funder_place, wanted.granted_at_ms
    open_account(tx, source, now_ms=now_ms)
    account = ledger.find_account(tx, source.id)
    if account is None or not account.can_give(wanted.money.amount_minor):
        raise BonusShortError(
            "There is too little where this bonus comes from. Nothing has moved.",
            account=source.id,
        )
    open_account(tx, wanted.place, now_ms=now_ms)
    post_transfer(
        tx,
        f"bonus:{wanted.id}:grant",
        debit_id=source.id,
        credit_id=wanted.place.id,
        money=wanted.money,
        purpose=Purpose.BONUS_GRANT,
        actor_id=wanted.granted_by,
        reference=wanted.id,
        now_ms=now_ms,
    )
    repository.insert_bonus(tx, wanted)
    _hint(tx, wanted, now_ms=now_ms)
    return wanted


def bonus_part(tx: Tx, person_id: str, *, brand_id: str, money: Money, now_ms: int) -> int:
    """Return what of ``money``, to be paid to a brand, would come from bonuses."""
    return sum(part for _, part in _plan(tx, person_id, brand_id, money, now_ms=now_ms))


def check_can_pay_order(
    tx: Tx, person_id: str, *, brand_id: str, money: Money, now_ms: int
) -> None:
    """Refuse what bonuses and cash together cannot pay, before a PIN is asked for."""
    part = bonus_part(tx, person_id, brand_id=brand_id, money=money, now_ms=now_ms)
    if part < money.amount_minor:
        check_can_spend(tx, person_id, Money(money.amount_minor - part, money.currency))


def take_bonus(
    tx: Tx, order_id: str, *, person_id: str, brand_id: str, money: Money, now_ms: int
) -> list[tuple[Bonus, int]]:
    """Note what an order takes from bonuses; the caller moves it, in this transaction."""
    lock_ledger(tx)
    parts = _plan(tx, person_id, brand_id, money, now_ms=now_ms)
    if parts:
        cash_minor = money.amount_minor - sum(part for _, part in parts)
        repository.insert_order(tx, order_id, cash_minor=cash_minor)
    for bonus, part in parts:
        repository.add_to_left(tx, bonus.id, -part)
        repository.insert_use(tx, order_id, bonus.id, part)
    return parts


def ways_back(tx: Tx, order_id: str, *, payer_id: str, money: Money, now_ms: int) -> list[Way]:
    """Return where money of an order goes that comes back; the caller moves it at once.

    What was paid in cash comes first, then bonuses, what ends last first.  Never more goes to one
    than came from it.
    """
    lock_ledger(tx)
    paid = repository.find_cash(tx, order_id)
    left = money.amount_minor
    cash = left if paid is None else min(left, paid[0] - paid[1])
    ways: list[Way] = []
    if cash:
        place = way_back(tx, payer_id, money.currency, now_ms=now_ms)
        ways.append(Way(place, cash, Purpose.ESCROW_REFUND))
        left -= cash
    if paid is None:
        return ways
    repository.add_cash_back(tx, order_id, cash)
    for use in repository.find_uses(tx, order_id):
        part = min(left, use.amount_minor - use.back_minor)
        if not part:
            continue
        left -= part
        repository.add_bonus_back(tx, order_id, use.bonus.id, part)
        if use.bonus.is_over(now_ms):
            ways.append(Way(use.bonus.funder_place, part, Purpose.BONUS_EXPIRY))
        else:
            repository.add_to_left(tx, use.bonus.id, part)
            ways.append(Way(use.bonus.place, part, Purpose.BONUS_BACK))
            _hint(tx, use.bonus, now_ms=now_ms)
    assert not left, "no more goes back than was paid"
    return ways


def expire_bonuses(tx: Tx, *, now_ms: int) -> int:
    """Give the rest of every bonus that is over back to who gave it, and close its account."""
    if not repository.find_due(tx, now_ms=now_ms, limit=1):
        return 0
    lock_ledger(tx)
    due = repository.find_due(tx, now_ms=now_ms, limit=_PER_SWEEP)
    for bonus in due:
        if bonus.left_minor:
            post_transfer(
                tx,
                f"bonus:{bonus.id}:expiry",
                debit_id=bonus.place.id,
                credit_id=bonus.funder_place.id,
                money=Money(bonus.left_minor, bonus.money.currency),
                purpose=Purpose.BONUS_EXPIRY,
                actor_id="platform",
                reference=bonus.id,
                now_ms=now_ms,
            )
        repository.end_bonus(tx, bonus.id, now_ms=now_ms)
        close_account(tx, bonus.place.id, now_ms=now_ms)
        _hint(tx, bonus, now_ms=now_ms)
    return len(due)


def bonus_sum(tx: Tx, person_id: str, currency: Currency, *, now_ms: int) -> BonusSum:
    """Return what a person has in bonuses of one currency, wherever they can be spent."""
    running = repository.find_running(tx, person_id, currency, now_ms=now_ms)
    if not running:
        return BonusSum(currency)
    by_end = Counter[int]()
    for bonus in running:
        by_end[bonus.expires_at_ms] += bonus.left_minor
    first = min(by_end)
    return BonusSum(currency, by_end.total(), by_end[first], first)


def find_bonus(tx: Tx, bonus_id: str) -> Bonus | None:
    """Return a bonus, for a use case that asks whether it has run before."""
    return repository.find_bonus(tx, bonus_id)


def find_bonuses(tx: Tx, person_id: str, *, order_cards: CardLoader | None) -> list[ShownBonus]:
    """Return a person's bonuses, those that are over as well, the one that ends last first."""
    bonuses = repository.find_bonuses_of(tx, person_id, limit=_SHOWN_ROWS)
    uses = repository.find_uses_of(tx, person_id, limit=_SHOWN_ROWS)
    named = {bonus.funder_id for bonus in bonuses} | {bonus.brand_id or "" for bonus in bonuses}
    named |= {use.order_id for use in uses}
    cards = order_cards(tx, sorted(named - {PLATFORM, ""}), person_id) if order_cards else {}
    return [
        ShownBonus(
            bonus,
            cards.get(bonus.funder_id),
            cards.get(bonus.brand_id or ""),
            [(use, cards.get(use.order_id)) for use in uses if use.bonus.id == bonus.id],
        )
        for bonus in bonuses
    ]


def find_given(tx: Tx, funder_id: str) -> list[Bonus]:
    """Return what the platform or a brand has given, the latest first."""
    return repository.find_bonuses_from(tx, funder_id, limit=_SHOWN_ROWS)


def used_on_order(tx: Tx, order_id: str) -> int:
    """Return what an order took from bonuses."""
    return repository.sum_uses(tx, [order_id]).get(order_id, 0)


def _plan(
    tx: Tx, person_id: str, brand_id: str, money: Money, *, now_ms: int
) -> list[tuple[Bonus, int]]:
    parts, left = [], money.amount_minor
    for bonus in repository.find_running(tx, person_id, money.currency, now_ms=now_ms):
        if not left:
            break
        if bonus.brand_id in {None, brand_id}:
            part = min(left, bonus.left_minor)
            parts.append((bonus, part))
            left -= part
    return parts


def _check_grant(tx: Tx, new: Bonus) -> None:
    now_ms = new.granted_at_ms
    if not new.reason:
        raise BonusRefusedError("Write what the bonus is for, in 100 characters at most.")
    if not now_ms < new.expires_at_ms <= now_ms + (BONUS_DAYS_MAX + 1) * _DAY_MS:
        raise BonusRefusedError("A bonus ends on a later day, within 366 days.")
    if find_freeze(tx, new.person_id) is not None:
        raise BonusRefusedError("This person's wallet takes nothing at the moment.")
    count = repository.count_running(tx, new.person_id, new.funder_id, now_ms=now_ms)
    if count >= BONUSES_RUNNING_MAX:
        raise BonusRefusedError(
            "This person has ten bonuses of yours already. Wait until one ends."
        )


def _words(bonus: Bonus) -> tuple[object, ...]:
    return (
        bonus.person_id,
        bonus.funder_id,
        bonus.brand_id,
        bonus.money,
        bonus.reason,
        bonus.expires_at_ms,
    )


def _hint(tx: Tx, bonus: Bonus, *, now_ms: int) -> None:
    payload = {"currency": str(bonus.money.currency)}
    live.publish(tx, [bonus.person_id], "wallet.changed", {**payload}, now_ms=now_ms)
