"""What mini-programs ask for: the gate, and the questions that people answer."""

import pytest

from host.bridge import service
from host.bridge.capabilities import HANDLERS
from host.bridge.channel import close_pages, pages_of
from host.bridge.errors import AskNotFoundError
from host.bridge.gate import open_gate
from host.bridge.model import ASK_TTL_MS
from host.bridge.requests import ConsentNeeded, PageFailedError, Reply
from host.bridge.visit import CallBudget, Visit
from host.core.deps import Deps
from host.core.ids import new_id
from host.core.outbox import deliver_next
from host.market import service as market
from host.subscriptions import all_subscriptions
from runtime.model import CallRefusedError, CallRequest
from sdk.contract import CAPABILITIES
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.conftest import Clock
from tests.market import make
from tests.market.make import Lane


async def settle(deps: Deps) -> None:
    """Deliver every event that waits in the outbox."""
    while await deliver_next(deps.db, all_subscriptions(), now_ms=deps.now_ms()):
        pass


async def allow(ann: Browser, scope: str) -> None:
    """Let the shop use ``scope`` for good."""
    await ann.deps.db.write(
        service.allow, ann.person_id, APP_ID, scope, how="always", now_ms=ann.deps.now_ms()
    )


async def decide(ann: Browser, *, how: str = "", address_id: str = "") -> None:
    """Answer the question whose sheet is open."""
    await ann.deps.db.write(
        service.decide,
        ann.sheets[-1]["ask_id"],
        actor_id=ann.person_id,
        fields={"how": how, "address_id": address_id},
        now_ms=ann.deps.now_ms(),
    )


class TestGate:
    """manifest ∧ grant ∧ consent ∧ rate."""

    def test_every_capability_that_reaches_the_host_is_answered(self) -> None:
        """The table and the bridge name the same calls."""
        sent = {name for name, each in CAPABILITIES.items() if each.is_sent_to_host}

        assert sent == set(HANDLERS)

    async def test_without_consent_nothing_is_done(self, ann: Browser) -> None:
        """A bill needs the person's word."""
        await ann.open()

        await ann.tap("try_call", value="bill")
        before = ann.texts[0]
        await allow(ann, "bills")
        await ann.tap("try_call", value="bill")

        assert (before, ann.texts[0]) == ("declined", "allowed")
        _, accesses, _ = await ann.deps.db.read(
            service.find_permissions, ann.person_id, now_ms=ann.deps.now_ms()
        )
        assert [(a.program_id, a.scope) for a in accesses] == [(APP_ID, "bills")]

    async def test_consent_that_was_taken_back_counts_at_once(self, ann: Browser) -> None:
        """The next call is refused."""
        await ann.open()
        await allow(ann, "bills")
        await ann.deps.db.write(service.revoke, ann.person_id, APP_ID, "bills")

        await ann.tap("try_call", value="bill")

        assert ann.texts[0] == "declined"

    async def test_consent_for_a_visit_ends(self, ann: Browser, clock: Clock) -> None:
        """After an hour the shop must ask again."""
        await ann.open()
        now_ms = ann.deps.now_ms()
        await ann.deps.db.write(
            service.allow, ann.person_id, APP_ID, "bills", how="visit", now_ms=now_ms
        )
        await ann.tap("try_call", value="bill")
        during = ann.texts[0]
        clock.forward(61 * 60_000)

        await ann.tap("try_call", value="bill")

        assert (during, ann.texts[0]) == ("allowed", "declined")

    @pytest.mark.parametrize("value", ["order", "big", "often"])
    async def test_refusals_have_the_codes_of_the_contract(self, ann: Browser, value: str) -> None:
        """A stranger's order, a full storage, too many calls."""
        await ann.open()
        await allow(ann, "bills")

        await ann.tap("try_call", value=value)

        expected = {"order": "not-found", "big": "quota-exceeded", "often": "too-many-calls"}
        assert ann.texts[0] == expected[value]

    async def test_a_scope_that_no_admin_granted_is_refused(
        self, running: Deps, lane: Lane
    ) -> None:
        """The manifest alone opens nothing."""
        await shop.publish(running, lane, shop.files())
        ann = Browser(running, lane.buyer_id)
        await ann.open()
        await allow(ann, "bills")

        await ann.tap("try_call", value="bill")

        assert ann.texts[0] == "not-approved"

    @pytest.mark.parametrize(
        ("name", "args", "code"),
        [
            ("wallet.transfer", {}, "unknown-capability"),
            ("nav.to", {"page": "pages/home/home"}, "unknown-capability"),
            ("log.info", {"text": "x"}, "unknown-capability"),
            ("storage.get", {"key": 5}, "bad-argument"),
            ("storage.get", {"key": "a", "person_id": "somebody"}, "bad-argument"),
            ("orders.get", {"id": "x' OR 1=1"}, "bad-argument"),
            ("pay.open", {"order_id": "o1", "then": "__init__"}, "bad-argument"),
            ("products.list", {"after": "%%%"}, "bad-argument"),
        ],
    )
    async def test_a_lying_worker_is_refused(
        self, ann: Browser, name: str, args: dict[str, object], code: str
    ) -> None:
        """What a worker says about itself is not believed."""
        await ann.open()
        page = pages_of(ann.deps)._open[(APP_ID, ann.page_id)]
        visit = Visit(
            ann.deps, page.running, page.store, CallBudget(), ann.person_id, "en", ann.page_id,
            "event", ann.deps.now_ms(),
        )  # fmt: skip

        with pytest.raises(CallRefusedError) as refused:
            await open_gate(visit)(CallRequest("event", 1, name, args))

        assert refused.value.code == code

    async def test_the_person_has_another_id_in_every_program(self, ann: Browser) -> None:
        """The id is stable, and is not the person's."""
        await ann.open()
        await ann.tap("read")
        first = list(ann.texts)
        again = Browser(ann.deps, ann.person_id)
        await again.open()
        await again.tap("read")

        assert first[2] == again.texts[2]
        assert ann.person_id not in first[2]
        assert first[3] == "A1"


class TestAsks:
    """Questions that wait for a person."""

    async def test_an_answer_reaches_the_handler_once(self, ann: Browser) -> None:
        """The person allows it once; the handler learns the name; nothing is kept."""
        await ann.open()
        await ann.tap("who")
        assert [sheet["url"].startswith("/asks/") for sheet in ann.sheets] == [True]

        await decide(ann, how="once")
        await ann.resume()
        n = ann.n
        await ann.resume()

        assert (ann.texts[0], ann.n) == ("True Ann", n)
        consents, accesses, _ = await ann.deps.db.read(
            service.find_permissions, ann.person_id, now_ms=ann.deps.now_ms()
        )
        assert (consents, [a.scope for a in accesses]) == ([], ["profile"])

    async def test_an_answer_survives_a_restart(self, ann: Browser) -> None:
        """What was answered while nobody ran is delivered when the page is opened again."""
        await ann.open()
        await ann.tap("who")
        await decide(ann, how="always")
        await close_pages(ann.deps)

        await ann.resume(-1)

        assert ann.texts[0] == "True Ann"

    async def test_who_has_allowed_it_before_is_not_asked_again(self, ann: Browser) -> None:
        """The answer comes with the tap."""
        await ann.open()
        await allow(ann, "profile")

        await ann.tap("who")

        assert (ann.texts[0], ann.sheets) == ("True Ann", [])

    @pytest.mark.parametrize("how", ["no", "", "forever"])
    async def test_a_declined_question_tells_nothing(self, ann: Browser, how: str) -> None:
        """The handler learns that it was declined."""
        await ann.open()
        await ann.tap("who")

        await decide(ann, how=how)
        await ann.resume()

        assert ann.texts[0] == "False None"

    async def test_a_sheet_that_is_put_away_is_an_answer(self, ann: Browser) -> None:
        """Closing declines; closing again changes nothing."""
        await ann.open()
        await ann.tap("who")
        ask_id = ann.sheets[0]["ask_id"]
        for _ in range(2):
            await ann.deps.db.write(
                service.close_ask, ask_id, actor_id=ann.person_id, now_ms=ann.deps.now_ms()
            )

        await ann.resume()

        assert ann.texts[0] == "False None"

    async def test_a_question_that_nobody_answers_ends(self, ann: Browser, clock: Clock) -> None:
        """A page does not wait for ever."""
        await ann.open()
        await ann.tap("who")
        clock.forward(ASK_TTL_MS + 1000)

        await ann.deps.db.write(service.sweep, now_ms=ann.deps.now_ms())
        await ann.resume()

        assert ann.texts[0] == "False None"

    async def test_a_reload_shows_the_open_question_again(self, ann: Browser) -> None:
        """The sheet that was lost is opened again."""
        await ann.open()
        await ann.tap("who")

        reply = await ann.resume(-1)

        assert [sheet["ask_id"] for sheet in reply.sheets] == [ann.sheets[0]["ask_id"]]

    async def test_a_failed_handler_has_asked_nothing(self, ann: Browser) -> None:
        """A question belongs to its event: all or nothing."""
        await ann.open()
        with pytest.raises(PageFailedError):
            await ann.tap("ask_then_fail")

        reply = await ann.resume(-1)

        assert reply.sheets == []

    async def test_an_address_is_the_one_that_was_chosen(self, ann: Browser, lane: Lane) -> None:
        """The program learns one address, as it is written."""
        await ann.open()
        await ann.tap("where")

        await decide(ann, address_id=lane.address_id)
        await ann.resume()

        assert ann.texts[0] == "True 12 Lane of Wells, Beijing"

    async def test_a_strangers_question_looks_like_a_missing_one(self, ann: Browser) -> None:
        """Neither can be answered or closed."""
        await ann.open()
        await ann.tap("who")
        bob = await ann.deps.db.write(make.put_person, "bob")
        words = set()
        for ask_id in (ann.sheets[0]["ask_id"], new_id()):
            with pytest.raises(AskNotFoundError) as refused:
                await ann.deps.db.write(
                    service.decide, ask_id, actor_id=bob, fields={"how": "always"}, now_ms=1
                )
            words.add(str(refused.value))
            with pytest.raises(AskNotFoundError) as refused:
                await ann.deps.db.write(service.close_ask, ask_id, actor_id=bob, now_ms=1)
            words.add(str(refused.value))

        assert len(words) == 1

    async def test_an_answer_whose_handler_fails_is_dropped_in_the_end(self, ann: Browser) -> None:
        """The page can be used again; the merchant's log says why."""
        await ann.open()
        await ann.tap("bad_answer")
        await decide(ann, how="once")
        for _ in range(5):
            with pytest.raises(PageFailedError):
                await ann.resume()

        await ann.resume()
        await ann.tap("add")

        assert ann.texts[1] == "1"


class TestPaying:
    """The order, the host's sheet, the answer."""

    async def test_a_paid_order_reaches_the_handler(self, ann: Browser, lane: Lane) -> None:
        """The sheet is the market's; the handler learns that it was paid, and goes on."""
        await ann.open()
        await ann.tap("buy")
        order_id = ann.sheets[0]["url"].split("/")[2]
        order = await ann.deps.db.read(market.access_order, order_id, actor_id=ann.person_id)
        assert (order.total_minor, order.source) == (25600, f"program:{APP_ID}")

        await make.pay(lane, order.id)
        await settle(ann.deps)
        await ann.resume()

        assert ann.texts[0] == "paid True paid"
        assert ann.effects[-1]["name"] == "nav.redirect"
        assert ann.effects[-1]["args"]["query"] == {"id": order_id}

    async def test_putting_the_payment_sheet_away_is_not_paying(self, ann: Browser) -> None:
        """The handler learns that it was not paid."""
        await ann.open()
        await ann.tap("buy")
        ask_id = ann.sheets[0]["ask_id"]
        await ann.deps.db.write(
            service.close_ask, ask_id, actor_id=ann.person_id, now_ms=ann.deps.now_ms()
        )

        await ann.resume()

        assert ann.texts[0] == "paid False created"

    async def test_a_tap_that_is_sent_again_makes_one_order(self, ann: Browser) -> None:
        """The order's id follows from the event."""
        await ann.open()
        event_id = new_id()

        await ann.tap("buy", event_id)
        pages = pages_of(ann.deps)
        # The worst case: the event ran, and what it left in the program's database was lost.
        page = pages._open[(APP_ID, ann.page_id)]
        await page.store._write([("DELETE FROM event", ()), ("UPDATE page SET n = 1", ())])
        await close_pages(ann.deps)
        await ann.resume(-1)
        await ann.tap("buy", event_id)

        orders = await ann.deps.db.read(market.list_orders, ann.person_id)
        assert len(orders) == 1


class TestRequired:
    """Permissions that a program cannot do without."""

    async def test_a_required_permission_is_asked_before_it_opens(
        self, running: Deps, lane: Lane
    ) -> None:
        """Nothing runs before the person has decided."""
        package = shop.files(required=True)
        await shop.publish(running, lane, package, scopes=("bills",))
        ann = Browser(running, lane.buyer_id)

        asked = await ann.open()
        await allow(ann, "bills")
        opened = await ann.open()

        assert asked == ConsentNeeded(ann.page_id, f"/p/{APP_ID}/-/consent")
        assert isinstance(opened, Reply)
