"""The demo catalogue is believable, and the same for the same seed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from grocery.catalog import public as catalog
from grocery.catalog.contracts import Unit
from grocery.catalog.gateways.demo_goods import read_goods
from grocery.catalog.models import Category, Product
from grocery.catalog.models.bulk import searched_afterwards
from grocery.catalog.policies import demo
from grocery.catalog.policies.drafts import checked
from grocery.kernel.errors import Invalid
from tests.catalog.conftest import NOON, Shop

GOODS, CATEGORIES = read_goods()


@pytest.fixture(scope="module")
def products() -> list[catalog.ProductDraft]:
    return list(demo.products(GOODS, count=50_000, seed=1))


def test_there_are_as_many_as_asked_for(products: list[catalog.ProductDraft]):
    assert len({draft.sku for draft in products}) == 50_000


def test_each_is_fit_to_be_sold(products: list[catalog.ProductDraft]):
    assert len([checked(draft) for draft in products]) == 50_000


def test_no_two_have_one_gtin(products: list[catalog.ProductDraft]):
    assert len({draft.gtin for draft in products}) == 50_000


def test_the_same_seed_makes_the_same_catalogue():
    assert list(demo.products(GOODS, count=3_000, seed=1)) == list(demo.products(GOODS, count=3_000, seed=1))


def test_a_sku_is_the_same_product_under_every_seed(products: list[catalog.ProductDraft]):
    names = {draft.sku: draft.name_vi for draft in products}
    others = [draft for draft in demo.products(GOODS, count=3_000, seed=2) if draft.sku in names]
    assert [draft.name_vi for draft in others] == [names[draft.sku] for draft in others]


def test_the_home_page_shows_each_department_first(products: list[catalog.ProductDraft]):
    assert [draft.name_vi for draft in products[:8]] == [
        "Cà chua beef Đà Lạt",
        "Xoài cát Hòa Lộc Tiền Giang",
        "Ba chỉ heo thảo mộc",
        "Tôm thẻ tươi cỡ 40–50",
        "Sữa tươi thanh trùng không đường Sương Sớm",
        "Gạo ST25 Mây Bếp",
        "Bánh mì que men chua Lò Sớm",
        "Giấy vệ sinh 3 lớp Gấu Bông Gòn",
    ]


def test_departments_have_four_to_seven_categories():
    below = [sum(c.parent == d.slug for c in CATEGORIES) for d in CATEGORIES if d.parent is None]
    assert (len(below), all(4 <= count <= 7 for count in below)) == (8, True)


def test_a_beef_tomato_is_vegan_and_a_beef_ball_is_not(products: list[catalog.ProductDraft]):
    dietary = {draft.name_en: draft.dietary for draft in products}
    assert ("vegan" in dietary["Beef tomatoes, Đà Lạt"], "vegan" in dietary["Mây Bếp beef balls"]) == (True, False)


def test_prices_are_sane(products: list[catalog.ProductDraft]):
    assert all(400 <= (draft.price or 0) <= 5_000_000 for draft in products)


def test_weighed_goods_have_steps_and_perishables_a_promise(products: list[catalog.ProductDraft]):
    weighed = [draft for draft in products if draft.unit is Unit.KG]
    promising = [draft for draft in products if draft.perishable]
    assert (
        all(0 < d.step < 1 or d.step == d.piece_weight for d in weighed),
        all(d.min_freshness_days for d in promising),
    ) == (True, True)


def test_each_picture_is_there(products: list[catalog.ProductDraft]):
    pictures = Path(__file__).resolve().parents[2] / "grocery/storefront/static/storefront/img"
    if not pictures.is_dir():
        pytest.skip("the storefront has no pictures yet")
    named = {draft.image for draft in products} | {draft.image for draft in CATEGORIES}
    assert {name for name in named if not (pictures / name).is_file()} == set()


def test_the_command_fills_the_shop_and_does_nothing_the_second_time(shop: Shop):
    out = io.StringIO()
    for _time in range(2):
        call_command("make_demo_catalogue", "--count=300", stdout=out)
    first, second = out.getvalue().splitlines()
    assert (first.startswith("300 products: 300 new"), "0 new, 0 changed, 300 unchanged" in second) == (True, True)
    assert (Product.objects.count(), Category.objects.count()) == (300, 1 + len(CATEGORIES))


def test_the_demo_is_found_in_both_languages(shop: Shop):
    catalog.generate_demo_catalogue(count=300, seed=1, now=NOON)
    assert (shop.find("ca chua beef")[0], shop.find("beef tomatoes")[0]) == ("VE0010000", "VE0010000")


def inverted() -> list[str]:
    """What makes the inverted indexes of the table of products."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'catalog_product' AND indexdef LIKE '%gin%'"
        )
        return sorted(made for (made,) in cursor.fetchall())


def test_an_empty_shop_is_searched_as_before_once_it_is_filled(shop: Shop):
    Product.objects.all().delete()
    before = inverted()
    with searched_afterwards():
        assert (len(before), inverted()) == (3, [])
        catalog.generate_demo_catalogue(count=30, seed=1, now=NOON)
    assert inverted() == before


def test_who_fails_to_fill_it_leaves_its_indexes_as_they_were(shop: Shop):
    Product.objects.all().delete()
    before = inverted()
    with pytest.raises(KeyboardInterrupt), searched_afterwards():
        raise KeyboardInterrupt
    assert inverted() == before


def test_a_shop_with_products_is_searched_all_the_time(shop: Shop):
    catalog.generate_demo_catalogue(count=1, seed=1, now=NOON)
    before = inverted()
    with searched_afterwards():
        assert inverted() == before


@pytest.mark.parametrize("count", [0, -1, 10_000_000])
def test_a_count_that_cannot_be_made_is_refused(db: None, count: int):
    with pytest.raises(Invalid):
        catalog.generate_demo_catalogue(count=count, seed=1, now=NOON)


#: What cannot be in a good that makes this promise.
BREAKING = {
    "vegan": {"milk", "eggs", "fish", "crustaceans", "molluscs"},
    "vegetarian": {"fish", "crustaceans", "molluscs"},
    "gluten_free": {"gluten"},
}


@pytest.mark.parametrize("promise", BREAKING)
def test_no_good_contains_what_it_promises_to_be_free_of(products: list[catalog.ProductDraft], promise: str):
    broken = [d.name_en for d in products if promise in d.dietary and set(d.allergens or ()) & BREAKING[promise]]
    assert broken == []


def test_all_allergens_are_declared(products: list[catalog.ProductDraft]):
    assert [draft.name_en for draft in products if draft.allergens is None] == []


@pytest.mark.parametrize(
    ("words", "allergens"),
    [
        ("Phô mai", ("milk",)),
        ("Trứng gà", ("eggs",)),
        ("Tôm thẻ", ("crustaceans",)),
        ("Đậu phộng da cá", ("gluten", "peanuts")),
        ("Bánh sừng bò hạnh nhân", ("eggs", "gluten", "milk", "nuts")),
        ("Nấm bào ngư", ()),
    ],
)
def test_a_good_contains(products: list[catalog.ProductDraft], words: str, allergens: tuple[str, ...]):
    assert {draft.allergens for draft in products if draft.name_vi.startswith(f"{words} ")} == {allergens}
