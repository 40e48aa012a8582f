"""What other domains tell becomes a message: a first hello, money that was sent."""

from host.chat import service
from host.chat.subscribers import SUBSCRIPTIONS
from host.contacts import service as contacts
from host.core import outbox
from host.core.sqlite import SqliteDatabase
from host.subscriptions import all_subscriptions
from host.wallet.events import MoneyOffered, OfferEnded
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
    """What one sent is a card of theirs; that the other took it is a line of the other's."""
    ann, bob = await make_friends(db, "ann", "bob")
    heard = {name: told for name, told in SUBSCRIPTIONS.items() if name.startswith("wallet.")}
    for event in (
        MoneyOffered("t-1", ann.id, bob.id),
        OfferEnded("t-1", ann.id, bob.id, "accepted", 880, "CNY"),
    ):
        await db.write(outbox.publish, event, now_ms=START_MS)
    for _ in range(2):
        await db.write(lambda tx: tx.run("UPDATE core_outbox SET delivered_at_ms = NULL"))
        while await outbox.deliver_next(db, heard, now_ms=START_MS):
            pass

    card, line = await read(db, await direct(db, ann.id, bob.id), bob.id)
    assert (card.sender.id, card.message.body.card_kind) == (ann.id, "transfer")
    assert card.message.body.card_id == "t-1"
    assert (line.sender.id, line.message.body.notice) == (bob.id, "money_accepted")
