"""Coupons: entered into a cart, used by its order within their limits, given back when that is cancelled."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from grocery.kernel.errors import Invalid
from grocery.kernel.money import dong
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.policies import coupons as rules
from tests.ordering.conftest import NOON
from tests.ordering.offering import CHAIN, coupon, offer
from tests.ordering.test_races import at_once, ordered
from tests.shop import Customer, Shop


def use(shop: Shop, who: Customer, code: str) -> ordering.CartView:
    return ordering.use_coupon(owner=who.owner, code=code, now=shop.now)


@pytest.fixture
def milks(shop: Shop, lan: Customer) -> Shop:
    """Two milks (77.000 ₫) in Lan's cart."""
    shop.stock(milk=50)
    shop.put(lan.owner, milk=2)
    return shop


def test_a_code_lowers_the_cart_whatever_its_case_and_blanks(milks: Shop, lan: Customer):
    coupon(milks, "TET-2027", percent=10)
    view = use(milks, lan, " tet- 2027 ")
    assert (view.total, view.coupons) == (
        dong(69_300),
        (ordering.Coupon("TET-2027", ordering.CouponState.APPLIED),),
    )


def test_without_its_code_the_offer_does_not_count(milks: Shop, lan: Customer):
    coupon(milks, "TET-2027")
    assert ordering.cart(owner=lan.owner, now=NOON).total == dong(77_000)


def test_a_code_that_is_taken_out_counts_no_longer(milks: Shop, lan: Customer):
    coupon(milks, "TET-2027")
    use(milks, lan, "TET-2027")
    assert ordering.drop_coupon(owner=lan.owner, code="tet-2027", now=NOON).total == dong(77_000)


def test_a_code_that_does_nothing_says_so_and_is_not_used(milks: Shop, lan: Customer):
    coupon(milks, "BIG", from_amount=500_000, most_uses=1)
    assert use(milks, lan, "BIG").coupons[0].state is ordering.CouponState.NO_EFFECT
    milks.check_out(lan)
    assert models.CouponUse.objects.count() == 0


@pytest.mark.parametrize("code", ["NOTHING", "!", "", "x" * 50])
def test_an_unknown_code_is_refused(milks: Shop, lan: Customer, code: str):
    with pytest.raises(ordering.CouponUnknown):
        use(milks, lan, code)


@pytest.mark.parametrize("hours", [-1, 25])
def test_a_code_out_of_its_time_is_refused(milks: Shop, lan: Customer, hours: int):
    coupon(milks, "DAY", starts_at=NOON, ends_at=NOON + timedelta(hours=24))
    with pytest.raises(ordering.CouponUnknown):
        ordering.use_coupon(owner=lan.owner, code="DAY", now=NOON + timedelta(hours=hours))


def test_a_code_whose_offer_ends_meanwhile_is_told_on_the_cart(milks: Shop, lan: Customer):
    made = coupon(milks, "DAY")
    use(milks, lan, "DAY")
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    view = ordering.cart(owner=lan.owner, now=NOON)
    assert (view.total, view.coupons[0].state) == (dong(77_000), ordering.CouponState.ENDED)


def test_a_cart_holds_so_many_codes(milks: Shop, lan: Customer):
    for number in range(rules.PER_CART + 1):
        coupon(milks, f"CODE-{number}")
    for number in range(rules.PER_CART):
        use(milks, lan, f"CODE-{number}")
    with pytest.raises(ordering.TooManyCoupons):
        use(milks, lan, f"CODE-{rules.PER_CART}")


def test_an_order_uses_its_code_and_the_next_cart_is_without(milks: Shop, lan: Customer):
    coupon(milks, "TET-2027")
    use(milks, lan, "TET-2027")
    placed = milks.check_out(lan)
    assert (placed.total, ordering.cart(owner=lan.owner, now=NOON).coupons) == (dong(69_300 + 15_000), ())
    assert [(row.order_id, row.code) for row in models.CouponUse.objects.all()] == [(placed.id, "TET-2027")]


# --- limits -----------------------------------------------------------------------------------------------------
def buy(shop: Shop, who: Customer, code: str, hours: int = 0) -> bool:
    """Order a milk with this code; whether the code was taken."""
    now = shop.now + timedelta(hours=hours)
    shop.put(who.owner, milk=1)
    try:
        ordering.use_coupon(owner=who.owner, code=code, now=now)
    except ordering.CouponUsedUp:
        return False
    shop.check_out(who, slot_id=shop.slot(hours_ahead=hours + 4) if hours else shop.slot_id, now=now)
    return True


@pytest.mark.parametrize(
    ("terms", "taken"),
    [
        ({"most_uses": 2}, [True, True, False, False]),
        ({"most_per_customer": 1}, [True, True, False, False]),
        ({"most_of_code": 3}, [True, True, True, False]),
        ({"most_per_period": 1, "period": "day"}, [True, False, False, False]),
        ({}, [True] * 4),
    ],
)
def test_a_code_is_taken_as_often_as_its_limits_allow(shop: Shop, terms: dict[str, Any], taken: list[bool]):
    shop.stock(milk=50)
    coupon(shop, "TET", **terms)
    lan, minh = shop.customer("lan"), shop.customer("minh")
    assert [buy(shop, who, "TET") for who in (lan, minh, lan, minh)] == taken


def test_a_new_period_begins_at_the_stores_midnight(shop: Shop, lan: Customer):
    shop.stock(milk=50)
    coupon(shop, "DAILY", most_per_period=1, period="day")
    assert [buy(shop, lan, "DAILY", hours) for hours in (0, 11, 12)] == [True, False, True]


@pytest.mark.parametrize(("period", "text"), [("day", "2026-11-20"), ("week", "2026-W47"), ("month", "2026-11")])
def test_periods_are_the_calendars(period: str, text: str):
    assert rules.period_of(period, NOON.date()) == text


def test_a_used_up_code_counts_no_longer_in_a_cart_that_holds_it(milks: Shop, lan: Customer):
    coupon(milks, "LAST", most_uses=1)
    minh = milks.customer("minh")
    use(milks, lan, "LAST")
    assert buy(milks, minh, "LAST")
    view = ordering.cart(owner=lan.owner, now=NOON)
    assert (view.total, view.coupons[0].state) == (dong(77_000), ordering.CouponState.ENDED)


def test_a_cancelled_order_gives_its_use_back_once(milks: Shop, lan: Customer):
    coupon(milks, "ONCE", most_uses=1, most_per_customer=1)
    use(milks, lan, "ONCE")
    placed = milks.check_out(lan)
    for _again in range(2):
        ordering.cancel(order_id=placed.id, by=lan.principal, now=NOON)
    assert {row.scope.split(":")[0]: row.used for row in models.CouponTally.objects.all()} == {
        "total": 0,
        "customer": 0,
    }
    assert buy(milks, lan, "ONCE")


# --- made in bulk -----------------------------------------------------------------------------------------------
def test_codes_are_made_in_bulk_without_letters_that_look_alike(shop: Shop):
    made = offer(shop, "basket", percent=10, needs_coupon=True)
    codes = ordering.make_coupon_codes(offer_id=made, count=200, prefix="TET", by=CHAIN, now=NOON)
    assert len(set(codes)) == 200
    assert all(re.fullmatch(f"TET-[{rules.ALPHABET}]{{8}}", code) for code in codes)
    assert not set("0O1IL5S8B2ZUV") & set(rules.ALPHABET)


def test_each_code_of_a_bulk_is_used_once(shop: Shop, lan: Customer):
    shop.stock(milk=50)
    made = offer(shop, "basket", percent=10, needs_coupon=True)
    first, second = ordering.make_coupon_codes(offer_id=made, count=2, by=CHAIN, now=NOON)
    assert [buy(shop, lan, code) for code in (first, first, second)] == [True, False, True]
    assert sorted(ordering.coupon_codes(offer_id=made, by=CHAIN)) == sorted([(first, 1, 1), (second, 1, 1)])


@pytest.mark.parametrize(("count", "prefix"), [(0, ""), (10_001, ""), (0, "a b!"), (0, "X" * 21)])
def test_codes_that_cannot_be_are_refused(shop: Shop, count: int, prefix: str):
    made = offer(shop, "basket", percent=10, needs_coupon=True)
    with pytest.raises(Invalid):
        ordering.make_coupon_codes(offer_id=made, count=count, prefix=prefix, by=CHAIN, now=NOON)


def test_an_offer_for_everybody_has_no_codes(shop: Shop):
    with pytest.raises(Invalid):
        ordering.make_coupon_codes(offer_id=offer(shop, "basket", percent=10), count=1, by=CHAIN, now=NOON)


# --- many at once -----------------------------------------------------------------------------------------------
def rush(shop: Shop, buyers: int, **limits: Any) -> list[object]:
    """So many customers order at the same moment, each other goods in another slot, all with one code."""
    coupon(shop, "RUSH", **limits)
    acts: list[Callable[[], object]] = []
    for number in range(buyers):
        buyer, sku, slot = shop.customer(f"buyer{number}"), f"sku{number}", shop.slot(hours_ahead=5 + number)
        shop.stock(**{sku: 10})
        shop.put(buyer.owner, **{sku: 5})
        use(shop, buyer, "RUSH")
        acts.append(partial(shop.check_out, buyer, slot_id=slot))
    return at_once(*acts)


#: Five at 10.000 ₫, a tenth less, and the delivery.
LOWERED = dong(45_000 + 15_000)


@pytest.mark.django_db(transaction=True)
def test_eight_buyers_and_three_uses_make_exactly_three(shop: Shop):
    results = rush(shop, 8, most_uses=3)
    lowered = [placed for placed in ordered(results) if placed.total == LOWERED]
    assert (len(lowered), models.CouponUse.objects.count(), models.CouponTally.objects.get().used) == (3, 3, 3)
    assert len(ordered(results)) + results.count("coupon_used_up") == 8


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_more_would_get_it(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """The negative control: who only looks whether there is a use left gives away too many."""
    all_have_looked = threading.Barrier(4)

    def look_only(tallies: models.CouponTallyQuerySet, limits: dict[Any, int]) -> set[Any]:
        left = {(offer, scope) for (offer, scope), most in limits.items() if not tallies.full(offer, {scope: most})}
        all_have_looked.wait(10)
        return left

    monkeypatch.setattr(models.CouponTallyQuerySet, "claim", look_only)
    results = rush(shop, 4, most_uses=1)
    assert len([placed for placed in ordered(results) if placed.total == LOWERED]) == 4
