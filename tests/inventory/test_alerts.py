"""What runs low is said once, and again only after it had recovered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.events import StockChanged
from grocery.inventory.models import StockAlert
from grocery.inventory.services import alerts
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def low_at_five(shop: Shop) -> Shop:
    lines = [inventory.StockLine("milk", quantity(10), low_stock_threshold=quantity(5))]
    inventory.stock_up(location=shop.location, lines=lines, now=NOON)
    return shop


def said() -> list[str]:
    events = OutboxEvent.objects.filter(name="inventory.StockLow").order_by("published_at", "id")
    return [f"{event.payload['sku']} {event.payload['available']}" for event in events]


def test_crossing_down_is_said_in_the_same_breath_once(low_at_five: Shop, deliver: Callable[[], int]):
    deliver()
    assert said() == []
    for holder in ("a", "b", "c"):
        low_at_five.reserve(f"cart:{holder}", milk=3)
        deliver()
    assert said() == ["milk 4.000"]


def test_at_its_threshold_a_product_is_low(low_at_five: Shop, deliver: Callable[[], int]):
    low_at_five.reserve("cart:a", milk=5)
    deliver()
    assert said() == ["milk 5.000"]


def test_after_it_recovered_it_is_said_again(low_at_five: Shop, deliver: Callable[[], int]):
    for _again in range(2):
        low_at_five.reserve("cart:a", milk=6)
        deliver()
        inventory.release(holder="cart:a", now=NOON)
        deliver()
    assert said() == ["milk 4.000"] * 2
    assert list(StockAlert.objects.open()) == []


def test_a_product_without_a_threshold_is_never_low(shop: Shop, deliver: Callable[[], int]):
    shop.receive("salt", 1)
    shop.reserve("cart:a", salt=1)
    deliver()
    assert said() == []


def fact(shop: Shop, version: int, available: int, sku: str = "milk") -> StockChanged:
    amount = quantity(available)
    return StockChanged(
        sku=sku,
        location=shop.location,
        version=version,
        on_hand=amount,
        reserved=quantity(0),
        available=amount,
        earliest_expiry=None,
        low_stock_threshold=quantity(5),
        at=NOON,
    )


def test_of_a_batch_the_newest_fact_of_each_item_counts(shop: Shop):
    alerts.watch(events=[fact(shop, 3, 9), fact(shop, 2, 1), fact(shop, 1, 9), fact(shop, 1, 2, "salt")])
    assert said() == ["salt 2"]


def test_a_batch_of_facts_costs_four_statements_however_long_it_is(shop: Shop):
    def statements(number: int, prefix: str) -> int:
        batch = [fact(shop, 1, place % 10, f"{prefix}{place}") for place in range(number)]
        with CaptureQueriesContext(connection) as ran:
            alerts.watch(events=batch)
        return len(ran)

    assert [statements(10, "a"), statements(200, "b")] == [4, 4]


def test_who_knew_first_of_an_alert_stays_and_another_stores_is_not_there(
    low_at_five: Shop, deliver: Callable[[], int]
):
    low_at_five.reserve("cart:a", milk=6)
    deliver()
    alert, first = StockAlert.objects.get().id, new_id()
    for who in (first, new_id()):
        inventory.acknowledge_alert(alert=alert, location=low_at_five.location, now=NOON, by=who)
    assert StockAlert.objects.get().acknowledged_by == first
    with pytest.raises(NotFound):
        inventory.acknowledge_alert(alert=alert, location=new_id(), now=NOON, by=first)


def shown() -> dict[tuple[str, str], float]:
    (gauge,) = alerts.OpenAlerts().collect()
    return {(one.labels["store"], one.labels["kind"]): one.value for one in gauge.samples}


def test_whoever_watches_sees_what_is_open_in_each_store(low_at_five: Shop, deliver: Callable[[], int]):
    code = next(store.code for store in catalog.stores() if store.id == low_at_five.location)
    other = catalog.save_store(code="elsewhere", name_en="Elsewhere", name_vi="Nơi khác").code
    low_at_five.reserve("cart:a", milk=6)
    deliver()
    assert shown() == {(code, "low"): 1, (code, "expiring"): 0, (other, "low"): 0, (other, "expiring"): 0}
    inventory.release(holder="cart:a", now=NOON)
    deliver()
    assert shown()[code, "low"] == 0


def test_what_is_open_everywhere_is_asked_in_one_statement():
    stores = [Shop(), Shop(), Shop()]
    with CaptureQueriesContext(connection) as statements:
        assert len(shown()) == 2 * len(stores)
    assert len([one for one in statements if "inventory_stockalert" in one["sql"]]) == 1
