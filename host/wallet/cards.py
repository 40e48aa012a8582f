"""The card of a transfer: what chat shows of money that was sent."""

from collections.abc import Sequence

from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.identity import service as identity
from host.wallet.model import Purpose
from host.wallet.repository import ledger, statement


def transfer_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return a card per transfer between people; only the two of them may see it."""
    cards = {}
    for transfer_id in ids:
        transfer = ledger.find_transfer(tx, transfer_id)
        if transfer is None or transfer.order.purpose is not Purpose.SEND:
            continue
        debit = ledger.find_account(tx, transfer.order.debit_id)
        credit = ledger.find_account(tx, transfer.order.credit_id)
        assert debit is not None, "a transfer has both accounts"
        assert credit is not None, "a transfer has both accounts"
        if viewer_id not in {debit.owner_id, credit.owner_id}:
            continue
        people = identity.find_people(tx, [debit.owner_id, credit.owner_id])
        names = [
            people[account.owner_id].name if account.owner_id in people else "?"
            for account in (debit, credit)
        ]
        line = statement.find_line(tx, transfer_id, debit.id)
        cards[transfer_id] = Card(
            kind="transfer",
            id=transfer_id,
            title=" → ".join(names),
            subtitle="" if line is None else line.memo,
            amount_minor=transfer.money.amount_minor,
            currency=transfer.money.currency,
            open_url=f"/wallet/transfers/{transfer_id}",
        )
    return cards


CARD_LOADERS: dict[str, CardLoader] = {"transfer": transfer_cards}
