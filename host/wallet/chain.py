"""The hash chain over the journal, in a form that a stranger can recompute.

Each row's hash is SHA-256 over the previous row's hash (64 hex digits), a newline, and the row as
a compact JSON array in UTF-8; a hold that ends by itself has its end as one more member.  Changing,
removing, inserting or swapping a row breaks every hash after it.  A chain alone does not show that
its newest rows were cut off: for that a signed checkpoint is kept outside the database.
"""

import hashlib

import msgspec

from host.wallet.model import TransferOrder

GENESIS = "0" * 64


def link(previous: str, seq: int, order: TransferOrder, created_at_ms: int) -> str:
    """Return the hash of the row ``seq``; every column but the hash itself is covered."""
    row: tuple[str | int | None, ...] = (
        seq,
        order.id,
        order.kind,
        order.debit_id,
        order.credit_id,
        order.money.amount_minor,
        order.money.currency,
        order.purpose,
        order.reference,
        order.actor_id,
        order.pending_id,
        order.reverses_id,
        created_at_ms,
    )
    if order.expires_at_ms is not None:
        row = (*row, order.expires_at_ms)
    return hashlib.sha256(previous.encode() + b"\n" + msgspec.json.encode(row)).hexdigest()
