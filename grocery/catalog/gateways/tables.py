"""Files with rows and a header, CSV or spreadsheet, read alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from grocery.catalog.contracts import BadRow
from grocery.catalog.gateways.csv_files import CsvFile, Line, checked_header, first_fault, miscounted
from grocery.kernel import sheets

_PIECE: Final = 1 << 20

type Table = CsvFile | SheetFile


def open_table(path: Path, *, needs: Iterable[str], knows: Iterable[str] | None = None, sheet: str = "") -> Table:
    """The file as a table; what it is, its first bytes say. `sheet`: of a spreadsheet; else the first that shows.

    Raises WrongHeader, NotATable, NotASheet.
    """
    if sheets.is_sheet(path):
        return SheetFile(path, needs=needs, knows=knows, sheet=sheet)
    return CsvFile.open(path, needs=needs, knows=knows)


def about_rows(path: Path) -> int | None:
    """How many rows it has, about; None of a spreadsheet, where it would have to be unpacked."""
    if sheets.is_sheet(path):
        return None
    with path.open("rb") as stream:
        return max(sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_PIECE), b"")) - 1, 0)


class SheetFile:
    """A sheet whose first row is the header."""

    def __init__(
        self, path: Path, *, needs: Iterable[str], knows: Iterable[str] | None = None, sheet: str = ""
    ) -> None:
        self._rows = sheets.rows(path, sheet_name=sheet)
        try:
            _number, names = next(self._rows, (1, None))
            self.header = checked_header(names or [], needs=needs, knows=knows)
        except BaseException:
            self._rows.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._rows.close()

    def __iter__(self) -> Iterator[Line]:
        for number, cells in self._rows:
            if cells is None:
                yield Line(number, {}, _unknown())
            elif cells:
                yield self._line(number, cells)

    def _line(self, number: int, cells: list[str]) -> Line:
        """A row of a spreadsheet ends with its last cell that is not empty."""
        if len(cells) > len(self.header):
            return Line(number, {}, miscounted(len(cells), len(self.header)))
        row = dict(zip(self.header, [*cells, *[""] * (len(self.header) - len(cells))], strict=True))
        return Line(number, row, first_fault(row))


def _unknown() -> BadRow:
    return BadRow(
        "merged_or_without_value",
        "",
        "The row has merged cells, or a formula that was saved without its value.",
        "Dòng có ô gộp, hoặc công thức chưa có giá trị.",
    )
