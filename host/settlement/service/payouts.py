"""From available to the merchant's bank: when asked by the owner, and by schedule.

The wallet reserves the money and orders it from the rail; here is who may ask, where it goes and
what became of it.  Money that comes back is available again, and the schedule stops, because the
next payout would come back as well.
"""

import logging
import re
from dataclasses import replace

from host.brands import service as brands
from host.core import live, outbox
from host.core.db import Tx
from host.core.errors import AppError, BadInputError, IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.money import Currency, Money
from host.core.text import clean_line
from host.settlement.errors import NoBankAccountError, PayoutNotFoundError
from host.settlement.events import PayoutEnded
from host.settlement.payout_model import HOLDER_CHARS_MAX, Bank, Payout, Schedule
from host.settlement.repository import payouts as repository
from host.wallet import service as wallet
from host.wallet.rail_model import RailState

logger = logging.getLogger(__name__)

CHANGED = "settlement.changed"
BY_SCHEDULE = "schedule"
_PER_SWEEP = 50
_NUMBER = re.compile(r"[A-Z0-9]{6,34}", re.ASCII)
_RETURNED = RailState.RETURNED.value
_ENDED = frozenset({RailState.DONE.value, RailState.FAILED.value, _RETURNED})


def save_bank(
    tx: Tx,
    brand_id: str,
    *,
    actor_id: str,
    currency: Currency,
    rail: str,
    holder: str,
    number: str,
    schedule: Schedule,
    minimum_minor: int,
    pin_attempt_id: str,
    now_ms: int,
) -> Bank:
    """Say where money goes and when.  Only the owner may, with the PIN: it is all their money.

    An empty ``number`` keeps the one that is known.
    """
    brands.access_own_brand(tx, brand_id, actor_id=actor_id)
    earlier = repository.lock_bank(tx, brand_id, currency)
    cleaned = re.sub(r"[ -]", "", number).upper() or (earlier.number if earlier else "")
    if _NUMBER.fullmatch(cleaned) is None:
        raise BadInputError("An account number has 6 to 34 letters and digits.")
    name = clean_line(holder, length_max=HOLDER_CHARS_MAX)
    if not name:
        raise BadInputError("Write in whose name the account is.")
    wallet.spend_pin(tx, pin_attempt_id, actor_id)
    bank = Bank(
        brand_id,
        currency,
        rail,
        name,
        cleaned,
        schedule,
        minimum_minor,
        schedule.next_after(now_ms),
        actor_id,
        now_ms,
    )
    repository.save_bank(tx, bank)
    _hint(tx, brand_id, now_ms=now_ms)
    return bank


def ask_payout(
    tx: Tx, key: str, *, brand_id: str, actor_id: str, money: Money, now_ms: int
) -> Payout:
    """Reserve money for the brand's bank, as its owner asks; nobody else of its people may."""
    brands.access_own_brand(tx, brand_id, actor_id=actor_id)
    return reserve_payout(tx, key, brand_id=brand_id, actor_id=actor_id, money=money, now_ms=now_ms)


def reserve_payout(
    tx: Tx, key: str, *, brand_id: str, actor_id: str, money: Money, now_ms: int
) -> Payout:
    """Reserve money for the brand's bank; ``entry.order_payout`` then orders it from the rail.

    The caller has seen that ``actor_id`` may.  The same key with the same amount is one payout.
    """
    payout_id = derived_id("settlement.payout", brand_id, key)
    wallet.lock_ledger(tx)
    earlier = repository.lock_payout(tx, payout_id)
    if earlier is not None:
        if earlier.money != money:
            raise IdempotencyKeyReusedError("This key belongs to another payout. Use a new one.")
        return earlier
    bank = repository.lock_bank(tx, brand_id, money.currency)
    if bank is None:
        raise NoBankAccountError("Say first where your money goes: add a bank account.")
    return _begin(tx, payout_id, bank, money, actor_id=actor_id, now_ms=now_ms)


def access_payout(tx: Tx, key: str, *, brand_id: str) -> Payout:
    """Return the payout that the brand asked for under ``key``."""
    payout = repository.find_payout(tx, derived_id("settlement.payout", brand_id, key))
    if payout is None:
        raise PayoutNotFoundError("Your brand has no payout under this number.")
    return payout


def pay_out_due(tx: Tx, *, now_ms: int) -> int:
    """Begin the payouts whose schedule has come; the wallet's chore orders them from the rail."""
    begun = 0
    due = repository.find_due_banks(tx, now_ms=now_ms, limit=_PER_SWEEP)
    if due:
        wallet.lock_ledger(tx)
    for brand_id, currency in due:
        bank = repository.lock_bank(tx, brand_id, currency)
        assert bank is not None, "it was found in this transaction"
        assert bank.next_at_ms is not None, "it was due"
        key = derived_id("settlement.scheduled", brand_id, currency, str(bank.next_at_ms))
        repository.save_bank(tx, replace(bank, next_at_ms=bank.schedule.next_after(now_ms)))
        available_minor = wallet.merchant_balance(tx, brand_id, currency).available_minor
        if available_minor < bank.minimum_minor:
            continue
        money = Money(available_minor, currency)
        try:
            _begin(tx, key, bank, money, actor_id=BY_SCHEDULE, now_ms=now_ms)
        except AppError:
            # The rail holds too little, for example.  The next day tries again, the owner can too.
            logger.exception("the scheduled payout of brand %s was refused", brand_id)
        else:
            begun += 1
    return begun


def note_state(tx: Tx, payout_id: str, *, state: str, reason: str, now_ms: int) -> None:
    """Take over what the rail said of a payout; what is known already changes nothing."""
    payout = repository.lock_payout(tx, payout_id)
    if payout is None or payout.state in (state, _RETURNED):
        return
    if payout.state in _ENDED and state != _RETURNED:
        return
    repository.set_state(tx, payout_id, state=state, reason=reason, now_ms=now_ms)
    if state == _RETURNED:
        _stop_schedule(tx, payout, now_ms=now_ms)
    if state in _ENDED:
        outbox.publish(tx, PayoutEnded(payout_id, payout.brand_id, state), now_ms=now_ms)
    _hint(tx, payout.brand_id, now_ms=now_ms)


def _begin(
    tx: Tx, payout_id: str, bank: Bank, money: Money, *, actor_id: str, now_ms: int
) -> Payout:
    operation = wallet.begin_payout(
        tx,
        payout_id,
        rail=bank.rail,
        brand_id=bank.brand_id,
        money=money,
        actor_id=actor_id,
        now_ms=now_ms,
    )
    payout = Payout(
        payout_id,
        bank.brand_id,
        money,
        bank.holder,
        bank.number,
        actor_id,
        operation.state.value,
        "",
        now_ms,
        now_ms,
    )
    repository.insert_payout(tx, payout)
    _hint(tx, bank.brand_id, now_ms=now_ms)
    return payout


def _stop_schedule(tx: Tx, payout: Payout, *, now_ms: int) -> None:
    bank = repository.lock_bank(tx, payout.brand_id, payout.money.currency)
    if bank is not None and bank.changed_at_ms <= payout.at_ms:
        stopped = replace(bank, schedule=Schedule.MANUAL, next_at_ms=None, changed_at_ms=now_ms)
        repository.save_bank(tx, stopped)


def _hint(tx: Tx, brand_id: str, *, now_ms: int) -> None:
    """Let the open pages of the brand read its money again."""
    people = brands.find_member_ids(tx, brand_id)
    live.publish(tx, people, CHANGED, {"brand_id": brand_id}, now_ms=now_ms)
