"""Keeping the catalogue: stores, the tree, products, prices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from grocery.catalog import public as catalog
from grocery.catalog.models import Category, PriceChange, Product
from grocery.catalog.services import categories
from grocery.kernel.errors import Invalid, NotFound
from tests.catalog.conftest import NOON, Shop


# --- stores ---------------------------------------------------------------------------------------------------------
def test_the_first_store_is_the_default(shop: Shop):
    catalog.save_store(code="aaa", name_en="Later", name_vi="Sau", position=1)
    assert catalog.default_store().code == "ben-thanh"


def test_a_closed_store_is_not_offered(shop: Shop):
    catalog.save_store(code="ben-thanh", name_en="x", name_vi="x", active=False)
    with pytest.raises(NotFound):
        catalog.store(store_id=shop.store.id)


def test_a_store_stands_in_a_time_zone_that_exists(shop: Shop):
    with pytest.raises(Invalid):
        catalog.save_store(code="moon", name_en="Moon", name_vi="Trăng", zone="Moon/Base")


# --- the tree -------------------------------------------------------------------------------------------------------
def test_the_tree_counts_what_is_on_sale_in_and_below(shop: Shop):
    shop.category("leafy", parent="vegetables")
    shop.product("kale", category="leafy")
    shop.product("leek", category="vegetables")
    shop.product("old", category="leafy", active=False)
    (root,) = catalog.categories()
    assert (root.slug, root.products, [(child.slug, child.products) for child in root.children]) == (
        "vegetables",
        2,
        [("leafy", 1)],
    )


def test_a_new_category_takes_the_plate_of_the_one_above(shop: Shop):
    shop.category("dairy", tint="sky")
    assert shop.category("cheese", parent="dairy").tint == "sky"


def test_a_trail_leads_down_from_the_department(shop: Shop):
    shop.category("leafy", parent="vegetables")
    below = shop.category("kale", parent="leafy")
    assert [node.slug for node in catalog.category_trail(below.id)] == ["vegetables", "leafy", "kale"]


@pytest.mark.parametrize("parent", ["vegetables", "leafy", "kale"])
def test_a_category_cannot_stand_below_itself(shop: Shop, parent: str):
    shop.category("leafy", parent="vegetables")
    shop.category("kale", parent="leafy")
    with pytest.raises(catalog.WouldLoop):
        shop.category("vegetables", parent=parent)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(shop: Shop):
    shop.category("a")
    shop.category("b")
    together = Barrier(2)

    def move(slug: str, parent: str) -> bool:
        together.wait()
        try:
            shop.category(slug, parent=parent)
        except catalog.WouldLoop:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, ["a", "b"], ["b", "a"])) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_check_lets_both_moves_pass(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.category("a")
    shop.category("b")
    both_have_read = Barrier(2)
    monkeypatch.setattr(type(Category.objects.all()), "lock_the_tree", lambda _self: None)
    check = categories._above

    def check_together(slug: str, parent: str | None, known: dict[str, Category]) -> Category | None:
        above = check(slug, parent, known)
        both_have_read.wait(10)
        return above

    monkeypatch.setattr(categories, "_above", check_together)

    def is_let_pass(slug: str, parent: str) -> bool:
        try:
            shop.category(slug, parent=parent)
        except catalog.WouldLoop:
            return False
        except OperationalError:  # the circle itself, noticed by PostgreSQL as two rows that wait for each other
            return True
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(is_let_pass, ["a", "b"], ["b", "a"])) == [True, True]


@pytest.mark.django_db(transaction=True)
def test_a_change_is_seen_by_everybody_as_soon_as_it_is_committed(shop: Shop):
    assert [node.name_en for node in catalog.categories()] == ["Vegetables"]
    shop.category("vegetables", name_en="Greens")
    assert [node.name_en for node in catalog.categories()] == ["Greens"]


@pytest.mark.django_db(transaction=True)
def test_what_is_cached_costs_no_statement(shop: Shop, django_assert_num_queries):
    catalog.categories()
    catalog.default_store()
    with django_assert_num_queries(0):
        catalog.categories()
        catalog.default_store()


# --- products -------------------------------------------------------------------------------------------------------
def test_a_saved_product_is_shown(shop: Shop):
    shop.product("kale", "Cải xoăn", name_en="Kale", description_vi="Ngon", description_en="Good", gtin="73513537")
    found = catalog.product(sku=catalog.Sku("kale"), store_id=shop.store.id)
    assert (found.name("vi"), found.name("en"), found.description("vi"), found.gtin, found.active) == (
        "Cải xoăn",
        "Kale",
        "Ngon",
        "00000073513537",
        True,
    )


def test_a_product_of_an_unknown_category_is_refused(shop: Shop):
    with pytest.raises(NotFound):
        shop.product("kale", category="toys")


def test_what_was_never_priced_is_not_shown(shop: Shop):
    shop.product("kale", price=None, active=False)
    with pytest.raises(NotFound):
        catalog.product(sku=catalog.Sku("kale"), store_id=shop.store.id)


def test_what_is_no_longer_sold_is_still_shown_as_such(shop: Shop):
    shop.product("kale", active=False)
    assert catalog.product(sku=catalog.Sku("kale"), store_id=shop.store.id).active is False


def test_a_gtin_names_one_product(shop: Shop):
    shop.product("kale", gtin="73513537")
    with pytest.raises(catalog.GtinTaken):
        shop.product("leek", gtin="073513537".zfill(13))


def test_a_change_of_price_is_remembered_with_who_made_it(shop: Shop):
    me = uuid4()
    shop.product("kale", price=10_000)
    draft = catalog.ProductDraft(sku="kale", name_en="Kale", name_vi="Cải", category="vegetables", price=12_000)
    catalog.save_product(draft=draft, now=NOON, by=me)
    catalog.save_product(draft=draft, now=NOON, by=me)
    assert list(PriceChange.objects.values_list("old", "new", "by", "at")) == [(10_000, 12_000, me, NOON)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": 0},
        {"price": None},
        {"perishable": True},
        {"min_freshness_days": 3},
        {"gtin": "123"},
        {"dietary": ["carnivore"]},
        {"unit": "ounce"},
        {"step": 0},
        {"net_content": 5},
    ],
)
def test_the_database_is_the_last_guard(shop: Shop, wrong: dict[str, object]):
    shop.product("kale")
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(sku="kale").update(**wrong)
