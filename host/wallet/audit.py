"""The audit: replay the whole journal and compare it with everything that is derived from it.

It shares no arithmetic with the code that posts.  Chain and balances together find an edited,
removed, inserted or swapped row, and an edited balance.  They cannot find that the newest rows were
cut off and everything corrected to match; a signed checkpoint that is kept outside does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from host.core.db import Row, Tx
from host.wallet.chain import GENESIS, link
from host.wallet.errors import AccountNotFoundError
from host.wallet.model import Transfer, TransferKind
from host.wallet.repository import bonus as bonuses
from host.wallet.repository import journal, ledger, statement


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The journal at one moment, to be kept where the database's owner cannot change it."""

    seq: int
    hash: str
    # The time of the ledger at that row, and of the clock when this was taken.
    at_ms: int
    taken_at_ms: int
    # The trial balance: what all accounts of a currency were debited, which is what they were
    # credited.
    turnover_minor: dict[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit read, and what does not fit together: one sentence each."""

    transfer_count: int
    account_count: int
    turnover_minor: dict[str, int]
    head_hash: str
    breaks: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether the books balance."""
        return not self.breaks


@dataclass(slots=True)
class _Sums:
    """An account as the journal says it is."""

    currency: str
    debits_posted: int = 0
    credits_posted: int = 0
    debits_pending: int = 0
    credits_pending: int = 0


@dataclass(slots=True)
class _Replay:
    """Everything that follows from the journal, built row by row."""

    accounts: dict[str, _Sums] = field(default_factory=dict)
    turnover: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[str, Transfer] = field(default_factory=dict)
    breaks: list[str] = field(default_factory=list)
    seq: int = 0
    at_ms: int = 0
    stored_hash: str = GENESIS
    # Hash and turnover at the rows that checkpoints saw.
    seen: dict[int, tuple[str, dict[str, int]]] = field(default_factory=dict)


def audit(tx: Tx, *, against: Sequence[Checkpoint] = ()) -> Report:
    """Replay everything and return what was found; changes nothing."""
    replay = _replay(tx, keep=frozenset(checkpoint.seq for checkpoint in against))
    account_count = 0
    sums_minor: dict[str, int] = defaultdict(int)
    for stored in journal.each_account(tx):
        account_count += 1
        sums_minor[stored.currency] += stored.credits_posted - stored.debits_posted
        replay.breaks.extend(_check_account(stored, replay))
    replay.breaks += [
        f"{currency}: the balances sum to {total}, not to zero"
        for currency, total in sorted(sums_minor.items())
        if total
    ]
    replay.breaks.extend(_check_head(tx, replay))
    replay.breaks.extend(_check_derived(tx))
    for checkpoint in against:
        replay.breaks.extend(_check_against(replay, checkpoint))
    return Report(
        transfer_count=replay.seq,
        account_count=account_count,
        turnover_minor=dict(replay.turnover),
        head_hash=replay.stored_hash,
        breaks=replay.breaks,
    )


def take_checkpoint(tx: Tx, *, now_ms: int) -> Checkpoint:
    """Return the head of the journal and the trial balance as they stand."""
    head = ledger.find_head(tx)
    turnover_minor = journal.sum_debits(tx)
    return Checkpoint(head.seq, head.hash, head.at_ms, now_ms, turnover_minor)


def encode_checkpoint(checkpoint: Checkpoint) -> str:
    """Return a checkpoint as compact JSON: what is signed."""
    return msgspec.json.encode(checkpoint).decode()


def balance_at(tx: Tx, account_id: str, *, at_ms: int | None) -> tuple[int, str]:
    """Return the posted balance of any account, now or at a past moment, and its currency."""
    account = ledger.find_account(tx, account_id)
    if account is None:
        raise AccountNotFoundError("There is no account with this id.")
    if at_ms is None:
        return account.balance_minor, account.currency
    return statement.balance_at(tx, account_id, at_ms=at_ms), account.currency


def _replay(tx: Tx, *, keep: frozenset[int]) -> _Replay:
    replay = _Replay()
    for transfer in journal.each_transfer(tx):
        _check_link(replay, transfer)
        _apply(replay, transfer)
        if transfer.seq in keep:
            replay.seen[transfer.seq] = (transfer.hash, dict(replay.turnover))
    return replay


def _check_link(replay: _Replay, transfer: Transfer) -> None:
    seq = transfer.seq
    if seq != replay.seq + 1:
        replay.breaks.append(f"journal {replay.seq + 1}: missing, the next row is {seq}")
    # Chained onto the stored hash, so that each bad row is named and not all that follow it.
    expected = link(replay.stored_hash, seq, transfer.order, transfer.created_at_ms)
    if expected != transfer.hash:
        replay.breaks.append(f"journal {seq}: row or order was changed, its hash does not fit")
    if transfer.created_at_ms < replay.at_ms:
        replay.breaks.append(f"journal {seq}: its time is before that of the row above")
    replay.seq, replay.stored_hash, replay.at_ms = seq, transfer.hash, transfer.created_at_ms


def _apply(replay: _Replay, transfer: Transfer) -> None:
    order, amount = transfer.order, transfer.money.amount_minor
    debit = replay.accounts.setdefault(order.debit_id, _Sums(order.money.currency))
    credit = replay.accounts.setdefault(order.credit_id, _Sums(order.money.currency))
    if not debit.currency == credit.currency == order.money.currency:
        replay.breaks.append(f"journal {transfer.seq}: currencies are mixed")

    if order.kind is TransferKind.PENDING:
        replay.held[order.id] = transfer
        debit.debits_pending += amount
        credit.credits_pending += amount
        return
    if order.pending_id is not None:
        held = replay.held.pop(order.pending_id, None)
        if held is None or amount > held.money.amount_minor:
            replay.breaks.append(f"journal {transfer.seq}: resolves what is not held")
            return
        debit.debits_pending -= held.money.amount_minor
        credit.credits_pending -= held.money.amount_minor
    if order.kind is not TransferKind.VOID:
        debit.debits_posted += amount
        credit.credits_posted += amount
        replay.turnover[order.money.currency] += amount


def _check_account(stored: journal.StoredSums, replay: _Replay) -> Iterator[str]:
    sums = replay.accounts.pop(stored.id, None) or _Sums(stored.currency)
    claimed = (
        stored.debits_posted,
        stored.credits_posted,
        stored.debits_pending,
        stored.credits_pending,
    )
    replayed = (
        sums.debits_posted,
        sums.credits_posted,
        sums.debits_pending,
        sums.credits_pending,
    )
    if claimed != replayed:
        yield f"account {stored.id}: stands at {claimed}, the journal says {replayed}"
    if stored.currency != sums.currency:
        yield f"account {stored.id}: is in {stored.currency}, its transfers in {sums.currency}"
    spent = stored.debits_posted + stored.debits_pending
    if stored.kind != "rail" and spent > stored.credits_posted:
        yield f"account {stored.id}: is overdrawn"


def _check_head(tx: Tx, replay: _Replay) -> Iterator[str]:
    head = ledger.find_head(tx)
    if (head.seq, head.hash) != (replay.seq, replay.stored_hash):
        yield f"journal: ends at {replay.seq}, the head of the chain is {head.seq}"
    for account_id in sorted(replay.accounts)[: journal.BREAKS_COUNT_MAX]:
        yield f"account {account_id}: has transfers and does not exist"


_DERIVED: tuple[tuple[Callable[[Tx], list[Row]], str], ...] = (
    (journal.find_unpaired_transfers, "journal %(seq)s: does not have its two entries"),
    (journal.find_stray_entries, "entry %(seq)s of %(account_id)s: belongs to no posted transfer"),
    (
        journal.find_wrong_balances,
        "entry %(seq)s of %(account_id)s: balance is %(balance_minor)s, the sum is %(summed)s",
    ),
    (
        journal.find_wrong_escrows,
        "order %(order_id)s: is %(status)s over %(amount_minor)s and holds %(held_minor)s",
    ),
    (journal.find_orphan_controls, "account %(id)s: holds money of no order"),
    (journal.find_wrong_offers, "transfer %(id)s: is %(status)s, the journal says otherwise"),
    (
        journal.find_wrong_packets,
        "red packet %(id)s: is %(status)s over %(total_minor)s, shares or account say otherwise",
    ),
    (journal.find_wrong_splits, "split bill %(id)s: is %(status)s, its account says otherwise"),
    (bonuses.find_wrong_bonuses, "bonus %(id)s: its account says otherwise"),
    (bonuses.find_wrong_uses, "order %(order_id)s: bonus and cash are not what was paid"),
    (journal.find_wrong_operations, "rail order %(id)s: is %(state)s, the journal says otherwise"),
)


def _check_derived(tx: Tx) -> Iterator[str]:
    for find, sentence in _DERIVED:
        for row in find(tx):
            yield sentence % row


def _check_against(replay: _Replay, checkpoint: Checkpoint) -> Iterator[str]:
    if checkpoint.seq > replay.seq:
        yield f"journal: ends at {replay.seq}, the checkpoint saw {checkpoint.seq} rows"
        return
    row_hash, turnover_minor = replay.seen.get(checkpoint.seq, (GENESIS, {}))
    if row_hash != checkpoint.hash:
        yield f"journal {checkpoint.seq}: is not the row that the checkpoint saw"
    elif turnover_minor != checkpoint.turnover_minor:
        yield f"journal {checkpoint.seq}: the trial balance is not what the checkpoint saw"
