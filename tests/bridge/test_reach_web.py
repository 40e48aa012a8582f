"""The pages around what reaches people: sheets, the card that ends messages, the inbox."""

import pytest
from quart import Quart

from host.core.deps import Deps
from tests.bridge import caller
from tests.bridge.caller import Caller, open_caller
from tests.bridge.test_messages import TOPICS
from tests.bridge.test_web import sign_in, token_of
from tests.market.make import Lane


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Caller:
    """The buyer in a shop that may write to people."""
    package = caller.files(scopes=("messages",), messages=TOPICS)
    return await open_caller(running, lane, package=package, scopes=("messages",))


async def test_a_message_comes_with_its_way_out(app: Quart, ann: Caller) -> None:
    """The sheet shows the sentences; the message's card ends them; the list knows."""
    client = await sign_in(app, ann.deps, ann.person_id)
    await ann.call("messages.subscribe", topics=["shipped", "fresh"], then="answered")
    sheet = await (await client.get(ann.sheets[0]["url"])).get_data(as_text=True)
    await ann.decide({"how": "yes", "topic-fresh": "1"})
    await ann.call("messages.send", topic="fresh")
    page = await (await client.get("/me/permissions")).get_data(as_text=True)
    chats = await (await client.get("/chats")).get_data(as_text=True)
    chat_url = chats.split('href="/chats/')[-1].split("#")[0]
    chat = await (await client.get(f"/chats/{chat_url}")).get_data(as_text=True)
    stop_url = chat.split('action="/messages/')[1].split('"')[0]

    answer = await client.post(f"/messages/{stop_url}", form={"csrf": token_of(page)})

    assert "Your parcel … is on its way" in sheet
    assert "New tea has come" in page
    assert answer.status_code == 303
    assert await ann.call("messages.send", topic="fresh") == "refused declined"
    assert "New tea" not in await (await client.get("/me/permissions")).get_data(as_text=True)


async def test_the_team_answers_in_the_console(app: Quart, ann: Caller, lane: Lane) -> None:
    """Sheet, inbox, chat, answer; the person reads it in their chat."""
    client = await sign_in(app, ann.deps, ann.person_id)
    team = await sign_in(app, ann.deps, lane.seller_id)
    empty = await (await team.get("/m/tea_house/inbox")).get_data(as_text=True)
    await ann.call("support.open", text="Is it fresh?", then="answered")
    sheet = await (await client.get(ann.sheets[0]["url"])).get_data(as_text=True)
    await ann.decide({"how": "send", "text": "Is it very fresh?"})
    inbox = await (await team.get("/m/tea_house/inbox")).get_data(as_text=True)
    url = "/m/tea_house/inbox/" + inbox.split('href="/m/tea_house/inbox/')[1].split('"')[0]
    chat = await (await team.get(url)).get_data(as_text=True)

    answer = await team.post(
        url, form={"csrf": token_of(chat), "client_id": "r1", "text": "Picked today."}
    )

    assert "Nobody has written yet" in empty
    assert "Is it fresh?" in sheet
    assert "Is it very fresh?" in inbox
    assert "You can answer until" in chat
    assert answer.status_code == 303
    chat_id = url.rsplit("/", 1)[1]
    assert "Picked today." in await (await client.get(f"/chats/{chat_id}")).get_data(as_text=True)
