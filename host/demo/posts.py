"""What the people of the demo lane have shown each other."""

from dataclasses import dataclass

from host.core.ids import derived_id
from host.demo.paint import HEIGHT, WIDTH
from host.demo.story import Lane
from host.feed import service as feed
from host.feed.model import Audience, Picture


@dataclass(frozen=True, slots=True)
class Shown:
    """One post: who, how many minutes ago, what, with which picture and product."""

    who: str
    minutes: int
    text: str
    picture: str
    alt: str
    sku: str | None = None
    likes: tuple[str, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()


POSTS = (
    Shown("mei", 2 * 1440, "First Longjing of the year. It tastes of the week it rained.", "cup",
          "A celadon cup of green tea on a wooden table", "longjing-50",
          ("jonas", "sofia", "amara", "yuki", "bowen"),
          (("jonas", "Is this the one from Sunday?"), ("mei", "The very one."))),
    Shown("xiaowei", 1440 + 500, "清晨六点的胡同，只有卖豆浆的醒着。", "lane-morning",
          "清晨的胡同，灰墙和红灯笼", "soy-milk", ("mei", "bowen", "haoran"),
          (("bowen", "画下来吧。"),)),
    Shown("priya", 1440 + 200, "My spice tolerance: improving. My shirt: not.", "chili-noodles",
          "A bowl of red Chongqing noodles", "chili-noodles", ("jonas", "haoran", "mei"),
          (("haoran", "围裙是有原因的。"), ("priya", "Noted, noted."))),
    Shown("dalin", 1440 + 90, "它又占了我的棋盘。", "cat", "一只橘猫躺在木桌上", None,
          ("mei", "laoma"), ()),
    Shown("yuki", 1200, "Thirty cups out of the kiln, four kept their colour. These are the"
          " cousins.", "red-cup", "A white cup of dark red tea", "celadon-cup",
          ("mei", "sofia"), (("sofia", "I said no more teapots. Nobody said cups."),)),
    Shown("bowen", 900, "周末的茶山，走了十八公里。", "mountain", "层层茶园和远山", None,
          ("xiaowei", "haoran", "mei"), (("xiaowei", "下次我带水壶。"),)),
    Shown("amara", 640, "Six o'clock, on air, and somebody hung a second lantern.", "lane-evening",
          "The lane at dusk with three lanterns", None, ("mei", "jonas", "lena"), ()),
    Shown("sofia", 420, "A present for somebody who needs nothing.", "gift",
          "A green gift box with a golden ribbon", "gift-spring", ("mei", "yuki"), ()),
    Shown("jonas", 250, "Shank noodles at the bar. The bell on my bicycle rings itself for these.",
          "beef-noodles", "A bowl of beef noodles with chopsticks", "beef-noodles",
          ("mei", "tom", "amara", "priya"), (("tom", "I am five minutes away."),)),
    Shown("tom", 130, "Sourdough people can like dumplings too.", "dumplings",
          "Steamed dumplings in a bamboo tray", "dumplings", ("jonas", "lena"), ()),
)  # fmt: skip


async def post(lane: Lane) -> None:
    """Let everybody post, like and comment."""
    for number, shown in enumerate(POSTS):
        post_id = derived_id("demo-post", str(number))
        at_ms = lane.at(minutes=shown.minutes)
        await lane.deps.db.write(
            feed.create_post,
            post_id,
            author_id=lane.people[shown.who],
            text=shown.text,
            audience=Audience.PUBLIC,
            pictures=[Picture(lane.pictures[shown.picture], WIDTH, HEIGHT, shown.alt)],
            card=("product", lane.products[shown.sku]) if shown.sku else None,
            loaders=lane.loaders,
            now_ms=at_ms,
        )
        await _answer(lane, shown, post_id, at_ms)


async def _answer(lane: Lane, shown: Shown, post_id: str, at_ms: int) -> None:
    db = lane.deps.db
    for place, who in enumerate(shown.likes):
        await db.write(
            feed.like_post,
            post_id,
            actor_id=lane.people[who],
            now_ms=at_ms + (place + 1) * 240_000,
        )
    for place, (who, text) in enumerate(shown.comments):
        await db.write(
            feed.post_comment,
            derived_id("demo-comment", post_id, str(place)),
            post_id=post_id,
            actor_id=lane.people[who],
            text=text,
            now_ms=at_ms + (place + 1) * 300_000,
        )
