"""What an edited basket costs: agreed prices for what was agreed, offers as far as the whole basket earns them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grocery.kernel.money import Money, dong, total
from grocery.kernel.quantity import ZERO, Quantity, quantity
from grocery.ordering.contracts import Adjustment, OfferKind
from grocery.ordering.policies import (
    Agreed,
    EditedLine,
    Goods,
    Offer,
    Wanted,
    fee_after,
    keep_first,
    price_basket,
    price_edited,
)

MILK, EGGS = 20_000, 30_000


def offer(number: int, kind: Any, **terms: Any) -> Offer:
    return Offer(
        id=UUID(int=number), kind=OfferKind(kind), name_en=f"offer {number}", name_vi=f"ưu đãi {number}", **terms
    )


FIFTH_OFF_MILK = offer(1, "sku", percent=20, skus=frozenset({"milk"}))
THREE_FOR_TWO = offer(2, "multi_buy", percent=100, buy=3, pay=2, skus=frozenset({"milk"}))
TENTH_OFF_FROM_100 = offer(3, "basket", percent=10, from_amount=dong(100_000))
TWENTY_OFF_FROM_100 = offer(4, "basket", off=dong(20_000), from_amount=dong(100_000))


def kept(sku: str, units: int, price: int, *, more: int = 0, today: int = 0, **about: Any) -> Wanted:
    parts = ((quantity(units), dong(price), 0),) if units else ()
    return Wanted(sku=sku, kept=parts, more=quantity(more), today=dong(today or price), **about)


def by_placing(offers: tuple[Offer, ...]) -> tuple[Agreed, ...]:
    return tuple(Agreed(offer, 0) for offer in offers)


def cost(*lines: Wanted, running: tuple[Offer, ...] = (), agreed: tuple[Offer, ...] = ()) -> dict[str, int]:
    priced = price_edited(lines, running=running, agreed=by_placing(agreed))
    for line in priced.values():
        assert line.list_amount + total(effect.amount for effect in line.adjustments) == line.amount >= dong(0)
    return {sku: line.amount.minor for sku, line in priced.items()}


@pytest.mark.parametrize("today", [15_000, 25_000])
def test_more_costs_todays_price_and_what_was_agreed_its_own(today: int):
    assert cost(kept("milk", 2, MILK, more=1, today=today)) == {"milk": 2 * MILK + today}


def test_an_offer_that_has_ended_goes_on_for_what_was_agreed():
    assert cost(kept("milk", 2, MILK, more=1), agreed=(FIFTH_OFF_MILK,)) == {"milk": 2 * 16_000 + MILK}


def test_an_offer_that_still_runs_counts_for_what_is_added():
    assert cost(kept("milk", 2, MILK, more=1), running=(FIFTH_OFF_MILK,), agreed=(FIFTH_OFF_MILK,)) == {
        "milk": 48_000
    }


def test_an_offer_that_has_begun_counts_for_all_of_it():
    assert cost(kept("milk", 2, MILK), kept("eggs", 0, EGGS, more=1), running=(FIFTH_OFF_MILK,)) == {
        "milk": 32_000,
        "eggs": EGGS,
    }


def test_an_offer_made_less_stays_what_it_was_for_what_was_agreed():
    less = replace(FIFTH_OFF_MILK, percent=10)
    assert cost(kept("milk", 2, MILK, more=1), running=(less,), agreed=(FIFTH_OFF_MILK,)) == {"milk": 32_000 + 18_000}


def test_groups_are_judged_on_the_edited_line():
    same = {"running": (THREE_FOR_TWO,), "agreed": (THREE_FOR_TWO,)}
    assert [cost(kept("milk", n, MILK), **same)["milk"] for n in (3, 2)] == [2 * MILK, 2 * MILK]
    assert cost(kept("milk", 2, MILK, more=1), **same) == {"milk": 2 * MILK}


def test_a_group_across_two_prices_counts_at_the_higher():
    assert cost(kept("milk", 2, MILK, more=1, today=22_000), running=(THREE_FOR_TWO,)) == {"milk": 44_000}


@pytest.mark.parametrize("rule", [TENTH_OFF_FROM_100, TWENTY_OFF_FROM_100])
@pytest.mark.parametrize("runs", [True, False])
def test_an_amount_to_reach_is_measured_by_the_edited_basket(rule: Offer, runs: bool):
    known = {"running": (rule,) if runs else (), "agreed": (rule,)}
    off = 10_000 if rule.off is None else 20_000
    assert sum(cost(kept("milk", 2, MILK), kept("eggs", 2, EGGS), **known).values()) == 100_000 - off
    assert sum(cost(kept("milk", 1, MILK), kept("eggs", 2, EGGS), **known).values()) == 80_000


def test_a_basket_offer_that_has_ended_takes_nothing_off_what_is_added():
    lines = (kept("milk", 5, MILK), kept("eggs", 0, EGGS, more=1))
    assert cost(*lines, agreed=(TENTH_OFF_FROM_100,)) == {"milk": 90_000, "eggs": EGGS}


def test_what_stacks_and_has_begun_does_not_come_on_top_of_what_was_agreed():
    stacked = offer(5, "basket", percent=10, stackable=True)
    lines = (kept("milk", 2, MILK), kept("eggs", 0, EGGS, more=1))
    assert cost(*lines, running=(stacked,), agreed=(FIFTH_OFF_MILK,)) == {"milk": 32_000, "eggs": 27_000}


def test_what_the_shop_has_settled_stays_and_counts_for_where_offers_begin():
    effect = Adjustment(None, OfferKind.MULTI_BUY, "3 for 2", "mua 3 trả 2", quantity(1), dong(-13_333))
    lines = (kept("milk", 2, MILK, settled=(effect,)), kept("eggs", 2, EGGS))
    assert cost(*lines, running=(TENTH_OFF_FROM_100, FIFTH_OFF_MILK)) == {"milk": 26_667, "eggs": 54_000}


def test_what_came_last_goes_first():
    parts = ((quantity(2), dong(20), 0), (quantity(3), dong(30), 1))
    assert keep_first(parts, quantity(3)) == ((quantity(2), dong(20), 0), (quantity(1), dong(30), 1))
    assert keep_first(parts, quantity(1)) == ((quantity(1), dong(20), 0),)


def test_what_was_added_after_an_offer_had_ended_gets_nothing_of_it_by_a_later_edit():
    parts = ((quantity(2), dong(MILK), 0), (quantity(1), dong(MILK), 1))
    line = Wanted(sku="milk", kept=parts, when=2)
    priced = price_edited([line], running=(), agreed=[Agreed(FIFTH_OFF_MILK, 0)])
    assert priced["milk"].amount == dong(2 * 16_000 + MILK)


def test_terms_of_two_times_of_what_stacks_count_once_for_each_part():
    stacked = offer(5, "sku", percent=20, skus=frozenset({"milk"}), stackable=True)
    parts = ((quantity(1), dong(MILK), 0), (quantity(1), dong(MILK), 1))
    known = [Agreed(stacked, 0), Agreed(replace(stacked, percent=10), 1)]
    priced = price_edited([Wanted(sku="milk", kept=parts, when=2)], running=(), agreed=known)
    assert priced["milk"].amount == dong(16_000 + 18_000)


@pytest.mark.parametrize(
    ("agreed", "today", "before", "after", "fee"),
    [
        (15, 15, 100, 90, 15),
        (15, 20, 100, 120, 15),  # the zone has become dearer
        (15, 0, 100, 300, 0),  # free from here on
        (0, 15, 300, 290, 15),  # no longer
        (0, 15, 300, 310, 0),  # the limit has been raised meanwhile
        (15, 10, 100, 100, 10),
    ],
)
def test_the_way_is_never_dearer_for_wanting_more(agreed: int, today: int, before: int, after: int, fee: int):
    assert fee_after(dong(agreed), dong(today), before=dong(before), after=dong(after)) == dong(fee)


# --- whatever comes -----------------------------------------------------------------------------------------------
SKUS = ("a", "b", "c")
prices = st.integers(1, 60_000)
units = st.integers(1, 6)
terms = st.one_of(
    st.fixed_dictionaries({"kind": st.just("sku"), "percent": st.integers(1, 60)}),
    st.fixed_dictionaries(
        {"kind": st.just("multi_buy"), "percent": st.just(100), "buy": st.just(3), "pay": st.just(2)}
    ),
    st.fixed_dictionaries({"kind": st.just("basket"), "percent": st.integers(1, 40)}),
    st.fixed_dictionaries({"kind": st.just("basket"), "off": st.integers(1, 50_000).map(dong)}),
)


@st.composite
def rules(draw: st.DrawFn, first: int) -> tuple[Offer, ...]:
    made = []
    for number, one in enumerate(draw(st.lists(terms, max_size=3)), first):
        skus = frozenset(draw(st.sets(st.sampled_from(SKUS), min_size=1))) if one["kind"] != "basket" else frozenset()
        more = {"from_amount": dong(draw(st.sampled_from([0, 50_000, 150_000]))), "stackable": draw(st.booleans())}
        made.append(offer(number, one["kind"], **{k: v for k, v in one.items() if k != "kind"}, skus=skus, **more))
    return tuple(made)


baskets = st.dictionaries(st.sampled_from(SKUS), st.tuples(units, prices), min_size=1)


def placed(basket: dict[str, tuple[int, int]], offers: tuple[Offer, ...]) -> dict[str, Money]:
    goods = [Goods(sku=sku, price=dong(price), quantity=quantity(n)) for sku, (n, price) in basket.items()]
    return {sku: line.amount for sku, line in price_basket(goods, offers).lines.items()}


def edited(lines: list[Wanted], running: tuple[Offer, ...], agreed: tuple[Offer, ...]) -> dict[str, EditedLine]:
    priced = price_edited(lines, running=running, agreed=by_placing(agreed))
    for line, wanted in ((priced[w.sku], w) for w in lines):
        own = sum((n * price.minor for n, price, _when in wanted.parts), start=Decimal(0))
        assert (
            line.list_amount.minor == line.price.minor * sum((n for n, _p, _when in wanted.parts), start=ZERO) >= own
        )
        assert dong(0) <= line.discount <= line.list_amount
        assert line.amount == line.list_amount + total(effect.amount for effect in line.adjustments)
    return priced


@settings(deadline=None)
@given(baskets, rules(1))
def test_the_same_basket_under_the_same_offers_costs_the_same(basket, offers):
    lines = [kept(sku, n, price) for sku, (n, price) in basket.items()]
    assert {sku: line.amount for sku, line in edited(lines, offers, offers).items()} == placed(basket, offers)


@settings(deadline=None)
@given(baskets, rules(1), st.data())
def test_offers_that_end_change_nothing_of_the_same_basket(basket, offers, data):
    """Whatever runs by now: it is never dearer than agreed."""
    lines = [kept(sku, n, price) for sku, (n, price) in basket.items()]
    agreed = total(placed(basket, offers).values())
    assert total(line.amount for line in edited(lines, (), offers).values()) == agreed
    others = data.draw(rules(10))
    assert total(line.amount for line in edited(lines, others, offers).values()) <= agreed


@settings(deadline=None)
@given(baskets, rules(1), rules(10), st.data())
def test_wanting_more_never_makes_what_was_agreed_dearer(basket, offers, others, data):
    more = data.draw(st.dictionaries(st.sampled_from(SKUS), st.tuples(units, prices)))
    lines, extra = [], dong(0)
    for sku in {**basket, **more}:
        n, price = basket.get(sku, (0, 0))
        added, today = more.get(sku, (0, price))
        lines.append(kept(sku, n, price, more=added, today=today))
        extra += dong(added * today)
    priced = edited(lines, others, offers)
    assert total(line.amount for line in priced.values()) <= total(placed(basket, offers).values()) + extra


@given(st.lists(st.tuples(units, prices), min_size=1, max_size=4), st.integers(0, 24))
def test_there_and_back_again_is_as_it_was(parts, added):
    agreed = tuple((quantity(n), dong(price), 0) for n, price in parts)
    more = Wanted(sku="a", kept=agreed, more=quantity(added), today=dong(1)).parts
    assert keep_first(more, Quantity(sum((n for n, _price, _when in agreed), start=ZERO))) == agreed
