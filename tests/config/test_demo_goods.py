"""What a demo shop is filled with: a store for everybody, and a smaller one in another quarter."""

from __future__ import annotations

import pytest

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.config import demo_goods
from grocery.config.demo_goods import PREMISES
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel import clock

pytestmark = pytest.mark.django_db
BEN_THANH, TAN_HUNG, THU_DUC = "Phường Bến Thành", "Phường Tân Hưng", "Phường Thủ Đức"


@pytest.fixture
def first() -> catalog.Store:
    return opened()[0]


def opened() -> list[catalog.Store]:
    """A small catalogue, and both stores."""
    if not accounts.provinces():
        accounts.prepare_database()
    catalog.generate_demo_catalogue(count=300, seed=demo_goods.SEED, now=clock.now())
    return [demo_goods.open_store(one, position=place) for place, one in enumerate(PREMISES)]


def shelf(store: catalog.Store, number: int) -> dict[str, inventory.StockLine]:
    """The first lot of each SKU."""
    lots = demo_goods.lots(store, PREMISES[number], now=clock.now())
    return {str(line.sku): line for line in lots if not line.lot_code.startswith("B")}


def serves(store: catalog.Store, name: str) -> bool:
    [ward] = [ward for ward in accounts.wards(province_code=demo_goods.HO_CHI_MINH_CITY) if ward.name == name]
    try:
        return bool(delivery.slots(store_id=store.id, ward_code=ward.code, now=clock.now()))
    except delivery.OutsideDeliveryArea:
        return False


def test_who_has_not_chosen_a_store_is_in_the_first_one(first: catalog.Store):
    assert (catalog.default_store().id, first.code) == (first.id, "ben-thanh")


def test_the_second_store_has_a_part_of_the_goods_and_less_of_each():
    big, small = (shelf(store, number) for number, store in enumerate(opened()))
    assert 10 <= len(small) <= len(big) // 5
    assert max(line.quantity for line in small.values()) < max(line.quantity for line in big.values()) / 2
    assert all(line.quantity > 0 for line in small.values())


def test_the_first_store_goes_anywhere_in_the_city_the_second_into_its_quarter():
    first, second = opened()
    delivery.open_slots(now=clock.now())
    assert [serves(first, ward) for ward in (BEN_THANH, TAN_HUNG, THU_DUC)] == [True, True, True]
    assert [serves(second, ward) for ward in (BEN_THANH, TAN_HUNG, THU_DUC)] == [False, True, False]


def test_opening_them_again_changes_nothing():
    assert opened() == opened()
