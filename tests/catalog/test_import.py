"""Files of products: what is right is taken, what is not is written down with its reason."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grocery.catalog import public as catalog
from grocery.catalog.models import Category, PriceChange, Product, bulk
from grocery.catalog.policies import drafts
from grocery.catalog.services import write_products
from tests.catalog.conftest import NOON, Shop
from tests.plans import most_rows

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
HEADER = "sku,name_en,name_vi,category,price"


def real(name: str) -> Path:
    """A file of real data, which is not part of the project."""
    if not (path := DATA / name).is_file():
        pytest.skip(f"the real data set {name} is not here")
    return path


class Sheet:
    """A CSV file to import, and what came of it."""

    def __init__(self, folder: Path) -> None:
        self.path, self.rejects = folder / "products.csv", folder / "rejects.csv"

    def write(self, *lines: str | bytes, end: bytes = b"\n") -> Sheet:
        self.path.write_bytes(end.join(line if isinstance(line, bytes) else line.encode() for line in lines) + end)
        return self

    def take(self, profile: str = "grocery", **options: object) -> catalog.ImportProgress:
        return catalog.import_products(
            path=self.path,
            profile=profile,
            clock=lambda: NOON,
            reject=self.rejects,
            **options,  # type: ignore[arg-type]  # keywords of the face
        )

    @property
    def rejected(self) -> list[tuple[int, str]]:
        """Line and reason of each row that was not taken."""
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return [(int(row["line"]), row["code"]) for row in csv.DictReader(file)]


@pytest.fixture
def sheet(shop: Shop, tmp_path: Path) -> Sheet:
    return Sheet(tmp_path)


def test_a_row_becomes_a_product(sheet: Sheet):
    columns = "unit,step,net_content,net_unit,perishable,min_freshness_days,dietary,tags,vat_rate,gtin,popularity"
    sheet.write(
        f"{HEADER},{columns}",
        'T1,"Tomatoes, Đà Lạt",Cà chua,vegetables,18900,piece,1,500,g,1,4,vegan gluten_free,vietgap,5,73513537,7',
    ).take()
    product = Product.objects.get()
    assert (
        product.name_en,
        product.price,
        str(product.net_content),
        product.min_freshness_days,
        product.dietary,
    ) == (
        "Tomatoes, Đà Lạt",
        18_900,
        "500.000",
        4,
        ["gluten_free", "vegan"],
    )


@pytest.mark.parametrize(
    ("cell", "kept"), [("milk soy", ["milk", "soy"]), ("none", []), ("", None)], ids=["two", "none", "empty"]
)
def test_a_cell_of_allergens_says(sheet: Sheet, cell: str, kept: list[str] | None):
    sheet.write(f"{HEADER},allergens", f"T1,Tomatoes,Cà chua,vegetables,18900,{cell}").take()
    assert Product.objects.get().allergens == kept


@pytest.mark.parametrize("cell", ["0", "1000"])
def test_a_limit_that_nobody_can_keep_is_refused(sheet: Sheet, cell: str):
    sheet.write(f"{HEADER},max_per_order", f"T1,Tomatoes,Cà chua,vegetables,18900,{cell}").take()
    assert sheet.rejected == [(2, "invalid_max_per_order")]


def test_goods_by_the_piece_are_stepped_by_their_weight(sheet: Sheet):
    sheet.write(f"{HEADER},unit,piece_weight", "T1,Melon,Dưa lưới,vegetables,60000,kg,1.5").take()
    assert str(Product.objects.get().step) == "1.500"


def test_a_second_run_changes_nothing(sheet: Sheet):
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900", "T2,Leek,Tỏi tây,vegetables,9000")
    first, second = sheet.take(), sheet.take()
    assert ((first.new, first.changed, first.unchanged), (second.new, second.changed, second.unchanged)) == (
        (2, 0, 0),
        (0, 0, 2),
    )


def test_a_changed_row_changes_its_product_and_remembers_the_price(sheet: Sheet):
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900").take()
    done = sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,20000").take()
    assert (done.changed, list(PriceChange.objects.values_list("old", "new", "by"))) == (1, [(18_900, 20_000, None)])


def test_columns_that_are_absent_leave_what_is_known_as_it_is(sheet: Sheet, shop: Shop):
    shop.product("T1", "Cà", popularity=7, perishable=True, min_freshness_days=3)
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900").take()
    product = Product.objects.get()
    assert (product.name_vi, product.base_popularity, product.min_freshness_days) == ("Cà chua", 7, 3)


def test_what_was_imported_is_found_by_search(sheet: Sheet, shop: Shop):
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900").take()
    assert (shop.find("ca chua"), shop.page(search="ca chau").did_you_mean) == (["T1"], "cà chua")


def test_a_dry_run_says_what_would_be_and_changes_nothing(sheet: Sheet):
    done = sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900").take(dry_run=True)
    assert (done.new, Product.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("T2,Leek,Tỏi tây,vegetables,-5", "invalid_price"),
        ("T2,Leek,Tỏi tây,vegetables,12.000", "not_a_number"),
        ("T2,Leek,Tỏi tây,vegetables,１２", "not_a_number"),
        ("T2,Leek,Tỏi tây,vegetables,", "invalid_price"),
        ("T2,Leek,Tỏi tây,toys,9000", "unknown_category"),
        ("T2,,Tỏi tây,vegetables,9000", "missing"),
        ("bad sku,Leek,Tỏi tây,vegetables,9000", "invalid_sku"),
        ("T1,Leek,Tỏi tây,vegetables,9000", "duplicate_sku"),
        ("T2,Leek,Tỏi tây,vegetables", "wrong_number_of_cells"),
        ("T2,Leek,Tỏi tây,vegetables,9000,more", "wrong_number_of_cells"),
        (b"T2,L\xffek,leek,vegetables,9000", "not_utf8"),
        ("T2,L\x00ek,leek,vegetables,9000", "control_character"),
        ("T2,L\x07ek,leek,vegetables,9000", "invalid_name_en"),
        (f"T2,{'x' * 201},leek,vegetables,9000", "invalid_name_en"),
        (f"T2,{'x' * 140_000},leek,vegetables,9000", "broken_quotes_or_too_long"),
        (f"T2,{'x,' * 700_000},leek,vegetables,9000", "broken_quotes_or_too_long"),
    ],
)
def test_a_bad_row_is_written_down_and_the_others_are_taken(sheet: Sheet, row: str | bytes, reason: str):
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900", row, "T3,Kale,Cải xoăn,vegetables,9000")
    done = sheet.take()
    assert (sheet.rejected, done.reasons, sorted(Product.objects.values_list("sku", flat=True))) == (
        [(3, reason)],
        {reason: 1},
        ["T1", "T3"],
    )


@pytest.mark.parametrize(("gtin", "reason"), [("123", "invalid_gtin"), ("73513538", "invalid_gtin")])
def test_a_gtin_with_a_wrong_digit_is_refused(sheet: Sheet, gtin: str, reason: str):
    sheet.write(f"{HEADER},gtin", f"T1,Tomatoes,Cà chua,vegetables,18900,{gtin}").take()
    assert sheet.rejected == [(2, reason)]


def test_a_gtin_of_another_product_is_refused(sheet: Sheet, shop: Shop):
    shop.product("kale", gtin="73513537")
    row = "Tomatoes,Cà chua,vegetables,18900"
    sheet.write(f"{HEADER},gtin", f"T1,{row},73513537", f"T2,{row},4006381333931", f"T3,{row},4006381333931").take()
    assert sorted(sheet.rejected) == [(2, "gtin_taken"), (4, "duplicate_gtin")]


def test_an_unclosed_quotation_mark_does_not_swallow_the_file(sheet: Sheet):
    rows = [f"T{number},Kale,Cải xoăn,vegetables,9000" for number in range(10_000)]
    done = sheet.write(HEADER, 'T99999,"Leek,Tỏi tây,vegetables,9000', *rows).take()
    assert (done.rejected > 0, done.new > 5_000) == (True, True)


def test_byte_order_mark_line_ends_and_blank_lines_do_not_matter(sheet: Sheet):
    sheet.write(b"\xef\xbb\xbf" + HEADER.encode(), "T1,Tomatoes,Cà chua,vegetables,18900", "", end=b"\r\n")
    assert (sheet.take().new, sheet.rejected) == (1, [])


def test_a_line_break_inside_quotes_belongs_to_the_name(sheet: Sheet):
    sheet.write(HEADER, 'T1,"Tomatoes\nred",Cà chua,vegetables,18900', "bad row").take()
    assert (Product.objects.get().name_en, sheet.rejected) == ("Tomatoes red", [(4, "wrong_number_of_cells")])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("sku,name_en,name_vi", "lacks the columns category, price"),
        (f"{HEADER},prise", "not known: prise"),
        (f"{HEADER},sku", "repeats a column"),
        ("", "lacks the columns sku"),
    ],
)
def test_a_wrong_header_is_one_clear_error(sheet: Sheet, header: str | bytes, said: str):
    with pytest.raises(catalog.WrongHeader) as refused:
        sheet.write(header, "T1,Tomatoes,Cà chua,vegetables,18900").take()
    assert (said in refused.value.text("en"), Product.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\xff\xfes\x00k\x00u\x00", "UTF-16"),
        (b"%PDF-1.7 sku,name_en", "neither CSV nor a spreadsheet"),
        (b"sku\x00,name_en", "neither CSV nor a spreadsheet"),
    ],
)
def test_what_is_no_table_is_one_clear_error(sheet: Sheet, content: bytes, said: str):
    sheet.path.write_bytes(content)
    with pytest.raises(catalog.NotATable) as refused:
        sheet.take()
    assert (said in refused.value.text("en"), catalog.import_jobs()) == (True, [])


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_may_be_parted_by_semicolons_or_tabs(sheet: Sheet, mark: str):
    sheet.write(
        HEADER.replace(",", mark), mark.join(("T1", "Tomatoes, red", "Cà chua", "vegetables", "18900"))
    ).take()
    assert Product.objects.get().name_en == "Tomatoes, red"


def test_a_formula_is_made_harmless_in_the_reject_file(sheet: Sheet):
    sheet.write(HEADER, "=1+1,Tomatoes,Cà chua,vegetables,18900").take()
    assert sheet.rejects.read_text(encoding="utf-8-sig").splitlines()[1].startswith("2,'=1+1,invalid_sku,sku,")


def test_chunks_add_up(sheet: Sheet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grocery.catalog.services.import_products.CHUNK", 3)
    rows = [f"T{number},Kale,Cải xoăn,vegetables,{9000 if number % 4 else -1}" for number in range(10)]
    seen: list[int] = []
    done = sheet.write(HEADER, *rows).take(report=lambda progress: seen.append(progress.rows))
    assert (done.rows, done.new, done.rejected, seen) == (10, 7, 3, [3, 6, 9, 10])


def test_an_import_that_was_cut_off_is_simply_run_again(sheet: Sheet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grocery.catalog.services.import_products.CHUNK", 2)
    rows = [f"T{number},Kale,Cải xoăn,vegetables,9000" for number in range(5)]
    sheet.write(HEADER, *rows)

    def power_cut(progress: catalog.ImportProgress) -> None:
        if progress.rows == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sheet.take(report=power_cut)
    again = sheet.take()
    assert (again.unchanged, again.new, Product.objects.count()) == (4, 1, 5)


# --- what a plan may do wrong ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("without", ["", "hashjoin mergejoin"])
def test_locking_what_is_known_goes_through_no_row_again_and_again(shop: Shop, without: str):
    shop.category("food")
    lines = [(line, drafts.checked(draft(f"sku{line}"))) for line in range(1, 1_001)]
    write_products.write_products(drafts=lines, categories=(), sets=bulk.EVERY_COLUMN, now=NOON)
    bulk.stage(lines, brands={})
    assert most_rows(bulk.LOCK, without=without) <= 2_000


def draft(sku: str) -> catalog.ProductDraft:
    return catalog.ProductDraft(
        sku=sku, name_en=sku, name_vi=sku, category="food", price=10_000, unit=catalog.Unit.PIECE, vat_group="reduced"
    )


# --- real files -----------------------------------------------------------------------------------------------------
def test_the_real_instacart_catalogue_is_taken_whole(db: None):
    path = real("instacart/products.csv")
    done = catalog.import_products(path=path, profile="instacart", clock=lambda: NOON)
    cookware = Product.objects.get(name_en__startswith="Easy Grab 9")
    assert (
        done.new,
        done.rejected,
        Product.objects.on_sale().count(),
        Category.objects.count(),
        cookware.name_en,
    ) == (
        49_688,
        0,
        0,
        155,
        'Easy Grab 9"x13" Oblong Glass Bakeware',
    )


def test_instacart_products_are_on_sale_only_with_a_default_price(db: None, tmp_path: Path):
    for name in ("aisles.csv", "departments.csv"):
        (tmp_path / name).write_bytes(real(f"instacart/{name}").read_bytes())
    lines = real("instacart/products.csv").read_text(encoding="utf-8").splitlines()[:11]
    sheet = Sheet(tmp_path).write(*lines)
    sheet.take("instacart", default_price=25_000)
    assert Product.objects.on_sale().filter(price=25_000).count() == 10


def test_a_price_given_by_staff_survives_the_next_import(db: None, tmp_path: Path):
    for name in ("aisles.csv", "departments.csv"):
        (tmp_path / name).write_bytes(real(f"instacart/{name}").read_bytes())
    sheet = Sheet(tmp_path).write(*real("instacart/products.csv").read_text(encoding="utf-8").splitlines()[:3])
    sheet.take("instacart")
    Product.objects.filter(sku="IC-1").update(price=30_000, is_active=True, name_vi="Bánh quy")
    sheet.take("instacart")
    product = Product.objects.get(sku="IC-1")
    assert (product.price, product.is_active, product.name_vi) == (30_000, True, "Bánh quy")


def test_the_real_vietnamese_shelf_is_taken_whole(shop: Shop):
    done = catalog.import_products(path=real("vn_grocery_bhx/products_vi.csv"), profile="bhx", clock=lambda: NOON)
    milo = Product.objects.get(name_vi="Thùng 48 hộp sữa lúa mạch Milo 180ml")
    assert (done.new, done.rejected, milo.untranslated, milo.price, int(milo.net_content or 0), milo.net_unit) == (
        1_342,
        0,
        "en",
        335_000,
        8_640,
        "ml",
    )


def test_the_real_vietnamese_shelf_is_found_with_and_without_marks(shop: Shop):
    catalog.import_products(path=real("vn_grocery_bhx/products_vi.csv"), profile="bhx", clock=lambda: NOON)
    typed = ("đường", "duong", "nuoc mam", "sữa tươi")
    assert [words for words in typed if (shop.page(search=words).total or 0) <= 5] == []


def test_a_messy_file_of_another_kind_is_refused_before_anything_changes(db: None):
    with pytest.raises(catalog.WrongHeader):
        catalog.import_products(
            path=real("catalog_costco_messy/GroceryDataset.csv"), profile="grocery", clock=lambda: NOON
        )
    assert Product.objects.count() == 0


def test_without_its_companions_a_file_is_refused(db: None, tmp_path: Path):
    sheet = Sheet(tmp_path).write("product_id,product_name,aisle_id,department_id", "1,Cookies,61,19")
    with pytest.raises(catalog.MissingFile):
        sheet.take("instacart")


# --- the command ----------------------------------------------------------------------------------------------------
def test_the_command_says_what_it_did(sheet: Sheet):
    out = io.StringIO()
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900", "T2,Leek,Tỏi tây,vegetables,-5")
    call_command("import_products", str(sheet.path), "--profile=grocery", f"--reject={sheet.rejects}", stdout=out)
    assert out.getvalue().splitlines() == [
        "2 rows: 1 new, 0 changed, 0 unchanged, 1 rejected.",
        "         1  invalid_price",
        f"Rejected lines and their reasons: {sheet.rejects}",
    ]


def test_the_command_prints_time_and_memory_when_asked(sheet: Sheet):
    out = io.StringIO()
    sheet.write(HEADER, "T1,Tomatoes,Cà chua,vegetables,18900")
    call_command("import_products", str(sheet.path), "--profile=grocery", "--stats", stdout=out)
    assert "peak memory" in out.getvalue()


@pytest.mark.parametrize("profile", ["nothing", "instacart"])
def test_the_command_ends_with_one_clear_error(sheet: Sheet, profile: str):
    sheet.write(HEADER)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("import_products", str(sheet.path), f"--profile={profile}", stdout=io.StringIO())


def test_no_more_is_held_than_a_chunk():
    assert write_products.CHUNK <= 5_000


@pytest.mark.parametrize(
    ("column", "value", "group"),
    [("vat_rate", "5", "fresh"), ("vat_rate", "8", "reduced"), ("vat_rate", "10.00", "standard"),
     ("vat_rate", "0", "none"), ("vat_rate", "", "reduced"), ("vat_group", "standard", "standard")],
)  # fmt: skip
def test_a_rate_in_a_file_stands_for_its_group(sheet: Sheet, column: str, value: str, group: str):
    sheet.write(f"{HEADER},{column}", f"T1,Tomatoes,Cà chua,vegetables,18900,{value}").take()
    assert Product.objects.get().vat_group_id == group


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [("vat_rate", "7", "unknown_vat_rate"), ("vat_group", "luxury", "unknown_vat_group")],
)
def test_a_rate_or_group_that_stands_for_nothing_is_handed_back(sheet: Sheet, column: str, value: str, code: str):
    sheet.write(f"{HEADER},{column}", f"T1,Tomatoes,Cà chua,vegetables,18900,{value}").take()
    assert sheet.rejected == [(2, code)]
