"""What other domains tell becomes a message: a first hello, money that was sent."""

from host.chat import service
from host.chat.subscribers import show_transfer
from host.contacts import service as contacts
from host.core import outbox
from host.core.sqlite import SqliteDatabase
from host.subscriptions import all_subscriptions
from host.wallet.events import TransferPosted
from tests.chat.test_sending import direct, read
from tests.conftest import START_MS
from tests.social import make_friends, make_person


async def test_the_hello_is_the_first_message_even_if_the_event_comes_twice(
    db: SqliteDatabase,
) -> None:
    """Hello from who asked, then the notice; both lists show the chat, each once."""
    ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
    await db.write(contacts.ask, "bob", actor_id=ann.id, hello="It is Ann.", now_ms=START_MS)
    (shown,) = await db.read(contacts.find_waiting, actor_id=bob.id)
    await db.write(contacts.accept, shown.request.id, actor_id=bob.id, now_ms=START_MS)

    while await outbox.deliver_next(db, all_subscriptions(), now_ms=START_MS):
        pass
    await db.write(
        lambda tx: tx.run(
            "UPDATE core_outbox SET delivered_at_ms = NULL WHERE name = 'contacts.became_contacts'"
        )
    )
    while await outbox.deliver_next(db, all_subscriptions(), now_ms=START_MS):
        pass

    messages = await read(db, await direct(db, ann.id, bob.id), bob.id)
    assert [(m.message.body.text, m.message.body.notice) for m in messages] == [
        ("It is Ann.", None),
        ("", "met"),
    ]
    for person in (ann, bob):
        assert len(await db.read(service.list_conversations, actor_id=person.id, loaders={})) == 1


async def test_money_between_people_stands_in_their_chat_once(db: SqliteDatabase) -> None:
    """A transfer that one sent the other is a card; money that an order moves is none."""
    ann, bob = await make_friends(db, "ann", "bob")
    facts = {"reference": "", "payer_id": ann.id, "payee_id": bob.id, "currency": "CNY"}
    for transfer_id, purpose in (("t-1", "send"), ("t-2", "fund")):
        event = TransferPosted(transfer_id, purpose, amount_minor=880, **facts)
        await db.write(outbox.publish, event, now_ms=START_MS)

    while await outbox.deliver_next(
        db, {"wallet.transfer_posted": (show_transfer,)}, now_ms=START_MS
    ):
        pass

    (shown,) = await read(db, await direct(db, ann.id, bob.id), bob.id)
    assert (shown.sender.id, shown.message.body.card_kind) == (ann.id, "transfer")
    assert shown.message.body.card_id == "t-1"
