"""Near-expiry goods: marked-down lots are a pool of their own, at their own price, for those who asked for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from grocery.inventory import public as inventory
from grocery.inventory.contracts import Availability, ReducedUnits
from grocery.inventory.models import Allocation, Lot, Markdown, StockItem
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days
from tests.inventory.crowds import all_at_once


def mark_down(shop: Shop, expires: int | None, percent: int = 40, *, sku: str = "milk") -> None:
    """The lot of a SKU that expires in so many days is sold for less from now on."""
    day = None if expires is None else days(expires)
    lot = Lot.objects.get(stock_item__sku=sku, stock_item__location=shop.location, expires_on=day)
    inventory.mark_down(location=shop.location, lots=[lot.id], percent=percent, now=NOON, by=shop.by)


def mark_up(shop: Shop, expires: int, *, sku: str = "milk") -> None:
    lot = Lot.objects.get(stock_item__sku=sku, stock_item__location=shop.location, expires_on=days(expires))
    inventory.end_markdowns(location=shop.location, lots=[lot.id], now=NOON, by=shop.by)


def reserve(
    shop: Shop, holder: str, amount: int, *, on: int = 0, fresh: int = 0, sku: str = "milk", **reduced: int
) -> dict[str, Decimal]:
    """So much for a day, of which so much at "p40"; what came, as "+days" or "+days −40"."""
    parts = tuple((int(name[1:]), quantity(part)) for name, part in reduced.items())
    with transaction.atomic():
        made = inventory.reserve(
            holder=holder,
            location=shop.location,
            demands=[inventory.Demand(sku, quantity(amount), fresh, parts)],
            good_on=days(on),
            until=None,
            now=NOON,
        )
    return in_words(made.allocations)


def in_words(parts: tuple[inventory.Allocation, ...]) -> dict[str, Decimal]:
    return {_words(part): part.quantity for part in parts}


def _words(part: inventory.Allocation) -> str:
    day = f"+{(part.expires_on - days(0)).days}" if part.expires_on else "undated"
    return day if part.percent is None else f"{day} −{part.percent}"


def available(shop: Shop, *, on: int = 0, fresh: int = 0, holder: str = "", sku: str = "milk") -> Availability | None:
    found = inventory.availability(
        skus=[sku],
        location=shop.location,
        good_on=days(on),
        now=NOON,
        min_freshness_days={sku: fresh},
        holder=holder,
    )
    return found.get(sku)


def units(percent: int, number: int, expires: int) -> ReducedUnits:
    return ReducedUnits(percent, quantity(number), days(expires))


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    """Three bottles for tomorrow at −40 %, five that keep for nine days."""
    shop.receive("milk", 3, expires=1)
    shop.receive("milk", 5, expires=9)
    mark_down(shop, 1)
    return shop


def test_who_does_not_ask_for_them_never_gets_marked_down_goods(dairy: Shop):
    assert reserve(dairy, "order:a", 4) == {"+9": 4}
    with pytest.raises(inventory.OutOfStock) as refused:
        reserve(dairy, "order:b", 2)
    assert refused.value.shortages == {"milk": 1}


def test_who_asks_for_them_gets_these_alone_and_the_rest_fresh(dairy: Shop):
    assert reserve(dairy, "order:a", 4, p40=2) == {"+9": 2, "+1 −40": 2}


def test_fresh_goods_do_not_leak_into_the_discount(dairy: Shop):
    with pytest.raises(inventory.OutOfStock) as refused:
        reserve(dairy, "order:a", 4, p40=4)
    assert refused.value.shortages == {"milk": 1}
    assert dairy.level("milk").reserved == 0


def test_goods_at_another_percentage_are_not_given_in_their_place(dairy: Shop):
    with pytest.raises(inventory.OutOfStock) as refused:
        reserve(dairy, "order:a", 2, p30=1)
    assert refused.value.shortages == {"milk": 1}


def test_of_one_percentage_the_first_expired_goes_first(dairy: Shop):
    dairy.receive("milk", 2, expires=0)
    mark_down(dairy, 0)
    assert reserve(dairy, "order:a", 4, p40=4) == {"+0 −40": 2, "+1 −40": 2}


def test_two_percentages_are_two_pools(dairy: Shop):
    dairy.receive("milk", 2, expires=0)
    mark_down(dairy, 0, 70)
    assert reserve(dairy, "order:a", 4, p40=1, p70=2) == {"+9": 1, "+1 −40": 1, "+0 −70": 2}


def test_they_must_be_good_on_the_day_but_no_fresher(dairy: Shop):
    assert reserve(dairy, "order:a", 2, on=1, fresh=5, p40=1) == {"+9": 1, "+1 −40": 1}
    with pytest.raises(inventory.OutOfStock):
        reserve(dairy, "order:b", 1, on=2, p40=1)


def test_demands_of_one_sku_add_up_price_by_price(dairy: Shop):
    demands = [inventory.Demand("milk", quantity(1), 0, ((40, quantity(1)),)), inventory.Demand("milk", quantity(2))]
    with transaction.atomic():
        made = inventory.reserve(
            holder="order:a",
            location=dairy.location,
            demands=[*demands, demands[0]],
            good_on=days(0),
            until=None,
            now=NOON,
        )
    assert in_words(made.allocations) == {"+9": 2, "+1 −40": 2}


@pytest.mark.parametrize("reduced", [((40, 3),), ((40, 0),), ((40, -1),), ((0, 1),), ((40, 1), (50, 2))])
def test_a_demand_for_less_than_its_parts_is_none(reduced: tuple[tuple[int, int], ...]):
    with pytest.raises(ValueError, match="not a demand"):
        inventory.Demand("milk", quantity(2), 0, tuple((percent, quantity(part)) for percent, part in reduced))


# --- what may be promised ---


def test_both_pools_are_told_apart(dairy: Shop):
    told = available(dairy)
    assert told == Availability("milk", quantity(5), days(9), 9, (units(40, 3, 1),))


def test_what_has_expired_by_the_day_is_not_told(dairy: Shop):
    told = available(dairy, on=2)
    assert told == Availability("milk", quantity(5), days(9), 7)


def test_units_are_told_first_expired_first_and_lots_alike_together(dairy: Shop):
    dairy.receive("milk", 2, expires=0)
    dairy.receive("milk", 4, expires=1, lot="L2")
    mark_down(dairy, 0, 70)
    lot = Lot.objects.get(lot_code="L2")
    inventory.mark_down(location=dairy.location, lots=[lot.id], percent=40, now=NOON, by=dairy.by)
    told = available(dairy)
    assert told is not None
    assert told.reduced == (units(70, 2, 0), units(40, 7, 1))


def test_where_all_is_marked_down_nothing_is_there_at_its_full_price(shop: Shop):
    shop.receive("milk", 3, expires=1)
    mark_down(shop, 1)
    assert available(shop) == Availability("milk", quantity(0), None, None, (units(40, 3, 1),))


def test_what_is_reserved_is_no_longer_told_but_to_its_holder(dairy: Shop):
    reserve(dairy, "order:a", 3, p40=2)
    others, own = available(dairy), available(dairy, holder="order:a")
    assert others == Availability("milk", quantity(4), days(9), 9, (units(40, 1, 1),))
    assert own == Availability("milk", quantity(5), days(9), 9, (units(40, 3, 1),))


def test_stock_tells_both_and_each_lots_percentage(dairy: Shop):
    level = dairy.level("milk")
    assert [level.on_hand, level.available, level.earliest_expiry] == [8, 5, days(9)]
    assert [level.reduced, level.reduced_percent, level.reduced_until] == [3, 40, days(1)]
    assert [lot.percent for lot in level.lots] == [40, None]


def test_the_fact_tells_both_whether_it_was_added_up_or_read(dairy: Shop, facts: Facts):
    added_up = StockItem.objects.levels(["milk"], location=dairy.location, day=days(0))
    said = [
        [level.available, level.reduced, level.reduced_percent, level.reduced_until]
        for level in (dairy.level("milk"), *added_up)
    ]
    assert said == [[5, 3, 40, days(1)]] * 2
    facts.forget()
    reserve(dairy, "order:a", 3, p40=2)
    inventory.release(holder="order:a", now=NOON)
    assert facts.told_in_full("available", "reduced", "reduced_percent", "reduced_until") == [
        ["4", "1", 40, days(1).isoformat()],
        ["5", "3", 40, days(1).isoformat()],
    ]


def test_when_the_last_unit_goes_it_is_told(dairy: Shop, facts: Facts):
    facts.forget()
    reserve(dairy, "order:a", 3, p40=3)
    assert facts.told_in_full("reduced", "reduced_percent", "reduced_until") == [["0", None, None]]


def test_goods_that_keep_may_be_marked_down_too(shop: Shop):
    shop.receive("milk", 3)
    mark_down(shop, None)
    told = available(shop, on=300)
    assert told is not None
    assert told.reduced == (ReducedUnits(40, quantity(3), None),)
    assert [shop.level("milk").reduced, shop.level("milk").reduced_until] == [3, None]


def test_marking_down_and_ending_it_are_told_as_changes_of_stock(dairy: Shop, facts: Facts):
    facts.forget()
    mark_up(dairy, 1)
    mark_down(dairy, 1, 50)
    assert facts.told() == [
        "LotMarkedDown milk 50",
        "MarkdownEnded milk 40",
        "StockChanged milk v4 8/0",
        "StockChanged milk v5 8/0",
    ]


# --- what was promised stays promised at its price ---


@pytest.fixture
def promised(shop: Shop) -> Shop:
    """Two of four bottles were promised at their full price before the lot was marked down."""
    shop.receive("milk", 4, expires=1)
    reserve(shop, "order:a", 2)
    mark_down(shop, 1)
    return shop


def test_goods_promised_before_the_markdown_stay_promised_at_their_price(promised: Shop):
    told = available(promised)
    assert told is not None
    assert told.reduced == (units(40, 2, 1),)
    assert in_words(inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)) == {"+1": 2}


def test_their_holder_may_reserve_them_anew_at_that_price(promised: Shop):
    told = available(promised, holder="order:a")
    assert told is not None
    assert [told.available, told.reduced] == [2, (units(40, 4, 1),)]
    assert reserve(promised, "order:a", 2) == {"+1": 2}


def test_but_no_more_of_the_lot_than_they_have(promised: Shop):
    with pytest.raises(inventory.OutOfStock) as refused:
        reserve(promised, "order:a", 3)
    assert refused.value.shortages == {"milk": 1}
    promised.receive("milk", 5, expires=9)
    assert reserve(promised, "order:a", 3) == {"+1": 2, "+9": 1}


def test_of_one_lot_a_holder_may_have_both(promised: Shop):
    assert reserve(promised, "order:a", 4, p40=2) == {"+1": 2, "+1 −40": 2}
    assert promised.level("milk").reserved == 4
    assert reserve(promised, "order:a", 4, p40=2) == {"+1": 2, "+1 −40": 2}


def test_or_change_over_to_the_lower_price(promised: Shop):
    assert reserve(promised, "order:a", 4, p40=4) == {"+1 −40": 4}


def test_goods_promised_at_less_stay_so_when_the_markdown_ends(dairy: Shop):
    reserve(dairy, "order:a", 2, p40=2)
    mark_up(dairy, 1)
    told = available(dairy, holder="order:a")
    assert told is not None
    assert [told.available, told.reduced] == [8, (units(40, 2, 1),)]
    assert reserve(dairy, "order:a", 2, p40=2) == {"+1 −40": 2}
    with pytest.raises(inventory.OutOfStock):
        reserve(dairy, "order:b", 1, p40=1)
    with pytest.raises(inventory.OutOfStock):
        reserve(dairy, "order:a", 3, p40=3)
    assert in_words(inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)) == {"+1 −40": 2}


def test_what_is_let_go_is_free_at_the_lots_present_price(promised: Shop):
    inventory.release(holder="order:a", now=NOON)
    told = available(promised)
    assert told is not None
    assert [told.available, told.reduced] == [0, (units(40, 4, 1),)]


def test_a_markdown_ends_with_its_lots_day(dairy: Shop):
    tomorrow = NOON + timedelta(days=2)
    inventory.turn_days(now=NOON)
    inventory.turn_days(now=tomorrow)
    assert Lot.objects.filter(percent_off__isnull=False).count() == 0
    assert Markdown.objects.standing().count() == 0
    found = inventory.availability(skus=["milk"], location=dairy.location, good_on=days(0), now=tomorrow)["milk"]
    assert [found.available, found.reduced] == [5, ()]


def test_more_goods_of_the_lot_join_its_pool(dairy: Shop):
    dairy.receive("milk", 2, expires=1)
    told = available(dairy)
    assert told is not None
    assert told.reduced == (units(40, 5, 1),)


def test_control_without_the_column_of_prices_two_promises_of_one_lot_are_one(promised: Shop):
    reserve(promised, "order:a", 4, p40=2)
    part = Allocation.objects.get(percent_off=40)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=part.pk).update(percent_off=None)


# --- everybody wants it ---


def test_a_hot_items_marked_down_lot_is_a_pool_of_its_own_too(dairy: Shop):
    inventory.set_hot_rule(sku="milk", location=dairy.location, rule=inventory.HotRule.ON)
    assert reserve(dairy, "order:a", 3, p40=1) == {"+9": 2, "+1 −40": 1}
    with pytest.raises(inventory.OutOfStock):
        reserve(dairy, "order:b", 4)
    with pytest.raises(inventory.OutOfStock):
        reserve(dairy, "order:b", 3, p40=3)
    assert reserve(dairy, "order:b", 5, p40=2) == {"+9": 3, "+1 −40": 2}
    assert inventory.check_stock() == []


def test_a_hot_lot_may_be_marked_down_while_some_of_it_is_promised(shop: Shop):
    shop.receive("milk", 8, expires=1)
    inventory.set_hot_rule(sku="milk", location=shop.location, rule=inventory.HotRule.ON)
    reserve(shop, "order:a", 3)
    mark_down(shop, 1)
    assert reserve(shop, "order:a", 5, p40=2) == {"+1": 3, "+1 −40": 2}
    told = available(shop)
    assert told is not None
    assert told.reduced == (units(40, 3, 1),)
    assert inventory.check_stock() == []


@pytest.mark.parametrize("rule", list(inventory.HotRule)[1:])
@pytest.mark.django_db(transaction=True)
def test_while_lots_are_marked_down_and_up_everyone_gets_what_they_asked_for(rule: inventory.HotRule):
    """Sixteen at once: what is promised at a price came from a lot that had it, and no unit twice."""
    shop = Shop()
    shop.receive("milk", 6, expires=1)
    shop.receive("milk", 6, expires=9)
    mark_down(shop, 1)
    inventory.set_hot_rule(sku="milk", location=shop.location, rule=rule)
    fresh = [partial(reserve, shop, f"order:fresh-{n}", 1) for n in range(8)]
    reduced = [partial(reserve, shop, f"order:reduced-{n}", 1, p40=1) for n in range(8)]
    ended = all_at_once(*fresh, *reduced)
    assert ended == {"done": 12, "OutOfStock": 4}
    held = Allocation.objects.values_list("percent_off", "lot__expires_on")
    assert sorted(held, key=str) == [(40, days(1))] * 6 + [(None, days(9))] * 6
    assert inventory.check_stock() == []
    connection.close()
