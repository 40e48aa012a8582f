"""SQL of splits and of what is returned of them."""

from host.core.db import Row, Tx
from host.core.money import Currency
from host.settlement.model import Source
from host.settlement.split_model import Part, Receiver, ReceiverKind, Split


def insert_split(tx: Tx, split: Split) -> None:
    """Note a split and its parts."""
    tx.run(
        "INSERT INTO settlement_split (id, source_kind, source_id, request_id, brand_id, currency,"
        " amount_minor, actor_id, at_ms) VALUES (:id, :kind, :source_id, :request_id, :brand_id,"
        " :currency, :amount, :actor_id, :at)",
        id=split.id,
        kind=split.source.kind,
        source_id=split.source.id,
        request_id=split.request_id,
        brand_id=split.brand_id,
        currency=split.currency,
        amount=split.amount_minor,
        actor_id=split.actor_id,
        at=split.at_ms,
    )
    for part in split.parts:
        tx.run(
            "INSERT INTO settlement_split_part (split_id, position, receiver_kind, receiver_id,"
            " asked_minor, share_bps, amount_minor) VALUES (:id, :position, :kind, :receiver_id,"
            " :asked, :share, :amount)",
            id=split.id,
            position=part.position,
            kind=part.receiver.kind,
            receiver_id=part.receiver.id,
            asked=part.receiver.amount_minor,
            share=part.receiver.share_bps,
            amount=part.amount_minor,
        )


def find_split(tx: Tx, split_id: str) -> Split | None:
    """Return a split with its parts."""
    row = tx.row(
        "SELECT id, source_kind, source_id, request_id, brand_id, currency, amount_minor,"
        " actor_id, at_ms FROM settlement_split WHERE id = :id",
        id=split_id,
    )
    return None if row is None else _split(row, find_parts(tx, split_id))


def find_parts(tx: Tx, split_id: str) -> tuple[Part, ...]:
    """Return the parts of a split, in their order."""
    rows = tx.rows(
        "SELECT position, receiver_kind, receiver_id, asked_minor, share_bps, amount_minor,"
        " returned_minor FROM settlement_split_part WHERE split_id = :id"
        " ORDER BY position LIMIT 50",
        id=split_id,
    )
    return tuple(_part(row) for row in rows)


def count_of_source(tx: Tx, source: Source) -> int:
    """Return how often an earning was divided."""
    row = tx.row(
        "SELECT count(*) AS splits FROM settlement_split"
        " WHERE source_kind = :kind AND source_id = :id",
        kind=source.kind,
        id=source.id,
    )
    return 0 if row is None else int(row["splits"])


def find_of_source(tx: Tx, source: Source) -> list[Split]:
    """Return how an earning was divided, oldest first."""
    rows = tx.rows(
        "SELECT id, source_kind, source_id, request_id, brand_id, currency, amount_minor,"
        " actor_id, at_ms FROM settlement_split WHERE source_kind = :kind AND source_id = :id"
        " ORDER BY at_ms, id LIMIT 50",
        kind=source.kind,
        id=source.id,
    )
    return [_split(row, find_parts(tx, row["id"])) for row in rows]


def find_of_brand(tx: Tx, brand_id: str, *, limit: int) -> list[Split]:
    """Return what a brand divided, newest first."""
    rows = tx.rows(
        "SELECT id, source_kind, source_id, request_id, brand_id, currency, amount_minor,"
        " actor_id, at_ms FROM settlement_split WHERE brand_id = :brand_id"
        " ORDER BY at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [_split(row, find_parts(tx, row["id"])) for row in rows]


def add_returned(tx: Tx, split_id: str, position: int, amount_minor: int) -> None:
    """Note that a part, or some of it, came back."""
    tx.run(
        "UPDATE settlement_split_part SET returned_minor = returned_minor + :amount"
        " WHERE split_id = :id AND position = :position",
        id=split_id,
        position=position,
        amount=amount_minor,
    )


def insert_return(
    tx: Tx, return_key: str, split_id: str, position: int, amount_minor: int, *, at_ms: int
) -> None:
    """Note one return."""
    tx.run(
        "INSERT INTO settlement_split_return (id, split_id, position, amount_minor, at_ms)"
        " VALUES (:id, :split_id, :position, :amount, :at)",
        id=return_key,
        split_id=split_id,
        position=position,
        amount=amount_minor,
        at=at_ms,
    )


def find_return(tx: Tx, return_key: str) -> int | None:
    """Return how much was returned under a key."""
    row = tx.row("SELECT amount_minor FROM settlement_split_return WHERE id = :id", id=return_key)
    return None if row is None else int(row["amount_minor"])


def _split(row: Row, parts: tuple[Part, ...]) -> Split:
    return Split(
        id=row["id"],
        source=Source(row["source_kind"], row["source_id"]),
        request_id=row["request_id"],
        brand_id=row["brand_id"],
        currency=Currency(row["currency"]),
        amount_minor=row["amount_minor"],
        actor_id=row["actor_id"],
        at_ms=row["at_ms"],
        parts=parts,
    )


def _part(row: Row) -> Part:
    receiver = Receiver(
        ReceiverKind(row["receiver_kind"]),
        row["receiver_id"],
        row["asked_minor"],
        row["share_bps"],
    )
    return Part(row["position"], receiver, row["amount_minor"], row["returned_minor"])
