"""Labels and delivery notes as PDF, written by ReportLab in Public Sans, which has every Vietnamese letter.

The library is loaded when something is printed first: most processes never do. The same words make the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grocery.ordering.contracts.papers import DeliveryNote, Label, NoteLine

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_FONTS: Final = Path(__file__).with_name("fonts")
_TEXT, _BOLD = "PublicSans", "PublicSans-Bold"
_MM: Final = 72 / 25.4
#: A label is 100 x 150 mm, the size of parcel labels; a note is A4.
_LABEL: Final = (100 * _MM, 150 * _MM)
_A4: Final = (210 * _MM, 297 * _MM)
_MARGIN: Final = 15 * _MM
_RIGHT: Final = _A4[0] - _MARGIN
_FOOT: Final = 18 * _MM
#: The columns of a note: where the name ends, and the right edges of what stands behind it.
_NAME_ENDS: Final = 92 * _MM
_EDGES: Final = (115 * _MM, 140 * _MM, 166 * _MM, _RIGHT)
_CODE_128_LONGEST: Final = 20


def labels(labels: Sequence[Label]) -> bytes:
    """One page for each crate."""
    canvas, written = _canvas(_LABEL)
    for label in labels:
        _label(canvas, label)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def delivery_note(note: DeliveryNote) -> bytes:
    """As many pages as it needs; the heads of the columns stand on each."""
    canvas, written = _canvas(_A4)
    sheet = _Sheet(canvas, note)
    sheet.write()
    canvas.save()
    return written.getvalue()


def _label(canvas: Canvas, label: Label) -> None:
    width, height = _LABEL
    middle = width / 2
    canvas.setFont(_BOLD, _fitting(label.number, _BOLD, 48, width - 12 * _MM))
    canvas.drawCentredString(middle, height - 26 * _MM, label.number)
    canvas.setFont(_BOLD, _fitting(label.window, _BOLD, 26, width - 12 * _MM))
    canvas.drawCentredString(middle, height - 44 * _MM, label.window)
    canvas.setFont(_BOLD, 34)
    canvas.drawCentredString(middle, height - 64 * _MM, label.crate)
    canvas.setFont(_TEXT, 20)
    canvas.drawCentredString(middle, height - 75 * _MM, label.kept)
    _code(canvas, label.code, middle)
    canvas.setFont(_TEXT, 13)
    canvas.drawCentredString(middle, 10 * _MM, label.code)


def _code(canvas: Canvas, code: str, middle: float) -> None:
    """Code 128, which every scanner reads; what it cannot hold is a QR code."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode import code128, qr
    from reportlab.graphics.shapes import Drawing

    if code.isascii() and len(code) <= _CODE_128_LONGEST:
        bars = code128.Code128(code, barHeight=34 * _MM, barWidth=0.42 * _MM)
        bars.drawOn(canvas, middle - bars.width / 2, 20 * _MM)
        return
    side = 44 * _MM
    square = Drawing(side, side)
    square.add(qr.QrCodeWidget(code, barWidth=side, barHeight=side))
    renderPDF.draw(square, canvas, middle - side / 2, 16 * _MM)


class _Sheet:
    """A delivery note on its way down the pages."""

    def __init__(self, canvas: Canvas, note: DeliveryNote) -> None:
        self._canvas, self._note = canvas, note
        self._at = 0.0
        self._pages = 0

    def write(self) -> None:
        self._new_page()
        self._heading()
        self._heads()
        for line in self._note.lines:
            self._line(line)
        self._sums()
        self._keeps()
        self._canvas.showPage()

    def _new_page(self) -> None:
        if self._pages:
            self._canvas.showPage()
        self._pages += 1
        self._at = _A4[1] - _MARGIN
        self._canvas.setFont(_TEXT, 8)
        self._canvas.drawRightString(_RIGHT, 9 * _MM, f"{self._note.number} · {self._note.words.page} {self._pages}")

    def _room(self, needed: float, *, heads: bool = False) -> None:
        """Go on to the next page where this one has no room for so much."""
        if self._at - needed < _FOOT:
            self._new_page()
            if heads:
                self._heads()

    def _heading(self) -> None:
        self._canvas.setFont(_BOLD, 20)
        self._canvas.drawString(_MARGIN, self._at - 6 * _MM, f"{self._note.words.title} {self._note.number}")
        self._at -= 13 * _MM
        self._canvas.setFont(_TEXT, 10)
        for text in self._note.heading:
            for part in _wrapped(text, _TEXT, 10, _RIGHT - _MARGIN):
                self._canvas.drawString(_MARGIN, self._at, part)
                self._at -= 5 * _MM
        self._at -= 3 * _MM

    def _heads(self) -> None:
        name, *others = self._note.words.columns
        self._canvas.setFont(_BOLD, 9)
        self._canvas.drawString(_MARGIN, self._at, name)
        for edge, text in zip(_EDGES, others, strict=True):
            self._canvas.drawRightString(edge, self._at, text)
        self._rule(1.5 * _MM)
        self._at -= 6 * _MM

    def _line(self, line: NoteLine) -> None:
        name = _wrapped(line.name, _TEXT, 9, _NAME_ENDS - _MARGIN)
        remark = _wrapped(line.remark, _TEXT, 8, _NAME_ENDS - _MARGIN) if line.remark else []
        self._room((len(name) + len(remark)) * 4.2 * _MM, heads=True)
        self._canvas.setFont(_TEXT, 9)
        for edge, text in zip(_EDGES, (line.ordered, line.packed, line.price, line.amount), strict=True):
            self._canvas.drawRightString(edge, self._at, text)
        self._texts(name, 9)
        self._texts(remark, 8)
        self._at -= 1 * _MM

    def _texts(self, texts: list[str], size: float) -> None:
        self._canvas.setFont(_TEXT, size)
        for text in texts:
            self._canvas.drawString(_MARGIN, self._at, text)
            self._at -= 4.2 * _MM

    def _sums(self) -> None:
        self._room(len(self._note.sums) * 5 * _MM + 6 * _MM)
        self._rule(-3 * _MM)
        self._at -= 3 * _MM
        for position, (name, amount) in enumerate(self._note.sums, start=1):
            last = position == len(self._note.sums)
            self._canvas.setFont(_BOLD if last else _TEXT, 12 if last else 9)
            self._canvas.drawRightString(_EDGES[2], self._at, name)
            self._canvas.drawRightString(_RIGHT, self._at, amount)
            self._at -= (7 if last else 5) * _MM

    def _keeps(self) -> None:
        if not self._note.keeps:
            return
        self._room(12 * _MM)
        self._at -= 3 * _MM
        self._canvas.setFont(_BOLD, 10)
        self._canvas.drawString(_MARGIN, self._at, self._note.words.keeps)
        self._at -= 5 * _MM
        for day, name in self._note.keeps:
            self._room(5 * _MM)
            self._canvas.setFont(_BOLD, 9)
            self._canvas.drawString(_MARGIN, self._at, day)
            self._canvas.setFont(_TEXT, 9)
            self._canvas.drawString(_MARGIN + 20 * _MM, self._at, name)
            self._at -= 4.6 * _MM

    def _rule(self, below: float) -> None:
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_MARGIN, self._at - below, _RIGHT, self._at - below)


def _canvas(size: tuple[float, float]) -> tuple[Canvas, BytesIO]:
    from reportlab.pdfgen.canvas import Canvas

    _have_fonts()
    written = BytesIO()
    return Canvas(written, pagesize=size, pageCompression=1, invariant=1), written


@cache
def _have_fonts() -> None:
    """Read the two fonts once for each process; only the letters that are used go into a file."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(_TEXT, _FONTS / "PublicSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(_BOLD, _FONTS / "PublicSans-Bold.ttf"))


def _wide(text: str, font: str, size: float) -> float:
    from reportlab.pdfbase import pdfmetrics

    measured: Any = pdfmetrics.stringWidth(text, font, size)
    return float(measured)


def _fitting(text: str, font: str, size: float, room: float) -> float:
    """The size, or a smaller one in which the text fits."""
    return min(size, size * room / max(1.0, _wide(text, font, size)))


def _wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    """The text in lines that fit; a word that is wider than a line is cut."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if _wide(longer, font, size) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while _wide(word, font, size) > room:
            fits = max(1, next(n for n in range(len(word), 0, -1) if _wide(word[:n], font, size) <= room or n == 1))
            lines[-1], word = word[:fits], word[fits:]  # noqa: PLW2901 - what is left of it
            lines.append("")
        lines[-1] = word
    return lines
