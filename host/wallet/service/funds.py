"""What people and merchants have."""

from host.core.db import Tx
from host.core.money import Currency, Money
from host.wallet.errors import InsufficientFundsError
from host.wallet.model import (
    AccountKind,
    Balance,
    Transfer,
    cash_place,
    merchant_place,
    pending_place,
)
from host.wallet.repository import escrow, ledger, statement
from host.wallet.service.transfers import open_account

# A new wallet has this account; others open with their first money.
FIRST_CURRENCY = Currency("CNY")


def open_wallet(tx: Tx, owner_id: str, now_ms: int) -> None:
    """Give a person a wallet; doing it again changes nothing."""
    open_account(tx, cash_place(owner_id, FIRST_CURRENCY), now_ms=now_ms)


def balance(tx: Tx, person_id: str, currency: Currency) -> Balance:
    """Return what a person has in one currency; nothing when no account is open."""
    account = ledger.find_account(tx, cash_place(person_id, currency).id)
    in_escrow_minor = escrow.funded_minor(tx, person_id, currency)
    if account is None:
        return Balance(currency, 0, in_escrow_minor=in_escrow_minor)
    reserved_minor = account.debits_pending_minor
    return Balance(
        currency,
        account.balance_minor - reserved_minor,
        reserved_minor=reserved_minor,
        in_escrow_minor=in_escrow_minor,
    )


def check_can_spend(tx: Tx, person_id: str, money: Money) -> None:
    """Refuse what a person cannot pay, before a PIN is asked for; posting checks it again."""
    available_minor = balance(tx, person_id, money.currency).available_minor
    if available_minor < money.amount_minor:
        raise InsufficientFundsError(
            "The balance is too low. Top up, or choose a smaller amount.",
            amount_minor=money.amount_minor,
            available_minor=available_minor,
            currency=money.currency,
        )


def balances(tx: Tx, person_id: str) -> list[Balance]:
    """Return what a person has in every currency that was ever used, by currency."""
    accounts = ledger.find_accounts_of(tx, person_id, AccountKind.USER)
    return [balance(tx, person_id, account.currency) for account in accounts]


def merchant_balance(tx: Tx, brand_id: str, currency: Currency) -> Balance:
    """Return what a merchant has earned and not paid out: what is settled, and what is not yet."""
    available = ledger.find_account(tx, merchant_place(brand_id, currency).id)
    pending = ledger.find_account(tx, pending_place(brand_id, currency).id)
    reserved_minor = 0 if available is None else available.debits_pending_minor
    return Balance(
        currency,
        0 if available is None else available.balance_minor - reserved_minor,
        reserved_minor=reserved_minor,
        pending_minor=0 if pending is None else pending.balance_minor,
    )


def balance_at(tx: Tx, person_id: str, currency: Currency, *, at_ms: int) -> int:
    """Return a person's posted balance as it was at a past moment."""
    return statement.balance_at(tx, cash_place(person_id, currency).id, at_ms=at_ms)


def find_transfer(tx: Tx, transfer_id: str) -> Transfer | None:
    """Return a journal row, for a use case that asks whether it has run before."""
    return ledger.find_transfer(tx, transfer_id)


def find_people_of(tx: Tx, transfer_id: str) -> list[str]:
    """Return the people whose cash a transfer changed: none, one or two."""
    transfer = ledger.find_transfer(tx, transfer_id)
    if transfer is None:
        return []
    sides = (transfer.order.debit_id, transfer.order.credit_id)
    accounts = [ledger.find_account(tx, account_id) for account_id in sides]
    return [a.owner_id for a in accounts if a is not None and a.kind is AccountKind.USER]
