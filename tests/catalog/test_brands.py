"""Brands: made when a product names them, renamed in one place, found by their words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client

from grocery.catalog import public as catalog
from grocery.catalog.models import Brand, Product
from grocery.kernel.errors import Invalid, NotFound
from tests.catalog.conftest import NOON, Shop


def borne(shop: Shop) -> dict[str, str | None]:
    """What cards say, by SKU."""
    return {card.sku: card.brand.name if card.brand else None for card in shop.page().cards}


def test_a_brand_that_is_new_is_made_and_shown(shop: Shop):
    shop.product("milk", brand="TH True Milk")
    shop.product("kale")
    assert (borne(shop), list(Brand.objects.values_list("slug", "name"))) == (
        {"milk": "TH True Milk", "kale": None},
        [("th-true-milk", "TH True Milk")],
    )


@pytest.mark.parametrize("said", ["TH TRUE  MILK", "th true milk", "Th-True-Milk"])
def test_however_a_name_is_written_it_is_one_brand(shop: Shop, said: str):
    shop.product("milk", brand="TH True Milk")
    shop.product("yogurt", brand=said)
    assert set(borne(shop).values()) == {"TH True Milk"}


def test_names_in_other_letters_are_brands_of_their_own(shop: Shop):
    shop.product("tea", brand="伊藤園")
    shop.product("sauce", brand="キッコーマン")
    assert borne(shop) == {"tea": "伊藤園", "sauce": "キッコーマン"}


@pytest.mark.parametrize("name", ["!!!", "x" * 61, "a\x07"])
def test_what_is_no_name_is_refused(shop: Shop, name: str):
    with pytest.raises(Invalid) as refused:
        shop.product("milk", brand=name)
    assert refused.value.field == "brand"


def test_a_brand_that_is_renamed_is_renamed_on_its_products_and_in_search(shop: Shop):
    shop.product("milk", "Sữa tươi", brand="Vinamilk")
    catalog.save_brand(slug="vinamilk", name="Sao Mai")
    assert (borne(shop), shop.find("sao mai"), shop.page(search="vinamilk").total) == (
        {"milk": "Sao Mai"},
        ["milk"],
        0,
    )


def test_a_product_can_lose_its_brand(shop: Shop):
    shop.product("milk", brand="Vinamilk")
    shop.product("milk")
    assert (borne(shop), shop.page(search="vinamilk").total) == ({"milk": None}, 0)


def test_a_name_that_reads_like_another_brand_is_taken(shop: Shop):
    shop.product("milk", brand="Vinamilk")
    shop.product("ice", brand="Vinaice")
    for slug in (None, "vinaice"):
        with pytest.raises(catalog.BrandTaken):
            catalog.save_brand(slug=slug, name="VINAMILK")


def test_what_is_not_there_is_not_renamed(shop: Shop):
    with pytest.raises(NotFound):
        catalog.save_brand(slug="vinamilk", name="Vinamilk")


@pytest.mark.parametrize("wrong", [{"brand_name": "Another"}, {"brand_id": None}, {"brand_id": "none"}])
def test_the_database_lets_no_product_bear_a_name_that_its_brand_does_not_have(shop: Shop, wrong: dict[str, Any]):
    shop.product("milk", brand="Vinamilk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_products_that_are_written_while_their_brand_is_renamed_bear_its_new_name(shop: Shop):
    for number in range(6):
        shop.product(f"p{number}", brand="Vinamilk")
    together = Barrier(4)

    def write(number: int) -> None:
        together.wait(10)
        try:
            if number:
                shop.product(f"p{number}", brand="Vinamilk", price=20_000 + number)
                shop.product(f"new{number}", brand="Vinamilk")
            else:
                catalog.save_brand(slug="vinamilk", name="Sao Mai")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert set(borne(shop).values()) == {"Sao Mai"}


# --- search -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed", ["sua tuoi vinamilk", "Vinamilk", "vina", "sữa 1l", "sua 1 lít", "sua 1000ml", "SUA 1L vinamilk"]
)
def test_brand_and_contents_are_words_of_a_product(shop: Shop, typed: str):
    shop.product("milk", "Sữa tươi", brand="Vinamilk", net_content=Decimal(1000), net_unit="ml")
    shop.product("small", "Sữa tươi", brand="Mộc Châu", net_content=Decimal(180), net_unit="ml")
    assert shop.find(typed) == ["milk"]


@pytest.mark.parametrize(("net", "typed"), [(5000, "gao 5kg"), (500, "gao 500g"), (500, "gạo 500 gam")])
def test_a_pack_is_found_by_what_is_in_it_and_not_by_another(shop: Shop, net: int, typed: str):
    for content in (500, 5000, 1500):
        shop.product(f"rice{content}", "Gạo", net_content=Decimal(content), net_unit="g")
    assert shop.find(typed) == [f"rice{net}"]


# --- staff ------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(client: Client, shop: Shop) -> Client:
    client.force_login(get_user_model().objects.create_superuser("boss@example.com", "x" * 12, name="Boss"))
    return client


def test_staff_write_a_brand_down_and_rename_it(admin: Client, shop: Shop):
    admin.post("/admin/catalog/brand/add/", {"name": "Vinamilk"})
    shop.product("milk", brand="vinamilk")
    admin.post("/admin/catalog/brand/vinamilk/change/", {"name": "Sao Mai"})
    assert borne(shop) == {"milk": "Sao Mai"}


def test_a_taken_name_is_said_beside_the_field(admin: Client, shop: Shop):
    shop.product("milk", brand="Vinamilk")
    answer = admin.post("/admin/catalog/brand/add/", {"name": "VinaMilk"})
    assert list(answer.context["adminform"].form.errors) == ["name"]


@pytest.mark.parametrize(
    "page", ["brand/", "brand/?q=vina", "brand/vinamilk/change/", "product/?brand__slug__exact=vinamilk"]
)
def test_each_page_opens(admin: Client, shop: Shop, page: str):
    shop.product("milk", brand="Vinamilk")
    assert admin.get(f"/admin/catalog/{page}").status_code == 200


# --- files ------------------------------------------------------------------------------------------------------
def test_a_file_makes_the_brands_that_it_names_and_a_second_run_changes_nothing(shop: Shop, tmp_path: Path):
    shop.product("milk", brand="Vinamilk")
    sheet = tmp_path / "goods.csv"
    sheet.write_text(
        "sku,name_en,name_vi,category,price,brand\n"
        "milk,Milk,Sữa,vegetables,9000,VINAMILK\ntea,Tea,Trà,vegetables,9000,Cozy\nkale,Kale,Cải,vegetables,9000,\n"
    )
    runs = [catalog.import_products(path=sheet, profile="grocery", clock=lambda: NOON) for _again in range(2)]
    assert (borne(shop), [run.unchanged for run in runs]) == (
        {"milk": "Vinamilk", "tea": "Cozy", "kale": None},
        [0, 3],
    )


def test_a_file_without_the_column_leaves_brands_as_they_are(shop: Shop, tmp_path: Path):
    shop.product("milk", brand="Vinamilk")
    sheet = tmp_path / "goods.csv"
    sheet.write_text("sku,name_en,name_vi,category,price\nmilk,Milk,Sữa,vegetables,9000\n")
    catalog.import_products(path=sheet, profile="grocery", clock=lambda: NOON)
    assert borne(shop) == {"milk": "Vinamilk"}
