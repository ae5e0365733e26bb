"""Spreadsheets of products: what a cell shows is what is taken in."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from grocery.catalog import public as catalog
from grocery.catalog.models import Product
from grocery.kernel import sheets
from tests.catalog.conftest import NOON, Shop

HEADER = [
    "sku",
    "name_en",
    "name_vi",
    "category",
    "price",
    "gtin",
    "step",
    "perishable",
    "min_freshness_days",
    "unit",
]
ROW: list[Any] = ["T1", "Kale", "Cải xoăn", "vegetables", 9000, "00000073513537", 0.1, True, 4, "kg"]


class Book:
    """A spreadsheet, and what came of it."""

    def __init__(self, folder: Path) -> None:
        self.path, self.book = folder / "goods.xlsx", Workbook()

    def sheet(self, name: str, *rows: list[Any]) -> Any:
        sheet = self.book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        return sheet

    def take(self, **options: Any) -> catalog.ImportProgress:
        if "Sheet" in self.book.sheetnames and len(self.book.sheetnames) > 1:
            del self.book["Sheet"]
        self.book.save(self.path)
        return self.again(**options)

    def again(self, **options: Any) -> catalog.ImportProgress:
        return catalog.import_products(path=self.path, profile="grocery", clock=lambda: NOON, **options)


@pytest.fixture
def book(shop: Shop, tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_numbers_yes_and_no_and_leading_zeros_are_what_they_are(book: Book):
    book.sheet("goods", HEADER, ROW)
    done = book.take()
    product = Product.objects.get()
    assert (done.new, product.price, product.gtin, str(product.step), product.perishable) == (
        *(1, 9000, "00000073513537", "0.100", True),
    )


@pytest.mark.parametrize("shown_as", ["0", "0000000000000"])
def test_a_gtin_that_was_typed_as_a_number_is_one(book: Book, shown_as: str):
    sheet = book.sheet("goods", HEADER[:6], ["T1", "Kale", "Cải", "vegetables", 9000, 8934563138165])
    sheet["F2"].number_format = shown_as
    book.take()
    assert Product.objects.get().gtin == "08934563138165"


def test_a_day_where_a_number_belongs_is_said_to_be_none(book: Book):
    book.sheet("goods", HEADER[:5], ["T1", "Kale", "Cải", "vegetables", date(2026, 11, 30)])
    assert book.take().reasons == {"not_a_number": 1}


def test_the_sheet_that_is_named_is_taken_else_the_first_that_shows(book: Book):
    book.sheet("notes", ["hidden"]).sheet_state = "hidden"
    book.sheet("goods", HEADER, ROW)
    book.sheet("more", HEADER, ["T2", *ROW[1:5], "", *ROW[6:]])
    assert (book.take().new, book.again(sheet="more").new, Product.objects.count()) == (1, 1, 2)
    with pytest.raises(sheets.NotASheet, match="there are: notes, goods, more"):
        book.again(sheet="none")


def test_rows_that_cannot_be_understood_are_rejected_and_the_others_taken(book: Book):
    wide = [*ROW[:5], *([""] * 5), "beyond"]
    sheet = book.sheet("goods", HEADER, ROW, [], ["T2", "=A1", *ROW[2:]], ["T3", *ROW[1:]], wide)
    sheet.merge_cells("B5:C5")
    assert book.take().reasons == {"merged_or_without_value": 2, "wrong_number_of_cells": 1}


def test_a_spreadsheet_goes_on_where_it_stopped(book: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grocery.catalog.services.import_products.CHUNK", 2)
    book.sheet("goods", HEADER, *([f"T{number}", *ROW[1:5], "", *ROW[6:]] for number in range(5)))

    def stop(progress: catalog.ImportProgress) -> None:
        if progress.rows == 2:
            catalog.stop_import(import_id=catalog.import_jobs()[0].id, now=NOON)

    with pytest.raises(catalog.ImportFailed):
        book.take(report=stop)
    [stopped] = catalog.import_jobs()
    catalog.continue_import(import_id=stopped.id, now=NOON)
    catalog.work_on_imports(clock=lambda: NOON)
    assert catalog.import_job(import_id=stopped.id).progress.new == 5


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 5000, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_only_looks_like_a_spreadsheet_is_one_clear_error(book: Book, content: bytes):
    book.path.write_bytes(content)
    with pytest.raises(sheets.NotASheet):
        book.again()
    assert catalog.import_jobs() == []


def test_a_bomb_is_refused_before_it_goes_off(book: Book):
    book.sheet("goods", HEADER, ROW)
    book.book.save(book.path)
    with ZipFile(book.path, "a", ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as bomb:
        for _megabyte in range((sheets.LARGEST_KEPT >> 20) + 1):
            bomb.write(b" " * (1 << 20))
    with pytest.raises(sheets.NotASheet, match="unpacks to too much"):
        book.again()


def test_the_command_takes_a_sheet_by_its_name(book: Book):
    book.sheet("first", ["nothing"])
    book.sheet("goods", HEADER, ROW)
    book.book.save(book.path)
    call_command("import_products", str(book.path), "--profile=grocery", "--sheet=goods", stdout=io.StringIO())
    assert Product.objects.count() == 1
