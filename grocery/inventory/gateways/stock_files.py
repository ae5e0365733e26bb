"""Files of stock, CSV or spreadsheets: read line by line, and what was rejected written beside them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from grocery.inventory.contracts import NotAStockFile, RejectedLine
from grocery.kernel import sheets

_DELIMITERS: Final = ",;\t"
_LONGEST_HEADER: Final = 10_000


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line by our names for its columns; `row` is None where it is broken. `number` as an editor numbers it."""

    number: int
    row: Mapping[str, str] | None


def digest(path: Path, *also: str) -> str:
    """What stands for this file and the way in which it is taken."""
    with path.open("rb") as stream:
        told = hashlib.file_digest(stream, "sha256")
    for word in also:
        told.update(b"\0" + word.encode())
    return told.hexdigest()


def lines(path: Path, *, columns: Mapping[str, str], needed: tuple[str, ...]) -> Generator[FileLine]:
    """The lines of a file whose header, its first line, names its columns so. Raises NotAStockFile, NotASheet.

    A spreadsheet, or text with comma, semicolon or tab between cells.
    """
    is_sheet = sheets.is_sheet(path)
    with closing(sheets.rows(path) if is_sheet else _csv_rows(path)) as rows:
        header = [name.strip() for name in next(rows, (1, []))[1] or []]
        if missing := [columns[name] for name in needed if columns[name] not in header]:
            raise NotAStockFile(missing, header[:50])
        places = {name: header.index(theirs) for name, theirs in columns.items() if theirs in header}
        for number, cells in rows:
            if cells is None or cells:
                # A row of a spreadsheet ends with its last cell that is not empty.
                rest = [""] * (len(header) - len(cells or ())) if is_sheet else []
                yield FileLine(number, _by_name(cells and cells + rest, places, len(header)))


def check(path: Path, *, columns: Mapping[str, str], needed: tuple[str, ...]) -> None:
    """Raises NotAStockFile, before anything is done."""
    with closing(lines(path, columns=columns, needed=needed)) as source:
        next(source, None)


def _csv_rows(path: Path) -> Generator[tuple[int, list[str] | None]]:
    """Number and cells of each row; None for one that `csv` cannot read."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=_delimiter(stream), strict=True)
        while True:
            number = reader.line_num + 1
            try:
                yield number, next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, None


def _by_name(cells: list[str] | None, places: Mapping[str, int], width: int) -> dict[str, str] | None:
    if cells is None or len(cells) != width or any("\0" in cell or "\ufffd" in cell for cell in cells):
        return None
    return {name: cells[place] for name, place in places.items()}


def _delimiter(stream: TextIO) -> str:
    """The one that the header has most of."""
    header = stream.readline(_LONGEST_HEADER)
    stream.seek(0)
    return max(_DELIMITERS, key=header.count)


class RejectFile:
    """Where rejected lines go with their reasons; nothing is written without a path."""

    def __init__(self, stream: TextIO | None) -> None:
        self._writer = csv.writer(stream) if stream else None

    def write(self, rejected: RejectedLine) -> None:
        if self._writer:
            sku = f"'{rejected.sku}" if rejected.sku.startswith(("=", "+", "-", "@")) else rejected.sku
            self._writer.writerow([rejected.line, sku, rejected.code, rejected.en, rejected.vi])


@contextmanager
def rejects(path: Path | None, *, go_on: bool) -> Iterator[RejectFile]:
    """The file for rejected lines, added to where an import goes on."""
    if path is None:
        yield RejectFile(None)
        return
    with path.open("a" if go_on else "w", encoding="utf-8-sig", newline="") as stream:
        if stream.tell() == 0:
            csv.writer(stream).writerow(["line", "sku", "code", "reason_en", "reason_vi"])
        yield RejectFile(stream)
