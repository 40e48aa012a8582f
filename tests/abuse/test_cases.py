"""Cases of the lists of abuses whose feature is here, and that no other test speaks of."""

import asyncio
import io
import re

import pytest
from quart import Quart
from quart.datastructures import FileStorage

from host.core.deps import Deps
from host.core.ids import new_id
from host.core.money import Money
from host.market import service as market
from host.market.model import Bill, Kind
from host.subscriptions import all_sweeps
from tests.abuse import street as place
from tests.abuse.street import Street
from tests.conftest import START_MS, Clock
from tests.market import make
from tests.market.make import CNY, Lane
from tests.market.people import deliver, send
from tests.programs.packages import ICON
from tests.wallet.people import PIN, accept, balance

DAY_MS = 24 * 3600 * 1000
# What a proof leaves behind, whether or not the payment is made.
PROOFS = ("wallet_pin", "wallet_pin_attempt", "wallet_confirmation")
ELSEWHERE = ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example",
             "javascript:alert(1)", "/orders/\\..\\evil", "\n//evil.example"]  # fmt: skip


@pytest.fixture
async def at(app: Quart, deps: Deps) -> Street:
    """A street on which every kind of object belongs to somebody."""
    return await place.build(app, deps)


def lane_of(at: Street) -> Lane:
    """Return who buys from whom."""
    return Lane(
        at.deps.db, at.ann.id, at.zhou.id, at.theirs["brand"], "tea_house", at.theirs["address"]
    )


class TestMoney:
    """Keys, bills and refunds."""

    async def test_a_key_counts_for_ever(self, at: Street, clock: Clock) -> None:
        """AB-016: a year later, after every sweep, the same key is the same transfer."""
        body = {"receiver_id": at.bob.id, "amount_minor": 500, "currency": "CNY", "pin": PIN}
        first = await at.ann.put("/api/v1/wallet/transfers/rent-2027", body)
        await accept(at.bob, first[1]["transfer_id"])
        before = await balance(at.bob)
        clock.forward(365 * DAY_MS)
        for sweep in all_sweeps():
            await at.deps.db.write(sweep, now_ms=clock.at_ms)
        body_of_session = {"handle": "ann", "password": "lane of small shops"}
        await at.ann.client.post("/api/v1/session", json=body_of_session)
        page = await at.ann.get("/wallet")
        at.ann.csrf = re.findall(r'name="csrf" content="([^"]+)"', page)[0]

        again = await at.ann.put("/api/v1/wallet/transfers/rent-2027", body)

        assert (201, 201) == (first[0], again[0])
        assert first[1]["transfer_id"] == again[1]["transfer_id"]
        lines = await at.deps.db.read(make.wallet.balance, at.bob.id, CNY)
        assert before[1] == lines.available_minor

    async def test_a_form_without_its_key_moves_nothing(self, at: Street) -> None:
        """AB-017: a top-up, a withdrawal and a transfer need the key of their form."""
        before = await place.dump(at.deps, without=PROOFS)
        form = {"amount": "5", "currency": "CNY", "pin": PIN}
        for path in ("/wallet/top-up", "/wallet/withdraw", "/wallet/send/bob"):
            for key in ({}, {"key": ""}, {"key": "a\r\nSet-Cookie: x=1"}):
                status, page = await at.ann.post(path, **(form | key))
                assert 422 == status, (path, page)

        assert before == await place.dump(at.deps, without=PROOFS)

    async def test_a_bill_is_paid_once_and_for_what_it_says(self, at: Street) -> None:
        """AB-077: two tabs at once; the biller's same number with another amount is refused."""
        bill_id = new_id()
        bill = Bill("2026-10", "R-1", START_MS + DAY_MS)

        async def send_bill(order_id: str, amount_minor: int) -> str:
            made = await at.deps.db.write(
                market.create_bill, order_id, buyer_id=at.ann.id, brand_id=at.theirs["brand"],
                title="Power", money=Money(amount_minor, CNY), bill=bill, now_ms=START_MS,
            )  # fmt: skip
            return made.id

        await send_bill(bill_id, 8_000)
        with pytest.raises(Exception, match="belongs to another bill"):
            await send_bill(new_id(), 9_500)
        form = {"pin": PIN, "amount_minor": "8000", "address_id": ""}

        answers = await asyncio.gather(
            *(send(at.ann, f"/orders/{bill_id}/pay", form) for _ in range(2))
        )

        assert [200, 200] == [status for status, _ in answers]
        shop = await at.deps.db.read(make.wallet.merchant_balance, at.theirs["brand"], CNY)
        assert 0 < shop.pending_minor <= 8_000
        assert [] == await make.breaks(lane_of(at))

    async def test_no_order_is_paid_back_that_is_not_held(self, at: Street) -> None:
        """AB-049: unpaid, cancelled, paid back, received and closed: each is refused, and why."""
        tea = await at.deps.db.read(market.access_product, at.theirs["product"])
        lane = lane_of(at)
        unpaid, cancelled = [(await make.order(lane, tea)).id for _ in range(2)]
        await at.ann.post(f"/orders/{cancelled}/cancel")
        back = at.theirs["refund_order"]
        await at.zhou.post(f"/m/tea_house/orders/{back}/refund")
        received = (await make.paid_order(lane, tea)).id
        await make.ship(lane, received)
        await at.ann.post(f"/orders/{received}/confirm")
        before = await make.money(lane)

        for order_id in (unpaid, cancelled, back, received):
            status, problem = await at.ann.put(
                f"/api/v1/orders/{order_id}/refunds/{new_id()}", {"reason": "Give it back."}
            )
            assert (409, "/problems/order-state") == (status, problem["type"]), order_id

        assert before == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_one_refund_per_number(self, at: Street) -> None:
        """AB-046: the same number again is the same request; on another order it is refused."""
        path = f"/api/v1/orders/{at.theirs['refund_order']}/refunds/{at.theirs['refund']}"
        status, same = await at.ann.put(path, {"reason": "It never came."})
        elsewhere = f"/api/v1/orders/{at.theirs['order']}/refunds/{at.theirs['refund']}"

        other, problem = await at.ann.put(elsewhere, {"reason": "It never came."})

        assert (201, at.theirs["refund"]) == (status, same["id"])
        assert (422, "/problems/idempotency-key-reused") == (other, problem["type"])

    async def test_orders_without_end_are_stopped(self, at: Street) -> None:
        """AB-085: a script that orders and never pays is told to wait."""
        wish = {
            "brand_id": at.theirs["brand"],
            "lines": [{"product_id": at.theirs["product"]}],
        }
        statuses = [
            (await at.bob.put(f"/api/v1/orders/{new_id()}", wish))[0] for _ in range(61)
        ]  # fmt: skip

        assert [201] * 60 + [429] == statuses

    async def test_words_of_a_transfer(self, at: Street) -> None:
        """AB-085: a note has 100 characters; what turns it around or ends a line is taken out."""
        body = {"receiver_id": at.bob.id, "amount_minor": 5, "currency": "CNY", "pin": PIN}
        path = "/api/v1/wallet/transfers/"
        long, _ = await at.ann.put(f"{path}note-0001", body | {"memo": "x" * 101})
        huge, _ = await at.ann.put(f"{path}note-0002", body | {"memo": "x" * 1_000_000})
        memo = "=cmd|' /C calc'!A0 \u202e<b>\u200b\0;DROP TABLE"
        _, sent = await at.ann.put(f"{path}note-0003", body | {"memo": memo})
        await accept(at.bob, sent["transfer_id"])

        _, shown = await at.bob.json(f"/api/v1/wallet/transfers/{sent['transfer_id']}")
        page = await at.bob.get(f"/wallet/transfers/{sent['transfer_id']}")
        sheet = await at.bob.get("/wallet/statement.csv")

        assert (422, 422) == (long, huge)
        assert "=cmd|' /C calc'!A0 <b>\u200b;DROP TABLE" == shown["memo"]
        assert "<b>\u200b;DROP" not in page
        assert "&lt;b&gt;\u200b;DROP TABLE" in page
        assert not re.search(r'(^|,)"?=cmd', sheet, re.MULTILINE)

    async def test_red_packets_without_end_are_stopped(self, at: Street) -> None:
        """AB-085, AB-061: ten a minute, fifty unopened; a wish is cleaned, and no novel."""
        wish = {
            "conversation_id": at.theirs["group"],
            "kind": "lucky",
            "amount_minor": 1,
            "currency": "CNY",
            "share_count": 1,
            "pin": PIN,
        }
        path = "/api/v1/wallet/red-packets/"
        odd = [
            {"greeting": "x" * 41}, {"greeting": "x" * 1_000_000}, {"share_count": 101},
            {"share_count": 2}, {"share_count": -1}, {"amount_minor": 500_001}, {"kind": "all"},
            {"shares": [1]},
        ]  # fmt: skip
        refused = {
            (await at.ann.put(f"{path}odd-{n:05}", wish | change))[0]
            for n, change in enumerate(odd)
        }
        statuses = [
            (await at.ann.put(f"{path}packet-{n:04}", wish))[0] for n in range(10)
        ]  # fmt: skip

        # One was sent when the street was built.
        assert [201] * 9 + [429] == statuses
        assert {422} == refused

    async def test_words_of_a_request_and_of_a_packet(self, at: Street) -> None:
        """AB-085: what turns text around is taken out, markup stays text."""
        memo = "\u202etea\u2066 <b>\0"
        _, asked = await at.bob.put(
            "/api/v1/wallet/requests/words-001",
            {"payer_id": at.ann.id, "amount_minor": 5, "currency": "CNY", "memo": memo},
        )
        _, packet = await at.zhou.put(
            "/api/v1/wallet/red-packets/words-002",
            {"conversation_id": at.theirs["group"], "kind": "lucky", "amount_minor": 5,
             "currency": "CNY", "share_count": 2, "pin": PIN, "greeting": memo},
        )  # fmt: skip
        assert "tea <b>" == asked["memo"] == packet.get("greeting", asked["memo"])
        for path in (f"/wallet/requests/{asked['request_id']}", f"/chats/{at.theirs['group']}"):
            assert "tea <b>" not in await at.ann.get(path)


class TestShop:
    """What a stranger does to a shop's own tries."""

    async def test_strangers_use_up_no_tries_at_a_code(self, at: Street) -> None:
        """Eve guesses thirty times; the shop, which has ten a minute, still has all of them."""
        tea = await make.product(
            lane_of(at), sku="PICK-UP", kind=Kind.PICKUP, name="Tea to collect"
        )  # fmt: skip
        order = await make.paid_order(lane_of(at), tea)
        await at.zhou.post(f"/m/tea_house/orders/{order.id}/ready")
        path = f"/m/tea_house/orders/{order.id}/collect"
        for _ in range(30):
            status, _ = await at.eve.post(path, code="000000")
            assert 404 == status

        status, _ = await at.zhou.post(path, code=order.pickup_code)

        assert 303 == status


class TestRequests:
    """Bodies and files."""

    async def test_a_body_of_40_megabytes(self, app: Quart) -> None:
        """ID-26: refused by its length, with a documented problem."""
        answer = await app.test_client().post(
            "/api/v1/session", data=b"x" * 40 * 2**20, headers={"Content-Type": "application/json"}
        )

        assert 413 == answer.status_code
        assert "/problems/too-large" in await answer.get_data(as_text=True)

    async def test_names_of_files_mean_nothing(self, at: Street) -> None:
        """FD-09: a picture is kept under the digest of what it shows, whatever it was called."""
        odd = ["../../../etc/passwd", "a\0b.png", "x" * 4096, "con.jpg", "\u202egnp.exe", "a.svg"]
        for name in odd:
            picture = FileStorage(io.BytesIO(ICON), filename=name, content_type="image/png")
            answer = await at.ann.client.post(
                "/me/profile", form={"csrf": at.ann.csrf, "name": "Ann", "about": ""},
                files={"avatar": picture},
            )  # fmt: skip
            assert 303 == answer.status_code, name

        kept = [p.name for p in (at.deps.settings.data_dir / "media").rglob("*") if p.is_file()]
        assert kept
        assert all(re.fullmatch(r"[0-9a-f]{32}(-\d+)?\.webp", one) for one in kept)

    async def test_what_a_person_sends_has_no_time_of_its_own(self, at: Street) -> None:
        """CH-26: a message is where the host's clock put it; another time cannot be sent."""
        path = f"/api/v1/conversations/{at.theirs['chat']}/messages"
        refused, _ = await at.ann.put(f"{path}/t-1", {"text": "Hi", "sent_at_ms": 0})
        status, sent = await at.ann.put(f"{path}/t-2", {"text": "Hi"})

        assert (422, 201) == (refused, status)
        assert START_MS == sent["sent_at_ms"]

    async def test_pages_of_a_chat_have_a_size(self, at: Street) -> None:
        """CH-30: an odd limit is refused or brought into bounds."""
        for limit in ("-1", "0", "1000000000", "1e3", "%D9%A3"):
            status, page = await at.ann.json(
                f"/api/v1/conversations/{at.theirs['chat']}/messages?limit={limit}"
            )
            assert status == 422 or len(page["messages"]) <= 100, limit

    async def test_no_address_leads_away(self, at: Street) -> None:
        """Where a form goes on to is a page of this host."""
        address = {"recipient": "A", "phone": "123456", "place": "Lane 1"}
        forms = [
            ("/lang", {"lang": "en"}),
            ("/wallet/pin", {"new": "820461", "again": "820461", "current": PIN}),
            ("/addresses", address),
            ("/wallet/top-up", {"amount": "5", "currency": "CNY"}),
        ]
        for to in ELSEWHERE:
            keys = {"key": new_id(), "address_id": new_id()}
            for path, form in forms[0:1] + forms[2:]:
                status, location = await at.ann.post(path, next=to, **(form | keys))
                assert 303 == status, (path, location)
                assert re.match(r"/[a-z]*[?/a-z0-9=_-]*$", location), (path, location)
                assert "evil" not in location
            for path in ("/sign-in", "/register", "/wallet/pin", "/addresses/new"):
                answer = await at.ann.client.get(path, query_string={"next": to})
                assert "evil" not in await answer.get_data(as_text=True)
        path, form = forms[1]
        status, location = await at.ann.post(path, next=ELSEWHERE[0], **form)
        assert (303, "/wallet") == (status, location)


class TestOutbox:
    """What is told later."""

    async def test_nobody_is_told_twice(self, at: Street) -> None:
        """FD-15: the receipt in the chat comes once, however often its event is delivered."""
        await deliver(at.deps)
        before = await place.dump(at.deps)
        await at.deps.db.write(
            lambda tx: tx.run("UPDATE core_outbox SET delivered_at_ms = NULL, attempt_count = 0")
        )
        await deliver(at.deps)

        after = await place.dump(at.deps)
        quiet = ("core_outbox", "core_live_event", "core_live_counter", "core_rate")
        assert [] == [t for t in before if t not in quiet and before[t] != after[t]]
