"""What the people of the demo lane have said to each other, and bought because of it."""

from host.chat import service as chat
from host.core.ids import derived_id
from host.demo.story import Lane
from host.market import service as market
from host.market.model import LineAsk, Order
from host.wallet import service as wallet

# (who, to whom, minutes ago, text, product shown)
Line = tuple[str, int, str, str | None]

DIRECT: tuple[tuple[str, str, tuple[Line, ...]], ...] = (
    ("mei", "jonas", (
        ("jonas", 2 * 1440 + 190, "The bell you ordered has come. Brass, very loud.", None),
        ("mei", 2 * 1440 + 180, "Perfect. The lane will hear me coming.", None),
        ("jonas", 1440 + 65, "What was the tea you had on the table on Sunday?", None),
        ("mei", 1440 + 60, "This one. The first picking of this year.", None),
        ("mei", 1440 + 59, "", "longjing-50"),
        ("jonas", 1440 + 40, "Ordered. My mother will ask where I learned taste.", None),
        ("jonas", 34, "It is on its way already. Noodles at one?", None),
    )),
    ("mei", "xiaowei", (
        ("xiaowei", 1440 + 320, "明天去看展吗？", None),
        ("mei", 1440 + 300, "Yes! Ten o'clock, at the gate with the lion that lost an ear.", None),
        ("xiaowei", 95, "我画了那只狮子，晚点发给你看。", None),
    )),
    ("mei", "sofia", (
        ("sofia", 3 * 1440 + 20, "I should not look at teapots.", None),
        ("sofia", 3 * 1440 + 19, "", "teapot-zisha"),
        ("mei", 3 * 1440 + 8, "You have eleven.", None),
        ("sofia", 3 * 1440 + 5, "Ten. One is a vase now.", None),
    )),
    ("mei", "amara", (
        ("amara", 400, "On air at six. Say something nice about the lane, I will read it.", None),
        ("mei", 380, "That it is louder than it looks, and kinder.", None),
    )),
    ("jonas", "tom", (
        ("tom", 700, "Rye is back on Friday.", None),
        ("jonas", 640, "Keep two for me.", None),
    )),
    ("bowen", "xiaowei", (
        ("bowen", 900, "周末山上见？", None),
        ("xiaowei", 860, "好，我带茶。", None),
    )),
)  # fmt: skip

GROUP = ("Lane 12 · 十二号院", "mei", ("jonas", "xiaowei", "sofia", "dalin", "yuki"), (
    ("dalin", 2 * 1440, "院里的石榴熟了，谁要谁来摘。", None),
    ("yuki", 2 * 1440 - 12, "I bring bowls, still warm from the kiln.", None),
    ("mei", 2 * 1440 - 30, "And I bring tea.", None),
    ("sofia", 160, "The noodle bar has the red ones again.", None),
    ("sofia", 159, "", "chili-noodles"),
    ("jonas", 20, "One o'clock. I hold the table.", None),
))  # fmt: skip

# What Mei has not read yet.
UNREAD = (GROUP[0], "陈小薇")


async def talk(lane: Lane) -> None:
    """Let everybody say what they said, and buy what they bought."""
    db = lane.deps.db
    for a, b, lines in DIRECT:
        made = await db.write(
            chat.find_or_create_direct, lane.people[a], lane.people[b], lane.at(days=6)
        )
        await _say(lane, made.id, lines)
    title, owner, members, lines = GROUP
    group = await db.write(
        chat.create_group,
        derived_id("demo-group", title),
        owner_id=lane.people[owner],
        title=title,
        member_ids=[lane.people[m] for m in members],
        now_ms=lane.at(days=5),
    )
    await _say(lane, group.id, lines)
    await _buy_things(lane)


async def read_everything(lane: Lane) -> None:
    """Let everybody read all that has been said."""
    for person_id in lane.people.values():
        await _read(lane, person_id, skip=())


async def read_most(lane: Lane) -> None:
    """Let everybody read up to now, and leave Mei a little to come back to."""
    for handle, person_id in lane.people.items():
        await _read(lane, person_id, skip=UNREAD if handle == "mei" else ())


async def _read(lane: Lane, person_id: str, *, skip: tuple[str, ...]) -> None:
    shown = await lane.deps.db.read(
        chat.list_conversations, actor_id=person_id, loaders=lane.loaders
    )
    for each in shown:
        if each.unread_count and each.face.name not in skip:
            await lane.deps.db.write(
                chat.mark_read,
                each.id,
                actor_id=person_id,
                seq=each.last_seq,
                now_ms=lane.at(minutes=15),
            )


async def _say(lane: Lane, conversation_id: str, lines: tuple[Line, ...]) -> None:
    for who, minutes, text, sku in lines:
        lane.message_count += 1
        await lane.deps.db.write(
            chat.post_message,
            conversation_id,
            sender_id=lane.people[who],
            client_id=derived_id("demo-message", str(lane.message_count)),
            text=text,
            card=("product", lane.products[sku]) if sku else None,
            loaders=lane.loaders,
            now_ms=lane.at(minutes=minutes),
        )


async def _buy_things(lane: Lane) -> None:
    """One order done, one parcel on its way, one to pack, a bowl to pick up, a bill due."""
    db, tea_owner = lane.deps.db, lane.people["wenqing"]
    done = await _buy(lane, "mei", "jasmine-100", 1, days=5)
    await db.write(
        market.ship_order, done.id, actor_id=tea_owner, carrier="SF Express",
        tracking="SF1029384756", now_ms=lane.at(days=4),
    )  # fmt: skip
    await db.write(
        market.confirm_receipt, done.id, actor_id=lane.people["mei"], now_ms=lane.at(days=2)
    )
    coming = await _buy(lane, "jonas", "longjing-50", 1, days=1)
    await db.write(
        market.ship_order, coming.id, actor_id=tea_owner, carrier="SF Express",
        tracking="SF1029384790", now_ms=lane.at(hours=3),
    )  # fmt: skip
    await _buy(lane, "sofia", "celadon-cup", 2, days=0, hours=5)
    mine = await _buy(lane, "mei", "gift-spring", 1, days=1, hours=2)
    await db.write(
        market.ship_order, mine.id, actor_id=tea_owner, carrier="SF Express",
        tracking="SF1029384812", now_ms=lane.at(hours=4),
    )  # fmt: skip
    await _buy(lane, "dalin", "beef-noodles", 2, days=0, hours=1)


async def _buy(lane: Lane, who: str, sku: str, count: int, *, days: int, hours: int = 0) -> Order:
    db, person_id = lane.deps.db, lane.people[who]
    now_ms = lane.at(days=days, hours=hours)
    product = await db.read(market.access_product, lane.products[sku])
    order_id = derived_id("demo-order", who, sku)
    await db.write(
        market.create_order,
        order_id,
        buyer_id=person_id,
        brand_id=product.brand_id,
        lines=[LineAsk(product.id, count)],
        now_ms=now_ms,
    )
    attempt = await db.write(wallet.begin_pin_attempt, person_id, now_ms)
    await db.write(wallet.accept_pin, attempt.id, person_id)
    return await db.write(
        market.pay_order,
        order_id,
        actor_id=person_id,
        pin_attempt_id=attempt.id,
        address_id=derived_id("demo-address", person_id),
        fee_bps=lane.deps.settings.platform_fee_bps,
        now_ms=now_ms + 60_000,
    )
