"""People at browsers, for the tests of pages and JSON."""

import html
import re
from typing import Any

from quart import Quart
from quart.typing import TestClientProtocol as Client

PIN = "471138"


class Person:
    """Somebody at a browser, signed in."""

    def __init__(self, client: Client, person_id: str, csrf: str) -> None:
        self.client = client
        self.id = person_id
        self.csrf = csrf

    async def get(self, path: str, status: int = 200) -> str:
        """Open a page and return its text."""
        answer = await self.client.get(path)
        text = await answer.get_data(as_text=True)
        assert status == answer.status_code, text
        return text

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form and return status and where it leads, or the page."""
        answer = await self.client.post(path, form={"csrf": self.csrf, **fields})
        return answer.status_code, answer.headers.get("Location") or await answer.get_data(
            as_text=True
        )

    async def put(self, path: str, body: Any = None, *, raw: str | None = None) -> tuple[int, Any]:
        """Send JSON and return status and answer."""
        headers = {"X-CSRF": self.csrf}
        if raw is None:
            answer = await self.client.put(path, json=body, headers=headers)
        else:
            answer = await self.client.put(
                path, data=raw, headers={**headers, "Content-Type": "application/json"}
            )
        return answer.status_code, await answer.get_json(force=True)

    async def json(self, path: str) -> tuple[int, Any]:
        """Get JSON."""
        answer = await self.client.get(path)
        return answer.status_code, await answer.get_json(force=True)


async def register(app: Quart, handle: str) -> Person:
    """Make a person with a browser of their own."""
    client = app.test_client()
    answer = await client.post(
        "/api/v1/people",
        json={"handle": handle, "name": handle.title(), "password": "lane of small shops"},
    )
    body = await answer.get_json()
    assert 201 == answer.status_code, body
    page = await (await client.get("/wallet")).get_data(as_text=True)
    found = re.search(r'<meta name="csrf" content="([^"]+)"', page)
    assert found is not None
    return Person(client, body["id"], html.unescape(found[1]))


def transfer(bob: Person, **changed: object) -> dict[str, object]:
    """Return the body that sends ¥12 to Bob."""
    return {
        "receiver_id": bob.id,
        "amount_minor": 1_200,
        "currency": "CNY",
        "pin": PIN,
        **changed,
    }


async def balance(person: Person) -> tuple[int, int]:
    """Return status and what somebody has in CNY."""
    status, answer = await person.json("/api/v1/wallet/balances")
    found = {one["currency"]: one["available_minor"] for one in answer["balances"]}
    return status, found.get("CNY", 0)


async def accept(person: Person, transfer_id: str) -> None:
    """Take money that somebody sent."""
    status, where = await person.post(f"/wallet/transfers/{transfer_id}/accept")
    assert 303 == status, where
