"""Four test-only addresses for the public ledger-conformance-kit: reset, post, balance, journal.

Anybody who reaches them can make money, so they exist only while ``HUTONG_CONFORMANCE`` is set, and
a host with that setting starts only on a loopback address and on a database in which nobody has an
account (``check_may_serve``).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.core.db import Database
from host.core.errors import AppError
from host.core.ids import new_id
from host.core.web import decode, deps
from host.wallet.service import conformance
from host.wallet.service.conformance import Leg

_LEGS_COUNT_MAX = 50

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class ConformanceRefusedError(Exception):
    """The addresses must not be served here; the text says why and what to do."""


class KitLeg(msgspec.Struct):
    """One side of a transaction as the kit writes it."""

    account: Name = msgspec.field(name="accountId")
    type: Literal["DEBIT", "CREDIT"]
    amount_minor: int = msgspec.field(name="amountSubunits")
    currency: Annotated[str, Meta(max_length=3)]


class KitPost(msgspec.Struct):
    """Body of ``POST /_lck/post``.

    An overdraft is never allowed here: ``allowOverdraft`` asks for what only accounts outside can.
    """

    key: Name = msgspec.field(name="idempotencyKey")
    transaction_id: Name = msgspec.field(name="transactionId")
    legs: Annotated[list[KitLeg], Meta(max_length=_LEGS_COUNT_MAX)]


@dataclass(slots=True)
class _Run:
    """Which accounts are the present run's; a reset begins another."""

    id: str


async def check_may_serve(db: Database, *, is_loopback: bool) -> None:
    """Refuse to serve the addresses where they could touch anybody's money."""
    if not is_loopback:
        raise ConformanceRefusedError(
            "HUTONG_CONFORMANCE lets anybody make money, so it is served on a loopback address"
            " only.\nUnset it, or leave HUTONG_HOST at 127.0.0.1."
        )
    if await db.read(conformance.has_real_accounts):
        raise ConformanceRefusedError(
            "HUTONG_CONFORMANCE is for an empty ledger, and people have accounts in this one.\n"
            "Use another HUTONG_DATA_DIR, with HUTONG_DEMO=0."
        )


def make_blueprint() -> Blueprint:
    """Return the four addresses with a run of their own."""
    blueprint = Blueprint("wallet_conformance", __name__, url_prefix="/_lck")
    run = _Run(new_id())

    @blueprint.post("/reset")
    async def reset() -> ResponseReturnValue:
        run.id = new_id()
        return {"status": "ok"}

    @blueprint.post("/post")
    async def post() -> ResponseReturnValue:
        body = decode(KitPost, await request.get_data(as_text=False))
        outcome = await _post(run.id, body)
        return {
            "status": outcome.status,
            "transactionId": body.transaction_id,
            "reason": outcome.reason,
        }

    @blueprint.get("/balance")
    async def balance() -> ResponseReturnValue:
        account, currency = request.args["account"], request.args.get("currency", "USD")
        held = await deps().db.read(conformance.balance_of, run.id, account, currency)
        return {"subunits": held}

    @blueprint.get("/journal")
    async def show_journal() -> ResponseReturnValue:
        return Response(await _journal(run.id), content_type="application/json")

    return blueprint


async def _post(run_id: str, body: KitPost) -> conformance.Outcome:
    legs = [
        Leg(leg.account, leg.type == "DEBIT", leg.amount_minor, leg.currency) for leg in body.legs
    ]
    try:
        asked = conformance.read_transaction(run_id, body.key, legs, now_ms=deps().now_ms())
        if not asked.request.postings:
            return conformance.Outcome("REJECTED", "nothing moves")
    except AppError as refusal:
        return conformance.Outcome("REJECTED", str(refusal))
    return await deps().db.write_together(conformance.post_all, asked)


async def _journal(run_id: str) -> bytes:
    entries = await deps().db.read(conformance.read_entries, run_id)
    return msgspec.json.encode(
        [
            {
                "entryId": f"{entry['seq']}:{entry['side']}",
                "transactionId": entry["reference"],
                "accountId": conformance.account_name(entry["account_id"], run_id),
                "type": "CREDIT" if entry["change_minor"] > 0 else "DEBIT",
                "amountSubunits": abs(entry["change_minor"]),
                "currency": entry["currency"],
                "sequence": n,
                "accountSequence": entry["seq"],
                # The chain is over transfers, not over entries in the kit's own form: `hutong
                # ledger audit` checks it.
                "prevHash": "",
                "entryHash": "",
            }
            for n, entry in enumerate(entries, 1)
        ]
    )
