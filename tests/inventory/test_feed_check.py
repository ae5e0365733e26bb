"""Feed = lots: what differs is found, explained and put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from grocery.inventory import gateways
from grocery.inventory import public as inventory
from grocery.inventory.contracts import FeedDocument, FeedUnavailable
from grocery.inventory.gateways import Key, StockFeed
from grocery.inventory.models import StockItem
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop
from tests.inventory.feeds import KINDS, Line, document, feed_of

type Deliver = Callable[[], int]


@pytest.fixture(params=KINDS)
def feed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> StockFeed:
    chosen = feed_of(request.param)
    monkeypatch.setattr(gateways, "feeds", lambda: (chosen,))
    return chosen


def differences(shop: Shop, **only: Any) -> list[tuple[str, str]]:
    found = inventory.check_feed(locations=[shop.location], now=NOON, **only)
    return [(one.true.sku, one.what) for one in found]


def repair(shop: Shop) -> inventory.FeedRepair:
    return inventory.repair_feed(differences=inventory.check_feed(locations=[shop.location], now=NOON), now=NOON)


def test_a_feed_that_says_what_stock_is_has_no_differences(feed: StockFeed, shop: Shop, deliver: Deliver):
    shop.receive("milk", 5, expires=3)
    shop.receive("rice", 1)
    shop.reserve("cart:a", rice=1)
    deliver()
    assert differences(shop) == []


def test_each_kind_of_difference_is_named(feed: StockFeed, shop: Shop, deliver: Deliver):
    for sku in ("eggs", "milk", "rice", "salt"):
        shop.receive(sku, 5)
    told = {"milk": 1, "rice": 9}
    feed.write([document(version, sku=sku, location=shop.location) for sku, version in told.items()])
    StockItem.objects.filter(location=shop.location, sku="eggs").update(version=2)
    feed.write([document(1, sku="eggs", location=shop.location)])
    assert differences(shop) == [("eggs", "older"), ("milk", "contents"), ("rice", "newer"), ("salt", "missing")]


def test_a_difference_says_what_is_shown_and_what_is_true(feed: StockFeed, shop: Shop):
    shop.receive("milk", 5)
    wrong = document(7, location=shop.location)
    feed.write([wrong])
    (found,) = inventory.check_feed(locations=[shop.location], now=NOON)
    assert (found.feed, found.shown) == (feed.name, wrong)
    assert (found.true.stock, found.true.version) == (quantity(5), 1)


def test_repairing_makes_every_document_true_at_a_version_that_wins(feed: StockFeed, shop: Shop, deliver: Deliver):
    for sku in ("milk", "rice", "salt"):
        shop.receive(sku, 5)
    feed.write([document(1, location=shop.location), document(9, sku="rice", location=shop.location)])
    assert repair(shop) == inventory.FeedRepair(written=1, told=2)
    deliver()
    assert differences(shop) == []
    assert feed.read([("rice", shop.location)])["rice", shop.location].stock == 5


def test_repairing_what_is_only_missing_tells_nobody_anything_new(feed: StockFeed, shop: Shop, facts: Facts):
    shop.receive("milk", 5)
    facts.forget()
    assert repair(shop) == inventory.FeedRepair(written=1, told=0)
    assert facts.told() == []


def test_a_repair_writes_what_is_true_when_it_acts(feed: StockFeed, shop: Shop):
    shop.receive("milk", 5)
    found = inventory.check_feed(locations=[shop.location], now=NOON)
    shop.receive("milk", 1)
    inventory.repair_feed(differences=found, now=NOON)
    assert feed.read([("milk", shop.location)])["milk", shop.location].stock == 6


def test_what_changes_while_it_is_compared_is_not_a_difference(
    feed: StockFeed, shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    shop.receive("milk", 5)
    there, read = document(1, location=shop.location), feed.read
    feed.write([replace(there, stock=quantity(5), expires_at=None, low_stock_threshold=quantity(0))])
    late: Iterator[dict[Key, FeedDocument]] = iter([{}])
    monkeypatch.setattr(feed, "read", lambda keys: next(late, None) or read(keys))
    assert differences(shop) == []


def test_one_sku_of_one_store_can_be_compared(feed: StockFeed, shop: Shop):
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    Shop().receive("milk", 5)
    assert differences(shop, skus=["milk", "never"]) == [("milk", "missing")]


def test_more_than_a_page_of_items_is_compared_and_counted(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gateways, "feeds", lambda: (gateways.own_feed(),))
    monkeypatch.setattr("grocery.inventory.services.feed_check._PAGE", 2)
    counted: list[int] = []
    for sku in ("a", "b", "c", "d", "e"):
        shop.receive(sku, 1)
    assert len(differences(shop, progress=counted.append)) == 5
    assert counted == [2, 2, 1]


def test_a_feed_that_is_away_cannot_be_compared(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.receive("milk", 5)
    Line("valkey", monkeypatch).cut()
    with pytest.raises(FeedUnavailable):
        differences(shop)


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setattr(gateways, "feeds", lambda: (gateways.own_feed(),))
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON)

    def tell(*arguments: str) -> str:
        out = StringIO()
        call_command("stock_feed", *arguments, stdout=out, stderr=StringIO())
        return out.getvalue()

    return tell


def test_checking_explains_what_repairing_would_do_and_ends_with_an_error(shop: Shop, told: Callable[..., str]):
    shop.receive("milk", 5)
    gateways.own_feed().write([document(9, location=shop.location)])
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 difference$"):
        call_command("stock_feed", "check", f"--store={shop.location}", stdout=out, stderr=StringIO())
    assert out.getvalue().splitlines()[0] == (
        f"valkey, milk in store {shop.location}: newer. It shows 2.5 (version 9), stock has 5 (version 1). "
        "Repair: give the item a version above 9 and tell everybody."
    )


def test_repairing_says_what_it_did_and_then_checks_clean(shop: Shop, told: Callable[..., str]):
    shop.receive("milk", 5)
    only = (f"--store={shop.location}", "--sku=milk")
    assert "Repair: write version 1." in told("repair", *only)
    assert told("check", *only) == "Compared 1 item: every document says what stock is.\n"


def test_a_dry_run_repairs_nothing(shop: Shop, told: Callable[..., str]):
    shop.receive("milk", 5)
    told("repair", f"--store={shop.location}", "--dry-run")
    assert differences(shop) == [("milk", "missing")]
