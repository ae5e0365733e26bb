"""What a store no longer carries is forgotten by the feeds, and nothing late brings it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from grocery.inventory import gateways
from grocery.inventory import public as inventory
from grocery.inventory.contracts import FeedDocument
from grocery.inventory.gateways import StockFeed
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop
from tests.inventory.feeds import KINDS, feed_of

type Deliver = Callable[[], int]


@pytest.fixture(params=KINDS)
def feed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> StockFeed:
    chosen = feed_of(request.param)
    monkeypatch.setattr(gateways, "feeds", lambda: (chosen,))
    chosen.pause *= 0  # what is written may be written again at once
    return chosen


def shown(feed: StockFeed, shop: Shop) -> FeedDocument:
    return feed.read([("milk", shop.location)])["milk", shop.location]


def delist(shop: Shop, *skus: str) -> int:
    return inventory.delist(skus=skus or ["milk"], location=shop.location, now=NOON)


def test_once_its_goods_are_gone_a_tombstone_stands_in_its_place(feed: StockFeed, shop: Shop, deliver: Deliver):
    shop.receive("milk", 1)
    delist(shop)
    deliver()
    assert (shown(feed, shop).stock, shown(feed, shop).deleted) == (quantity(1), False)
    shop.change(inventory.ChangeKind.WASTE, "milk", 1)
    deliver()
    assert (shown(feed, shop).stock, shown(feed, shop).deleted) == (quantity(0), True)


def test_a_late_write_does_not_bring_it_back(feed: StockFeed, shop: Shop, deliver: Deliver):
    shop.receive("milk", 1)
    deliver()
    alive = shown(feed, shop)
    shop.change(inventory.ChangeKind.WASTE, "milk", 1)
    delist(shop)
    deliver()
    assert feed.write([alive, replace(alive, sku="rice")]) == 1
    assert shown(feed, shop).deleted


def test_what_is_carried_again_is_shown_again(feed: StockFeed, shop: Shop, deliver: Deliver):
    shop.receive("milk", 1)
    shop.change(inventory.ChangeKind.WASTE, "milk", 1)
    delist(shop)
    deliver()
    assert inventory.relist(skus=["milk"], location=shop.location, now=NOON) == 1
    deliver()
    assert (shown(feed, shop).stock, shown(feed, shop).deleted) == (quantity(0), False)


def test_delisting_twice_tells_once(shop: Shop, facts: Facts):
    shop.receive("milk", 1)
    shop.receive("rice", 1)
    facts.forget()
    assert [delist(shop, "milk", "never"), delist(shop)] == [1, 0]
    assert facts.told() == ["StockChanged milk v2 1/0"]


def test_our_own_endpoint_no_longer_knows_it(shop: Shop, deliver: Deliver):
    shop.receive("milk", 1)
    shop.change(inventory.ChangeKind.WASTE, "milk", 1)
    delist(shop)
    deliver()
    assert Client().get(f"/api/v1/stock/milk/locations/{shop.location}").status_code == 404
