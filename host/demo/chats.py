"""What the people of the demo lane have said to each other."""

from host.chat import service as chat
from host.core.ids import derived_id
from host.demo.story import Lane

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
    """Let everybody say what they said."""
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
