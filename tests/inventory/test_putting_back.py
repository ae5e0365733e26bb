"""Goods come back from customers: to the lot they came from or away, never more than was given out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import connection

from grocery.inventory import public as inventory
from grocery.inventory.models import GoodsReturn, Lot, Movement, Wastage
from grocery.inventory.public import Returned, WasteReason
from grocery.kernel.errors import Conflict, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days
from tests.inventory.crowds import all_at_once

LATER = NOON + timedelta(hours=3)
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """Order a was given five bottles: three of a lot that expires tomorrow, two that keep for nine days."""
    return sell(shop)


def sell(shop: Shop) -> Shop:
    shop.receive("milk", 3, expires=1)
    shop.receive("milk", 6, expires=9)
    shop.reserve("order:a", milk=5)
    inventory.issue(holder="order:a", quantities=None, now=NOON, by=shop.by)
    return shop


def back(
    shop: Shop,
    *returned: Returned,
    holder: str = "order:a",
    now: datetime = LATER,
    return_id: UUID | None = None,
) -> list[str]:
    """What came back, as "+1 2 on the shelf" or "+1 2 damaged"."""
    done = inventory.put_back(return_id=return_id or new_id(), holder=holder, returned=returned, now=now, by=shop.by)
    return [
        f"+{((lot.expires_on or days(0)) - days(0)).days} {lot.quantity.normalize():f} "
        f"{lot.wasted.value if lot.wasted else 'on the shelf'}"
        for lot in done.lots
    ]


def milk(amount: int | str, spoilt: WasteReason | None = None, note: str = "", lot: UUID | None = None) -> Returned:
    return Returned("milk", quantity(amount), spoilt, note, lot)


def on_hand(shop: Shop) -> dict[int, int]:
    return {((lot.expires_on or days(0)) - days(0)).days: int(lot.on_hand) for lot in shop.level("milk").lots}


def test_what_is_good_is_on_the_shelf_again(sold: Shop):
    assert back(sold, milk(2)) == ["+1 2 on the shelf"]
    assert [on_hand(sold), sold.available("milk")] == [{1: 2, 9: 4}, 6]


def test_it_is_taken_to_be_of_the_lot_that_expires_first_unless_the_label_says(sold: Shop):
    assert back(sold, milk(4)) == ["+1 3 on the shelf", "+9 1 on the shelf"]


def test_the_label_says_which_lot_it_is(sold: Shop):
    lot = Lot.objects.get(expires_on=days(9)).id
    assert back(sold, milk(1), milk(2, lot=lot)) == ["+9 2 on the shelf", "+1 1 on the shelf"]


def test_what_is_spoilt_is_thrown_away_with_its_reason(sold: Shop):
    assert back(sold, milk(2, WasteReason.WARM, "left in the sun")) == ["+1 2 warm"]
    assert on_hand(sold) == {9: 4}
    waste = Wastage.objects.get()
    assert [waste.reason, waste.note, waste.quantity] == ["warm", "left in the sun", 2]
    moved = [[one.kind, one.quantity, one.reference] for one in Movement.objects.order_by("id")]
    assert moved[-2:] == [["returned", 2, "order:a"], ["wasted", -2, f"waste:{waste.id}"]]


def test_some_may_be_good_and_some_spoilt(sold: Shop):
    assert back(sold, milk(1), milk(1, WasteReason.DAMAGED)) == ["+1 1 on the shelf", "+1 1 damaged"]


def test_what_has_expired_meanwhile_is_thrown_away_however_good_it_looks(sold: Shop):
    assert back(sold, milk(4), now=TOMORROW + timedelta(days=1)) == ["+1 3 expired", "+9 1 on the shelf"]


def test_no_more_comes_back_than_was_given_out(sold: Shop):
    back(sold, milk(2))
    with pytest.raises(inventory.MoreThanIssued) as refused:
        back(sold, milk(4), Returned("rice", quantity(1)))
    assert refused.value.beyond == {"milk": 1, "rice": 1}
    assert GoodsReturn.objects.count() == 1
    assert back(sold, milk(3)) == ["+1 1 on the shelf", "+9 2 on the shelf"]


def test_of_a_lot_that_was_not_given_out_nothing_comes_back(sold: Shop):
    sold.receive("milk", 5, expires=20)
    other = Lot.objects.get(expires_on=days(20)).id
    with pytest.raises(inventory.MoreThanIssued):
        back(sold, milk(1, lot=other))


def test_who_was_given_nothing_brings_nothing_back(sold: Shop):
    sold.reserve("order:b", milk=1)
    with pytest.raises(inventory.MoreThanIssued):
        back(sold, milk(1), holder="order:b")


@pytest.mark.parametrize("wrong", [(), (("0", None),), (("-1", None),), (("1", WasteReason.OTHER),)])
def test_what_cannot_be_is_refused(sold: Shop, wrong: tuple[tuple[str, WasteReason | None], ...]):
    with pytest.raises(Invalid):
        back(sold, *(milk(amount, spoilt) for amount, spoilt in wrong))


def test_the_same_return_sent_twice_is_one(sold: Shop):
    first = new_id()
    assert back(sold, milk(2), return_id=first) == back(sold, milk(2), return_id=first)
    assert on_hand(sold) == {1: 2, 9: 4}
    sold.reserve("order:b", milk=1)
    inventory.issue(holder="order:b", quantities=None, now=NOON, by=sold.by)
    with pytest.raises(Conflict):
        back(sold, milk(1), holder="order:b", return_id=first)


def test_it_is_told_once_per_item(sold: Shop, facts: Facts):
    facts.forget()
    back(sold, milk(1), milk(1, WasteReason.DAMAGED))
    assert facts.told() == ["StockChanged milk v5 5/0"]


def test_hot_items_come_back_too(sold: Shop):
    inventory.set_hot_rule(sku="milk", location=sold.location, rule=inventory.HotRule.ON)
    back(sold, milk(2))
    sold.reserve("order:b", milk=6)
    assert inventory.check_stock() == []


# --- a slip ---


def undo(shop: Shop, return_id: UUID, now: datetime = LATER) -> bool:
    return inventory.undo_put_back(return_id=return_id, now=now, by=shop.by)


def test_a_slip_is_undone_on_the_same_day_once(sold: Shop):
    slip = new_id()
    back(sold, milk(1), milk(2, WasteReason.DAMAGED), return_id=slip)
    assert [undo(sold, slip), undo(sold, slip)] == [True, False]
    assert [on_hand(sold), Wastage.objects.get().undone_by] == [{9: 4}, sold.by]
    assert inventory.check_stock() == []


def test_and_what_was_undone_may_come_back_after_all(sold: Shop):
    slip = new_id()
    back(sold, milk(5), return_id=slip)
    undo(sold, slip)
    assert back(sold, milk(5)) == ["+1 3 on the shelf", "+9 2 on the shelf"]


def test_not_on_another_day_of_the_store(sold: Shop):
    slip = new_id()
    midnight = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    back(sold, milk(1), return_id=slip)
    with pytest.raises(inventory.ReturnIsPast):
        undo(sold, slip, midnight)
    assert undo(sold, slip, midnight - timedelta(seconds=1))


def test_not_when_the_goods_have_been_promised_since(sold: Shop):
    slip = new_id()
    back(sold, milk(2), return_id=slip)
    sold.reserve("order:b", milk=6)
    with pytest.raises(inventory.ChangesRefused):
        undo(sold, slip)
    assert sold.level("milk").reserved == 6


def test_where_the_waste_was_taken_back_the_goods_leave_the_shelf(sold: Shop):
    slip = new_id()
    back(sold, milk(2, WasteReason.DAMAGED), return_id=slip)
    inventory.undo_waste(wastage=Wastage.objects.get().id, reason="a slip", now=LATER, by=sold.by)
    assert on_hand(sold) == {1: 2, 9: 4}
    undo(sold, slip)
    assert on_hand(sold) == {9: 4}


def test_a_return_that_there_is_not_is_not_undone(sold: Shop):
    with pytest.raises(NotFound):
        undo(sold, new_id())


def test_a_return_is_not_taken_back_as_a_movement(sold: Shop):
    back(sold, milk(1), milk(1, WasteReason.DAMAGED))
    for movement in Movement.objects.filter(kind__in=["returned", "wasted"]):
        with pytest.raises(inventory.NotTakenBackSo):
            inventory.take_back(movement=movement.id, reason="x", now=LATER, by=sold.by)


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_eight_who_bring_the_same_goods_back_at_once_bring_back_what_was_given_out():
    shop = sell(Shop())
    ended = all_at_once(*[partial(back, shop, milk(1)) for _again in range(8)])
    assert ended == {"done": 5, "MoreThanIssued": 3}
    assert [shop.on_hand("milk"), inventory.check_stock()] == [9, []]
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_return_sent_and_undone_many_times_at_once_is_one():
    shop, slip = sell(Shop()), new_id()
    ended = all_at_once(*[partial(back, shop, milk(2, WasteReason.DAMAGED), return_id=slip) for _again in range(4)])
    assert [ended, Wastage.objects.count()] == [{"done": 4}, 1]
    waste = Wastage.objects.get().id
    taking_back = partial(inventory.undo_waste, wastage=waste, reason="a slip", now=LATER, by=shop.by)
    ended = all_at_once(*[partial(undo, shop, slip)] * 3, *[taking_back] * 3)
    assert ended == {"done": 6}
    assert [shop.on_hand("milk"), inventory.check_stock()] == [4, []]
    connection.close()
