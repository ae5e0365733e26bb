"""Facets say what a shopper would see after ticking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.catalog import public as catalog
from tests.catalog.conftest import NOON, TODAY, Shop
from tests.catalog.test_browsing import offer


@pytest.fixture
def shelf(shop: Shop) -> Shop:
    """Twelve products that differ in everything one can ask for, each in another rhythm."""
    shop.category("leafy", parent="vegetables")
    shop.category("dairy")
    for name in ("Xanh", "Vàng"):
        catalog.save_brand(slug=None, name=name)
    for number in range(12):
        fresh = {"perishable": True, "min_freshness_days": 2} if number % 3 == 0 else {}
        shop.product(
            f"p{number:02}",
            f"Món {'lá' if number % 2 else 'sữa'} {number}",
            category=("vegetables", "leafy", "dairy")[number % 3],
            price=(15_000, 20_000, 60_000, 900_000)[number % 4],
            brand=("Xanh", "Vàng", "")[number % 5 % 3],
            dietary=[(), ("vegan",), ("vegan", "halal")][number % 3],
            allergens=[None, (), ("milk",), ("milk", "eggs")][number % 4],
            tags=[("organic",), (), ("organic", "vietgap")][number % 3],
            **fresh,
        )
        if number % 2:
            shop.stock(f"p{number:02}", expiry=TODAY + timedelta(days=number % 6))
    offer("p01", "p02", "p06", percent=10)
    return shop


def facets(shop: Shop, **filters: Any) -> catalog.Facets:
    return catalog.facets(store_id=shop.store.id, filters=catalog.Filters(**filters), now=NOON)


def ticked(shop: Shop, asked: dict[str, Any]) -> int:
    """What the list then has."""
    return shop.page(limit=100, **asked).total or 0


ASKED: list[dict[str, Any]] = [
    {},
    {"category": "vegetables"},
    {"category": "leafy", "is_perishable": False},
    {"min_price": 20_000, "max_price": 49_999},
    {"dietary": ("vegan",)},
    {"dietary": ("vegan",), "tags": ("organic",), "in_stock": True},
    {"allergen_free": ("eggs",), "on_offer": True},
    {"brand": ("xanh",)},
    {"brand": ("xanh", "vang"), "expires_soon": True},
    {"search": "sữa"},
    {"search": "món", "category": "dairy", "in_stock": False, "min_price": 60_000},
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: "&".join(asked) or "everything")
def test_each_count_is_what_the_list_has_after_ticking(shelf: Shop, asked: dict[str, Any]):
    found = facets(shelf, **asked)
    told: list[tuple[dict[str, Any], int]] = [
        ({}, found.total),
        *(({"category": hit.category.slug}, hit.products) for hit in found.categories),
        *(({"min_price": one.min_price, "max_price": one.max_price}, one.products) for one in found.prices),
        *(({"brand": (hit.brand.slug,)}, hit.products) for hit in found.brands),
        *(
            ({kind: (*asked.get(kind, ()), one.value)}, one.products)
            for kind in ("dietary", "allergen_free", "tags")
            for one in getattr(found, kind)
        ),
        *(({kind: True}, getattr(found, kind)) for kind in ("is_perishable", "expires_soon", "on_offer", "in_stock")),
    ]
    assert [(ticks, count) for ticks, count in told] == [(ticks, ticked(shelf, asked | ticks)) for ticks, _n in told]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: "&".join(asked) or "everything")
def test_what_is_not_named_would_leave_nothing(shelf: Shop, asked: dict[str, Any]):
    found = facets(shelf, **asked)
    unnamed: list[dict[str, Any]] = [
        *(
            {"category": slug}
            for slug in {"vegetables", "leafy", "dairy"} - {h.category.slug for h in found.categories}
        ),
        *({"brand": (slug,)} for slug in {"xanh", "vang"} - {hit.brand.slug for hit in found.brands}),
        *(
            {"dietary": (*asked.get("dietary", ()), one)}
            for one in set(catalog.Dietary) - {choice.value for choice in found.dietary}
        ),
        *(
            {"allergen_free": (*asked.get("allergen_free", ()), one)}
            for one in set(catalog.Allergen) - {choice.value for choice in found.allergen_free}
        ),
    ]
    assert [ticks for ticks in unnamed if ticked(shelf, asked | ticks)] == []


def test_of_what_was_meant(shop: Shop):
    shop.product("tomato", "Cà chua")
    assert facets(shop, search="ca chau").total == 1


@pytest.mark.django_db(transaction=True)
def test_they_are_counted_once_until_something_changes(shelf: Shop):
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            facets(shelf, in_stock=True)
        return len(seen)

    facets(shelf)
    first, again = statements(), statements()
    shelf.stock("p00", expiry=TODAY)
    changed = facets(shelf, in_stock=True).total
    assert (first, again, changed) == (2, 0, 7)
    cache.clear()
