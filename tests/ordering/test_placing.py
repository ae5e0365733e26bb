"""A cart becomes an order, or nothing happens."""

from __future__ import annotations

from tests.shop import Customer, Shop


def test_an_order_reserves_its_goods_and_its_slot(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.order(lan, milk=2)
    assert shop.available("milk") == 8
