"""Everything about one's own money in one file, and nothing of anybody else's."""

import json
import re

from quart import Quart

from host.core.db import Tx
from host.core.deps import Deps
from host.wallet.repository.export import LEFT_OUT, PARTS
from tests.wallet.people import Person, transfer

_PERSON = re.compile(r"^(person|payer|sender|receiver|requester|owner)_id$")


async def test_the_file_holds_what_is_theirs_and_no_secret(
    app: Quart, ann: Person, bob: Person
) -> None:
    """Ann's top-up and transfer with its memo; Bob's balance and her PIN are not in it."""
    sent = transfer(bob, memo="For the tea")
    assert 201 == (await ann.put("/api/v1/wallet/transfers/tea-2026", sent))[0]

    answer = await ann.client.get("/wallet/export.json")
    text = await answer.get_data(as_text=True)
    found = json.loads(text)

    assert "attachment" in answer.headers["Content-Disposition"]
    assert ann.id == found["person_id"]
    assert [] == found["cut"]
    assert [(50_000, "top_up"), (-1_200, "send")] == [
        (entry["change_minor"], entry["purpose"]) for entry in found["entries"]
    ]
    assert "For the tea" in text
    assert {"done"} == {order["state"] for order in found["rail_orders"]}
    assert 1 == len(found["pin"])
    assert "argon2" not in text
    assert 303 == (await app.test_client().get("/wallet/export.json")).status_code
    assert (
        []
        == json.loads(await (await bob.client.get("/wallet/export.json")).get_data(as_text=True))[
            "rail_orders"
        ]
    )


async def test_every_table_that_names_a_person_is_in_the_file_or_says_why(deps: Deps) -> None:
    """A table that is added later is not forgotten."""

    def read(tx: Tx) -> set[str]:
        tables = tx.rows("SELECT name FROM sqlite_master WHERE name LIKE 'wallet_%' LIMIT 1000")
        return {
            row["name"]
            for row in tables
            for column in tx.rows("SELECT name FROM pragma_table_info(:t)", t=row["name"])
            if _PERSON.match(column["name"])
        }

    naming = await deps.db.read(read)

    told = set(re.findall(r"\b(?:FROM|JOIN) (wallet_\w+)", " ".join(PARTS.values())))
    assert set() == naming - told - LEFT_OUT.keys()
    assert set() == told & LEFT_OUT.keys()
