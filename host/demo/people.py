"""Who lives in the demo lane, and what its three shops sell."""

from dataclasses import dataclass

from host.core.money import Currency
from host.market.model import Kind

CNY = Currency("CNY")


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody of the demo lane."""

    handle: str
    name: str
    about: str
    face: int
    lang: str = "en"
    pocket_minor: int = 60_000


@dataclass(frozen=True, slots=True)
class Ware:
    """Something on a shelf; ``picture`` is a name of ``host.demo.pictures``."""

    sku: str
    name: str
    description: str
    price_minor: int
    stock: int | None
    picture: str
    kind: Kind = Kind.GOODS


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand with its owner, shelf and mini-program (a folder of ``miniapps``)."""

    handle: str
    name: str
    about: str
    owner: str
    colour: str
    mark: str
    program: str
    wares: tuple[Ware, ...] = ()


ADMIN = "grace"

PEOPLE = (
    Role("mei", "Lin Mei", "Paper conservator. Tea before noon, noodles after.", 2,
         pocket_minor=128_000),
    Role("jonas", "Jonas Weber", "Builds bicycles in the courtyard behind no. 12.", 9),
    Role("xiaowei", "陈小薇", "插画师，住在巷子尽头。", 4, "zh-Hans"),
    Role("amara", "Amara Okafor", "Radio, early mornings, two cats.", 8),
    Role("bowen", "王博文", "中学物理老师。周末爬山。", 5, "zh-Hans"),
    Role("sofia", "Sofia Rossi", "Translator. Collects teapots she never uses.", 6),
    Role("dalin", "刘大林", "退休了，下棋去。", 1, "zh-Hans"),
    Role("priya", "Priya Nair", "Software, spreadsheets, chilli.", 10),
    Role("yuki", "Tanaka Yuki", "Ceramics. The kiln is on again.", 0),
    Role("tom", "Tom Baker", "Yes, really a baker.", 7),
    Role("haoran", "赵浩然", "跑步，写代码，养多肉。", 11, "zh-Hans"),
    Role("lena", "Lena Novak", "Nurse on nights. Sleeps when you read this.", 12),
    Role("wenqing", "沈文清", "茶舍主人，三代做茶。", 3, "zh-Hans"),
    Role("laoma", "马师傅", "面馆老板。汤要熬八小时。", 13, "zh-Hans"),
    Role("zheng", "Zheng Yu", "Looks after the substation and its bills.", 15),
    Role(ADMIN, "Grace Liu", "Keeps the lane safe, in the open.", 16),
)  # fmt: skip

SHOPS = (
    Shop(
        "teahouse", "Tea House 清茶舍", "Spring teas from the hills above the lake, since 1931.",
        "wenqing", "#0b6b50", "leaf", "tea-house",
        (
            Ware("longjing-50", "Spring Longjing, 50 g", "Picked before Qingming. Chestnut, sweet"
                 " pea, a long finish. 80 °C, two minutes.", 12_800, 12, "longjing"),
            Ware("jasmine-100", "Jasmine Pearls, 100 g", "Rolled by hand, scented seven nights."
                 " Opens like a flower in a glass.", 8_800, 34, "jasmine"),
            Ware("puer-cake", "Ripe Pu'er Cake 2016", "357 g, stored dry. Dates, old wood, no"
                 " sharp edges.", 26_800, 5, "puer"),
            Ware("oolong-75", "Rock Oolong 大红袍, 75 g", "Roasted over charcoal three times. Eight"
                 " infusions at least.", 15_800, 18, "oolong"),
            Ware("celadon-cup", "Celadon Cup", "Holds 120 ml. Keeps the colour of the tea.",
                 6_600, 40, "cup"),
            Ware("teapot-zisha", "Zisha Teapot, 200 ml", "Unglazed clay from Yixing, pours in a"
                 " single line.", 38_000, 3, "teapot"),
            Ware("gift-spring", "Spring Gift Box", "Two tins and a card. For somebody who says"
                 " they need nothing.", 23_800, 9, "gift"),
            Ware("lapsang-50", "Smoked Black Tea 正山小种, 50 g", "Pine smoke and longan. Good with"
                 " milk, better without.", 9_900, 0, "red-cup"),
        ),
    ),
    Shop(
        "noodlebar", "Ma's Noodle Bar 马家面馆", "Broth from four in the morning. Closed when it"
        " is gone.", "laoma", "#b8301e", "bowl", "noodle-bar",
        (
            Ware("beef-noodles", "Beef noodles 牛肉面", "Hand-pulled, shank, coriander, chilli oil"
                 " on the side.", 3_200, None, "beef-noodles", Kind.PICKUP),
            Ware("egg-noodles", "Tomato egg noodles 番茄鸡蛋面", "The one your grandmother made.",
                 2_400, None, "egg-noodles", Kind.PICKUP),
            Ware("chili-noodles", "Chongqing noodles 重庆小面", "Red, numbing, honest.",
                 2_200, None, "chili-noodles", Kind.PICKUP),
            Ware("dumplings", "Pork and chive dumplings 饺子", "Twelve, steamed, with black"
                 " vinegar.", 2_800, 24, "dumplings", Kind.PICKUP),
            Ware("soy-milk", "Warm soy milk 豆浆", "Ground this morning.", 800, 50, "soy-milk",
                 Kind.PICKUP),
        ),
    ),
    Shop("lanepower", "Lane Power 胡同电力", "Your meter, your bill, no queue.", "zheng",
         "#1f5fa8", "spark", "lane-power"),
)  # fmt: skip

FRIENDS = (
    ("mei", "jonas"), ("mei", "xiaowei"), ("mei", "amara"), ("mei", "sofia"), ("mei", "bowen"),
    ("mei", "wenqing"), ("mei", "priya"), ("mei", "yuki"), ("mei", "dalin"), ("mei", "tom"),
    ("jonas", "amara"), ("jonas", "priya"), ("jonas", "tom"), ("xiaowei", "bowen"),
    ("xiaowei", "haoran"), ("amara", "lena"), ("sofia", "yuki"), ("dalin", "laoma"),
    ("bowen", "haoran"), ("priya", "haoran"), ("tom", "lena"), ("yuki", "wenqing"),
)  # fmt: skip
