"""What could stand in for a product: nothing that somebody who can eat the one cannot eat."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from grocery.catalog import public as catalog
from grocery.catalog.models import Product, stand_ins
from grocery.kernel.errors import Invalid
from tests.catalog.conftest import Shop


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    shop.category("chilled")
    shop.category("dairy", parent="chilled")
    shop.category("tofu", parent="chilled")
    return shop


def carton(shop: Shop, sku: str, **values: Any) -> None:
    """A carton of milk for 40.000 ₫, unless told otherwise."""
    shop.product(
        sku,
        **{
            "category": "dairy",
            "price": 40_000,
            "net_content": Decimal(950),
            "net_unit": catalog.NetUnit.ML,
            "dietary": ("vegetarian",),
            "allergens": ("milk",),
            **values,
        },
    )


def similar(shop: Shop, sku: str, limit: int = 6) -> list[str]:
    return [card.sku for card in catalog.similar(sku=catalog.Sku(sku), store_id=shop.store.id, limit=limit)]


def test_what_costs_and_holds_about_the_same_comes_first(dairy: Shop):
    carton(dairy, "milk")
    carton(dairy, "dear", price=90_000, popularity=900)
    carton(dairy, "tiny", net_content=Decimal(180), popularity=900)
    carton(dairy, "near", price=42_000)
    assert similar(dairy, "milk") == ["near", "dear", "tiny"]


def test_its_own_category_comes_before_those_beside_it(dairy: Shop):
    carton(dairy, "milk")
    carton(dairy, "beside", category="tofu")
    carton(dairy, "own", price=80_000)
    assert similar(dairy, "milk") == ["own", "beside"]


def test_what_is_called_alike_comes_before_what_costs_the_same(dairy: Shop):
    carton(dairy, "milk", name_vi="Sữa tươi không đường Sương Sớm")
    carton(dairy, "yoghurt", name_vi="Sữa chua Sương Sớm", popularity=900)
    carton(dairy, "other", name_vi="Sữa tươi ít đường Đồi Cỏ Non", price=52_000)
    assert similar(dairy, "milk") == ["other", "yoghurt"]


def test_what_is_called_alike_is_found_however_unpopular(dairy: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stand_ins, "_PER_CATEGORY", 2)
    carton(dairy, "milk", name_vi="Sữa tươi không đường")
    for number in range(3):
        carton(dairy, f"yoghurt{number}", name_vi=f"Sữa chua {number}", popularity=900)
    carton(dairy, "other", name_vi="Sữa tươi ít đường")
    assert similar(dairy, "milk")[0] == "other"


def test_another_department_is_never_looked_at(dairy: Shop):
    carton(dairy, "milk")
    carton(dairy, "elsewhere", category="vegetables")
    assert similar(dairy, "milk") == []


@pytest.mark.parametrize(
    "values",
    [
        {"allergens": ("milk", "soy")},
        {"allergens": None},
        {"dietary": ()},
        {"unit": catalog.Unit.KG},
        {"active": False},
    ],
    ids=["an allergen more", "allergens not declared", "a dietary property less", "another unit", "not sold"],
)
def test_never_with(dairy: Shop, values: dict[str, Any]):
    carton(dairy, "milk")
    carton(dairy, "other", **values)
    assert similar(dairy, "milk") == []


def test_fewer_allergens_and_more_promises_are_welcome(dairy: Shop):
    carton(dairy, "milk")
    carton(dairy, "oats", allergens=(), dietary=("vegan", "vegetarian"))
    assert similar(dairy, "milk") == ["oats"]


def test_for_what_is_not_declared_only_what_contains_none_of_them(dairy: Shop):
    carton(dairy, "mystery", allergens=None)
    carton(dairy, "milk")
    carton(dairy, "water", allergens=())
    assert similar(dairy, "mystery") == ["water"]


def test_what_is_known_to_be_sold_out_is_left_out(dairy: Shop):
    carton(dairy, "milk")
    for sku in ("gone", "there", "never"):
        carton(dairy, sku)
    dairy.stock("gone", in_stock=False)
    dairy.stock("there")
    assert similar(dairy, "milk") == ["never", "there"]


def test_no_more_than_asked_for(dairy: Shop):
    for number in range(5):
        carton(dairy, f"milk{number}")
    assert len(similar(dairy, "milk0", limit=3)) == 3


def test_an_unknown_product_has_none(dairy: Shop):
    assert similar(dairy, "nothing") == []


def test_it_is_one_statement(dairy: Shop, django_assert_num_queries: DjangoAssertNumQueries):
    carton(dairy, "milk")
    carton(dairy, "other")
    with django_assert_num_queries(1):
        assert similar(dairy, "milk") == ["other"]


def test_allergens_are_kept_declared_none_or_unknown(shop: Shop):
    for sku, allergens in {"milk": ("milk",), "water": (), "mystery": None}.items():
        shop.product(sku, allergens=allergens)
    found = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in ("milk", "water", "mystery")])
    assert {sku: product.allergens for sku, product in found.items()} == {
        "milk": ("milk",),
        "water": (),
        "mystery": None,
    }


def test_an_allergen_of_another_name_is_refused(shop: Shop):
    with pytest.raises(Invalid) as refused:
        shop.product("milk", allergens=("dairy",))
    assert refused.value.field == "allergens"


def test_the_database_refuses_it_too(shop: Shop):
    shop.product("milk")
    with pytest.raises(IntegrityError, match="product_allergens_known"):
        Product.objects.update(allergens=["dairy"])


@pytest.mark.parametrize("most", [Decimal(0), Decimal(-1), Decimal(1000), Decimal("0.5")])
def test_a_limit_per_order_holds_at_least_one_step_and_at_most_999(shop: Shop, most: Decimal):
    with pytest.raises(Invalid) as refused:
        shop.product("milk", max_per_order=most)
    assert refused.value.field == "max_per_order"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_each_of_the_fourteen_has_a_name(language: str):
    assert len({one.called(language) for one in catalog.Allergen}) == 14
