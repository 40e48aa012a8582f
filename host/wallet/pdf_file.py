"""A month's statement, and the receipt of one transfer, as PDF.

Text is drawn, never parsed: reportlab's paragraphs read a markup that could name files, and people
choose their own names and notes.  Latin is set in Helvetica and everything else in the Chinese font
that every reader knows by name (STSong-Light of Adobe-GB1), so that nothing has to be installed
here and a file stays small; letters that neither has, such as Arabic, show as blanks.
"""

import io
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_skeleton

from host.core.i18n import gettext
from host.core.money import format_money
from host.wallet.service.statement import MonthFile, ShownLine
from host.wallet.words import kind_of, with_whom

_LATIN, _BOLD, _CHINESE = "Helvetica", "Helvetica-Bold", "STSong-Light"
_WIDTH, _HEIGHT, _MARGIN = 595.28, 841.89, 48.0  # A4 in points
_INK, _SOFT, _LINE = (0.11, 0.11, 0.09), (0.37, 0.35, 0.31), (0.86, 0.84, 0.80)
_JADE, _DOOR = (0.04, 0.42, 0.31), (0.72, 0.19, 0.12)
_CHART_HEIGHT = 90.0
_ROW_HEIGHT = 17.0
_FOOT = 64.0
# Where the columns of the table begin, or end for those of numbers.
_DATE_X, _KIND_X, _WITH_X, _CHANGE_X, _BALANCE_X = 48.0, 108.0, 200.0, 460.0, 547.0


def write_statement_pdf(file: MonthFile, lang: str) -> bytes:
    """Return a month as PDF: balances, a chart of its days, every entry."""
    sheet = _Sheet(gettext(lang, "Statement"))
    title = _month_title(file, lang)
    sheet.text(_MARGIN, gettext(lang, "Statement"), size=20, bold=True)
    sheet.text(_WIDTH - _MARGIN, "Hutong", size=12, colour=_SOFT, right=True)
    sheet.down(22)
    owner = f"{file.owner.name}  @{file.owner.handle}"
    sheet.text(_MARGIN, f"{title} · {file.currency} · {owner}", size=11, colour=_SOFT)
    sheet.down(34)
    _draw_sums(sheet, file, lang)
    _draw_chart(sheet, file, lang)
    _draw_head(sheet, lang)
    for shown in file.lines:
        if sheet.y < _FOOT + _ROW_HEIGHT:
            sheet.turn()
            _draw_head(sheet, lang)
        _draw_line(sheet, shown, lang)
    if not file.lines:
        sheet.text(_MARGIN, gettext(lang, "No entries in this month."), size=10, colour=_SOFT)
    if file.is_cut:
        note = gettext(lang, "There are more entries than one file takes; the sums are of all.")
        sheet.text(_MARGIN, note, size=9, colour=_SOFT)
    return sheet.finish()


def write_receipt_pdf(shown: ShownLine, lang: str) -> bytes:
    """Return one's own side of one transfer as PDF."""
    line, sheet = shown.line, _Sheet(gettext(lang, "Receipt"))
    sheet.text(_MARGIN, gettext(lang, "Receipt"), size=20, bold=True)
    sheet.text(_WIDTH - _MARGIN, "Hutong", size=12, colour=_SOFT, right=True)
    sheet.down(44)
    sheet.text(_MARGIN, _signed(line.change_minor, line.currency, lang), size=26, bold=True)
    sheet.down(36)
    facts = (
        (gettext(lang, "Kind"), kind_of(shown, lang)),
        (gettext(lang, "Other side"), with_whom(shown)),
        (gettext(lang, "Note"), line.memo),
        (gettext(lang, "When"), f"{_at(line.at_ms):%Y-%m-%d %H:%M} UTC"),
        (
            gettext(lang, "Balance after it"),
            format_money(line.balance_minor, line.currency, lang),
        ),
        (gettext(lang, "Transfer number"), line.transfer_id),
    )
    for name, value in facts:
        if value:
            sheet.text(_MARGIN, name, size=10, colour=_SOFT)
            sheet.text(180, value, size=10, width=_WIDTH - _MARGIN - 180)
            sheet.rule(-8)
            sheet.down(24)
    return sheet.finish()


class _Sheet:
    """A page that is written from top to bottom, and the pages after it."""

    def __init__(self, title: str) -> None:
        from reportlab.pdfbase import cidfonts, pdfmetrics  # noqa: PLC0415  (8 MB few hosts need)
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

        if _CHINESE not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(_CHINESE))
        self._width_of = pdfmetrics.stringWidth
        self._out = io.BytesIO()
        # Invariant: no time and no id of its own, so that the same month is the same file.
        self._canvas: Any = Canvas(self._out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setCreator("Hutong")
        self._page = 1
        self.y = _HEIGHT - _MARGIN - 16

    def text(
        self,
        x: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: tuple[float, float, float] = _INK,
        right: bool = False,
        width: float = 0,
    ) -> None:
        """Write one line at ``x``; what is longer than ``width`` ends with an ellipsis."""
        font = _font(text, bold=bold)
        if width and self._width_of(text, font, size) > width:
            while text and self._width_of(text + "…", font, size) > width:
                text = text[:-1]
            text += "…"
        self._canvas.setFont(font, size)
        self._canvas.setFillColorRGB(*colour)
        (self._canvas.drawRightString if right else self._canvas.drawString)(x, self.y, text)

    def box(
        self, x: float, y: float, width: float, height: float, colour: tuple[float, float, float]
    ) -> None:
        """Fill a box."""
        self._canvas.setFillColorRGB(*colour)
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def rule(self, dy: float = 0) -> None:
        """Draw a hairline over the whole width."""
        self.box(_MARGIN, self.y + dy, _WIDTH - 2 * _MARGIN, 0.5, _LINE)

    def down(self, points: float) -> None:
        """Go down the page."""
        self.y -= points

    def turn(self) -> None:
        """Begin the next page."""
        self._end_page()
        self._page += 1
        self.y = _HEIGHT - _MARGIN - 16

    def finish(self) -> bytes:
        """Return the file."""
        self._end_page()
        self._canvas.save()
        return self._out.getvalue()

    def _end_page(self) -> None:
        self._canvas.setFont(_LATIN, 8)
        self._canvas.setFillColorRGB(*_SOFT)
        self._canvas.drawRightString(_WIDTH - _MARGIN, 32, str(self._page))
        self._canvas.showPage()


def _draw_sums(sheet: _Sheet, file: MonthFile, lang: str) -> None:
    step = (_WIDTH - 2 * _MARGIN) / 4
    sums = (
        (gettext(lang, "Balance before"), file.opening_minor, _INK),
        (gettext(lang, "Came in"), file.month.in_minor, _JADE),
        (gettext(lang, "Went out"), file.month.out_minor, _DOOR),
        (gettext(lang, "Balance after"), file.closing_minor, _INK),
    )
    for place, (name, _, _) in enumerate(sums):
        sheet.text(_MARGIN + place * step, name, size=9, colour=_SOFT)
    sheet.down(16)
    for place, (_, minor, colour) in enumerate(sums):
        text = format_money(minor, file.currency, lang)
        sheet.text(_MARGIN + place * step, text, size=13, bold=True, colour=colour)
    sheet.down(28)


def _draw_chart(sheet: _Sheet, file: MonthFile, lang: str) -> None:
    """Draw a bar up for what came and one down for what went, for every day."""
    days = {day.day: day for day in file.month.days}
    highest = max((max(day.in_minor, day.out_minor) for day in days.values()), default=0)
    step = (_WIDTH - 2 * _MARGIN) / file.month.day_count
    half = _CHART_HEIGHT / 2
    axis = sheet.y - half
    for number in range(1, file.month.day_count + 1):
        x = _MARGIN + (number - 1) * step
        day = days.get(number)
        if day is not None:
            up = half * (day.in_minor / highest)
            below = half * (day.out_minor / highest)
            sheet.box(x + 2, axis, step - 4, up, _JADE)
            sheet.box(x + 2, axis - below, step - 4, below, _DOOR)
    sheet.box(_MARGIN, axis, _WIDTH - 2 * _MARGIN, 0.5, _SOFT)
    sheet.down(_CHART_HEIGHT + 12)
    for number in range(1, file.month.day_count + 1, 7):
        sheet.text(_MARGIN + (number - 1) * step + 2, str(number), size=8, colour=_SOFT)
    sheet.down(14)
    note = gettext(lang, "Up: what came in on each day. Down: what went out.")
    sheet.text(_MARGIN, note, size=8, colour=_SOFT)
    sheet.down(28)


def _draw_head(sheet: _Sheet, lang: str) -> None:
    sheet.text(_DATE_X, gettext(lang, "Day"), size=9, colour=_SOFT)
    sheet.text(_KIND_X, gettext(lang, "Kind"), size=9, colour=_SOFT)
    sheet.text(_WITH_X, gettext(lang, "With and for"), size=9, colour=_SOFT)
    sheet.text(_CHANGE_X, gettext(lang, "Change"), size=9, colour=_SOFT, right=True)
    sheet.text(_BALANCE_X, gettext(lang, "Balance"), size=9, colour=_SOFT, right=True)
    sheet.rule(-5)
    sheet.down(_ROW_HEIGHT + 2)


def _draw_line(sheet: _Sheet, shown: ShownLine, lang: str) -> None:
    line = shown.line
    about = " · ".join(part for part in (with_whom(shown), line.memo) if part)
    colour = _JADE if line.change_minor > 0 else _INK
    change = _signed(line.change_minor, line.currency, lang)
    balance = format_money(line.balance_minor, line.currency, lang)
    sheet.text(_DATE_X, f"{_at(line.at_ms):%m-%d %H:%M}", size=9)
    sheet.text(_KIND_X, kind_of(shown, lang), size=9, width=_WITH_X - _KIND_X - 8)
    sheet.text(_WITH_X, about, size=9, width=_CHANGE_X - _WITH_X - 80)
    sheet.text(_CHANGE_X, change, size=9, colour=colour, right=True)
    sheet.text(_BALANCE_X, balance, size=9, right=True)
    sheet.rule(-5)
    sheet.down(_ROW_HEIGHT)


def _font(text: str, *, bold: bool) -> str:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return _CHINESE
    return _BOLD if bold else _LATIN


def _signed(minor: int, currency: str, lang: str) -> str:
    return ("+" if minor > 0 else "-") + format_money(abs(minor), currency, lang)


def _month_title(file: MonthFile, lang: str) -> str:
    locale = "zh_Hans_CN" if lang == "zh-Hans" else "en"
    first = datetime(file.month.year, file.month.month, 1, tzinfo=UTC)
    return str(format_skeleton("yMMMM", first, locale=locale))


def _at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
