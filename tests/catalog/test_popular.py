"""What sells is popular, for seven days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.catalog.services.hear import count_order
from grocery.inventory.events import StockChanged
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.ordering.events import OrderedLine, OrderPlaced
from tests.catalog.conftest import NOON, Shop


@pytest.fixture
def fruit(shop: Shop) -> Shop:
    shop.category("fruit")
    shop.product("apple", category="fruit", popularity=3)
    shop.product("pear", category="fruit", popularity=2)
    shop.product("plum", category="fruit", popularity=1)
    shop.product("leek", popularity=9)
    return shop


def popular(shop: Shop, **arguments: object) -> list[str]:
    return [card.sku for card in catalog.popular(store_id=shop.store.id, **arguments)]  # type: ignore[arg-type]  # kwargs


def test_before_anything_is_sold_what_staff_think_is_popular(fruit: Shop):
    assert popular(fruit) == ["leek", "apple", "pear", "plum"]


def test_what_sells_in_the_store_comes_first(fruit: Shop):
    count_order(store_id=fruit.store.id, skus=["plum"], now=NOON)
    assert popular(fruit, category="fruit") == ["plum", "apple", "pear"]


def test_what_sells_elsewhere_only_helps(fruit: Shop):
    other = catalog.save_store(code="other", name_en="Other", name_vi="Khác", position=1)
    count_order(store_id=other.id, skus=["plum"], now=NOON)
    assert popular(fruit) == ["plum", "leek", "apple", "pear"]


def test_what_is_known_to_be_sold_out_is_left_out(fruit: Shop):
    fruit.stock("leek", in_stock=False)
    assert popular(fruit, limit=2) == ["apple", "pear"]


def test_one_order_counts_a_product_once(fruit: Shop):
    count_order(store_id=fruit.store.id, skus=["plum", "plum"], now=NOON)
    count_order(store_id=fruit.store.id, skus=["pear"], now=NOON)
    assert popular(fruit, category="fruit", limit=2) == ["pear", "plum"]


@pytest.mark.parametrize(("days", "first"), [(6, "plum"), (8, "leek")])
def test_a_sale_counts_for_seven_days(fruit: Shop, days: int, first: str):
    count_order(store_id=fruit.store.id, skus=["plum"], now=NOON)
    catalog.forget_old_sales(now=NOON + timedelta(days=days))
    assert popular(fruit, limit=1) == [first]


def test_an_order_that_was_placed_is_heard(fruit: Shop, deliver: Callable[[], int]):
    with transaction.atomic():
        publish(
            OrderPlaced(
                order_id=uuid4(),
                number="G-1",
                customer_id=uuid4(),
                store_id=fruit.store.id,
                lines=(OrderedLine("plum", Decimal(2)),),
                total=dong(20_000),
            )
        )
    deliver()
    assert popular(fruit, limit=1) == ["plum"]


def test_a_change_of_stock_is_heard(fruit: Shop, deliver: Callable[[], int]):
    with transaction.atomic():
        publish(
            StockChanged(
                sku=catalog.Sku("pear"),
                location=fruit.store.id,
                version=1,
                on_hand=Decimal(3),
                reserved=Decimal(1),
                available=Decimal(2),
                earliest_expiry=NOON.date(),
                low_stock_threshold=Decimal(0),
                at=NOON,
            )
        )
    deliver()
    assert [(card.sku, card.earliest_expiry) for card in fruit.page(in_stock=True).cards] == [("pear", NOON.date())]
