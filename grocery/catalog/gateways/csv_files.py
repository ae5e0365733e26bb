"""CSV files of any size and quality, read row by row in constant memory."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from grocery.catalog.contracts import BadRow, MissingFile, Rejected, WrongHeader

#: A line that is longer is not data; nor is a cell beyond what `csv` allows, 131,072 characters.
LONGEST_LINE: Final = 1_000_000
type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file and the line that it begins on; or what is wrong with it."""

    number: int
    row: Row
    fault: BadRow | None = None


class CsvFile:
    """An open CSV file with a header: UTF-8, with or without BOM, any line ends.

    Raises WrongHeader when it lacks a column of `needs`, repeats one, or has one outside `knows` (None: all go).
    """

    def __init__(self, stream: BinaryIO, *, needs: Iterable[str], knows: Iterable[str] | None = None) -> None:
        self._stream = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        self._overlong = False
        self._reader = csv.reader(self._lines())
        self.header = self._header(list(needs), None if knows is None else set(knows))

    @classmethod
    def open(cls, path: Path, *, needs: Iterable[str], knows: Iterable[str] | None = None) -> Self:
        stream = path.open("rb")
        try:
            return cls(stream, needs=needs, knows=knows)
        except WrongHeader:
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
            return Line(number, row, _miscounted(len(cells), len(self.header)))
        return Line(number, row, next((fault for name, cell in row.items() if (fault := _fault(name, cell))), None))

    def _header(self, needs: list[str], knows: set[str] | None) -> list[str]:
        try:
            found = [name.strip() for name in next(self._reader, [])]
        except csv.Error as error:
            raise WrongHeader(needs, []) from error
        readable = [name.encode("utf-8", "replace").decode() for name in found]
        missing = [name for name in needs if name not in found]
        if missing or len(set(found)) != len(found):
            raise WrongHeader(missing, readable)
        if knows is not None and (unknown := [name for name in found if name not in knows | set(needs)]):
            raise WrongHeader([], readable, unknown)
        return found

    def _lines(self) -> Iterator[str]:
        """Lines; one that is too long is cut, and said to be, and the rest of it is passed over."""
        while line := self._stream.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._overlong = True
                while (rest := self._stream.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                    continue
                line = line[:100] + "\n"
            yield line


def companion(path: Path, name: str, columns: Iterable[str]) -> list[Row]:
    """All rows of a small file beside `path`. Raises MissingFile, WrongHeader."""
    beside = path.with_name(name)
    if not beside.is_file():
        raise MissingFile(name)
    with CsvFile.open(beside, needs=columns) as rows:
        return [line.row for line in rows if line.fault is None]


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


def _miscounted(cells: int, columns: int) -> BadRow:
    return BadRow(
        "wrong_number_of_cells",
        "",
        f"The row has {cells} cells, the header {columns}.",
        f"Dòng có {cells} ô, tiêu đề có {columns} ô.",
    )


class RejectFile:
    """Where rejected rows are written with their reasons; nothing is written without a path."""

    def __init__(self, path: Path | None) -> None:
        self._stream = path.open("w", encoding="utf-8-sig", newline="") if path else None
        self._writer = csv.writer(self._stream) if self._stream else None
        if self._writer:
            self._writer.writerow(["line", "sku", "code", "column", "reason_en", "reason_vi"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        if self._stream:
            self._stream.close()

    def write(self, rejected: Rejected) -> None:
        if self._writer:
            cells = (rejected.sku, rejected.code, rejected.column, rejected.en, rejected.vi)
            self._writer.writerow([rejected.line, *map(_harmless, cells)])


def _harmless(cell: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


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
