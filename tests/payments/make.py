"""Builders: a shop with a key, a buyer with money and a PIN, and a server that hears notices."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.core.deps import Deps
from host.payments import secrets
from host.payments.delivery import attempt
from host.payments.model import KeyRole, Mode
from host.payments.service import keys, notices
from tests.conftest import START_MS, Clock
from tests.market import make as market
from tests.wallet.people import PIN, Person, register

BASE = "/api/v1/payments"


@dataclass
class Shop:
    """A shop with a key, and a buyer with 1,000.00."""

    app: Quart
    deps: Deps
    clock: Clock
    buyer: Person
    seller: Person
    brand_id: str
    handle: str
    key_id: str
    token: str
    server: Client

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """Ask the API as the shop's server; return status and answer."""
        answer = await self.server.open(
            BASE + path,
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {token or self.token}"},
        )
        text = await answer.get_data(as_text=True)
        return answer.status_code, await answer.get_json(force=True) if text else None

    async def order(self, number: str = "order-1", **changed: Any) -> dict[str, Any]:
        """Make an order."""
        status, made = await self.call("POST", "/orders", new_order(number, **changed))
        assert 201 == status, made
        return dict(made)

    async def pay(self, prepay_id: str, *, minor: int = 12_800, pin: str = PIN) -> int:
        """Pay an order in the cashier and return the status of the answer."""
        status, _ = await self.buyer.post(f"/pay/{prepay_id}", amount_minor=str(minor), pin=pin)
        return status

    async def paid(self, number: str = "order-1", **changed: Any) -> dict[str, Any]:
        """Make an order and let it be paid."""
        made = await self.order(number, **changed)
        assert 303 == await self.pay(made["prepay_id"], minor=made["amount_minor"])
        return await self.query(number)

    async def query(self, number: str = "order-1") -> dict[str, Any]:
        """Return an order as it is."""
        status, found = await self.call("GET", f"/orders/{number}")
        assert 200 == status, found
        return dict(found)

    async def key(self, *, mode: Mode = Mode.LIVE, role: KeyRole = KeyRole.FULL) -> str:
        """Make another key of the shop and return its token."""
        made = await self.deps.db.write(
            keys.create_key, self.brand_id, actor_id=self.seller.id, mode=mode, role=role,
            label="other", now_ms=self.clock.now_ms(),
        )  # fmt: skip
        return secrets.key_token(self.deps.settings.secret_key, made)

    async def deliver(self) -> int:
        """Make every attempt that is due and return how many were taken."""
        taken = 0
        due = await self.deps.db.read(notices.find_due, now_ms=self.clock.now_ms(), limit=100)
        for each in due:
            taken += await attempt(self.deps, each.id)
        return taken


def new_order(number: str = "order-1", **changed: Any) -> dict[str, Any]:
    """Return the body of an order of 128.00."""
    return {
        "out_trade_no": number,
        "amount_minor": 12_800,
        "currency": "CNY",
        "description": "Spring Longjing, 50 g",
        **changed,
    }


async def open_shop(app: Quart, deps: Deps, clock: Clock, *, mode: Mode = Mode.LIVE) -> Shop:
    """Open a shop, give it a key, and give a buyer money and a PIN."""
    buyer, seller = await register(app, "ann"), await register(app, "zhou")
    await seller.post("/brands", handle="tea_house", name="Tea House", description="Leaves")
    brand_id = await deps.db.read(
        lambda tx: market.brands.find_brands_of_person(tx, seller.id)[0].id
    )
    await deps.db.write(market.give, buyer.id, 100_000)
    await buyer.put("/api/v1/wallet/pin", {"pin": PIN})
    key = await deps.db.write(
        keys.create_key, brand_id, actor_id=seller.id, mode=mode, role=KeyRole.FULL,
        label="server", now_ms=START_MS,
    )  # fmt: skip
    token = secrets.key_token(deps.settings.secret_key, key)
    return Shop(
        app, deps, clock, buyer, seller, brand_id, "tea_house", key.id, token, app.test_client()
    )


@dataclass
class Receiver:
    """A merchant's server on this machine: it answers as it is told, and keeps what it got."""

    url: str = ""
    status: Callable[[int], int] = field(default=lambda _n: 200)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Listen on a free port of this machine."""
    at = Receiver()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        at.got.append((headers, body))
        status = at.status(len(at.got))
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n".encode())
        writer.write(b"Location: http://169.254.169.254/latest/\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    at.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/notices"
    async with server:
        yield at
