"""Dividing an earning between receivers, and giving a part back."""

from collections.abc import Sequence

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.money import Money
from host.identity import service as identity
from host.settlement.errors import (
    EarningNotFoundError,
    SplitNotFoundError,
    SplitRefusedError,
    SplitTooLargeError,
)
from host.settlement.model import Earning, Item, ItemKind, Source
from host.settlement.repository import items
from host.settlement.repository import splits as repository
from host.settlement.service.earnings import record_earning
from host.settlement.service.pots import Pot, open_pot, take_from_merchant
from host.settlement.split_model import (
    RECEIVERS_MAX,
    SPLITS_PER_EARNING_MAX,
    Part,
    Receiver,
    ReceiverKind,
    Split,
    divide,
)
from host.wallet import service as wallet
from host.wallet.model import Purpose, cash_place, control_place, pending_place

# What a receiving brand earned: one part of one split.
PART = "split"


def split_earning(
    tx: Tx,
    *,
    request_id: str,
    brand_id: str,
    actor_id: str,
    source_kind: str,
    source_id: str,
    receivers: Sequence[Receiver],
    now_ms: int,
) -> Split:
    """Divide what ``brand_id`` earned from a source; the caller has checked the actor.

    Brands receive into pending, as with everything they earn; people into their cash.  Shares are
    of what the source brought in less fee and refunds.  ``request_id`` is unique within the
    source: again with the same receivers returns the first split.
    """
    source = Source(source_kind, source_id)
    split_id = derived_id("settlement.split", source_kind, source_id, request_id)
    wallet.lock_ledger(tx)
    earning = _access_earning(tx, source, brand_id)
    earlier = repository.find_split(tx, split_id)
    if earlier is not None:
        if [part.receiver for part in earlier.parts] != list(receivers):
            raise IdempotencyKeyReusedError("This id belongs to another split. Use a new id.")
        return earlier
    _check_receivers(tx, brand_id, receivers)
    if repository.count_of_source(tx, source) >= SPLITS_PER_EARNING_MAX:
        raise SplitRefusedError(
            "An earning is divided %(max)s times at most.", max=SPLITS_PER_EARNING_MAX
        )
    amounts = divide(earning.net_minor, receivers)
    total_minor = _check_total(earning, amounts)

    place = control_place("split", split_id, earning.currency)
    pot = open_pot(tx, place, Purpose.SPLIT, source_id, now_ms=now_ms)
    take_from_merchant(pot, earning, total_minor, ItemKind.SPLIT)
    parts = tuple(
        Part(position, receiver, amount)
        for position, (receiver, amount) in enumerate(zip(receivers, amounts, strict=True))
    )
    for part in parts:
        _pay_part(pot, split_id, part)
    pot.close()
    split = Split(
        split_id,
        source,
        request_id,
        brand_id,
        earning.currency,
        total_minor,
        actor_id,
        wallet.ledger_time(tx),
        parts,
    )
    repository.insert_split(tx, split)
    items.add_to_earning(tx, source, split_minor=total_minor)
    return split


def return_part(
    tx: Tx,
    *,
    return_id: str,
    split_id: str,
    brand_id: str,
    amount_minor: int,
    now_ms: int,
) -> Split:
    """Give back a part that ``brand_id`` received, or some of it, to who divided.

    Only the receiver does this, and only a brand: a person's cash is the person's.
    """
    key = derived_id("settlement.split_return", split_id, brand_id, return_id)
    wallet.lock_ledger(tx)
    split = repository.find_split(tx, split_id)
    part = None if split is None else _part_of(split, brand_id)
    if split is None or part is None:
        raise SplitNotFoundError("Your brand received nothing from a split with this id.")
    earlier = repository.find_return(tx, key)
    if earlier is not None:
        if earlier != amount_minor:
            raise IdempotencyKeyReusedError("This id belongs to another return. Use a new id.")
        return split
    if not 0 < amount_minor <= part.amount_minor - part.returned_minor:
        raise SplitTooLargeError(
            "More would go back than is left of this part.",
            left_minor=part.amount_minor - part.returned_minor,
            currency=split.currency,
        )
    received = items.lock_earning(tx, _part_source(split_id, part.position))
    owner = items.lock_earning(tx, split.source)
    assert received is not None, "it was recorded with the split"
    assert owner is not None, "a split references its earning"

    place = control_place("split_return", key, split.currency)
    pot = open_pot(tx, place, Purpose.SPLIT_RETURN, split.source.id, now_ms=now_ms)
    take_from_merchant(pot, received, amount_minor, ItemKind.SPLIT_RETURN)
    pot.give(pending_place(split.brand_id, split.currency), amount_minor, "merchant")
    pot.close()
    at_ms = wallet.ledger_time(tx)
    items.insert_item(tx, _returned(owner, key, amount_minor, at_ms))
    items.add_to_earning(tx, owner.source, split_minor=-amount_minor)
    items.add_to_earning(tx, received.source, refunded_minor=amount_minor)
    repository.add_returned(tx, split_id, part.position, amount_minor)
    repository.insert_return(tx, key, split_id, part.position, amount_minor, at_ms=at_ms)
    returned = repository.find_split(tx, split_id)
    assert returned is not None, "it was found above"
    return returned


def access_split(tx: Tx, split_id: str, *, brand_id: str) -> Split:
    """Return a split that ``brand_id`` made or received a part of."""
    split = repository.find_split(tx, split_id)
    if split is None or (split.brand_id != brand_id and _part_of(split, brand_id) is None):
        raise SplitNotFoundError("Your brand has no split with this id.")
    return split


def _pay_part(pot: Pot, split_id: str, part: Part) -> None:
    receiver, step = part.receiver, f"part{part.position}"
    if receiver.kind is ReceiverKind.PERSON:
        # Above a cap nothing is divided: what was earned stays with the brand.
        share = Money(part.amount_minor, pot.place.currency)
        wallet.check_can_receive(pot.tx, receiver.id, share, now_ms=pot.now_ms)
        pot.give(cash_place(receiver.id, pot.place.currency), part.amount_minor, step)
        return
    pot.give(pending_place(receiver.id, pot.place.currency), part.amount_minor, step)
    source = _part_source(split_id, part.position)
    record_earning(
        pot.tx,
        source_kind=source.kind,
        source_id=source.id,
        brand_id=receiver.id,
        money=Money(part.amount_minor, pot.place.currency),
        fee_minor=0,
        now_ms=pot.now_ms,
    )


def _returned(owner: Earning, key: str, amount_minor: int, at_ms: int) -> Item:
    return Item(
        derived_id("settlement.split_back", key),
        owner.brand_id,
        owner.currency,
        ItemKind.SPLIT_RETURN,
        owner.source,
        amount_minor,
        max(owner.due_at_ms, at_ms),
        at_ms,
    )


def _part_source(split_id: str, position: int) -> Source:
    return Source(PART, f"{split_id}:{position}")


def _part_of(split: Split, brand_id: str) -> Part | None:
    for part in split.parts:
        if (part.receiver.kind, part.receiver.id) == (ReceiverKind.BRAND, brand_id):
            return part
    return None


def _access_earning(tx: Tx, source: Source, brand_id: str) -> Earning:
    earning = items.lock_earning(tx, source)
    if earning is None or earning.brand_id != brand_id:
        raise EarningNotFoundError("Your brand has earned nothing under this name.")
    return earning


def _check_receivers(tx: Tx, brand_id: str, receivers: Sequence[Receiver]) -> None:
    if not 1 <= len(receivers) <= RECEIVERS_MAX:
        raise SplitRefusedError("A split has 1 to %(max)s receivers.", max=RECEIVERS_MAX)
    if len({(receiver.kind, receiver.id) for receiver in receivers}) < len(receivers):
        raise SplitRefusedError("Name each receiver once.")
    for receiver in receivers:
        if (receiver.amount_minor is None) == (receiver.share_bps is None):
            raise SplitRefusedError("Give each receiver an amount or a share, not both.")
        if (receiver.kind, receiver.id) == (ReceiverKind.BRAND, brand_id):
            raise SplitRefusedError("What is left stays with your brand: do not name it.")
        if receiver.kind is ReceiverKind.BRAND:
            brands.access_public_brand(tx, receiver.id)
        else:
            identity.access_person(tx, receiver.id)


def _check_total(earning: Earning, amounts: Sequence[int]) -> int:
    if min(amounts) < 1:
        raise SplitRefusedError("A part would be less than one minor unit.")
    total_minor = sum(amounts)
    left_minor = earning.net_minor - earning.split_minor
    if total_minor > left_minor:
        raise SplitTooLargeError(
            "More would be divided than is left of this earning.",
            left_minor=left_minor,
            currency=earning.currency,
        )
    return total_minor
