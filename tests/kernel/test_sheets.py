"""A spreadsheet is read as people see it, or refused; whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from grocery.kernel import sheets

type Row = tuple[int, list[str] | None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "goods.xlsx"


def written(path: Path, *rows: Any, then: Callable[[Workbook], object] = lambda _book: None) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    then(book)
    book.save(path)
    return path


def read(path: Path, *rows: Any, then: Callable[[Workbook], object] = lambda _book: None) -> list[Row]:
    return list(sheets.rows(written(path, *rows, then=then)))


@pytest.mark.parametrize(
    ("kept", "as_", "shown"),
    [
        ("00123", None, "00123"),
        (8934670000012, None, "8934670000012"),
        (8934670000012.0, None, "8934670000012"),
        (123, "00000", "00123"),
        (123, "General", "123"),
        (24.0, None, "24"),
        (2.5, None, "2.5"),
        (0.1 + 0.2, None, "0.3"),
        (-0.001, None, "-0.001"),
        (date(2026, 11, 30), None, "2026-11-30"),
        (datetime(2026, 11, 30, 8), None, "2026-11-30 08:00:00"),  # noqa: DTZ001 - a sheet knows no zone
        (True, None, "TRUE"),
        ("  Rau muống ", None, "  Rau muống "),
    ],
)
def test_a_cell_is_read_as_it_is_shown(path: Path, kept: Any, as_: str | None, shown: str):
    def show(book: Workbook) -> None:
        if as_:
            book.worksheets[0]["A1"].number_format = as_

    assert read(path, [kept], then=show) == [(1, [shown])]


def test_rows_keep_their_numbers_and_end_with_their_last_cell(path: Path):
    assert read(path, ["a", "b", "c"], [], ["x", None, " "], [None, "y"]) == [
        (1, ["a", "b", "c"]),
        (2, []),
        (3, ["x"]),
        (4, ["", "y"]),
    ]


def test_a_formula_that_nobody_has_worked_out_makes_its_row_unknown(path: Path):
    """openpyxl writes formulas without values, as programs do; Excel adds them when it saves."""
    found = read(path, ["sku", "n"], ["milk", "=1+1"], ["rice", 3])
    assert found == [(1, ["sku", "n"]), (2, None), (3, ["rice", "3"])]


def test_a_formula_is_read_by_the_value_that_it_had(path: Path):
    written(path, ["sku", "n"], ["milk", "=1+1"])
    _rewritten(path, "xl/worksheets/sheet1.xml", b"<v /></c>", b"<v>2</v></c>", b"<v></v></c>")
    assert list(sheets.rows(path)) == [(1, ["sku", "n"]), (2, ["milk", "2"])]


def test_merged_cells_make_their_rows_unknown(path: Path):
    rows = [["sku", "lot"], ["milk", "L1"], ["rice", None], ["eggs", "L2"]]
    found = read(path, *rows, then=lambda book: book.worksheets[0].merge_cells("B2:B3"))
    assert found == [(1, ["sku", "lot"]), (2, None), (3, None), (4, ["eggs", "L2"])]


def test_hidden_sheets_are_passed_over(path: Path):
    def hide(book: Workbook) -> None:
        book.worksheets[0].sheet_state = "hidden"
        book.create_sheet("very").sheet_state = "veryHidden"
        book.create_sheet("shown").append(["rice"])

    assert read(path, ["milk"], then=hide) == [(1, ["rice"])]


def test_what_a_sheet_says_of_its_size_does_not_matter(path: Path):
    written(path, ["a"], ["b"], ["c"])
    _rewritten(path, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:A3"', b'<dimension ref="A1"')
    assert [cells for _number, cells in sheets.rows(path)] == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize(("begins", "is_one"), [(b"PK\x03\x04rest", True), (b"sku,quantity\n", False), (b"", False)])
def test_a_file_is_known_by_what_it_begins_with(path: Path, begins: bytes, is_one: bool):
    path.write_bytes(begins)
    assert sheets.is_sheet(path) == is_one


def test_an_old_or_locked_one_is_refused_with_advice(path: Path):
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(sheets.NotASheet) as refused:
        sheets.is_sheet(path)
    assert "save it as .xlsx" in refused.value.text("en")


# --- what is made to do harm ---


def test_more_than_may_be_kept_in_memory_is_refused_before_it_is(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "LARGEST_KEPT", 50_000)
    assert len(read(path, *[["milk"]] * 10_000)) == 10_000  # the sheet itself is 800 kB, and streamed
    texts = b'<Override PartName="/xl/texts.xml" ContentType="application/vnd.x.sharedStrings+xml"/></Types>'
    _rewritten(path, "[Content_Types].xml", b"</Types>", texts)
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/texts.xml", b" " * 50_000)
    with pytest.raises(sheets.NotASheet, match="too much"):
        list(sheets.rows(path))


def test_a_bomb_is_refused_unopened(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "LARGEST", 20_000_000)
    written(path, ["milk"])
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * 20_000_000)
    assert path.stat().st_size < 40_000
    with pytest.raises(sheets.NotASheet, match="too much"):
        list(sheets.rows(path))


@pytest.mark.parametrize("filling", [b"<is><t>" + b"x" * 3_000_000 + b"</t></is>", b"<v/>" * 5_000_000])
def test_a_cell_or_row_without_end_is_refused_before_it_is_read(path: Path, filling: bytes):
    written(path, ["milk"])
    _rewritten(path, "xl/worksheets/sheet1.xml", b"</row>", filling + b"</row>")
    with pytest.raises(sheets.NotASheet, match="too long"):
        next(sheets.rows(path))


@pytest.mark.timeout(20)
def test_a_row_of_an_absurd_number_ends_the_sheet(path: Path):
    written(path, ["milk"], ["rice"])
    _rewritten(path, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="2000000000"')
    assert [row for row in sheets.rows(path) if row[1]] == [(1, ["milk"])]


@pytest.mark.parametrize("how", ["cut", "changed", "emptied"])
def test_a_damaged_one_is_refused(path: Path, how: str):
    whole = written(path, ["milk"]).read_bytes()
    if how == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "changed":
        _rewritten(path, "xl/worksheets/sheet1.xml", b"</row>", b"")
    else:
        with ZipFile(path, "w") as archive:
            archive.writestr("nothing", b"")
    with pytest.raises(sheets.NotASheet, match="damaged"):
        list(sheets.rows(path))


def _rewritten(path: Path, member: str, old: bytes, new: bytes, *otherwise: bytes) -> None:
    """The same file, but for one text in one member."""
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (found,) = [text for text in (old, *otherwise) if text in members[member]]
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text.replace(found, new, 1) if name == member else text)
