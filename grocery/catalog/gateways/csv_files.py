"""CSV files of any size and quality, read row by row in constant memory."""

from __future__ import annotations

import codecs
import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from grocery.catalog.contracts import BadRow, MissingFile, NotATable, WrongHeader

#: A line that is longer is not data; nor is a cell beyond what `csv` allows, 131,072 characters.
LONGEST_LINE: Final = 1_000_000
LONGEST_HEADER: Final = 10_000
_DELIMITERS: Final = ",;\t"
_BEGINNING: Final = 4096
#: How PDF, PNG, JPEG, GIF, gzip and web pages begin.
_NO_TABLES: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"<!DOCTYPE", b"<html")
type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file and the line that it begins on; or what is wrong with it."""

    number: int
    row: Row
    fault: BadRow | None = None


class CsvFile:
    """An open CSV file with a header: UTF-8, with or without BOM, any line ends.

    Comma, semicolon or tab between cells. Raises NotATable, and WrongHeader as `checked_header` does.
    """

    def __init__(self, stream: BinaryIO, *, needs: Iterable[str], knows: Iterable[str] | None = None) -> None:
        check_is_text(stream)
        self._stream = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        self._overlong = False
        self._reader = csv.reader(self._lines(), delimiter=self._delimiter())
        self.header = checked_header(self._first(), needs=needs, knows=knows)

    @classmethod
    def open(cls, path: Path, *, needs: Iterable[str], knows: Iterable[str] | None = None) -> Self:
        stream = path.open("rb")
        try:
            return cls(stream, needs=needs, knows=knows)
        except (WrongHeader, NotATable):
            stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[Line]:
        while True:
            self._overlong, begins = False, self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield Line(begins, {}, _broken())
                continue
            if cells:
                yield self._line(begins, cells)

    def _line(self, number: int, cells: list[str]) -> Line:
        row = dict(zip(self.header, cells, strict=False))
        if self._overlong:
            return Line(number, row, _broken())
        if len(cells) != len(self.header):
            return Line(number, row, miscounted(len(cells), len(self.header)))
        return Line(number, row, first_fault(row))

    def _first(self) -> list[str]:
        try:
            return next(self._reader, [])
        except csv.Error:
            return []

    def _delimiter(self) -> str:
        """The one that the header has most of: Excel in Việt Nam writes semicolons."""
        header = self._stream.readline(LONGEST_HEADER)
        self._stream.seek(0)
        return max(_DELIMITERS, key=header.count)

    def _lines(self) -> Iterator[str]:
        """Lines; one that is too long is cut, and said to be, and the rest of it is passed over."""
        while line := self._stream.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._overlong = True
                while (rest := self._stream.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                    continue
                line = line[:100] + "\n"
            yield line


def checked_header(names: Iterable[str], *, needs: Iterable[str], knows: Iterable[str] | None) -> list[str]:
    """The names of the columns.

    Raises WrongHeader when one of `needs` is missing, one is repeated, or one is outside `knows` (None: all go).
    """
    needs, found = list(needs), [name.strip() for name in names]
    readable = [name.encode("utf-8", "replace").decode().replace("\x00", "?") for name in found]
    missing = [name for name in needs if name not in found]
    if missing or len(set(found)) != len(found):
        raise WrongHeader(missing, readable)
    if knows is not None and (unknown := [name for name in found if name not in {*knows, *needs}]):
        raise WrongHeader([], readable, unknown)
    return found


def check_is_text(stream: BinaryIO) -> None:
    """Raises NotATable for what is empty, is written in UTF-16, or is no text at all; reads nothing away."""
    begins = stream.read(_BEGINNING)
    stream.seek(0)
    if not begins.strip():
        raise NotATable("it is empty", "tệp rỗng")
    if begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotATable(
            "it is written in UTF-16; save it as CSV UTF-8 or .xlsx",
            "tệp mã hóa UTF-16; hãy lưu thành CSV UTF-8 hoặc .xlsx",
        )
    first = begins.split(b"\n", 1)[0]
    if b"\x00" in first or begins.startswith(_NO_TABLES):
        raise NotATable("it is neither CSV nor a spreadsheet", "tệp không phải CSV hay bảng tính")


def companion(path: Path, name: str, columns: Iterable[str]) -> list[Row]:
    """All rows of a small file beside `path`. Raises MissingFile, WrongHeader."""
    beside = path.with_name(name)
    if not beside.is_file():
        raise MissingFile(name)
    with CsvFile.open(beside, needs=columns) as rows:
        return [line.row for line in rows if line.fault is None]


def first_fault(row: Row) -> BadRow | None:
    """What is wrong with the first cell that cannot be kept."""
    return next((fault for name, cell in row.items() if (fault := _fault(name, cell))), None)


def _fault(column: str, cell: str) -> BadRow | None:
    if any("\ud800" <= char <= "\udfff" for char in cell):
        return BadRow("not_utf8", column, f"{column} is not UTF-8.", f"{column} không phải UTF-8.")
    if "\x00" in cell:
        return BadRow("control_character", column, f"{column} contains NUL.", f"{column} chứa ký tự NUL.")
    return None


def _broken() -> BadRow:
    return BadRow(
        "broken_quotes_or_too_long",
        "",
        "The line is too long, or a quotation mark is not closed.",
        "Dòng quá dài, hoặc dấu ngoặc kép chưa được đóng.",
    )


def miscounted(cells: int, columns: int) -> BadRow:
    return BadRow(
        "wrong_number_of_cells",
        "",
        f"The row has {cells} cells, the header {columns}.",
        f"Dòng có {cells} ô, tiêu đề có {columns} ô.",
    )


class Seen:
    """Which line first had a value, for a file of any size: kept on disk once it outgrows a small cache."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._kept.close()

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("CREATE TABLE seen (value TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._kept.execute("PRAGMA synchronous = OFF")
        self._kept.execute("BEGIN")

    def first_line(self, value: str, line: int) -> int | None:
        """The earlier line that had `value`; None, and remembered, when this is the first."""
        added = self._kept.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (value, line))
        if added.rowcount:
            return None
        (earlier,) = self._kept.execute("SELECT line FROM seen WHERE value = ?", (value,)).fetchone()
        return int(earlier)
