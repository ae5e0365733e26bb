"""What a label says: packs of one thing, storage, origin, nutrition."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.catalog import public as catalog
from grocery.catalog.models import Product
from grocery.catalog.policies import countries, nutrition
from grocery.kernel.errors import Invalid
from tests.catalog.conftest import NOON, Shop
from tests.catalog.test_admin import form

#: Fresh milk.
MILK = {
    "energy_kj": "268", "energy_kcal": "64", "fat": "3.6", "saturates": "2.4", "carbohydrate": "4.7", "sugars": "4.7",
    "protein": "3.3", "salt": "0.1",
}  # fmt: skip


def told(per: str = "ml", **changes: str | None) -> catalog.Nutrition | None:
    values = {name: value for name, value in (MILK | changes).items() if value is not None}
    return catalog.nutrition_told(per=per, values={name: Decimal(value) for name, value in values.items()})


def detail(shop: Shop, sku: str) -> catalog.ProductDetail:
    return catalog.product(sku=catalog.Sku(sku), store_id=shop.store.id)


# --- packs of one thing -----------------------------------------------------------------------------------------
@pytest.fixture
def packs(shop: Shop) -> Shop:
    for content in (1000, 180, 110):
        shop.product(
            f"milk{content}", "Sữa", family="milk", net_content=Decimal(content), net_unit="ml", price=content * 40
        )
    shop.product("gone", "Sữa", family="milk", active=False)
    shop.product("kale")
    return shop


def test_the_other_packs_stand_beside_each_the_small_ones_first(packs: Shop):
    sizes = detail(packs, "milk180").sizes
    assert [(size.sku, size.price_now.minor, size.unit_price and size.unit_price.minor) for size in sizes] == [
        ("milk110", 4_400, 40_000),
        ("milk1000", 40_000, 40_000),
    ]


def test_what_comes_in_one_pack_has_none_beside_it(packs: Shop):
    assert detail(packs, "kale").sizes == ()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sku", "cost"), [("kale", 1), ("milk110", 2)])
def test_packs_cost_one_statement_more_and_none_where_there_is_no_family(packs: Shop, sku: str, cost: int):
    detail(packs, sku)
    with CaptureQueriesContext(connection) as captured:
        detail(packs, sku)
    assert len(captured) == cost


def test_a_family_is_a_code(shop: Shop):
    with pytest.raises(Invalid, match="family"):
        shop.product("milk", family="Sữa tươi")


# --- nutrition --------------------------------------------------------------------------------------------------
def test_what_is_told_is_kept_to_the_digit(shop: Shop):
    shop.product("milk", nutrition=told())
    kept = detail(shop, "milk").nutrition
    assert (kept, kept and kept.sodium_mg) == (told(), Decimal(40))


def test_sodium_says_salt_and_one_unit_of_energy_the_other():
    label = told(salt=None, sodium_mg="35", energy_kj=None)
    assert label is not None
    assert (label.salt, label.sodium_mg, label.energy_kj) == (Decimal("0.0875"), Decimal(35), Decimal(268))


def test_nothing_told_is_none():
    assert catalog.nutrition_told(per="", values={}) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fat": None}, "fat"),
        ({"salt": None}, "salt"),
        ({"energy_kj": None, "energy_kcal": None}, "energy_kcal"),
        ({"saturates": "3.7"}, "saturates"),
        ({"sugars": "4.8"}, "sugars"),
        ({"protein": "-1"}, "protein"),
        ({"protein": "100.1"}, "protein"),
        ({"energy_kj": "64", "energy_kcal": "268"}, "energy_kcal"),
        ({"energy_kj": "3801", "energy_kcal": "908"}, "energy_kj"),
        ({"per": "g", "carbohydrate": "95", "energy_kj": "1700", "energy_kcal": "405"}, "carbohydrate"),
        ({"per": "oz"}, "nutrition_per"),
        ({"per": ""}, "nutrition_per"),
    ],
)
def test_what_cannot_be_is_said_by_its_field(changes: dict[str, str | None], field: str):
    with pytest.raises(Invalid) as refused:
        told(**changes)  # type: ignore[arg-type]  # `per` is always a text here
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kj", "kcal", "fat", "carbohydrate"),
    [("0", "0", "0", "0"), ("3700", "900", "100", "0"), ("1700", "400", "0", "100")],
)
def test_water_oil_and_sugar_can_be(kj: str, kcal: str, fat: str, carbohydrate: str):
    assert told("g", energy_kj=kj, energy_kcal=kcal, fat=fat, saturates="0", carbohydrate=carbohydrate, sugars="0",
                protein="0", salt="0")  # fmt: skip


@pytest.mark.parametrize("wrong", [{"fat": 101}, {"saturates": 4}, {"sugars": 5}, {"per": "oz"}, {"salt": None}])
def test_the_database_is_the_last_guard(shop: Shop, wrong: dict[str, Any]):
    shop.product("milk", nutrition=told())
    kept = {name: value for name, value in ((nutrition.kept(told()) or {}) | wrong).items() if value is not None}
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(nutrition=kept)


# --- origin and storage -----------------------------------------------------------------------------------------
def test_an_origin_is_named_in_both_languages(shop: Shop):
    shop.product("kale", origin_country="VN", origin_region_vi="Đà Lạt", origin_region_en="Da Lat", storage="chilled")
    found = detail(shop, "kale")
    assert found.origin is not None
    assert (found.origin.name("vi"), found.origin.name("en"), found.storage) == (
        "Đà Lạt, Việt Nam",
        "Da Lat, Vietnam",
        catalog.Storage.CHILLED,
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"origin_country": "EU"}, "origin_country"),
        ({"origin_country": "XX"}, "origin_country"),
        ({"origin_region_vi": "Đà Lạt"}, "origin_region_vi"),
        ({"origin_country": "VN", "origin_region_en": "x" * 81}, "origin_region_en"),
        ({"storage": "warm"}, "storage"),
    ],
)
def test_what_is_no_origin_or_storage_is_refused(shop: Shop, wrong: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refused:
        shop.product("kale", **wrong)
    assert refused.value.field == field


def test_the_standard_knows_249_countries():
    assert (len(countries.names("en")), len(countries.names("vi"))) == (249, 249)


@pytest.mark.parametrize("wrong", [{"origin_region_vi": "Đà Lạt"}, {"origin_country": "V"}, {"storage": "warm"}])
def test_the_database_guards_origin_and_storage(shop: Shop, wrong: dict[str, str]):
    shop.product("kale")
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(**wrong)


# --- files ------------------------------------------------------------------------------------------------------
COLUMNS = "family,storage,origin_country,origin_region_vi,nutrition_per," + ",".join(MILK)
ROW = "milk,chilled,vn,Mộc Châu,ml," + ",".join(MILK.values())


def take(tmp_path: Path, columns: str, row: str) -> catalog.ImportProgress:
    sheet = tmp_path / "goods.csv"
    sheet.write_text(f"sku,name_en,name_vi,category,price,{columns}\nm,Milk,Sữa,vegetables,9000,{row}\n")
    return catalog.import_products(path=sheet, profile="grocery", clock=lambda: NOON)


def test_a_file_says_all_of_it_and_a_second_run_changes_nothing(shop: Shop, tmp_path: Path):
    runs = [take(tmp_path, COLUMNS, ROW).unchanged for _again in range(2)]
    found = detail(shop, "m")
    assert (runs, found.family, found.storage, found.origin and found.origin.country, found.nutrition) == (
        [0, 1],
        "milk",
        "chilled",
        "VN",
        told(),
    )


def test_a_file_without_the_columns_leaves_what_is_told(shop: Shop, tmp_path: Path):
    take(tmp_path, COLUMNS, ROW)
    take(tmp_path, "tags", "new")
    assert detail(shop, "m").nutrition == told()


@pytest.mark.parametrize(
    ("columns", "row", "reason"),
    [
        ("nutrition_per,fat", "g,3", "invalid_carbohydrate"),
        ("storage", "warm", "invalid_storage"),
        ("origin_country", "Vietnam", "invalid_origin_country"),
        ("family", "Sữa", "invalid_family"),
    ],
)
def test_a_row_that_cannot_be_is_handed_back(shop: Shop, tmp_path: Path, columns: str, row: str, reason: str):
    assert take(tmp_path, columns, row).reasons == {reason: 1}


# --- staff ------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(client: Client, packs: Shop) -> Client:
    client.force_login(get_user_model().objects.create_superuser("boss@example.com", "x" * 12, name="Boss"))
    return client


def test_staff_write_it_all_down_and_see_the_other_packs(admin: Client, packs: Shop):
    page = "/admin/catalog/product/milk180/change/"
    label = {"family": "milk", "storage": "chilled", "origin_country": "VN", "nutrition_per": "ml", **MILK}
    admin.post(page, form(Product.objects.get(sku="milk180"), **label))
    found, shown = detail(packs, "milk180"), admin.get(page).content.decode()
    assert (found.nutrition, found.storage, "milk1000" in shown, 'value="268"' in shown) == (
        told(),
        "chilled",
        True,
        True,
    )


@pytest.mark.parametrize(("field", "value"), [("saturates", "9"), ("origin_country", "XX"), ("family", "A B")])
def test_what_cannot_be_is_said_beside_its_field(admin: Client, packs: Shop, field: str, value: str):
    wrong = {"nutrition_per": "ml", **MILK, field: value}
    answer = admin.post("/admin/catalog/product/milk180/change/", form(Product.objects.get(sku="milk180"), **wrong))
    assert list(answer.context["adminform"].form.errors) == [field]
