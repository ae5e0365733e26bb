"""Flash sales with real connections: exact to the unit, nobody waits in a circle, switching in the middle of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from grocery.inventory import public as inventory
from grocery.inventory.events import HotItemMoved
from grocery.inventory.models import Bucket, Reservation, StockItem
from grocery.inventory.models.promising import PromisingQuerySet
from grocery.inventory.services import hot_switch
from grocery.kernel.errors import Conflict
from tests.inventory.conftest import NOON, Shop, days
from tests.inventory.crowds import all_at_once
from tests.inventory.test_hot_items import undealt

pytestmark = pytest.mark.django_db(transaction=True)
RULES = list(inventory.HotRule)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def switch(shop: Shop, sku: str, rule: str = "on") -> None:
    inventory.set_hot_rule(sku=sku, location=shop.location, rule=inventory.HotRule(rule))


def books(shop: Shop) -> list[object]:
    return [*inventory.check_stock(), *undealt()]


def test_twelve_buyers_of_five_units_get_exactly_five(shop: Shop):
    shop.receive("milk", 2, expires=1)
    shop.receive("milk", 3, expires=2)
    switch(shop, "milk")
    ended = all_at_once(*[partial(shop.reserve, f"order:{buyer}", milk=1) for buyer in range(12)])
    assert ended == {"done": 5, "OutOfStock": 7}
    assert [shop.level("milk").reserved, shop.available("milk"), books(shop)] == [5, 0, []]


def test_a_lot_is_sold_to_the_last_unit_before_the_next_is_touched(shop: Shop):
    shop.receive("milk", 30, expires=1)
    shop.receive("milk", 300, expires=2)
    switch(shop, "milk")

    def buy(buyer: int) -> None:
        for turn in range(4):
            shop.reserve(f"order:{buyer}-{turn}", milk=1)

    assert all_at_once(*[partial(buy, buyer) for buyer in range(8)]) == {"done": 8}
    assert {lot.expires_on: Decimal(lot.reserved) for lot in shop.level("milk").lots} == {days(1): 30, days(2): 2}


def test_who_sells_of_a_hot_item_does_not_wait_for_another(shop: Shop):
    """One buyer holds its transaction open until the other has finished."""
    shop.receive("milk", 100)
    switch(shop, "milk")
    other_is_done = Event()

    def slow() -> None:
        with transaction.atomic():
            shop.reserve("order:slow", milk=1)
            assert other_is_done.wait(5)

    def quick() -> None:
        shop.reserve("order:quick", milk=1)
        other_is_done.set()

    assert all_at_once(slow, quick) == {"done": 2}


def test_the_last_units_are_not_refused_while_their_buyer_may_still_change_his_mind(shop: Shop):
    shop.receive("milk", 1)
    switch(shop, "milk")
    taken = Event()

    def hesitate() -> None:
        with transaction.atomic():
            shop.reserve("order:hesitates", milk=1)
            taken.set()
            Event().wait(0.3)  # the other buyer is waiting by now
            transaction.set_rollback(True)

    def want() -> None:
        assert taken.wait(5)
        shop.reserve("order:wants", milk=1)

    assert all_at_once(hesitate, want) == {"done": 2}
    assert [row.holder for row in Reservation.objects.open()] == ["order:wants"]


def test_baskets_of_hot_and_other_goods_in_any_order_never_wait_in_a_circle(shop: Shop):
    skus = [f"sku{number}" for number in range(6)]
    for number, sku in enumerate(skus):
        shop.receive(sku, 40, expires=1)
        shop.receive(sku, 400, expires=2)
        switch(shop, sku, "on" if number % 2 else "off")

    def buy(buyer: int) -> None:
        chance = random.Random(buyer)
        for _again in range(6):
            basket = {sku: chance.choice([1, 2, 9]) for sku in chance.sample(skus, 4)}
            shop.reserve(f"cart:{buyer}", basket)

    assert all_at_once(*[partial(buy, buyer) for buyer in range(8)]) == {"done": 8}
    assert [Reservation.objects.open().count(), books(shop)] == [8, []]


@pytest.mark.parametrize("seed", [1, 2])
def test_while_items_are_switched_sold_let_go_counted_and_settled_the_books_balance(shop: Shop, seed: int):
    skus = [f"sku{number}" for number in range(3)]
    for sku in skus:
        shop.receive(sku, 60, expires=3)

    def trade(trader: int) -> None:
        chance = random.Random(f"{seed} {trader}")
        for turn in range(6):
            holder = f"order:{trader}-{turn}"
            sku = chance.choice(skus)
            with suppress(inventory.OutOfStock, inventory.NothingReserved, Conflict):
                basket = {one: chance.randint(1, 9) for one in chance.sample(skus, 2)}
                shop.reserve(holder, basket, until=NOON + timedelta(minutes=chance.choice([0, 5])))
                moves: list[Callable[[], object]] = [
                    partial(inventory.release, holder=holder, now=NOON),
                    partial(inventory.issue, holder=holder, quantities=None, now=NOON, by=None),
                    partial(shop.reserve, f"{holder} again", basket, replaces=holder),
                    partial(inventory.expire_reservations, now=NOON),
                    partial(inventory.tend_hot_items, now=NOON),
                    partial(shop.receive, sku, 9, expires=chance.randint(1, 4)),
                    partial(switch, shop, sku, chance.choice(RULES)),
                ]
                for move in chance.sample(moves, 3):
                    move()

    assert all_at_once(*[partial(trade, trader) for trader in range(8)]) == {"done": 8}
    inventory.tend_hot_items(now=NOON)
    assert books(shop) == []


def test_selling_out_with_cancellations_in_between_sells_exactly_what_there_is(shop: Shop):
    shop.receive("milk", 40, expires=2)
    switch(shop, "milk")
    sold: Counter[str] = Counter()

    def buy(buyer: int) -> None:
        chance = random.Random(buyer)
        for turn in range(12):
            holder = f"order:{buyer}-{turn}"
            with suppress(inventory.OutOfStock):
                shop.reserve(holder, milk=chance.randint(1, 3))
                if chance.random() < 0.4:
                    inventory.release(holder=holder, now=NOON)
                else:
                    left = inventory.issue(holder=holder, quantities=None, now=NOON, by=None)
                    sold[f"buyer {buyer}"] += int(sum(part.quantity for part in left))

    assert all_at_once(*[partial(buy, buyer) for buyer in range(8)]) == {"done": 8}
    level = shop.level("milk")
    assert [sold.total() + level.on_hand, level.reserved, books(shop)] == [40, 0, []]


def test_control_with_locks_kept_after_a_failed_take_buyers_wait_in_a_circle(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    """Each holds one bucket and wants all of them: what letting go of the first one avoids."""
    shop.receive("milk", 8)
    switch(shop, "milk")
    mine = Barrier(2)
    nth = iter([0, 1])

    def keep_one(*_args: object, **_kwargs: object) -> None:
        ids = list(Bucket.objects.filter(free__gt=0).order_by("id").values_list("id", flat=True))
        assert len(ids) == 2
        list(Bucket.objects.filter(id=ids[next(nth)]).select_for_update())
        mine.wait(5)

    monkeypatch.setattr(PromisingQuerySet, "make", keep_one)
    ended = all_at_once(*[partial(shop.reserve, f"order:{buyer}", milk=1) for buyer in range(2)])
    assert ended["OperationalError"] == 1


def test_who_saw_an_item_hot_that_has_cooled_down_since_locks_it_or_is_told_to_look_again(shop: Shop):
    """The item is switched off between the two statements, and somebody else has its row, or nobody."""
    shop.receive("milk", 8)
    switch(shop, "milk")
    with transaction.atomic():
        locked = Reservation.objects.lock(["order:a"], ["milk"], location=shop.location)
        ended = all_at_once(partial(switch, shop, "milk", "off"))
        shelves, hot = Reservation.objects.shelves(locked)
        items = {shelf.item_id for shelf in shelves}
        assert [ended, hot, Reservation.objects.lock_late(items)] == [{"done": 1}, set(), True]
        refused: list[bool] = []

        def another() -> None:
            with transaction.atomic():
                refused.append(Reservation.objects.lock_late(items))

        all_at_once(another)
        assert refused == [False]
    assert not StockItem.objects.get().hot


def test_goods_of_a_hot_item_are_not_taken_from_another_store(shop: Shop):
    other = Shop()
    other.receive("milk", 9)
    switch(other, "milk")
    shop.receive("milk", 1)
    with pytest.raises(inventory.OutOfStock):
        shop.reserve("order:a", milk=2)
    connection.close()


def test_who_tells_of_two_stores_and_who_locks_in_order_do_not_wait_in_a_circle():
    """As the clock does, which folds the hot items of all stores: eggs before milk, wherever they are."""
    one, other = sorted((Shop(), Shop()), key=lambda shop: shop.location)
    for store, sku in ((one, "milk"), (other, "eggs")):
        store.receive(sku, 9)
        switch(store, sku)
    eggs_are_locked = Event()

    def lock_in_order() -> None:
        with transaction.atomic():
            list(StockItem.objects.filter(sku="eggs", location=other.location).locked())
            eggs_are_locked.set()
            assert comes_true(somebody_waits)
            list(StockItem.objects.filter(sku="milk", location=one.location).locked())

    def tell() -> None:
        assert eggs_are_locked.wait(10)
        moved = [HotItemMoved(sku="milk", location=one.location), HotItemMoved(sku="eggs", location=other.location)]
        hot_switch.settle(events=moved, now=NOON)

    assert all_at_once(lock_in_order, tell) == {"done": 2}


def comes_true(true: Callable[[], bool]) -> bool:
    """Within ten seconds."""
    return any(true() or Event().wait(0.01) for _ in range(1000))


def somebody_waits() -> bool:
    """Somebody waits for what this connection has locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
