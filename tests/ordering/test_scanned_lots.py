"""What leaves the books is what was scanned into the crates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Movement
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.ordering.contracts.picking import NewCrate
from tests.ordering.conftest import NOON
from tests.ordering.test_picking import MILK, sell
from tests.ordering.walks import Walker, walker
from tests.shop import Shop

SOON, LATER = date(2026, 11, 30), date(2026, 12, 10)
OF_SOON, OF_LATER = f"01{MILK}17261130" + "10L1", f"01{MILK}17261210" + "10L2"


@pytest.fixture
def walk(shop: Shop) -> Walker:
    """Three milks to fetch, kept from lot L1 of 30/11; four of each lot are on the shelf."""
    shop.sell("milk")
    for code, day in (("L1", SOON), ("L2", LATER)):
        line = inventory.StockLine(catalog.Sku("milk"), quantity(4), day, lot_code=code)
        inventory.stock_up(location=shop.store.id, lines=[line], now=NOON)
    order = shop.confirmed_order(milk=3)
    sell(shop, "milk", MILK)
    return walker(shop, order.id)


def left_from(walk: Walker, *handfuls: tuple[int, str]) -> dict[str, int]:
    """How many left which lot once these were scanned and the box was sealed."""
    order_id = walk.item("milk").order_id
    for amount, code in handfuls:
        walk.take(order_id, "milk", amount, code=code)
    ordering.seal(order_id=order_id, crates=[NewCrate("C1")], by=walk.by, now=NOON)
    sold = Movement.objects.filter(kind="sold").values_list("lot__lot_code", "quantity")
    return {code: int(-amount) for code, amount in sold}


def test_the_lot_that_was_scanned_leaves_though_another_was_kept(walk: Walker):
    assert left_from(walk, (3, OF_LATER)) == {"L2": 3}


def test_two_lots_leave_as_they_were_scanned(walk: Walker):
    assert left_from(walk, (1, OF_SOON), (2, OF_LATER)) == {"L1": 1, "L2": 2}


@pytest.mark.parametrize("code", [MILK, ""])
def test_without_a_scanned_lot_what_was_kept_leaves(walk: Walker, code: str):
    assert left_from(walk, (1, OF_LATER), (2, code)) == {"L1": 3}


def test_a_lot_that_is_promised_to_others_stays_theirs_and_the_box_is_packed(walk: Walker):
    demand = inventory.Demand(catalog.Sku("milk"), quantity(4), min_freshness_days=14)
    with transaction.atomic():
        inventory.reserve(
            holder="order:somebody else's", location=walk.shop.store.id, demands=[demand],
            good_on=date(2026, 11, 20), until=NOON + timedelta(days=1), now=NOON,
        )  # fmt: skip
    assert left_from(walk, (3, OF_LATER)) == {"L1": 3}
