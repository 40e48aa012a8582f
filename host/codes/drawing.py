"""QR codes as pictures: SVG for pages, PNG to print."""

import io
from typing import Any

# Eight dots of picture for a dot of the code, and the four quiet dots of ISO/IEC 18004.
_SCALE, _BORDER = 8, 4


def draw_svg(text: str) -> str:
    """Return a QR code as SVG that takes the size of its place."""
    made: str = _make(text).svg_inline(border=_BORDER, omitsize=True, svgclass="qr", lineclass=None)
    return made


def draw_png(text: str) -> bytes:
    """Return a QR code as a picture to print."""
    out = io.BytesIO()
    _make(text).save(out, kind="png", scale=_SCALE, border=_BORDER)
    return out.getvalue()


def _make(text: str) -> Any:
    import segno  # noqa: PLC0415  (40 ms and 2 MB that most hosts never need)

    return segno.make_qr(text, error="m")
