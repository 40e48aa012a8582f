"""What chat does when something happened below it."""

from host.chat import repository
from host.chat.model import Body, SenderKind
from host.chat.service.conversations import find_or_create_direct
from host.chat.service.money_cards import hint_card
from host.chat.service.sending import write
from host.core.db import Tx
from host.core.ids import derived_id
from host.core.outbox import StoredEvent, Subscriber
from host.wallet.service import requests


def open_chat(tx: Tx, event: StoredEvent) -> None:
    """Begin the chat of two new contacts with the words they met over."""
    asker_id, accepter_id = event.payload["asker_id"], event.payload["accepter_id"]
    chat = find_or_create_direct(tx, asker_id, accepter_id, event.created_at_ms)
    if event.payload["hello"]:
        _write_once(tx, chat.id, asker_id, Body(text=event.payload["hello"]), event=event)
    if chat.last_seq == 0:  # whoever has written already needs no invitation to say hello
        _write_once(tx, chat.id, accepter_id, Body(notice="met"), event=event)


def show_transfer(tx: Tx, event: StoredEvent) -> None:
    """Put a card of money that one person sent another into their chat."""
    sender_id = event.payload["sender_id"]
    chat = find_or_create_direct(tx, sender_id, event.payload["receiver_id"], event.created_at_ms)
    card = Body(card_kind="transfer", card_id=event.payload["transfer_id"])
    _write_once(tx, chat.id, sender_id, card, event=event)


def tell_outcome(tx: Tx, event: StoredEvent) -> None:
    """Say in the chat of the two what became of money that waited."""
    told, outcome = event.payload, event.payload["outcome"]
    chat = find_or_create_direct(tx, told["sender_id"], told["receiver_id"], event.created_at_ms)
    side = "receiver_id" if outcome in {"accepted", "declined"} else "sender_id"
    line = Body(text=f"{told['amount_minor']} {told['currency']}", notice=f"money_{outcome}")
    _write_once(tx, chat.id, told[side], line, event=event)


def tell_packet_returned(tx: Tx, event: StoredEvent) -> None:
    """Say where a red packet was sent that a day has passed."""
    told = event.payload
    line = Body(text=f"{told['amount_minor']} {told['currency']}", notice="packet_returned")
    _write_once(tx, told["circle_id"], told["sender_id"], line, event=event)
    hint_card(tx, told["circle_id"], told["packet_id"], now_ms=event.created_at_ms)


def show_request(tx: Tx, event: StoredEvent) -> None:
    """Put a card of money that one person asks another for into their chat."""
    asked = event.payload
    chat = find_or_create_direct(tx, asked["requester_id"], asked["payer_id"], event.created_at_ms)
    card = Body(card_kind="money_request", card_id=asked["request_id"])
    _write_once(tx, chat.id, asked["requester_id"], card, event=event)


def tell_share(tx: Tx, event: StoredEvent) -> None:
    """Say that somebody paid or declined: between two in a line, in a group on the card."""
    told = event.payload
    if told["circle_id"]:
        hint_card(tx, told["circle_id"], told["request_id"], now_ms=event.created_at_ms)
        return
    chat = find_or_create_direct(tx, told["requester_id"], told["person_id"], event.created_at_ms)
    line = Body(
        text=f"{told['amount_minor']} {told['currency']}", notice=f"asked_{told['outcome']}"
    )
    _write_once(tx, chat.id, told["person_id"], line, event=event)


def tell_split_ended(tx: Tx, event: StoredEvent) -> None:
    """Say in the group that a bill is settled; that it was closed stands on its card."""
    told = event.payload
    if not told["circle_id"]:
        return
    if told["outcome"] == "done":
        line = Body(notice="split_done")
        _write_once(tx, told["circle_id"], told["requester_id"], line, event=event)
    hint_card(tx, told["circle_id"], told["request_id"], now_ms=event.created_at_ms)


def tell_reminder(tx: Tx, event: StoredEvent) -> None:
    """Remind those who have not paid, where they were asked."""
    told = event.payload
    chat_id = told["circle_id"]
    if not chat_id:
        request = requests.find_requests(tx, [told["request_id"]])[told["request_id"]]
        requester_id, payer_id = request.people
        chat_id = find_or_create_direct(tx, requester_id, payer_id, event.created_at_ms).id
    _write_once(tx, chat_id, told["requester_id"], Body(notice="reminded"), event=event)


def _write_once(
    tx: Tx, conversation_id: str, sender_id: str, body: Body, *, event: StoredEvent
) -> None:
    client_id = derived_id("chat", event.name, event.id)
    if repository.find_sent(tx, sender_id, client_id) is not None:
        return  # this event was delivered before
    locked = repository.lock_conversation(tx, conversation_id)
    assert locked is not None, "conversations are never deleted"
    sender = (SenderKind.PERSON, sender_id)
    write(tx, locked, body, sender=sender, client_id=client_id, now_ms=event.created_at_ms)


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "contacts.became_contacts": (open_chat,),
    "wallet.money_offered": (show_transfer,),
    "wallet.offer_ended": (tell_outcome,),
    "wallet.money_requested": (show_request,),
    "wallet.share_ended": (tell_share,),
    "wallet.request_ended": (tell_split_ended,),
    "wallet.people_reminded": (tell_reminder,),
    "wallet.packet_returned": (tell_packet_returned,),
}
