"""Stopping a wallet, and closing one.

The accounts themselves carry the mode, so the ledger refuses by itself, and a trigger below it once
more.  What comes back to a wallet that takes nothing, such as a refund, is never lost and never
waits in the shop's order: it is parked on an account of that person's own until the wallet is free.
The callers in ``host.review`` ask who may do this and write the audit log.
"""

from host.core import live
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.core.money import CURRENCIES, Currency, Money
from host.core.text import clean_text
from host.wallet.errors import AccountNotEmptyError, FreezeStateError
from host.wallet.freeze_model import (
    FREEZE_APPEAL_CHARS_MAX,
    FREEZE_REASON_CHARS_MAX,
    Freeze,
    FreezeMode,
)
from host.wallet.model import Place, Purpose, cash_place, parked_place
from host.wallet.repository import freeze as repository
from host.wallet.repository import ledger
from host.wallet.service.transfers import close_account, open_account, post_transfer


def freeze_wallet(
    tx: Tx, person_id: str, *, mode: FreezeMode, reason: str, actor_id: str, now_ms: int
) -> Freeze:
    """Stop what ``mode`` says, in every currency, until it is lifted."""
    _refuse_stopped(tx, person_id)
    # Those that are not open yet as well: none may open later without the mark.
    ledger.lock_chain(tx)
    for currency in CURRENCIES:
        open_account(tx, cash_place(person_id, Currency(currency)), now_ms=now_ms)
    ledger.lock_accounts(tx, [cash_place(person_id, Currency(c)).id for c in CURRENCIES])
    repository.set_frozen(tx, person_id, mode)
    return _note(tx, person_id, mode, reason, actor_id=actor_id, now_ms=now_ms)


def close_wallet(tx: Tx, person_id: str, *, reason: str, actor_id: str, now_ms: int) -> Freeze:
    """Shut an empty wallet for ever."""
    _refuse_stopped(tx, person_id)
    parked = [ledger.find_account(tx, parked_place(person_id, Currency(c)).id) for c in CURRENCIES]
    if any(account is not None and account.balance_minor for account in parked):
        raise AccountNotEmptyError("Money is parked for this wallet. Let it come back first.")
    for currency in CURRENCIES:
        place = cash_place(person_id, Currency(currency))
        open_account(tx, place, now_ms=now_ms)
        close_account(tx, place.id, now_ms=now_ms)
    return _note(tx, person_id, FreezeMode.CLOSED, reason, actor_id=actor_id, now_ms=now_ms)


def lift_freeze(tx: Tx, person_id: str, *, reason: str, actor_id: str, now_ms: int) -> Freeze:
    """Let a wallet go; what was parked meanwhile is paid into it."""
    found = repository.lock_freeze(tx, person_id)
    if found is None or found.mode is FreezeMode.CLOSED:
        raise FreezeStateError("This wallet is not frozen.")
    ledger.lock_chain(tx)
    ledger.lock_accounts(tx, [cash_place(person_id, Currency(c)).id for c in CURRENCIES])
    repository.set_frozen(tx, person_id, "")
    for currency in CURRENCIES:
        _release_parked(tx, found, Currency(currency), now_ms=now_ms)
    text = clean_text(reason, length_max=FREEZE_REASON_CHARS_MAX)
    repository.set_lifted(tx, found.id, actor_id=actor_id, reason=text, now_ms=now_ms)
    live.publish(tx, [person_id], "wallet.changed", {"frozen": ""}, now_ms=now_ms)
    return found


def appeal_freeze(tx: Tx, person_id: str, *, text: str, now_ms: int) -> Freeze:
    """Note what the owner of a stopped wallet says; once."""
    found = repository.lock_freeze(tx, person_id)
    if found is None:
        raise FreezeStateError("Your wallet is not frozen.")
    if found.appealed_at_ms is not None:
        raise FreezeStateError("You have appealed already. An admin will answer here.")
    said = clean_text(text, length_max=FREEZE_APPEAL_CHARS_MAX)
    if not said:
        raise BadInputError("Say why the wallet should be free again.")
    repository.set_appeal(tx, found.id, text=said, now_ms=now_ms)
    return found


def find_freeze(tx: Tx, person_id: str) -> Freeze | None:
    """Return what stops a person's wallet, if anything does."""
    return repository.find_freeze(tx, person_id)


def find_freezes_of(tx: Tx, person_id: str) -> list[Freeze]:
    """Return every decision about a wallet, newest first."""
    return repository.find_freezes_of(tx, person_id)


def find_open_freezes(tx: Tx) -> list[Freeze]:
    """Return the wallets that are stopped, those with an appeal first."""
    return repository.find_open_freezes(tx)


def way_back(tx: Tx, person_id: str, currency: Currency, *, now_ms: int) -> Place:
    """Return where money goes that comes back to a person: to them, or parked for them."""
    cash = cash_place(person_id, currency)
    account = ledger.find_account(tx, cash.id)
    takes = account is None or (
        account.closed_at_ms is None and account.frozen not in {FreezeMode.CREDIT, FreezeMode.BOTH}
    )
    place = cash if takes else parked_place(person_id, currency)
    open_account(tx, place, now_ms=now_ms)
    return place


def parked_minor(tx: Tx, person_id: str, currency: Currency) -> int:
    """Return what is parked for a person."""
    account = ledger.find_account(tx, parked_place(person_id, currency).id)
    return 0 if account is None else account.balance_minor


def _release_parked(tx: Tx, freeze: Freeze, currency: Currency, *, now_ms: int) -> None:
    amount_minor = parked_minor(tx, freeze.person_id, currency)
    if not amount_minor:
        return
    post_transfer(
        tx,
        f"parked:{freeze.id}:{currency}",
        debit_id=parked_place(freeze.person_id, currency).id,
        credit_id=cash_place(freeze.person_id, currency).id,
        money=Money(amount_minor, currency),
        purpose=Purpose.PARKED,
        actor_id="platform",
        now_ms=now_ms,
    )


def _refuse_stopped(tx: Tx, person_id: str) -> None:
    found = repository.lock_freeze(tx, person_id)
    if found is not None:
        raise FreezeStateError("This wallet is frozen or closed already.", mode=str(found.mode))


def _note(
    tx: Tx, person_id: str, mode: FreezeMode, reason: str, *, actor_id: str, now_ms: int
) -> Freeze:
    text = clean_text(reason, length_max=FREEZE_REASON_CHARS_MAX)
    if not text:
        raise BadInputError("Give the reason. The person reads it.")
    made = Freeze(new_id(), person_id, mode, text, actor_id, now_ms)
    repository.insert_freeze(tx, made)
    live.publish(tx, [person_id], "wallet.changed", {"frozen": str(mode)}, now_ms=now_ms)
    return made
