"""Web processes and relays are killed while people buy, cancel and let time run out: each wish is one order, and
exactly what there was is sold or still there.

And each thing that is looked for is planted once, and found: a torture that nothing can fail proves nothing.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from django.db.models import F

from grocery.inventory import gateways
from grocery.inventory import public as inventory
from grocery.inventory.models import Bucket, Lot
from grocery.kernel import clock
from grocery.kernel.models import InboxEntry
from grocery.kernel.quantity import quantity
from grocery.ordering.models import Order
from tests.chaos import verdict
from tests.chaos.houses import Forks
from tests.chaos.shopping import Wish
from tests.chaos.storm import HOT, gathering
from tests.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)

WEBS, RELAYS, UNITS, BUYERS = 4, 4, 20, 6
SEED = int(os.environ.get("STORM_SEED") or random.randrange(10**6))


@pytest.fixture(autouse=True)
def _one_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ours: the shop's processes know no other."""
    monkeypatch.setattr(gateways, "feeds", lambda: (gateways.own_feed(),))


def test_while_processes_are_killed_each_wish_is_one_order_and_nothing_is_sold_twice():
    before = verdict.deadlocks()
    with gathering([Forks(), Forks()], units=UNITS, buyers=BUYERS, seed=SEED) as storm:
        storm.rage(webs=WEBS, relays=RELAYS)
    seen, reasons = storm.seen(), verdict.endings()
    assert (seen.wrong, storm.faults()) == ([], []), f"STORM_SEED={SEED}"
    assert (storm.killed, verdict.deadlocks()) == ({"web": WEBS, "relay": RELAYS}, before)
    assert seen.broken > 0, "no kill broke anything"
    assert {"packed", "customer", "not_paid"} <= reasons.keys(), "some buy, some cancel, some never pay"


# --- what the verdict is worth ------------------------------------------------------------------------------------


@pytest.fixture
def shop() -> Shop:
    """One order, packed, and a hot item; all is told."""
    shop = Shop()
    shop.stock(milk=9, **{HOT: 9})
    inventory.set_hot_rule(sku=HOT, location=shop.store.id, rule=inventory.HotRule.ON)
    shop.packed_order(milk=2)
    shop.tell()
    return shop


def faults(shop: Shop, *wishes: Wish) -> list[str]:
    wishes = wishes or tuple(wish(order) for order in Order.objects.all())
    found = verdict.faults(store=shop.store.id, received={"milk": 9, HOT: 9}, wishes=wishes)
    return sorted({fault.split(":")[0].split()[0] for fault in found})


def wish(order: Order, **basket: int) -> Wish:
    return Wish(basket or {"milk": 2}, "kept", order=str(order.id))


def test_a_shop_in_order_has_no_faults(shop: Shop):
    assert faults(shop) == []


def find_a_unit(_shop: Shop) -> None:
    Lot.objects.filter(stock_item__sku="milk").update(on_hand=F("on_hand") + 1)


def keep_a_promise_that_nobody_has(_shop: Shop) -> None:
    Lot.objects.filter(stock_item__sku="milk").update(reserved=1)


def lose_a_bucket(_shop: Shop) -> None:
    Bucket.objects.filter(id=Bucket.objects.filter(free__gt=0).values("id")[:1]).delete()


def receive_more_than_came(shop: Shop) -> None:
    inventory.stock_up(location=shop.store.id, lines=[inventory.StockLine("milk", quantity(1))], now=clock.now())


def sell_the_same_again(shop: Shop) -> None:
    """What a handler does that runs twice: the goods leave once more, with papers and all."""
    change = inventory.StockChange(inventory.ChangeKind.WASTE, "milk", quantity(2), reason="twice")
    inventory.change_stock(location=shop.store.id, changes=[change], now=clock.now(), by=None)
    shop.tell()


def forget_to_tell(_shop: Shop) -> None:
    InboxEntry.objects.filter(subscriber="inventory.show_stock").update(handled_at=None)


def show_something_else(shop: Shop) -> None:
    inventory.stock_up(location=shop.store.id, lines=[inventory.StockLine("milk", quantity(1))], now=clock.now())
    InboxEntry.objects.update(handled_at=clock.now())


def leave_an_order_lying(shop: Shop) -> None:
    Order.objects.update(state="confirmed")


@pytest.mark.parametrize(
    ("mistake", "named"),
    [
        (find_a_unit, ["books", "feed", "milk"]),
        (keep_a_promise_that_nobody_has, ["books", "feed", "milk"]),
        (lose_a_bucket, ["hot"]),
        (receive_more_than_came, ["feed", "milk", "outbox"]),
        (sell_the_same_again, ["milk"]),
        (forget_to_tell, ["outbox"]),
        (show_something_else, ["feed", "milk"]),
        (leave_an_order_lying, ["milk", "orders"]),
    ],
)
def test_each_mistake_is_named(shop: Shop, mistake: Callable[[Shop], None], named: list[str]):
    mistake(shop)
    assert faults(shop) == named


def test_a_wish_that_became_two_orders_is_named(shop: Shop):
    first = Order.objects.get()
    shop.packed_order(milk=2)
    shop.tell()
    assert faults(shop, wish(first)) == ["order"]


def test_an_order_of_something_else_or_for_two_is_named(shop: Shop):
    order = Order.objects.get()
    assert faults(shop, wish(order, milk=3)) == faults(shop, wish(order), wish(order)) == ["order"]
