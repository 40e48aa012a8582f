"""A bill that the people of a group split: asked for with a card that everybody there can see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from host.chat import repository
from host.chat.model import Kind
from host.chat.service.access import access_conversation, check_may_write
from host.chat.service.money_cards import find_place
from host.chat.service.sending import send_message
from host.core.db import Tx
from host.core.money import Currency
from host.wallet.errors import RequestRefusedError
from host.wallet.request_model import MoneyRequest
from host.wallet.service import requests


@dataclass(frozen=True, slots=True)
class SplitAsk:
    """What somebody asks the people of a group for: the share of each of the others."""

    conversation_id: str
    currency: Currency
    shares: Mapping[str, int]
    memo: str


def split_bill(
    tx: Tx, request_id: str, ask: SplitAsk, *, actor_id: str, now_ms: int
) -> MoneyRequest:
    """Ask for the shares and put the card into the group; both or neither."""
    conversation, member = access_conversation(tx, ask.conversation_id, actor_id=actor_id)
    check_may_write(tx, conversation, member)
    if conversation.kind is not Kind.GROUP:
        raise RequestRefusedError("A bill is split in a group. Ask one person for money instead.")
    present = {m.person_id for m in repository.find_active(tx, conversation.id)}
    if not present.issuperset(ask.shares):
        raise RequestRefusedError("Somebody of them is not in the group. Choose again.")
    request = requests.create_request(
        tx,
        request_id,
        requester_id=actor_id,
        circle_id=conversation.id,
        currency=ask.currency,
        shares=ask.shares,
        memo=ask.memo,
        now_ms=now_ms,
    )
    send_message(
        tx,
        conversation.id,
        sender_id=actor_id,
        client_id=_client_id(request_id),
        text="",
        card_kind="split",
        card_id=request_id,
        now_ms=now_ms,
    )
    return request


def find_visible_splits(
    tx: Tx, request_ids: Collection[str], *, reader_id: str
) -> list[MoneyRequest]:
    """Return those split bills whose cards the reader got."""
    found = requests.find_requests(tx, request_ids)
    return [
        request
        for request in found.values()
        if find_place(
            tx,
            request.circle_id,
            sent=(request.requester_id, _client_id(request.id)),
            reader_id=reader_id,
        )
    ]


def _client_id(request_id: str) -> str:
    return f"split:{request_id}"
