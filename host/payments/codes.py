"""QR codes of orders: what a customer scans at a counter or from a web page."""

from io import BytesIO

_SCALE, _BORDER = 6, 2


def draw_code(url: str) -> bytes:
    """Return the picture of a QR code, as PNG."""
    import segno  # noqa: PLC0415  (40 ms and 2 MB that most hosts never need)

    out = BytesIO()
    segno.make_qr(url, error="m").save(out, kind="png", scale=_SCALE, border=_BORDER)
    return out.getvalue()
