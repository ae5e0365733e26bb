"""Figures as files: CSV that is written while it is sent, .xlsx in nearly constant memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, Final

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from openpyxl import Workbook

type Cell = str | int | datetime | None
type Row = Sequence[Cell]

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What spreadsheets take for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_file(name: str, form: str, rows: Iterable[Row]) -> HttpResponseBase:
    """These rows as `name.csv` or `name.xlsx`. Raises Http404 for another form."""
    if form == "csv":
        response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    if form == "xlsx":
        return _xlsx(name, rows)
    raise Http404


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"  # so that Excel reads it as UTF-8
    for row in rows:
        yield writer.writerow([_plain(cell) for cell in row])


def _xlsx(name: str, rows: Iterable[Row]) -> FileResponse:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(name[:31])
    for row in rows:
        sheet.append([_plain(cell) for cell in row])
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX)


def _plain(cell: Cell) -> str | int:
    """Amounts stay numbers; words never are formulas."""
    match cell:
        case None:
            return ""
        case int():
            return cell
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
