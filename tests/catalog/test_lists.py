"""Lists show what the filters leave, in order, counted."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from grocery.catalog import public as catalog
from grocery.catalog.contracts import StockSeen
from grocery.catalog.services.hear import see_stock
from grocery.kernel.errors import NotFound
from tests.catalog.conftest import NOON, TODAY, Shop


@pytest.fixture
def greens(shop: Shop) -> Shop:
    shop.category("leafy", parent="vegetables")
    shop.category("dairy")
    shop.product("kale", category="leafy", price=30_000, popularity=5, tags=("organic",), dietary=("vegan",))
    shop.product("leek", category="vegetables", price=20_000, popularity=9, perishable=True, min_freshness_days=3)
    shop.product("milk", category="dairy", price=40_000, popularity=7, dietary=("gluten_free", "vegetarian"))
    shop.product("hidden", category="dairy", active=False)
    return shop


def test_popular_products_come_first(greens: Shop):
    assert greens.skus() == ["leek", "milk", "kale"]


@pytest.mark.parametrize(
    ("sort", "skus"),
    [("price", ["leek", "kale", "milk"]), ("-price", ["milk", "kale", "leek"]), ("name", ["kale", "leek", "milk"])],
)
def test_lists_are_sorted_by(greens: Shop, sort: str, skus: list[str]):
    assert greens.skus(sort=catalog.Sort(sort)) == skus


def test_a_category_includes_what_is_below_it(greens: Shop):
    assert greens.skus(category="vegetables") == ["leek", "kale"]


@pytest.mark.parametrize(
    ("filters", "skus"),
    [
        ({"is_perishable": True}, ["leek"]),
        ({"is_perishable": False}, ["milk", "kale"]),
        ({"dietary": ("vegan",)}, ["kale"]),
        ({"dietary": ("vegetarian", "gluten_free")}, ["milk"]),
        ({"dietary": ("vegan", "gluten_free")}, []),
        ({"tags": ("organic",)}, ["kale"]),
        ({"min_price": 30_000}, ["milk", "kale"]),
        ({"max_price": 30_000, "min_price": 21_000}, ["kale"]),
    ],
)
def test_a_filter_leaves(greens: Shop, filters: dict[str, object], skus: list[str]):
    assert greens.skus(**filters) == skus


def test_stock_is_shown_and_filtered(greens: Shop):
    greens.stock("kale", expiry=TODAY + timedelta(days=9))
    greens.stock("milk", in_stock=False)
    assert (greens.skus(in_stock=True), greens.skus(in_stock=False)) == (["kale"], ["leek", "milk"])


def test_what_expires_soon_is_due_within_three_days_of_the_stores_today(greens: Shop):
    greens.stock("kale", expiry=TODAY + timedelta(days=3))
    greens.stock("milk", expiry=TODAY + timedelta(days=4))
    greens.stock("leek", expiry=TODAY, in_stock=False)
    assert (greens.skus(expires_soon=True), greens.skus(expires_soon=False)) == (["kale"], ["leek", "milk"])


def test_stock_of_another_store_is_not_shown(greens: Shop):
    other = catalog.save_store(code="other", name_en="Other", name_vi="Khác", position=1)
    Shop(other).stock("kale")
    assert greens.skus(in_stock=True) == []


def test_pages_follow_one_another_and_are_counted(greens: Shop):
    pages = [greens.page(limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [(page.total, [card.sku for card in page.cards]) for page in pages] == [
        (3, ["leek", "milk"]),
        (3, ["kale"]),
        (3, []),
    ]


def test_an_unknown_category_is_not_found(greens: Shop):
    with pytest.raises(NotFound):
        greens.page(category="toys")


def test_an_unknown_store_is_not_found(greens: Shop):
    with pytest.raises(NotFound):
        catalog.list_products(store_id=catalog.StoreId(uuid4()), now=NOON)


def test_a_card_wears_the_plate_of_its_category(shop: Shop):
    shop.category("dairy", tint="sky")
    shop.product("milk", category="dairy")
    shop.product("rose-milk", category="dairy", tint="rose")
    assert [(card.sku, card.tint) for card in shop.page().cards] == [("milk", "sky"), ("rose-milk", "rose")]


def test_what_a_cart_copies_comes_in_one_statement(greens: Shop, django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(1):
        found = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in ("kale", "leek", "hidden", "nothing")])
    assert sorted(found) == ["kale", "leek"]


def test_cards_come_in_the_order_asked_for(greens: Shop):
    wanted = [catalog.Sku(sku) for sku in ("milk", "hidden", "kale")]
    assert [card.sku for card in catalog.cards(skus=wanted, store_id=greens.store.id)] == ["milk", "kale"]


# --- facts from the stockroom ---------------------------------------------------------------------------------------
def _seen(shop: Shop, version: int, *, in_stock: bool, expiry: date | None = None) -> StockSeen:
    return StockSeen(
        store_id=shop.store.id,
        sku=catalog.Sku("kale"),
        version=version,
        in_stock=in_stock,
        earliest_expiry=expiry,
    )


def test_an_older_fact_never_replaces_a_newer_one(greens: Shop):
    see_stock(seen=[_seen(greens, 7, in_stock=True)])
    see_stock(seen=[_seen(greens, 6, in_stock=False)])
    assert greens.skus(in_stock=True) == ["kale"]


def test_of_a_batch_the_newest_counts(greens: Shop):
    see_stock(
        seen=[_seen(greens, 2, in_stock=True), _seen(greens, 3, in_stock=False), _seen(greens, 1, in_stock=True)]
    )
    assert greens.skus(in_stock=True) == []


def test_only_what_looks_different_is_counted_as_a_change(greens: Shop):
    first = see_stock(seen=[_seen(greens, 1, in_stock=True)])
    assert (first, see_stock(seen=[_seen(greens, 2, in_stock=True)])) == (1, 0)


def test_a_fact_may_come_before_the_product(shop: Shop):
    shop.stock("kale")
    shop.product("kale")
    assert shop.skus(in_stock=True) == ["kale"]
