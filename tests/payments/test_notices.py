"""Notices: signed, sent until they are taken, and never anywhere but where they belong."""

import asyncio
import contextlib
import json
import random
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from host.core.egress import Egress, use_egress
from host.payments.delivery import run_relay
from host.payments.errors import NoticeUrlRefusedError
from host.payments.model import OVERLAP_MS
from host.payments.service import notices
from host.payments.service.notices import RETRY_S
from host.payments.urls import read_notice_url
from tests.payments.make import Receiver, Shop


async def endpoint(shop: Shop, url: str) -> dict[str, str]:
    """Let the shop's server hear everything."""
    status, made = await shop.call("POST", "/endpoints", {"url": url})
    assert 201 == status, made
    return dict(made)


@pytest.fixture
def _now(shop: Shop) -> None:
    """Let the lane's time be today's, which the verifying library compares with."""
    shop.clock.at_ms = int(datetime.now(UTC).timestamp() * 1000)


@pytest.mark.usefixtures("_now")
class TestSigned:
    """What a merchant's server can believe."""

    async def test_a_payment_is_told_signed(self, shop: Shop, receiver: Receiver) -> None:
        """The notice verifies with the endpoint's secret, and says what the query says."""
        made = await endpoint(shop, receiver.url)
        paid = await shop.paid()

        assert 1 == await shop.deliver()
        assert 0 == await shop.deliver()

        (headers, body) = receiver.got[0]
        told = Webhook(made["secret"]).verify(body, headers)
        assert ("payment.paid", paid) == (told["type"], told["data"]["order"])
        assert headers["webhook-id"] == told["id"]

    async def test_what_is_not_ours_is_refused(self, shop: Shop, receiver: Receiver) -> None:
        """Altered, swapped, unsigned, old, or signed with another secret (AB-071)."""
        made = await endpoint(shop, receiver.url)
        await shop.paid("one")
        await shop.paid("two")
        await shop.deliver()
        (headers, body), (_, other) = receiver.got
        hook = Webhook(made["secret"])
        old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
        bad = [
            (body.replace(b"12800", b"12801"), headers),
            (other, headers),
            (body, {**headers, "webhook-signature": ""}),
            (body, {**headers, "webhook-signature": "none,"}),
            (body, old),
        ]

        for data, sent in bad:
            with pytest.raises(WebhookVerificationError):
                hook.verify(data, sent)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 32).verify(body, headers)

    async def test_both_secrets_serve_for_a_day(self, shop: Shop, receiver: Receiver) -> None:
        """After a rotation a receiver with either secret is content; a day later with the new."""
        old = await endpoint(shop, receiver.url)
        _, new = await shop.call("POST", f"/endpoints/{old['id']}/rotate")
        await shop.paid("one")
        await shop.deliver()
        shop.clock.forward(OVERLAP_MS)
        await shop.paid("two")
        await shop.deliver()

        (both_headers, both), (late_headers, late) = receiver.got
        Webhook(old["secret"]).verify(both, both_headers)
        Webhook(new["secret"]).verify(both, both_headers)
        assert 2 == len(both_headers["webhook-signature"].split(" "))
        assert 1 == len(late_headers["webhook-signature"].split(" "))
        assert late


class TestDelivered:
    """What happens until a notice is taken."""

    async def test_the_published_waits_are_kept(self, shop: Shop, receiver: Receiver) -> None:
        """A server that says 500 for a day is asked as the table says, always about the same."""
        receiver.status = lambda _n: 500
        await endpoint(shop, receiver.url)
        await shop.paid()
        for wait_s in RETRY_S:
            await shop.deliver()
            shop.clock.forward(wait_s * 1000 - 1)
            assert 0 == len(await due(shop))
            shop.clock.forward(1)
        await shop.deliver()
        shop.clock.forward(7 * 24 * 3600 * 1000)

        assert [] == await due(shop)
        assert len(RETRY_S) + 1 == len(receiver.got)
        assert 1 == len({body for _, body in receiver.got})
        assert 1 == len({headers["webhook-id"] for headers, _ in receiver.got})
        assert 24 == sum(RETRY_S) // 3600

    async def test_one_that_hangs_holds_up_nobody_else(
        self, shop: Shop, receiver: Receiver
    ) -> None:
        """The relay tells the others while a server says nothing for as long as it likes."""
        hung, goes_on, all_told = asyncio.Event(), asyncio.Event(), asyncio.Event()

        def note(count: int) -> int:
            if count == 12:
                all_told.set()
            return 200

        receiver.status = note

        async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            hung.set()
            await goes_on.wait()
            writer.close()

        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        await endpoint(shop, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/n")
        await endpoint(shop, receiver.url)
        for n in range(12):
            await shop.paid(f"order-{n}", amount_minor=100)

        relay = asyncio.create_task(run_relay(shop.deps))
        await hung.wait()
        await all_told.wait()
        goes_on.set()
        relay.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await relay
        server.close()

        assert 12 == len({headers["webhook-id"] for headers, _ in receiver.got})

    async def test_a_redirect_is_not_followed(self, shop: Shop, receiver: Receiver) -> None:
        """It is an answer that takes nothing; the log says which (AB-070)."""
        receiver.status = lambda _n: 302
        await endpoint(shop, receiver.url)
        await shop.paid()

        assert 0 == await shop.deliver()

        _, page = await shop.call("GET", "/events")
        _, event = await shop.call("GET", f"/events/{page['events'][0]['id']}")
        (attempt,) = event["deliveries"][0]["attempts"]
        assert (302, "refused", 1) == (
            attempt["http_status"], attempt["outcome"], len(receiver.got),
        )  # fmt: skip

    async def test_a_notice_is_told_again_by_hand(self, shop: Shop, receiver: Receiver) -> None:
        """With the id that it had."""
        await endpoint(shop, receiver.url)
        await shop.paid()
        await shop.deliver()
        _, page = await shop.call("GET", "/events")

        status, _ = await shop.call("POST", f"/events/{page['events'][0]['id']}/resend")
        await shop.deliver()

        assert 200 == status
        assert receiver.got[0][1] == receiver.got[1][1]

    async def test_any_number_in_any_order_comes_to_the_same(
        self, shop: Shop, receiver: Receiver
    ) -> None:
        """A receiver that takes each id once and asks for the order ends where the lane is."""
        await endpoint(shop, receiver.url)
        for n in range(5):
            await shop.paid(f"order-{n}", amount_minor=1_000 + n)
        await shop.deliver()
        chance = random.Random(7)  # noqa: S311  (an order of tests, no secret)
        sent = [each for each in receiver.got for _ in range(chance.randint(0, 5))]
        chance.shuffle(sent)
        seen: set[str] = set()
        booked: dict[str, int] = {}

        for headers, body in sent:
            told = json.loads(body)
            if headers["webhook-id"] not in seen:
                seen.add(headers["webhook-id"])
                number = told["data"]["order"]["out_trade_no"]
                booked[number] = (
                    booked.get(number, 0) + (await shop.query(number))["captured_minor"]
                )

        assert booked == {n: (await shop.query(n))["captured_minor"] for n in booked}
        assert len(booked) == len(seen)

    async def test_a_name_that_leads_inside_is_not_asked(self, shop: Shop) -> None:
        """What the name has turned out to mean decides (DNS rebinding)."""

        async def inside(_name: str, _port: int) -> list[str]:
            return ["10.0.0.7"]

        use_egress(shop.deps, Egress(shop.deps.settings, resolve=inside))
        await endpoint(shop, "https://shop.example/notices")
        await shop.paid()

        assert 0 == await shop.deliver()

        _, page = await shop.call("GET", "/events")
        _, event = await shop.call("GET", f"/events/{page['events'][0]['id']}")
        assert "no public address" in event["deliveries"][0]["attempts"][0]["outcome"]


async def due(shop: Shop) -> list[object]:
    """Return the deliveries that are due."""
    return list(await shop.deps.db.read(notices.find_due, now_ms=shop.clock.now_ms(), limit=9))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/notices", "https://127.0.0.1/x", "https://localhost/x",
        "https://shop.example:8443/x", "https://u:p@shop.example/", "ftp://shop.example/",
        "http://169.254.169.254:80/", "https://[::1]/", "http://127.0.0.1.evil.example:80/",
        "https://2130706433/", "http://127.0.0.1:0/", "https://shop.example/ x",
    ],
)  # fmt: skip
def test_notices_go_to_public_hosts_only(url: str) -> None:
    """An address that is no public host's is refused when it is named, even to a developer."""
    with pytest.raises(NoticeUrlRefusedError):
        read_notice_url(url, may_loop=True)


def test_this_machine_is_asked_by_developers_only() -> None:
    """Plain HTTP to this machine takes the setting."""
    assert 9000 == read_notice_url("http://127.0.0.1:9000/n", may_loop=True).port
    with pytest.raises(NoticeUrlRefusedError):
        read_notice_url("http://127.0.0.1:9000/n", may_loop=False)
