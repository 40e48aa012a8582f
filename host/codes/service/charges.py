"""A till reads a person's code and asks for an amount; the person confirms it.

The code is taken and the charge made in one transaction, so two tills cannot both have it.  A
number is counted as a miss before it is looked up and given back when it was a code: a thousand
guesses at once are a thousand misses.
"""

from dataclasses import replace

from host.brands import service as brands
from host.codes import repository
from host.codes.errors import (
    ChargeEndedError,
    ChargeNotFoundError,
    CodeRefusedError,
    TillLockedError,
)
from host.codes.events import ChargePaid
from host.codes.model import (
    CHARGE_TTL_MS,
    LOOKS_PER_MINUTE_MAX,
    MEMO_LENGTH_MAX,
    MISS_COUNT_MAX,
    MISS_SPAN_MS,
    Charge,
    ChargeStatus,
    ShownCharge,
)
from host.codes.number import hash_number
from host.codes.service.payees import pay_shop, shop_payee
from host.core import live, outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.limits import check_rate
from host.core.money import Money
from host.core.text import clean_line
from host.identity import service as identity
from host.wallet import service as wallet

TILL_ROWS = 20
_WAITING_ROWS = 5
_SWEPT_COUNT_MAX = 100


def begin_look(tx: Tx, brand_id: str, *, actor_id: str, now_ms: int) -> None:
    """Count a number that a till is about to look up; refuse while the shop's tills are locked."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    check_rate(tx, f"codes.look:{actor_id}", per_minute=LOOKS_PER_MINUTE_MAX, now_ms=now_ms)
    counted = repository.count_miss(tx, brand_id, span_ms=MISS_SPAN_MS, now_ms=now_ms)
    if counted["miss_count"] > MISS_COUNT_MAX:
        raise TillLockedError(
            "Too many numbers were no payment codes. The tills work again in %(wait_minutes)s"
            " minutes.",
            wait_minutes=-(-(counted["since_ms"] + MISS_SPAN_MS - now_ms) // 60_000),
        )


def charge_code(
    tx: Tx,
    charge_id: str,
    *,
    brand_id: str,
    actor_id: str,
    number: str,
    money: Money,
    memo: str,
    now_ms: int,
) -> Charge:
    """Ask the owner of a code for ``money``: the code serves this charge and no other.

    The same charge again is answered with the first; a code that is unknown, used or over is
    refused with one answer for all three.
    """
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    text = clean_line(memo, length_max=MEMO_LENGTH_MAX)
    code = repository.lock_pay_code(tx, hash_number(number))
    earlier = repository.find_charge(tx, charge_id)
    if earlier is not None:
        repository.give_back_miss(tx, brand_id)
        is_same = code is not None and earlier.code_id == code["id"]
        if not is_same or (earlier.money, earlier.memo) != (money, text):
            raise IdempotencyKeyReusedError("This key was used for another payment.")
        return earlier
    if code is None or code["charge_id"] is not None or now_ms >= code["expires_at_ms"]:
        raise CodeRefusedError(
            "This code is unknown, was used, or is older than a minute. Ask for a new one."
        )
    taken = repository.take_pay_code(tx, code["id"], charge_id)
    assert taken, "it was locked and unused"
    repository.give_back_miss(tx, brand_id)
    charge = Charge(
        charge_id,
        brand_id,
        code["id"],
        code["person_id"],
        actor_id,
        money,
        text,
        ChargeStatus.WAITING,
        now_ms,
        now_ms + CHARGE_TTL_MS,
    )
    repository.insert_charge(tx, charge)
    _hint(tx, charge, now_ms=now_ms)
    return charge


def access_charge(tx: Tx, charge_id: str, *, actor_id: str) -> ShownCharge:
    """Return what a till asks of ``actor_id``; somebody else's looks like a missing one."""
    charge = repository.find_charge(tx, charge_id)
    if charge is None or charge.payer_id != actor_id:
        raise ChargeNotFoundError(_NOT_YOURS)
    return _show(tx, charge)


def access_till_charge(tx: Tx, charge_id: str, *, brand_id: str, actor_id: str) -> ShownCharge:
    """Return a charge of a shop that ``actor_id`` acts for."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    charge = repository.find_charge(tx, charge_id)
    if charge is None or charge.brand_id != brand_id:
        raise ChargeNotFoundError(_NOT_YOURS)
    return _show(tx, charge)


def find_till(
    tx: Tx, brand_id: str, *, actor_id: str, now_ms: int
) -> tuple[list[ShownCharge], int]:
    """Return a shop's last charges, and how many numbers of late were no code."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    charges = repository.find_charges(tx, brand_id, limit=TILL_ROWS)
    misses = repository.find_miss_count(tx, brand_id, since_ms=now_ms - MISS_SPAN_MS)
    return [_show(tx, charge) for charge in charges], misses


def find_waiting(tx: Tx, person_id: str, *, now_ms: int) -> list[ShownCharge]:
    """Return what waits for a person's word."""
    waiting = repository.find_waiting(tx, person_id, now_ms=now_ms, limit=_WAITING_ROWS)
    return [_show(tx, charge) for charge in waiting]


def check_charge(
    tx: Tx, charge_id: str, *, actor_id: str, shown_minor: int, now_ms: int
) -> ShownCharge:
    """Refuse what cannot be paid any more, before a PIN is asked for."""
    shown = access_charge(tx, charge_id, actor_id=actor_id)
    _check_waiting(shown.charge, now_ms=now_ms)
    _check_shown(shown.charge, shown_minor)
    wallet.check_can_spend(tx, actor_id, shown.charge.money)
    return shown


def charge_intent(charge: Charge) -> wallet.PaymentIntent:
    """Return what the payer is asked to confirm."""
    return wallet.PaymentIntent(
        charge.payer_id,
        wallet.PaymentPurpose.CODE,
        charge.id,
        charge.money,
        charge.brand_id,
    )


def pay_charge(
    tx: Tx,
    charge_id: str,
    *,
    actor_id: str,
    shown_minor: int,
    confirmation_id: str,
    fee_bps: int,
    now_ms: int,
) -> Charge:
    """Pay what a till asks for, once; paying it again changes nothing."""
    charge = _lock_own(tx, charge_id, actor_id=actor_id)
    if charge.status is ChargeStatus.PAID:
        return charge
    _check_waiting(charge, now_ms=now_ms)
    _check_shown(charge, shown_minor)
    wallet.spend_confirmation(tx, confirmation_id, charge_intent(charge), now_ms=now_ms)
    pay_shop(
        tx,
        charge.id,
        payer_id=actor_id,
        brand_id=charge.brand_id,
        money=charge.money,
        fee_bps=fee_bps,
        reference=charge.id,
        now_ms=now_ms,
    )
    outbox.publish(
        tx,
        ChargePaid(
            charge.id,
            charge.brand_id,
            actor_id,
            charge.money.amount_minor,
            charge.money.currency,
        ),
        now_ms=now_ms,
    )
    return _end(tx, charge, ChargeStatus.PAID, now_ms=now_ms)


def decline_charge(tx: Tx, charge_id: str, *, actor_id: str, now_ms: int) -> Charge:
    """Say no to a till; saying it again changes nothing."""
    charge = _lock_own(tx, charge_id, actor_id=actor_id)
    if charge.status is ChargeStatus.DECLINED:
        return charge
    _check_waiting(charge, now_ms=now_ms)
    return _end(tx, charge, ChargeStatus.DECLINED, now_ms=now_ms)


def expire_charges(tx: Tx, *, now_ms: int) -> int:
    """End what nobody confirmed in time and return how many those were."""
    ended = 0
    for charge_id in repository.find_overdue(tx, now_ms=now_ms, limit=_SWEPT_COUNT_MAX):
        charge = repository.lock_charge(tx, charge_id)
        if charge is not None and charge.status is ChargeStatus.WAITING:
            _end(tx, charge, ChargeStatus.EXPIRED, now_ms=now_ms)
            ended += 1
    return ended


def _lock_own(tx: Tx, charge_id: str, *, actor_id: str) -> Charge:
    charge = repository.lock_charge(tx, charge_id)
    if charge is None or charge.payer_id != actor_id:
        raise ChargeNotFoundError(_NOT_YOURS)
    return charge


def _check_waiting(charge: Charge, *, now_ms: int) -> None:
    if charge.status is not ChargeStatus.WAITING or now_ms >= charge.expires_at_ms:
        raise ChargeEndedError(
            "This payment was declined or not confirmed in time. Nothing was charged."
            " Show a new code."
        )


def _check_shown(charge: Charge, shown_minor: int) -> None:
    if shown_minor != charge.money.amount_minor:
        raise IdempotencyKeyReusedError("The till asks for another amount. Look again.")


def _end(tx: Tx, charge: Charge, status: ChargeStatus, *, now_ms: int) -> Charge:
    repository.end_charge(tx, charge.id, status, now_ms=now_ms)
    _hint(tx, charge, now_ms=now_ms)
    return replace(charge, status=status, ended_at_ms=now_ms)


def _hint(tx: Tx, charge: Charge, *, now_ms: int) -> None:
    """Let the payer's screen and the shop's tills look again."""
    live.publish(tx, [charge.payer_id], "codes.charge", {"charge_id": charge.id}, now_ms=now_ms)
    staff = brands.find_member_ids(tx, charge.brand_id)
    live.publish(tx, staff, "codes.till", {"charge_id": charge.id}, now_ms=now_ms)


def _show(tx: Tx, charge: Charge) -> ShownCharge:
    people = identity.find_people(tx, [charge.payer_id])
    payer = people.get(charge.payer_id)
    return ShownCharge(charge, shop_payee(tx, charge.brand_id), payer.name if payer else "—")


_NOT_YOURS = "There is no such payment for you."
