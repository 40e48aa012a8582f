"""Ann, Bob and a tea house with everything that can be theirs; and Eve, who knows every id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quart import Quart
from quart.typing import TestClientProtocol as Client
from werkzeug.datastructures import Headers

from host.bills import service as bills
from host.brands import service as brands
from host.bridge import repository_messages
from host.bridge import service as bridge
from host.bridge.model import Ask, AskStatus, SentMessage, Share
from host.chat import service as chat
from host.codes import service as codes
from host.contacts import service as contacts
from host.core.db import Tx
from host.core.deps import Deps
from host.core.ids import new_id
from host.core.money import Currency, Money
from host.feed import service as feed
from host.feed.model import Audience
from host.identity import service as identity
from host.market import service as market
from host.programs import service as programs
from host.programs.incident import Incident
from host.review import service as review
from host.settlement import service as settlement
from host.settlement.model import DAY_MS
from host.settlement.repository.items import find_batches
from host.settlement.split_model import Receiver, ReceiverKind
from host.treasury import repository as treasury_repository
from host.treasury import service as treasury
from host.treasury.model import Adjustment, Break, BreakKind
from host.wallet import service as wallet
from tests.abuse.safety import make_safe
from tests.abuse.street_payments import put_payment
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane
from tests.market.people import HOME
from tests.programs.packages import APP_ID, make_checked
from tests.settlement.make import pay_in
from tests.wallet.make import CNY
from tests.wallet.people import PIN, Person, register

Ids = dict[str, str]


@dataclass(frozen=True)
class Street:
    """Who is there, what is theirs, and what is Eve's own."""

    deps: Deps
    ann: Person
    bob: Person
    zhou: Person
    grace: Person
    eve: Person
    theirs: Ids
    own: Ids


async def build(app: Quart, deps: Deps) -> Street:
    """Return a street on which every kind of object belongs to somebody."""
    ann, bob, zhou, grace, eve = [
        await register(app, handle) for handle in ("ann", "bob", "zhou", "grace", "eve")
    ]
    await ann.put("/api/v1/wallet/top-ups/opening-1", {"amount_minor": 100_000, "currency": "CNY"})
    await ann.put("/api/v1/wallet/pin", {"pin": PIN})
    await zhou.post("/brands", handle="tea_house", name="Tea House", description="Leaves")
    await eve.post("/brands", handle="eve_shop", name="Eve's Shop", description="")
    theirs = {"person": ann.id, "handle": "ann", "brand_handle": "tea_house"}
    own = {"person": eve.id, "handle": "eve", "brand_handle": "eve_shop"}
    for person, ids in ((zhou, theirs), (eve, own)):
        mine = await deps.db.read(brands.find_brands_of_person, person.id)
        ids["brand"] = mine[0].id
    theirs |= await _goods(deps, ann, zhou, theirs["brand"])
    own |= await _goods(deps, None, eve, own["brand"])
    theirs |= await deps.db.write(_talk, ann.id, bob.id, zhou.id)
    theirs |= await deps.db.write(_programs, ann.id, zhou.id, grace.id, theirs["brand"])
    theirs |= await _money(ann, bob, theirs["group"])
    theirs |= await deps.db.write(_till, ann.id, zhou.id, theirs["brand"])
    theirs |= await deps.db.write(put_payment, ann.id, zhou.id, theirs["brand"])
    theirs |= await deps.db.write(_earned, ann.id, bob.id, theirs["brand"])
    theirs |= await deps.db.write(_bills, ann.id, zhou.id, theirs["brand"])
    theirs |= await deps.db.write(_quote, ann.id)
    theirs |= await _paid_bill(ann, theirs["bill"])
    theirs |= await deps.db.write(_treasury, grace.id)
    theirs |= await deps.db.write(make_safe, ann.id)
    theirs["session"] = (await deps.db.read(identity.find_devices, ann.id, now_ms=START_MS))[0].id
    return Street(deps, ann, bob, zhou, grace, eve, theirs, own)


async def _goods(deps: Deps, buyer: Person | None, seller: Person, brand_id: str) -> Ids:
    at = Lane(deps.db, buyer.id if buyer else "", seller.id, brand_id, "", "")
    product = await make.product(at, sku=f"TEA-{seller.id[-6:]}")
    ids = {"product": product.id}
    if buyer is not None:
        ids["address"] = new_id()
        status, _ = await buyer.put(f"/api/v1/addresses/{ids['address']}", HOME)
        assert 201 == status
        at = Lane(deps.db, buyer.id, seller.id, brand_id, "", ids["address"])
        ids["unpaid"] = (await make.order(at, product)).id
        paid = await make.paid_order(at, product)
        ids["order"] = paid.id
        asked = await make.paid_order(at, product)
        ids["refund"] = new_id()
        await deps.db.write(
            market.ask_refund, ids["refund"], order_id=asked.id, actor_id=buyer.id,
            reason="It never came.", now_ms=START_MS,
        )  # fmt: skip
        ids["refund_order"] = asked.id
        ids |= {"disputed": (await make.paid_order(at, product)).id, "position": "0"}
        ids["dispute"] = new_id()
        await deps.db.write(
            market.open_dispute, ids["dispute"], order_id=ids["disputed"], actor_id=buyer.id,
            reason="It never came.", now_ms=START_MS,
        )  # fmt: skip
        ids |= await deps.db.write(_letters, buyer.id, brand_id)
    return ids


async def _money(ann: Person, bob: Person, group_id: str) -> Ids:
    await bob.put("/api/v1/wallet/receiving", {"automatic": True})
    _, sent = await ann.put(
        "/api/v1/wallet/transfers/rent-2026",
        {"receiver_id": bob.id, "amount_minor": 500, "currency": "CNY", "pin": PIN},
    )
    _, operation = await ann.put(
        "/api/v1/wallet/top-ups/opening-2", {"amount_minor": 100, "currency": "CNY"}
    )
    await bob.put("/api/v1/wallet/receiving", {"automatic": False})
    _, waits = await ann.put(
        "/api/v1/wallet/transfers/rent-2025",
        {"receiver_id": bob.id, "amount_minor": 500, "currency": "CNY", "pin": PIN},
    )
    _, packet = await ann.put(
        "/api/v1/wallet/red-packets/luck-2026",
        {"conversation_id": group_id, "kind": "lucky", "amount_minor": 300, "currency": "CNY",
         "share_count": 3, "pin": PIN},
    )  # fmt: skip
    _, asked = await ann.put(
        "/api/v1/wallet/requests/tea-2026",
        {"payer_id": bob.id, "amount_minor": 700, "currency": "CNY"},
    )
    _, split = await ann.put(
        "/api/v1/wallet/splits/bill-2026",
        {"conversation_id": group_id, "currency": "CNY",
         "shares": [{"person_id": bob.id, "amount_minor": 700}]},
    )  # fmt: skip
    return {
        "asked": asked["request_id"],
        "bill_split": split["request_id"],
        "packet": packet["packet_id"],
        "transfer": sent["transfer_id"],
        "offer": waits["transfer_id"],
        "operation": operation["operation_id"],
    }


def _earned(tx: Tx, ann: str, bob: str, brand_id: str) -> Ids:
    """The tea house has earned, it was settled, and Bob got a part of it."""
    kind = "earned-2026"
    pay_in(tx, "trade-2026", 1_000, brand_id=brand_id, payer_id=ann, source_kind=kind)
    split = settlement.split_earning(
        tx, request_id="split-2026", brand_id=brand_id, actor_id=ann, source_kind=kind,
        source_id="trade-2026", receivers=[Receiver(ReceiverKind.PERSON, bob, 10)],
        now_ms=START_MS,
    )  # fmt: skip
    settlement.sweep(tx, now_ms=START_MS + DAY_MS)
    batch = find_batches(tx, brand_id, limit=1)[0]
    return {"earning_kind": kind, "earning": "trade-2026", "split": split.id,
            "batch": batch.id, "file_kind": "fund-flow", "day": "2026-11-19"}  # fmt: skip


def _talk(tx: Tx, ann: str, bob: str, zhou: str) -> Ids:
    contacts.make_contacts(tx, ann, bob, START_MS)
    contacts.make_contacts(tx, ann, zhou, START_MS)
    direct = chat.find_or_create_direct(tx, ann, bob, START_MS)
    chat.send_message(
        tx, direct.id, sender_id=ann, client_id="hello-1", text="Between us.", now_ms=START_MS
    )
    group = chat.create_group(
        tx, new_id(), owner_id=ann, title="Tea", member_ids=[bob, zhou], now_ms=START_MS
    )
    post = feed.create_post(
        tx, new_id(), author_id=ann, text="For friends.", audience=Audience.FRIENDS, pictures=[],
        card=None, loaders={}, now_ms=START_MS,
    )  # fmt: skip
    comment = feed.post_comment(
        tx, new_id(), post_id=post.id, actor_id=bob, text="Nice.", now_ms=START_MS
    )
    contacts.ask(tx, "bob", actor_id=zhou, hello="", now_ms=START_MS)
    request = contacts.find_waiting(tx, actor_id=bob)[0]
    return {
        "chat": direct.id, "group": group.id, "post": post.id, "comment": comment.id,
        "request": request.request.id, "message": "hello-1", "seq": "1",
    }  # fmt: skip


def _till(tx: Tx, payer: str, seller: str, brand_id: str) -> Ids:
    """Let a till ask a person for money, and show a code of one sale."""
    money = Money(2_800, Currency("CNY"))
    code = codes.make_pay_code(tx, payer, now_ms=START_MS)
    charge = codes.charge_code(
        tx, new_id(), brand_id=brand_id, actor_id=seller, number=code.number, money=money,
        memo="Tea", now_ms=START_MS,
    )  # fmt: skip
    sale = codes.make_sale_link(
        tx, new_id(), brand_id=brand_id, actor_id=seller, money=money, memo="", now_ms=START_MS
    )
    return {"charge": charge.id, "sale_token": sale.token}


def _quote(tx: Tx, person_id: str) -> Ids:
    rate = wallet.Rate(Currency("CNY"), Currency("USD"), 10, 71)
    quote = wallet.quote_exchange(
        tx, new_id(), person_id=person_id, sell=Money(710, Currency("CNY")), rate=rate,
        fee_bps=50, now_ms=START_MS,
    )  # fmt: skip
    return {"quote": quote.id}


def _bills(tx: Tx, payer: str, seller: str, brand_id: str) -> Ids:
    """Let a brand send a bill to a person."""
    bills.put_biller(
        tx, brand_id, category=bills.Category.WATER, region="Here", account_label="Meter",
        now_ms=START_MS,
    )  # fmt: skip
    push = bills.BillPush("2026-10", "M-1", "Water", Money(8_000, Currency("CNY")), START_MS)
    bill = bills.push_bill(tx, brand_id, actor_id=seller, push=push, now_ms=START_MS)
    account = bills.link_account(
        tx, payer, handle="tea_house", account_number="M-1", label="", now_ms=START_MS
    )
    return {"bill": bill.id, "bill_account": account.id}


async def _paid_bill(payer: Person, bill_id: str) -> Ids:
    body = {"version": 1, "amount_minor": 8_000, "pin": PIN}
    _, paid = await payer.put(f"/api/v1/bills/{bill_id}/payments/bill-2026", body)
    return {"bill_payment": paid["payment_id"]}


def _letters(tx: Tx, person_id: str, brand_id: str) -> Ids:
    """Let a person write to a brand, and let them have got a service message."""
    inbox = chat.find_or_create_brand(tx, person_id, brand_id=brand_id, now_ms=START_MS)
    chat.send_message(
        tx, inbox.id, sender_id=person_id, client_id="inbox-1", text="Hello?", now_ms=START_MS
    )
    message = SentMessage(new_id(), person_id, "lane.some", "fresh", "order:1", "", {}, START_MS)
    repository_messages.insert_message(tx, message)
    return {"brand_chat": inbox.id, "service_message": message.id}


def _programs(tx: Tx, ann: str, zhou: str, grace: str, brand_id: str) -> Ids:
    version = programs.store_version(tx, make_checked(1), brand_id=brand_id, now_ms=START_MS)
    programs.submit_version(tx, version.id, actor_id=zhou, now_ms=START_MS)
    submission_id = new_id()
    review.receive_submission(
        tx, submission_id, version_id=version.id, program_id=APP_ID, brand_id=brand_id,
        submitted_by=zhou, now_ms=START_MS,
    )  # fmt: skip
    identity.make_admin(tx, "grace", now_ms=START_MS)
    ask = Ask(
        new_id(), ann, APP_ID, version.id, new_id(), "identity.profile", "then", {}, "",
        AskStatus.OPEN, {}, 0, START_MS,
    )  # fmt: skip
    bridge.open_asks(tx, [ask])
    share = bridge.put_share(
        tx,
        Share(new_id(), APP_ID, ann, "pages/home/home", {}, "A tea", "", None, "t", START_MS),
    )
    incident = Incident(new_id(), version.id, "sigsys", "fork", START_MS)
    programs.note_incident(tx, incident)
    key = brands.create_key(
        tx, brand_id, actor_id=zhou, label="laptop", secret_hash="none", now_ms=START_MS
    )
    programs.put_secret(
        tx, APP_ID, actor_id=zhou, name="PAY_KEY", host="pay.example", value="Bearer abc",
        secret_key="0" * 64, now_ms=START_MS,
    )  # fmt: skip
    return {
        "secret": "PAY_KEY", "program": APP_ID, "version": version.id, "ask": ask.id,
        "share": share.id, "incident": incident.id, "submission": submission_id, "key": key.id,
        "digest": version.digest,
    }  # fmt: skip


def _treasury(tx: Tx, grace: str) -> Ids:
    found = Break(
        new_id(), "sandbox", BreakKind.MISSING, None, "", 100, 0, CNY, "in 100 CNY", START_MS
    )
    treasury_repository.insert_break(tx, found)
    made = Adjustment(
        new_id(), "@ann", "@bob", Money(1, CNY), "It was Bob's.", None, grace, START_MS
    )
    treasury.propose_adjustment(tx, made)
    return {"break": found.id, "adjustment": made.id}


def missing(theirs: Ids) -> Ids:
    """Return ids of the same form that name nothing."""
    named = {
        "act",
        "person",
        "handle",
        "brand_handle",
        "program",
        "message",
        "seq",
        "digest",
        "secret",
    }
    found = {thing: new_id() for thing in theirs if thing not in named}
    return found | {
        "act": "close",
        "person": new_id(), "handle": "nobody", "brand_handle": "no_house", "program": "no.such",
        "message": "no-such", "secret": "NO_KEY", "seq": "999", "digest": "0" * 64,
    }  # fmt: skip


async def upload_token(app: Quart, merchant: Person, handle: str) -> str:
    """Return the access token of a merchant's machine."""
    _, page = await merchant.post(f"/m/{handle}/keys", label="laptop")
    found = re.search(r"HUTONG_UPLOAD_KEY=(\S+)", page)
    assert found is not None
    answer = await app.test_client().post("/api/v1/tokens", json={"upload_key": found[1]})
    return str((await answer.get_json())["access_token"])


async def request(
    client: Client, method: str, path: str, *, csrf: str, form: Any = None, json: Any = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Headers, str]:  # fmt: skip
    """Send any request as a script of a page would; return status, headers and text."""
    sent: dict[str, Any] = {"headers": {"X-Fragment": "1", "X-CSRF": csrf} | (headers or {})}
    if json is not None:
        sent["json"] = json
    elif method == "POST":
        sent["form"] = {"csrf": csrf, **(form or {})}
    answer = await client.open(path, method=method, **sent)
    return answer.status_code, answer.headers, (await answer.get_data()).decode(errors="replace")


async def dump(deps: Deps, *, without: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return every row of every table, to see that nothing was changed."""

    def read(tx: Tx) -> dict[str, list[str]]:
        names = [
            row["name"]
            for row in tx.rows(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {
            name: sorted(str(dict(row)) for row in tx.rows(f"SELECT * FROM {name}"))  # noqa: S608  (its own names)
            for name in names
            if name not in without
        }

    return await deps.db.read(read)
