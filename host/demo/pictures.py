"""The goods, dishes and views of the demo lane, each painted by a few strokes."""

import math
import random
from collections.abc import Callable

from host.demo.paint import Canvas

Painter = Callable[[Canvas], None]


def paint(name: str) -> bytes:
    """Return the picture called ``name`` as WebP."""
    top, bottom, painter = PICTURES[name]
    canvas = Canvas(top, bottom)
    painter(canvas)
    return canvas.webp(seed=len(name))


def _table(c: Canvas, colour: str, shade: str) -> None:
    c.block(0, 52, 100, 75, colour)
    c.block(0, 52, 100, 52.6, shade)


def _tin(body: str, label: str, mark: str) -> Painter:
    def painter(c: Canvas) -> None:
        _table(c, "#8a6a4a", "#6d5138")
        c.glow(28, 18, 26, "#fff6df", 150)
        c.shadow(54, 63, 22, 3.4)
        c.block(36, 24, 66, 62, body, 2.4)
        c.block(36, 24, 42, 62, "#ffffff28", 2.4)
        c.block(60, 24, 66, 62, "#00000030", 2.4)
        c.ellipse(51, 24, 15, 3.4, "#00000040")
        c.block(37, 18, 65, 25, body, 1.6)
        c.block(37, 23.4, 65, 25, "#00000038")
        c.ellipse(51, 18.4, 14, 2.6, "#ffffff30")
        c.block(40, 33, 62, 54, label, 0.8)
        c.ring(51, 43, 6.2, 6.2, mark, 0.7)
        c.leaf(48.4, 46.6, 8, -0.9, mark, label)
        c.leaf(51, 47, 6, -2.0, mark, label)
        for n in range(16):
            angle = n * 2.4
            c.leaf(
                18 + 5 * math.cos(angle) * (n / 16),
                63 + 2.2 * math.sin(angle),
                4.4,
                angle,
                "#56703c",
                "#3d5229",
            )

    return painter


def _cup(tea: str, glaze: str) -> Painter:
    def painter(c: Canvas) -> None:
        _table(c, "#b08d62", "#93724b")
        c.glow(70, 16, 24, "#fff1d0", 140)
        c.shadow(50, 64, 24, 3.6)
        c.ellipse(50, 62.5, 20, 3, "#e7ded0")
        c.ellipse(50, 61.8, 17, 2.2, "#cfc3b0")
        c.shape([(32, 38), (68, 38), (62, 58), (57, 62), (43, 62), (38, 58)], glaze)
        c.shape([(32, 38), (38, 38), (43, 58), (46, 62), (43, 62), (38, 58)], "#ffffff38")
        c.ellipse(50, 38, 18, 5, "#f6f1e7")
        c.ellipse(50, 38.5, 15.8, 4, tea)
        c.ellipse(46, 37.8, 5, 1.1, "#ffffff55")
        c.steam(50, 32)

    return painter


def _teapot(c: Canvas) -> None:
    _table(c, "#7f6346", "#684f36")
    c.glow(24, 20, 24, "#ffe9c7", 150)
    c.shadow(50, 64, 28, 3.8)
    c.curve((30, 46), (18, 46), (20, 34), "#7a3b26", 3.4)
    c.curve((68, 38), (84, 36), (70, 54), "#7a3b26", 2.8)
    c.ellipse(50, 47, 22, 16, "#93482e")
    c.ellipse(43, 42, 9, 7, "#b3644538")
    c.ellipse(50, 33, 11, 3, "#6b311f")
    c.ellipse(50, 31.6, 10, 2.8, "#a15237")
    c.ellipse(50, 28, 2.2, 2.2, "#6b311f")
    c.block(40, 61, 60, 63.4, "#6b311f", 1)
    c.steam(20, 32)


def _bowl(broth: str, toppings: Painter, rim: str = "#c8402f") -> Painter:
    def painter(c: Canvas) -> None:
        c.glow(74, 14, 26, "#ffdca8", 150)
        c.shadow(50, 66, 36, 4)
        c.shape([(14, 36), (86, 36), (72, 62), (62, 67), (38, 67), (28, 62)], "#f2ece0")
        c.shape([(14, 36), (24, 36), (40, 66), (38, 67), (28, 62)], "#ffffff80")
        c.shape([(18, 44), (82, 44), (79.6, 48.4), (20.4, 48.4)], rim)
        c.ellipse(50, 36, 36, 12, "#f8f4ec")
        c.ellipse(50, 36.6, 33, 10.2, broth)
        rng = random.Random(4)  # noqa: S311  (where noodles lie is no secret)
        for _ in range(26):
            x, y = rng.uniform(24, 70), rng.uniform(30, 42)
            c.curve(
                (x, y),
                (x + rng.uniform(2, 12), y - 5),
                (x + rng.uniform(8, 16), y + 2),
                "#f1d48f",
                0.8,
            )
        toppings(c)
        c.line([(64, 8), (82, 40)], "#5d4030", 1.3)
        c.line([(70, 7), (86, 39)], "#5d4030", 1.3)
        c.steam(40, 26)

    return painter


def _beef(c: Canvas) -> None:
    for x, y in ((36, 35), (45, 32), (54, 35)):
        c.ellipse(x, y, 6, 2.8, "#7b4434")
        c.ellipse(x - 1, y - 0.6, 4, 1.4, "#94594694")
    for x, y in ((58, 40), (62, 38), (40, 41), (33, 39), (48, 41)):
        c.ring(x, y, 1.1, 0.7, "#4f8a3d", 0.5)


def _egg(c: Canvas) -> None:
    c.ellipse(40, 35, 8, 4.6, "#fdfaf2")
    c.ellipse(40, 35, 4.2, 2.6, "#f0a030")
    for x in (52, 57, 62):
        c.leaf(x, 39, 9, -1.0, "#3f7a3a", "#2d5c2a")
    for x, y in ((47, 41), (51, 32), (35, 41)):
        c.ring(x, y, 1.1, 0.7, "#4f8a3d", 0.5)


def _chili(c: Canvas) -> None:
    rng = random.Random(9)  # noqa: S311  (as above)
    for _ in range(30):
        c.ellipse(rng.uniform(24, 76), rng.uniform(30, 44), 1.2, 0.5, "#c5301fd0")
    for x, y in ((40, 34), (52, 37), (60, 33)):
        c.ellipse(x, y, 3, 1.5, "#8a5a3c")
    c.leaf(46, 40, 8, -0.4, "#4f8a3d", "#33662b")


def _dumplings(c: Canvas) -> None:
    _table(c, "#6b4f3a", "#553c2a")
    c.glow(30, 14, 28, "#ffe3b8", 150)
    c.shadow(50, 64, 38, 4)
    c.ellipse(50, 52, 38, 13, "#b98a54")
    c.ellipse(50, 50, 38, 13, "#d3a76d")
    c.ellipse(50, 49.6, 34, 11, "#8f6a40")
    for x, y in ((34, 47), (50, 44), (66, 47), (42, 53), (58, 53)):
        c.ellipse(x, y + 2, 9, 5, "#e9dcc2")
        c.ellipse(x, y, 8.6, 5.4, "#f7efdd")
        for offset in (-4, -2, 0, 2, 4):
            c.curve((x + offset, y + 2), (x + offset * 0.6, y - 2), (x, y - 4), "#d9c9a8", 0.4)
    c.steam(50, 36)


def _soy_milk(c: Canvas) -> None:
    _table(c, "#c9a878", "#ae8c5d")
    c.shadow(50, 65, 17, 3)
    c.shape([(38, 22), (62, 22), (59, 64), (41, 64)], "#f6efe0")
    c.shape([(38, 22), (43, 22), (45, 64), (41, 64)], "#ffffffa0")
    c.ellipse(50, 22, 12, 3, "#fffaf0")
    c.shape([(39.5, 36), (60.5, 36), (59.4, 52), (40.6, 52)], "#b8301e")
    c.ring(50, 44, 4.2, 4.2, "#fdf3dc", 0.7)
    c.line([(52, 24), (58, 6)], "#4a8a5c", 1.6)
    for x in (14, 20, 26, 78, 84):
        c.ellipse(x, 62 + (x % 3), 2, 1.5, "#e2c186")


def _bulb(c: Canvas) -> None:
    c.glow(50, 34, 30, "#ffd98a", 210)
    c.ellipse(50, 32, 15, 16, "#ffeec2")
    c.ellipse(44, 26, 4, 5, "#ffffffb0")
    c.shape([(42, 44), (58, 44), (55, 54), (45, 54)], "#ffe2a0")
    c.curve((45, 46), (42, 30), (48, 33), "#d98a1e", 0.7)
    c.curve((48, 33), (52, 24), (52, 33), "#d98a1e", 0.7)
    c.curve((52, 33), (58, 30), (55, 46), "#d98a1e", 0.7)
    for y in (54, 57, 60):
        c.block(45, y, 55, y + 2.2, "#8c9096", 0.8)
    c.ellipse(50, 63, 3, 1.4, "#5d6167")


def _lane(sky: str, light: str) -> Painter:
    def painter(c: Canvas) -> None:
        c.glow(50, 26, 26, light, 190)
        for x0, x1, y, colour in (
            (0, 26, 16, "#6f6e6b"),
            (74, 100, 12, "#63625f"),
            (22, 38, 26, "#84837f"),
            (63, 78, 24, "#7a7975"),
        ):
            c.block(x0, y, x1, 75, colour)
            c.shape([(x0 - 3, y + 1), (x1 + 3, y + 1), ((x0 + x1) / 2, y - 8)], "#4a4947")
            for row in range(int(y) + 6, 74, 4):
                c.line([(x0, row), (x1, row)], "#00000018", 0.3)
        c.shape([(38, 46), (63, 46), (84, 75), (16, 75)], "#a49a8c")
        c.block(6, 40, 18, 66, "#b8301e", 0.6)
        c.block(11.6, 40, 12.4, 66, "#7c1d12")
        c.block(80, 36, 94, 50, "#ffe7b0", 0.5)
        c.block(80, 33, 94, 36.6, "#0b6b50", 0.4)
        for x, y in ((30, 36), (70, 34), (46, 40)):
            c.line([(x, y - 6), (x, y - 3)], "#3b2a1e", 0.3)
            c.ellipse(x, y, 3, 3.6, "#d8402c")
            c.ellipse(x - 0.8, y - 0.8, 1.2, 1.8, "#ff9c6e90")
        c.block(0, 0, 0.1, 0.1, sky)

    return painter


def _mountain(c: Canvas) -> None:
    c.ellipse(76, 18, 6, 6, "#fff0d0")
    for points, fill in (
        (
            [(0, 44), (18, 24), (34, 40), (52, 18), (74, 42), (100, 26), (100, 75), (0, 75)],
            "#9db4b4",
        ),
        ([(0, 54), (24, 36), (46, 52), (70, 34), (100, 50), (100, 75), (0, 75)], "#6d9080"),
    ):
        c.shape(points, fill)
    for row in range(6):
        y = 52 + row * 4.4
        for step in range(26):
            x = step * 4.2 - (row % 2) * 2
            c.ellipse(x, y + 2 * math.sin(step / 3 + row), 2.8, 2, ("#3f6d3b", "#4d7f43")[row % 2])


def _cat(c: Canvas) -> None:
    _table(c, "#c79c6a", "#a87f50")
    c.glow(20, 20, 24, "#fff3da", 160)
    c.shadow(50, 66, 26, 3.4)
    c.ellipse(52, 54, 24, 13, "#e39a4c")
    c.curve((74, 56), (92, 52), (84, 40), "#d78a3b", 4)
    c.ellipse(34, 42, 12, 10.5, "#eba85c")
    c.shape([(24, 36), (25, 25), (33, 33)], "#d98d3f")
    c.shape([(36, 33), (44, 25), (44, 37)], "#d98d3f")
    for x in (29.5, 38.5):
        c.ellipse(x, 41, 1.5, 1.9, "#2c2118")
        c.ellipse(x + 0.4, 40.4, 0.5, 0.6, "#ffffff")
    c.shape([(33, 45), (35.4, 45), (34.2, 46.6)], "#b4523e")
    for y in (45, 47):
        c.line([(26, y), (18, y - 1)], "#fff4e2", 0.25)
        c.line([(42, y), (50, y - 1)], "#fff4e2", 0.25)
    for x in (46, 54, 62):
        c.curve((x, 42), (x + 2, 48), (x - 1, 54), "#c87a30", 1.4)


def _gift(c: Canvas) -> None:
    _table(c, "#a98457", "#8d6b43")
    c.glow(72, 18, 24, "#fff0cf", 150)
    c.shadow(50, 65, 30, 3.6)
    c.block(24, 28, 76, 63, "#0b6b50", 1.4)
    c.block(24, 28, 76, 36, "#128262", 1.4)
    c.block(46, 28, 54, 63, "#e9c77a")
    c.ring(42, 23, 6, 4, "#e9c77a", 1.8)
    c.ring(58, 23, 6, 4, "#e9c77a", 1.8)
    c.ellipse(50, 26, 3, 2.4, "#d4ad57")
    for x in (30, 62):
        c.block(x, 42, x + 9, 58, "#f6efdd", 0.5)
        c.leaf(x + 3, 54, 6, -1.2, "#56703c", "#3d5229")


# name: (top of the ground, bottom of the ground, painter)
PICTURES: dict[str, tuple[str, str, Painter]] = {
    "longjing": ("#eaf0dc", "#c5d6a8", _tin("#4f7a4c", "#f4ecd6", "#3d6338")),
    "jasmine": ("#f5efe3", "#e2d3ba", _tin("#d9b45b", "#fbf6e9", "#8a6a1f")),
    "puer": ("#e9dccd", "#c7ab8c", _tin("#6a3b2a", "#ecdcc0", "#5a2c1c")),
    "oolong": ("#e2ebe9", "#b3cbc6", _tin("#2f6f73", "#eef3e9", "#2a5c5f")),
    "cup": ("#e6eee6", "#bdd2c2", _cup("#b9a23c", "#7fb09a")),
    "red-cup": ("#f3e2d8", "#dcb9a4", _cup("#a4452a", "#ece4d8")),
    "teapot": ("#f2e6d6", "#d9bf9f", _teapot),
    "gift": ("#f4ead9", "#dcc7a3", _gift),
    "beef-noodles": ("#f3ddc2", "#d9a878", _bowl("#9c5a2e", _beef)),
    "egg-noodles": ("#f6ead0", "#e0c389", _bowl("#d9a850", _egg, "#2f6f73")),
    "chili-noodles": ("#f6d8cc", "#dd9a80", _bowl("#b5432a", _chili)),
    "dumplings": ("#efe2cf", "#cfae85", _dumplings),
    "soy-milk": ("#f6ecd8", "#e6cfa6", _soy_milk),
    "bulb": ("#24344d", "#101a2b", _bulb),
    "lane-morning": ("#cfe0ea", "#f3e3cd", _lane("#cfe0ea", "#fff1cf")),
    "lane-evening": ("#34405e", "#c9805a", _lane("#34405e", "#ffb45e")),
    "mountain": ("#f3dfc9", "#cfe0da", _mountain),
    "cat": ("#eef0ea", "#d5dccb", _cat),
}

_SKIN = ("#f0c9a0", "#e3b184", "#f4d3b3", "#c98f63")
_HAIR = ("#1f1a17", "#2d211a", "#3c2a1f", "#5b4632", "#8d8880")
_COAT = ("#0b6b50", "#b8301e", "#1f5fa8", "#8a5a00", "#5b4a86", "#2f6f73", "#a4452a", "#56703c")
_GROUND = (("#dcebe2", "#b6d3c3"), ("#f6e1d4", "#e3b79f"), ("#dbe6f4", "#b2c8e4"),
           ("#f7ecd0", "#e7cf96"), ("#e8e0f1", "#c8b8dd"), ("#e2eceb", "#b7cfcd"))  # fmt: skip


def paint_avatar(seed: int) -> bytes:
    """Return a square portrait; the same seed is always the same person."""
    rng = random.Random(seed)  # noqa: S311  (a face, not a secret)
    top, bottom = _GROUND[seed % len(_GROUND)]
    c = Canvas(top, bottom, height=100)
    skin, hair = rng.choice(_SKIN), rng.choice(_HAIR)
    coat = _COAT[seed % len(_COAT)]
    is_long = seed % 2 == 0
    if is_long:
        c.ellipse(50, 50, 29, 33, hair)
        c.block(22, 48, 78, 82, hair, 12)
    c.ellipse(50, 104, 40, 30, coat)
    c.shape([(42, 76), (58, 76), (50, 90)], "#ffffffd0")
    c.block(43, 62, 57, 80, skin, 6)
    c.block(43, 66, 57, 72, "#00000018", 3)
    c.ellipse(50, 48, 22, 26, skin)
    c.ellipse(28.5, 50, 4, 6, skin)
    c.ellipse(71.5, 50, 4, 6, skin)
    c.ellipse(50, 29, 23, 12, hair)
    c.shape([(27, 34), (73, 34), (70, 42), (58, 33), (44, 39), (30, 46)], hair)
    for x in (41, 59):
        c.ellipse(x, 50, 2.4, 2.9, "#241b15")
        c.ellipse(x + 0.8, 49, 0.7, 0.8, "#ffffff")
        c.curve((x - 4.5, 44), (x, 41.6), (x + 4.5, 44), hair, 1.2)
    c.curve((50, 52), (52.5, 57), (49.5, 57.6), "#00000040", 0.9)
    c.curve((42, 62), (50, 68 + rng.uniform(-1, 2)), (58, 62), "#a5483a", 1.6)
    for x in (35, 65):
        c.ellipse(x, 58, 4, 2.4, "#e2785c40")
    if seed % 5 == 1:
        for x in (41, 59):
            c.ring(x, 50, 6.4, 6, "#3a3430", 0.9)
        c.line([(47.4, 50), (52.6, 50)], "#3a3430", 0.9)
    return c.webp(seed)


def paint_logo(colour: str, mark: str) -> bytes:
    """Return a shop's sign: a colour and one of the marks leaf, bowl, spark."""
    c = Canvas(colour, colour, height=100)
    c.ring(50, 50, 37, 37, "#fdf6e6", 2.2)
    if mark == "leaf":
        c.leaf(38, 68, 40, -0.95, "#fdf6e6", colour)
        c.leaf(44, 68, 26, -2.1, "#fdf6e6", colour)
    elif mark == "bowl":
        c.shape([(26, 48), (74, 48), (66, 68), (58, 74), (42, 74), (34, 68)], "#fdf6e6")
        c.line([(52, 44), (66, 24)], "#fdf6e6", 2.4)
        c.line([(58, 45), (72, 27)], "#fdf6e6", 2.4)
        c.curve((36, 42), (32, 34), (38, 28), "#fdf6e6", 2)
    else:
        c.shape([(54, 22), (32, 54), (47, 54), (43, 78), (68, 44), (52, 44)], "#fdf6e6")
    return c.webp(7)
