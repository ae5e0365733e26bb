"""Files of stock: every line done once, however often the file is taken; what is wrong is said beside it."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Movement, StockImport, StockItem
from grocery.inventory.public import ImportMode
from grocery.inventory.services import import_stock as service
from grocery.inventory.services.change_stock import change_by_line
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import plain, quantity
from tests.inventory.conftest import NOON, Shop, listed

pytestmark = pytest.mark.django_db
HEADER = "sku,quantity,lot_code,expires_on"


@pytest.fixture
def shop(db: None) -> Shop:
    listed("milk", "rice")
    return Shop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "delivery.csv"


def take(shop: Shop, file: Path, *lines: str, header: str = HEADER, **more: Any) -> inventory.StockImportProgress:
    """Write the file if there is something to write, and take it."""
    if lines:
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    asked: dict[str, Any] = {"mode": ImportMode.RECEIVE, "reference": file.name, "location": shop.location} | more
    return inventory.import_stock(path=file, now=NOON, reject=file.with_suffix(".rejected.csv"), **asked)


def rejected(file: Path) -> list[list[str]]:
    """Line, SKU and code of what was rejected."""
    with file.with_suffix(".rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [row[:3] for row in list(csv.reader(stream))[1:]]


def test_a_delivery_is_received_lot_by_lot(shop: Shop, file: Path):
    done = take(shop, file, "milk,24,L1,2026-11-30", "milk,2.5,L2,2026-12-04", "rice,10,,")
    assert [done.lines, done.applied, done.rejected] == [3, 3, 0]
    assert [(lot.lot_code, plain(lot.on_hand)) for lot in shop.level("milk").lots] == [("L1", "24"), ("L2", "2.5")]
    assert set(Movement.objects.values_list("reference", flat=True)) == {"import:delivery.csv"}


def test_a_count_sets_what_is_there(shop: Shop, file: Path):
    shop.receive("milk", 10, expires=10, lot="L1")
    shop.receive("rice", 5)
    take(shop, file, "milk,7,L1,2026-11-30", "rice,0,,", mode=ImportMode.COUNT)
    assert [shop.on_hand("milk"), shop.on_hand("rice")] == [7, 0]


def test_the_same_file_taken_again_changes_nothing(shop: Shop, file: Path):
    take(shop, file, "milk,24,L1,2026-11-30")
    again = take(shop, file)
    assert [again.lines, again.skipped, shop.on_hand("milk")] == [0, 1, 24]


def test_under_another_reference_it_is_another_delivery(shop: Shop, file: Path):
    take(shop, file, "milk,24,L1,2026-11-30")
    take(shop, file, reference="second")
    assert shop.on_hand("milk") == 48


@pytest.mark.parametrize("otherwise", [{"lines": ["milk,25,L1,2026-11-30"]}, {"mode": ImportMode.COUNT}])
def test_a_reference_stands_for_one_file_taken_in_one_way(shop: Shop, file: Path, otherwise: dict[str, Any]):
    take(shop, file, "milk,24,L1,2026-11-30")
    with pytest.raises(inventory.ReferenceUsed):
        take(shop, file, *otherwise.pop("lines", []), **otherwise)
    assert shop.on_hand("milk") == 24


def test_an_import_that_was_cut_off_goes_on_where_it_ended(shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service, "CHUNK", 2)

    class Cut(Exception):
        pass

    def cut(progress: inventory.StockImportProgress) -> None:
        if progress.lines == 4:
            raise Cut

    lines = [f"{sku},1,L{number},2026-11-30" for number in range(3) for sku in ("milk", "mikl")]
    with pytest.raises(Cut):
        take(shop, file, *lines, report=cut)
    done = take(shop, file)
    assert [done.skipped, done.lines, done.applied, shop.on_hand("milk")] == [4, 2, 1, 3]
    assert rejected(file) == [[line, "mikl", "unknown_sku"] for line in ("3", "5", "7")]


def test_each_line_that_is_wrong_is_rejected_for_its_own_reason(shop: Shop, file: Path):
    take(
        shop,
        file,
        "milk,1,L1,2026-11-30",
        "mikl,1,,",
        "milk,many,,",
        "milk,,,",
        "milk,-1,,",
        "milk,1,,2026-02-30",
        "milk,1,,2020-01-01",
        "=cmd(),1,,",
        "milk,1,lot with blanks,",
        "milk,1",
        '"milk,1,,',
    )
    assert rejected(file) == [
        ["3", "mikl", "unknown_sku"],
        ["4", "milk", "quantity"],
        ["5", "milk", "quantity"],
        ["6", "milk", "quantity"],
        ["7", "milk", "expires_on"],
        ["8", "milk", "already_expired"],
        ["9", "'=cmd()", "sku"],
        ["10", "milk", "lot_code"],
        ["11", "", "faulty_line"],
        ["12", "", "faulty_line"],
    ]
    assert shop.on_hand("milk") == 1


def test_the_reasons_are_told_in_both_languages(shop: Shop, file: Path):
    take(shop, file, "mikl,1,,")
    told = file.with_suffix(".rejected.csv").read_text(encoding="utf-8-sig")
    assert ["The catalogue does not know this SKU." in told, "Danh mục hàng không có mã này." in told] == [True, True]


def test_thresholds_come_with_their_lines(shop: Shop, file: Path):
    take(shop, file, "milk,24,5", "mikl,1,5", "rice,1,", header="sku,quantity,low_stock_threshold")
    assert dict(StockItem.objects.values_list("sku", "low_stock_threshold")) == {"milk": 5, "rice": 0}


def test_a_dry_run_says_what_would_change_and_changes_nothing(shop: Shop, file: Path):
    shop.receive("milk", 5)
    done = take(shop, file, "milk,24,,", "rice,1,,", "mikl,1,,", dry_run=True)
    assert [(one.sku, plain(one.before), plain(one.after)) for one in done.differences] == [
        ("milk", "5", "29"),
        ("rice", "0", "1"),
    ]
    assert [done.applied, done.rejected] == [2, 1]
    assert [shop.on_hand("milk"), StockItem.objects.count(), StockImport.objects.count()] == [5, 1, 0]


def test_vietnamese_columns_days_and_commas_are_read(shop: Shop, file: Path):
    header = "Mã hàng;Tên hàng;Số lượng;Lô;Hạn sử dụng"
    take(shop, file, "milk;Sữa tươi;2,5;L1;30/11/2026", header=header, profile="vi")
    (lot,) = shop.level("milk").lots
    assert [str(lot.on_hand), str(lot.expires_on)] == ["2.500", "2026-11-30"]


def test_columns_may_be_called_otherwise(shop: Shop, file: Path):
    take(shop, file, "4,milk", header="Tồn kho,SKU", columns={"sku": "SKU", "quantity": "Tồn kho"})
    assert shop.on_hand("milk") == 4


def test_a_file_that_lacks_a_column_is_refused(shop: Shop, file: Path):
    with pytest.raises(inventory.NotAStockFile, match=r"lacks these columns: quantity\. It has: sku, amount"):
        take(shop, file, "milk,1", header="sku,amount")
    assert take(shop, file, "milk,1", header="sku,quantity").applied == 1  # its reference is still free
    with pytest.raises(inventory.UnknownImportProfile):
        take(shop, file, profile="sap")


def test_goods_are_not_imported_into_a_store_that_does_not_exist(shop: Shop, file: Path):
    with pytest.raises(NotFound):
        take(shop, file, "milk,1,,", location=new_id())


# --- from the command line --------------------------------------------------------------------------------------


def command(shop: Shop, file: Path, *arguments: str) -> str:
    [code] = [store.code for store in catalog.stores() if store.id == shop.location]
    said = StringIO()
    call_command("import_stock", str(file), "--store", code, *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON)


@pytest.mark.usefixtures("today")
def test_the_command_says_what_it_did(shop: Shop, file: Path):
    file.write_text(f"{HEADER}\nmilk,24,,\nmikl,1,,\n", encoding="utf-8")
    assert command(shop, file, "--dry-run").splitlines()[:2] == [
        "  milk: 0 -> 24",
        "Dry run, nothing was changed: 2 lines: 1 applied, 1 rejected.",
    ]
    assert "\n2 lines: 1 applied, 1 rejected.\n" in "\n" + command(shop, file)
    assert command(shop, file) == "0 lines: 0 applied, 0 rejected. 2 were done before.\n"
    assert shop.on_hand("milk") == 24


@pytest.mark.usefixtures("today")
def test_the_command_says_why_it_did_nothing(shop: Shop, file: Path):
    with pytest.raises(CommandError, match="There is no file"):
        command(shop, file)
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Tệp thiếu các cột: quantity, sku"):
        command(shop, file)
    with pytest.raises(CommandError, match="There is no store X"):
        call_command("import_stock", str(file), "--store", "X")


# --- spreadsheets -----------------------------------------------------------------------------------------------


def spreadsheet(path: Path, *rows: Any) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_a_spreadsheet_is_taken_as_the_same_file_in_csv_is(shop: Shop, tmp_path: Path):
    header = ["Mã hàng", "Số lượng", "Lô", "Hạn sử dụng"]
    rows = [
        ["milk", 2.5, "L1", date(2026, 11, 30)],
        ["milk", "24", "L2", "04/12/2026"],
        ["rice", "=1+1"],
        ["eggs", 1],
    ]
    file = spreadsheet(tmp_path / "delivery.xlsx", header, *rows)
    done = take(shop, file, profile="vi")
    assert [done.lines, done.applied, shop.on_hand("milk")] == [4, 2, quantity("26.5")]
    assert [(lot.lot_code, lot.expires_on) for lot in shop.level("milk").lots] == [
        ("L1", date(2026, 11, 30)),
        ("L2", date(2026, 12, 4)),
    ]
    assert rejected(file) == [["4", "", "faulty_line"], ["5", "eggs", "unknown_sku"]]


def test_a_spreadsheet_that_was_cut_off_goes_on_where_it_ended(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(service, "CHUNK", 2)
    file = spreadsheet(tmp_path / "delivery.xlsx", ["sku", "quantity"], *[["milk", 1]] * 5)
    change, taken = change_by_line, 0

    def cut(**asked: Any) -> Any:
        nonlocal taken
        if (taken := taken + 1) == 3:
            raise KeyboardInterrupt
        return change(**asked)

    monkeypatch.setattr(service, "change_by_line", cut)
    with pytest.raises(KeyboardInterrupt):
        take(shop, file)
    assert shop.on_hand("milk") == 4
    again = take(shop, file)
    assert [again.skipped, again.applied, shop.on_hand("milk")] == [4, 1, 5]


@pytest.mark.usefixtures("today")
def test_a_file_that_only_looks_like_a_spreadsheet_is_refused_whole(shop: Shop, tmp_path: Path):
    file = tmp_path / "delivery.xlsx"
    file.write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(CommandError, match=r"(?s)damaged.*bị hỏng"):
        command(shop, file)
    assert not StockImport.objects.exists()
