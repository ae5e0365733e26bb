"""Goods near their date: cheaper by their lot's percentage, only those units, only where they are good on the day."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.db.models import Sum

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.quantity import ZERO, quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.services import confirm_order
from tests.ordering.conftest import NOON
from tests.ordering.offering import offer
from tests.shop import BEN_THANH, Customer, Shop

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)


def shelve(shop: Shop, *, old: int, fresh: int, percent: int = 30, until: date = TODAY) -> None:
    """So many milks that are good until then and cost less, and so many that keep."""
    shop.sell("milk")
    for amount, expires_on in ((old, until), (fresh, date(2026, 12, 24))):
        if amount:
            line = inventory.StockLine(catalog.Sku("milk"), quantity(amount), expires_on)
            inventory.stock_up(location=shop.store.id, lines=[line], now=NOON)
    if old:
        lots = [lot.id for lot in Lot.objects.filter(expires_on=until)]
        inventory.mark_down(location=shop.store.id, lots=lots, percent=percent, now=NOON, by=new_id())


def take(shop: Shop, who: Customer, count: int, *, near: bool = True) -> ordering.CartView:
    return ordering.set_item(owner=who.owner, sku="milk", quantity=quantity(count), near_expiry=near, now=NOON)


def reserved_near(shop: Shop) -> object:
    """What is promised of marked-down lots."""
    return Lot.objects.filter(expires_on__lte=TOMORROW).aggregate(sum=Sum("reserved"))["sum"]


def test_only_units_of_the_marked_down_lot_cost_less(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    (line,) = take(shop, lan, 3).lines
    assert (line.list_amount, line.amount, line.shortage) == (dong(115_500), dong(2 * 26_950 + 38_500), ZERO)
    assert [(e.kind.value, e.name_en, e.quantity) for e in line.adjustments] == [
        ("near_expiry", "Best before 20/11: −30%", quantity(2))
    ]


def test_who_does_not_ask_for_them_gets_fresh_goods_at_their_full_price(shop: Shop, lan: Customer):
    shelve(shop, old=5, fresh=10)
    (line,) = shop.put(lan.owner, milk=3).lines
    assert (line.amount, line.near_expiry) == (dong(115_500), False)
    assert line.reduced == (ordering.NearExpiry(30, quantity(5), TODAY),)


def test_the_switch_stays_when_the_quantity_changes_and_can_be_turned_back(shop: Shop, lan: Customer):
    shelve(shop, old=5, fresh=10)
    take(shop, lan, 1)
    (more,) = shop.put(lan.owner, milk=2).lines
    (back,) = take(shop, lan, 2, near=False).lines
    assert (more.amount, back.amount) == (dong(2 * 26_950), dong(77_000))


def test_a_day_on_which_they_are_no_longer_good_costs_the_full_price_again(shop: Shop, lan: Customer):
    shelve(shop, old=5, fresh=10)
    assert take(shop, lan, 2).total == dong(53_900)
    tomorrow = shop.slot(hours_ahead=24)
    view = ordering.choose_slot(owner=lan.owner, slot_id=tomorrow, ward_code=BEN_THANH, now=NOON)
    (line,) = view.lines
    assert (line.amount, line.near_expiry, line.reduced, line.shortage) == (dong(77_000), True, (), ZERO)


def test_the_order_reserves_exactly_the_units_that_it_was_promised(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    take(shop, lan, 3)
    placed = shop.check_out(lan)
    order = ordering.order(order_id=placed.id)
    assert (order.lines[0].amount, reserved_near(shop)) == (dong(92_400), 2)
    assert models.OrderLine.objects.get().reduced == [[30, "2"]]


def test_an_order_for_a_later_day_takes_none_of_them(shop: Shop, lan: Customer):
    shelve(shop, old=5, fresh=10)
    take(shop, lan, 2)
    placed = shop.check_out(lan, slot_id=shop.slot(hours_ahead=24))
    assert (ordering.order(order_id=placed.id).lines[0].amount, reserved_near(shop)) == (dong(77_000), 0)


def test_what_is_lacking_is_what_neither_lots_have(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=1)
    assert [take(shop, lan, 5, near=near).lines[0].shortage for near in (True, False)] == [2, 4]


def test_an_order_that_was_paid_late_gets_its_near_units_again(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    take(shop, lan, 3)
    placed = shop.check_out(lan, method="card")
    inventory.release(holder=models.holder_of(placed.id), now=NOON)
    confirm_order.confirm_order(order_id=placed.id, now=NOON)
    assert (shop.state(placed.id), reserved_near(shop)) == ("confirmed", 2)


def test_a_better_offer_counts_in_place_of_the_markdown(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    offer(shop, "sku", percent=50, skus=("milk",))
    assert take(shop, lan, 2).total == dong(38_500)


@pytest.mark.parametrize("seed", range(8))
def test_discounted_units_never_exceed_those_in_qualifying_lots(shop: Shop, seed: int):
    """Customers one after another, with and without the switch, for today and for tomorrow, on a real shelf."""
    chance = random.Random(seed)
    old, fresh = chance.randint(0, 4), chance.randint(0, 6)
    shelve(shop, old=old, fresh=fresh)
    tomorrow = shop.slot(hours_ahead=24)
    sold = {True: 0, False: 0}
    for number in range(5):
        who, count, near, later = (
            shop.customer(f"c{number}"),
            chance.randint(1, 3),
            chance.random() < 0.7,
            chance.random() < 0.3,
        )
        take(shop, who, count, near=near)
        try:
            placed = shop.check_out(who, slot_id=tomorrow if later else None)
        except DomainError:  # sold out, or others are proposed
            continue
        (line,) = ordering.order(order_id=placed.id).lines
        lowered = sum(effect.quantity for effect in line.adjustments)
        assert lowered <= (count if near and not later else 0)
        sold[True] += int(lowered)
        sold[False] += int(line.quantity - lowered)
    assert (sold[True] <= old, sold[False] <= fresh, reserved_near(shop) or 0) == (True, True, sold[True])
