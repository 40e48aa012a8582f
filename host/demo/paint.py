"""A small brush: shapes on a ground with light and shade, drawn large and scaled down.

The demo lane's pictures are made by the project itself.  Coordinates run from 0 to 100 across and
0 to 75 down, whatever the size of the picture.
"""

import io
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 720
_SCALE = 2
_UNIT = WIDTH * _SCALE / 100

Point = tuple[float, float]
Colour = str


class Canvas:
    """One picture while it is painted."""

    def __init__(self, top: Colour, bottom: Colour, *, height: float = 75) -> None:
        size = (WIDTH * _SCALE, round(height * _UNIT))
        self._image = _gradient(size, top, bottom)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """Fill an ellipse around (x, y)."""
        self._draw.ellipse(_box(x - rx, y - ry, x + rx, y + ry), fill=fill)

    def ring(  # noqa: PLR0917
        self, x: float, y: float, rx: float, ry: float, line: Colour, width: float
    ) -> None:
        """Draw the outline of an ellipse."""
        box = _box(x - rx, y - ry, x + rx, y + ry)
        self._draw.ellipse(box, outline=line, width=round(width * _UNIT))

    def block(  # noqa: PLR0917
        self, x0: float, y0: float, x1: float, y1: float, fill: Colour, radius: float = 0
    ) -> None:
        """Fill a box with rounded corners."""
        self._draw.rounded_rectangle(_box(x0, y0, x1, y1), radius=radius * _UNIT, fill=fill)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * _UNIT, y * _UNIT) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """Draw a line with round joints."""
        scaled = [(x * _UNIT, y * _UNIT) for x, y in points]
        self._draw.line(scaled, fill=fill, width=round(width * _UNIT), joint="curve")
        for x, y in (points[0], points[-1]):
            self.ellipse(x, y, width / 2, width / 2, fill)

    def curve(self, start: Point, bend: Point, end: Point, fill: Colour, width: float) -> None:
        """Draw a quadratic curve."""
        self.line([_bezier(start, bend, end, t / 24) for t in range(25)], fill, width)

    def leaf(  # noqa: PLR0917
        self, x: float, y: float, length: float, angle: float, fill: Colour, vein: Colour
    ) -> None:
        """Draw a leaf that begins at (x, y)."""
        direction = (math.cos(angle), math.sin(angle))
        side = (-direction[1], direction[0])
        outline = []
        for sign in (1, -1):
            steps = range(13) if sign == 1 else range(12, -1, -1)
            for step in steps:
                t = step / 12
                swell = sign * math.sin(math.pi * t) * length * 0.2
                outline.append(
                    (
                        x + direction[0] * t * length + side[0] * swell,
                        y + direction[1] * t * length + side[1] * swell,
                    )
                )
        self.shape(outline, fill)
        end = (x + direction[0] * length * 0.9, y + direction[1] * length * 0.9)
        self.line([(x, y), end], vein, 0.25)

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: int = 90) -> None:
        """Lay a soft shadow under something."""
        mask = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(mask).ellipse(_box(x - rx, y - ry, x + rx, y + ry), fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(ry * _UNIT * 0.6))
        self._image.paste(Image.new("RGB", self._image.size, "#1d1b18"), (0, 0), mask)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: int = 120) -> None:
        """Let light fall around (x, y)."""
        mask = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(mask).ellipse(
            _box(x - radius, y - radius, x + radius, y + radius), fill=strength
        )
        mask = mask.filter(ImageFilter.GaussianBlur(radius * _UNIT * 0.45))
        self._image.paste(Image.new("RGB", self._image.size, colour), (0, 0), mask)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def steam(self, x: float, y: float, colour: Colour = "#ffffffb0") -> None:
        """Let three wisps of steam rise."""
        for offset, height in ((-4, 11), (0, 15), (4, 11)):
            self.curve(
                (x + offset, y),
                (x + offset - 4, y - height / 2),
                (x + offset + 1, y - height),
                colour,
                0.7,
            )

    def webp(self, seed: int = 1) -> bytes:
        """Return the finished picture; a little grain takes the plastic away."""
        size = (self._image.width // _SCALE, self._image.height // _SCALE)
        small = self._image.resize(size, Image.Resampling.LANCZOS)
        rng = random.Random(seed)  # noqa: S311  (grain, not a secret)
        noise = Image.frombytes(
            "L",
            (size[0] // 2, size[1] // 2),
            bytes(rng.choices(range(120, 137), k=(size[0] // 2) * (size[1] // 2))),
        )
        grain = Image.merge("RGB", [noise.resize(size)] * 3)
        small = ImageChops.overlay(small, grain)
        out = io.BytesIO()
        small.save(out, "WEBP", quality=86)
        return out.getvalue()


def _box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    return (x0 * _UNIT, y0 * _UNIT, x1 * _UNIT, y1 * _UNIT)


def _bezier(a: Point, b: Point, c: Point, t: float) -> Point:
    u = 1 - t
    return (
        u * u * a[0] + 2 * u * t * b[0] + t * t * c[0],
        u * u * a[1] + 2 * u * t * b[1] + t * t * c[1],
    )


def _gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask)
