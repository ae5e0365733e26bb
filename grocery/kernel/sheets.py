"""Spreadsheets (.xlsx) read row by row, as if they were CSV: texts, in nearly constant memory, of bounded size.

The first sheet that is not hidden counts, unless one is named. What a cell shows is what is read, as far as that can
be known: whole numbers without a point, filled up with zeros where the cell's format says so; numbers as Excel shows
them, to 15 digits; days as 2026-11-30; a formula by the value it had when the file was saved.
"""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, time
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import XML, ParseError
from zipfile import BadZipFile, ZipFile

from grocery.kernel.errors import DomainError

warnings.filterwarnings(
    "ignore", module="openpyxl"
)  # of what it leaves out: styles, pictures, checks of what is typed

#: What a file may unpack to: as a whole, and what of it is kept in memory (texts that cells share, styles).
LARGEST: Final = 1 << 30
LARGEST_KEPT: Final = 64 << 20
#: Excel's own bound of rows, and more columns than a file of goods has: what lies beyond is not read.
_ROWS, _COLUMNS = 1_048_576, 100
#: A sheet's text is searched in pieces of this size; so long is no cell. Nor is a row longer than sixteen of them.
_PIECE: Final = 1 << 20
_LONGEST_ROW: Final = 16
_OVERLAP: Final = 200
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,99}?ref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ZEROS: Final = re.compile(r"0{2,}")
_TYPES: Final = "[Content_Types].xml"
_MEMBERS: Final = 10_000
_SHEETS_NAMED: Final = 20
#: Are not even looked at.
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf")
#: What is raised about files that are none, are cut off or were tampered with, beside openpyxl's own error.
_UNREADABLE: Final = (
    *(BadZipFile, ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError),
    *(KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError),
)


class NotASheet(DomainError):
    """A file that looks like a spreadsheet and cannot be read as one."""

    code = "not_a_spreadsheet"
    status = 422
    en = "The spreadsheet cannot be read: {why_en}."
    vi = "Không đọc được bảng tính: {why_vi}."

    def __init__(self, why_en: str, why_vi: str) -> None:
        self.why_en, self.why_vi = why_en, why_vi


def is_sheet(path: Path) -> bool:
    """Whether the file is a spreadsheet by its first bytes, of whatever name. Raises NotASheet for an .xls."""
    with path.open("rb") as stream:
        begins = stream.read(8)
    if begins == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise NotASheet(
            "it is an old .xls or has a password; save it as .xlsx without one",
            "tệp .xls cũ hoặc có mật khẩu; hãy lưu thành .xlsx không mật khẩu",
        )
    return begins.startswith(b"PK\x03\x04")


def rows(path: Path, *, sheet_name: str = "") -> Generator[tuple[int, list[str] | None]]:
    """Number and cells of each row, without empty ones at its end; None for one that cannot be understood.

    That is one with cells that are merged with others, which hold one value for several, or with a formula whose
    value nobody has worked out. The first row is the header: right of it, no more is read than whether there is
    something. Raises NotASheet, for size before anything was unpacked into memory.
    """
    with _said_plainly(), ExitStack() as opened:
        _check_size(path)
        book = _book(path, opened, values=True)
        sheet = _chosen(book, sheet_name)
        merged, has_formulas = _search(path, sheet)
        columns = len(_texts(next(_cells(sheet, _COLUMNS), ()))) + 1
        formulas: Iterable[Any] = repeat(())
        if has_formulas:
            other = _book(path, opened, values=False)
            formulas = _cells(_chosen(other, sheet_name), columns)
        before: Any = None
        for number, (cells, said) in enumerate(zip(_cells(sheet, columns), formulas, strict=False), start=1):
            if cells is before:  # where rows are missing, openpyxl gives the same empty one over and over
                yield number, []
            else:
                yield number, None if number in merged or _is_unknown(cells, said) else _texts(cells)
            before = cells


def _is_unknown(cells: Iterable[Any], said: Iterable[Any]) -> bool:
    """Whether one of them is a formula that has no value."""
    return any(cell.data_type == "f" and had.value is None for cell, had in zip(said, cells, strict=False))


def _book(path: Path, opened: ExitStack, *, values: bool) -> Any:
    """Given as a stream: of a path, openpyxl would judge the name."""
    from openpyxl import load_workbook  # a tenth of what any process takes to start, and few ever read a sheet

    stream = opened.enter_context(path.open("rb"))
    return opened.enter_context(closing(load_workbook(stream, read_only=True, data_only=values, keep_links=False)))


def _cells(sheet: Any, columns: int) -> Iterator[Any]:
    """Every row's cells. How large the file says that its sheet is does not matter: some say nonsense."""
    return iter(sheet.iter_rows(max_row=_ROWS, max_col=columns))


def _chosen(book: Any, name: str) -> Any:
    if not name:
        return _first_shown(book)
    for sheet in book.worksheets:
        if sheet.title == name:
            return sheet
    names = ", ".join(sheet.title for sheet in book.worksheets[:_SHEETS_NAMED])
    raise NotASheet(f"it has no sheet {name}; there are: {names}", f"không có trang tính {name}; hiện có: {names}")


def _first_shown(book: Any) -> Any:
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise NotASheet("it has no sheet that is not hidden", "không có trang tính nào hiển thị")


def _check_size(path: Path) -> None:
    """By what the archive says: a member that is longer than it says is cut off there, and does not fit its sum."""
    with ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        if len(sizes) > _MEMBERS or sum(sizes.values()) > LARGEST or sizes.get(_TYPES, 0) > _PIECE:
            raise _too_large()
        kinds = {part.get("PartName", "/")[1:]: part.get("ContentType", "") for part in XML(archive.read(_TYPES))}
    pictures = {name for name in sizes.keys() - kinds.keys() if name.lower().endswith(_PICTURES)}
    streamed = {name for name, kind in kinds.items() if kind.endswith("worksheet+xml")}
    if sum(size for name, size in sizes.items() if name not in pictures | streamed) > LARGEST_KEPT:
        raise _too_large()


def _too_large() -> NotASheet:
    return NotASheet("it unpacks to too much", "tệp giải nén ra quá lớn")


def _search(path: Path, sheet: Any) -> tuple[set[int], bool]:
    """Which rows have merged cells, and whether there are formulas; a sheet says the former at its very end."""
    from openpyxl.utils.cell import range_boundaries

    merged: set[int] = set()
    has_formulas, before, without_row = False, b"", 0
    with ZipFile(path) as archive, archive.open(sheet._worksheet_path) as stream:
        while piece := stream.read(_PIECE):
            without_row = 0 if _ROW.search(piece) else without_row + 1
            if without_row > _LONGEST_ROW or (len(piece) == _PIECE and b"<" not in piece):
                raise NotASheet("it has a cell or a row that is too long", "có ô hoặc dòng quá dài")
            text = before + piece
            has_formulas = has_formulas or bool(_FORMULA.search(text))
            for found in _MERGED.finditer(text):
                _left, top, _right, bottom = range_boundaries(found[1].decode())
                merged.update(range(top or 1, min(bottom or 1, _ROWS) + 1))
            before = text[-_OVERLAP:]
    return merged, has_formulas


def _texts(cells: Iterable[Any]) -> list[str]:
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _text(cell: Any) -> str:
    match cell.value:
        case None:
            return ""
        case bool() as yes:
            return "TRUE" if yes else "FALSE"
        case int() | float():
            return _number(cell.value, cell.number_format)
        case datetime() as moment if moment.time() == time.min:
            return moment.date().isoformat()
        case value:  # a moment, a time, an error such as #N/A: nothing that goods need
            return str(value)


def _number(number: float, shown_as: str) -> str:
    if isinstance(number, int):
        return str(number).zfill(len(shown_as) if _ZEROS.fullmatch(shown_as) else 0)
    return f"{Decimal(f'{number:.15g}'):f}"


@contextmanager
def _said_plainly() -> Iterator[None]:
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield
    except (InvalidFileException, *_UNREADABLE) as error:
        raise NotASheet("it is damaged", "tệp bị hỏng") from error
