"""The near-expiry shelf: what is left of marked-down lots, for a day, the first to expire first."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.contracts import ReducedUnits
from grocery.kernel.errors import NotFound
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop, days, listed
from tests.inventory.test_reduced import mark_down, reserve


def shelf(shop: Shop, *, on: int = 0, limit: int = 24, category: str | None = None) -> list[str]:
    """What lies there, as "sku 3 −40 +1"."""
    found = inventory.near_expiry(location=shop.location, day=days(on), limit=limit, category=category, now=NOON)
    return [f"{one.sku} {' '.join(map(_in_words, one.units))}" for one in found]


def _in_words(units: ReducedUnits) -> str:
    until = f"+{(units.expires_on - days(0)).days}" if units.expires_on else "keeps"
    return f"{units.available.normalize():f} −{units.percent} {until}"


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    for sku, expires, percent in (("milk", 2, 30), ("tofu", 1, 50), ("beef", 1, 20), ("salt", None, 10)):
        shop.receive(sku, 3, expires=expires)
        shop.receive(sku, 9, expires=20)
        mark_down(shop, expires, percent, sku=sku)
    return shop


def test_the_first_to_expire_comes_first_and_what_keeps_last(stocked: Shop):
    assert shelf(stocked) == ["beef 3 −20 +1", "tofu 3 −50 +1", "milk 3 −30 +2", "salt 3 −10 keeps"]


def test_what_is_not_good_on_the_day_is_not_there(stocked: Shop):
    assert shelf(stocked, on=2) == ["milk 3 −30 +2", "salt 3 −10 keeps"]


def test_a_past_day_is_today(stocked: Shop):
    assert shelf(stocked, on=-5) == shelf(stocked)


def test_lots_of_one_sku_lie_together(stocked: Shop):
    stocked.receive("milk", 4, expires=0)
    mark_down(stocked, 0, 70)
    assert shelf(stocked, limit=1) == ["milk 4 −70 +0 3 −30 +2"]


def test_what_is_promised_is_not_there_and_what_is_sold_out_goes(stocked: Shop):
    reserve(stocked, "order:a", 2, sku="beef", p20=2)
    reserve(stocked, "order:b", 3, sku="tofu", p50=3)
    assert shelf(stocked, limit=2) == ["beef 1 −20 +1", "milk 3 −30 +2"]


def test_of_hot_items_too(stocked: Shop):
    inventory.set_hot_rule(sku="beef", location=stocked.location, rule=inventory.HotRule.ON)
    reserve(stocked, "order:a", 2, sku="beef", p20=2)
    assert shelf(stocked, limit=1) == ["beef 1 −20 +1"]


def test_another_stores_goods_are_not_there(stocked: Shop):
    assert shelf(Shop()) == []
    assert len(shelf(stocked)) == 4


def test_a_category_has_what_is_in_it_and_below(stocked: Shop):
    listed("milk", "tofu")
    catalog.save_category(slug="meat", name_en="Meat", name_vi="Thịt", parent="food")
    draft = catalog.ProductDraft(sku="beef", name_en="Beef", name_vi="Bò", category="meat", price=10_000)
    catalog.save_product(draft=draft, now=NOON)
    assert shelf(stocked, category="meat") == ["beef 3 −20 +1"]
    assert shelf(stocked, category="food", limit=2) == ["beef 3 −20 +1", "tofu 3 −50 +1"]
    with pytest.raises(NotFound):
        shelf(stocked, category="toys")


def test_what_lies_there_can_be_reserved_at_its_percentage(stocked: Shop):
    [first, *_rest] = inventory.near_expiry(location=stocked.location, day=days(1), now=NOON)
    percent, there = first.units[0].percent, first.units[0].available
    assert reserve(stocked, "order:a", int(there), on=1, sku=first.sku, **{f"p{percent}": int(there)}) == {
        f"+1 −{percent}": quantity(3)
    }


def test_the_whole_shelf_is_one_statement(stocked: Shop):
    with CaptureQueriesContext(connection) as statements:
        shelf(stocked)
    assert len(statements) == 1
