"""Builders for the wallet's tests: people with money, accounts, transfers."""

import sqlite3
from typing import Any

import msgspec
import psycopg
from psycopg.errors import RaiseException

from host.core.db import Database, Tx
from host.core.ids import new_id
from host.core.money import Currency, Money
from host.wallet import audit, service
from host.wallet.authority import Confirmation, Method, PaymentIntent
from host.wallet.model import Place, Purpose, Transfer, cash_place, rail_place
from host.wallet.repository import confirmation, ledger
from tests.conftest import START_MS

# What each database raises when a CHECK, a trigger or a column's type refuses.
BROKEN_RULE = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.DataError, RaiseException)
CNY = Currency("CNY")
USD = Currency("USD")
RAIL = "sandbox"


def cash(name: str, currency: Currency = CNY) -> str:
    """Return the account id of somebody's cash."""
    return cash_place(name, currency).id


def open_with(
    tx: Tx, place: Place, balance_minor: int = 0, *, rail: str = RAIL, now_ms: int = START_MS
) -> str:
    """Open an account that holds ``balance_minor`` from the rail and return its id."""
    outside = rail_place(rail, place.currency)
    service.open_account(tx, outside, now_ms=now_ms)
    service.open_account(tx, place, now_ms=now_ms)
    if balance_minor:
        service.post_transfer(
            tx,
            f"open:{place.id}",
            debit_id=outside.id,
            credit_id=place.id,
            money=Money(balance_minor, place.currency),
            purpose=Purpose.TOP_UP,
            actor_id="test",
            now_ms=now_ms,
        )
    return place.id


async def wallet(db: Database, name: str, balance_minor: int = 0, currency: Currency = CNY) -> str:
    """Give ``name`` money and return the account id."""
    return await db.write(open_with, cash_place(name, currency), balance_minor)


async def send(
    db: Database,
    debit_id: str,
    credit_id: str,
    amount_minor: int,
    transfer_id: str,
    *,
    currency: Currency = CNY,
    now_ms: int = START_MS,
) -> Transfer:
    """Post a transfer."""
    return await db.write(
        service.post_transfer,
        transfer_id,
        debit_id=debit_id,
        credit_id=credit_id,
        money=Money(amount_minor, currency),
        purpose=Purpose.SEND,
        actor_id="test",
        now_ms=now_ms,
    )


async def hold(
    db: Database, debit_id: str, credit_id: str, amount_minor: int, transfer_id: str
) -> Transfer:
    """Reserve money."""
    return await db.write(
        service.hold_transfer,
        transfer_id,
        debit_id=debit_id,
        credit_id=credit_id,
        money=Money(amount_minor, CNY),
        purpose=Purpose.WITHDRAWAL,
        actor_id="test",
        now_ms=START_MS,
    )


def confirmed(tx: Tx, intent: PaymentIntent, *, now_ms: int = START_MS) -> str:
    """Return a confirmation of ``intent``, as if its person had given the right PIN."""
    made = Confirmation(new_id(), intent, Method.PIN, None, now_ms)
    confirmation.insert_confirmation(tx, made)
    return made.id


async def stands(db: Database, *account_ids: str) -> list[tuple[int, int]]:
    """Return ``(balance, reserved)`` of each account."""

    def read(tx: Tx) -> list[tuple[int, int]]:
        found = [ledger.find_account(tx, account_id) for account_id in account_ids]
        return [
            (0, 0) if account is None else (account.balance_minor, account.debits_pending_minor)
            for account in found
        ]

    return await db.read(read)


async def breaks(db: Database) -> list[str]:
    """Return what the audit finds."""
    return (await db.read(audit.audit)).breaks


async def facts(db: Database, name: str) -> list[dict[str, Any]]:
    """Return what was told under a name, oldest first."""
    rows = await db.read(
        lambda tx: tx.rows("SELECT payload FROM core_outbox WHERE name = :n ORDER BY id", n=name)
    )
    return [msgspec.json.decode(row["payload"]) for row in rows]
