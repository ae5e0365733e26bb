"""An edited order is priced as a whole: offers, coupons and the way follow the basket, and it is told before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grocery.delivery import models as delivery_models
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from grocery.kernel import clock
from grocery.kernel.money import dong, total
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.offering import CHAIN, coupon, draft, offer
from tests.ordering.test_editing import edit, lines, pay
from tests.ordering.test_near_expiry import reserved_near, shelve, take
from tests.shop import Customer, Shop

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.stock(milk=20, eggs=20, rice=20)
    return shop


def preview(order_id: UUID, lan: Customer, **amounts: int) -> ordering.Edited:
    wanted = {sku: quantity(amount) for sku, amount in amounts.items()}
    return ordering.preview_edit(order_id=order_id, quantities=wanted, by=lan.principal, now=NOON)


def adds_up(order_id: UUID) -> ordering.OrderView:
    """The order, whose parts come to its total, to the đồng, as delivery knows it too."""
    seen = ordering.order(order_id=order_id)
    for line in seen.lines:
        assert line.amount == line.list_amount + total(effect.amount for effect in line.adjustments)
    fee = seen.fee + total(effect.amount for effect in seen.fee_adjustments)
    assert seen.total == total(line.amount for line in seen.lines) + fee
    assert delivery.delivery(order_id=order_id).fee == seen.fee
    return seen


def test_a_third_one_makes_three_for_two(stocked: Shop, lan: Customer):
    offer(stocked, "multi_buy", percent=100, buy=3, pay=2, skus=("milk",), name="3 for 2")
    order_id = stocked.confirmed_order(lan, milk=2).id
    edit(order_id, lan, milk=3)
    assert adds_up(order_id).total == dong(2 * 38_500 + 15_000)


def test_going_below_takes_it_away_and_the_preview_says_so(stocked: Shop, lan: Customer):
    offer(stocked, "multi_buy", percent=100, buy=3, pay=2, skus=("milk",), name="3 for 2")
    order_id = stocked.confirmed_order(lan, milk=3, eggs=1).id
    seen = preview(order_id, lan, milk=2)
    assert [(one.name_en, one.before, one.after) for one in seen.offers] == [("3 for 2", dong(38_500), dong(0))]
    assert [(one.sku, one.before, one.after, one.amount_before, one.amount) for one in seen.lines] == [
        ("milk", quantity(3), quantity(2), dong(77_000), dong(77_000))
    ]
    assert (seen.total_before, seen.total) == (dong(128_000), dong(128_000))
    assert edit(order_id, lan, milk=2, expected=128_000).total == adds_up(order_id).total == dong(128_000)


def test_an_offer_that_ended_stays_for_what_was_agreed(stocked: Shop, lan: Customer):
    made = offer(stocked, "sku", percent=10, skus=("milk",))
    order_id = stocked.confirmed_order(lan, milk=2).id
    ordering.end_offer(offer_id=made, by=CHAIN, now=LATER)
    edit(order_id, lan, milk=3, eggs=1, now=LATER)
    assert {line.sku: line.amount.minor for line in adds_up(order_id).lines} == {"milk": 107_800, "eggs": 36_000}


def test_each_part_keeps_the_terms_of_its_time_through_later_edits(stocked: Shop, lan: Customer):
    """20 % by placing, 10 % by the first edit, nothing by the second."""
    made = offer(stocked, "sku", percent=20, skus=("milk",))
    order_id = stocked.confirmed_order(lan, milk=1).id
    terms = draft(stocked, "sku", percent=10, skus=("milk",))
    at = [NOON + timedelta(minutes=n) for n in range(1, 6)]
    ordering.save_offer(draft=terms, offer_id=made, by=CHAIN, now=at[0])
    edit(order_id, lan, milk=2, now=at[1])
    ordering.end_offer(offer_id=made, by=CHAIN, now=at[2])
    edit(order_id, lan, milk=3, now=at[3])
    assert adds_up(order_id).lines[0].amount == dong(30_800 + 34_650 + 38_500)
    edit(order_id, lan, eggs=1, now=at[4])
    assert adds_up(order_id).lines[0].amount == dong(30_800 + 34_650 + 38_500)


def test_there_and_back_is_as_it_was(stocked: Shop, lan: Customer):
    made = offer(stocked, "sku", percent=10, skus=("milk",))
    order_id = stocked.confirmed_order(lan, milk=2).id
    before = adds_up(order_id)
    ordering.end_offer(offer_id=made, by=CHAIN, now=LATER)
    stocked.sell("milk", price=45_000)
    edit(order_id, lan, milk=4, eggs=2, now=LATER)
    assert adds_up(order_id).total == dong(69_300 + 90_000 + 72_000 + 15_000)
    edit(order_id, lan, milk=2, eggs=0, now=LATER)
    after = adds_up(order_id)
    assert (after.total, after.lines) == (before.total, before.lines)


def test_free_delivery_ends_with_the_amount_that_earned_it(stocked: Shop, lan: Customer):
    """From 300.000 ₫ the zone is free: giving up one rice costs the way."""
    order_id = stocked.confirmed_order(lan, rice=2).id
    seen = preview(order_id, lan, rice=1)
    assert (seen.fee_before, seen.fee, seen.total) == (dong(0), dong(15_000), dong(204_000))
    edit(order_id, lan, rice=1)
    assert adds_up(order_id).fee == dong(15_000)
    edit(order_id, lan, rice=2)
    assert adds_up(order_id).fee == dong(0)


def test_a_coupon_that_no_longer_holds_is_given_back_and_one_that_does_is_claimed_once(stocked: Shop, lan: Customer):
    coupon(stocked, "BIG", percent=10, from_amount=100_000, most_uses=1)
    stocked.put(lan.owner, milk=3)
    ordering.use_coupon(owner=lan.owner, code="BIG", now=NOON)
    order_id = stocked.check_out(lan).id
    stocked.tell()
    edit(order_id, lan, milk=4)
    assert (adds_up(order_id).discount, models.CouponTally.objects.get().used) == (dong(15_400), 1)
    seen = preview(order_id, lan, milk=2)
    assert (seen.coupons, models.CouponTally.objects.get().used) == (("BIG",), 1)
    edit(order_id, lan, milk=2)
    assert (adds_up(order_id).discount, models.CouponTally.objects.get().used) == (dong(0), 0)
    ordering.cancel(order_id=order_id, by=lan.principal, now=NOON)
    assert models.CouponTally.objects.get().used == 0


def test_while_a_change_waits_for_its_money_nothing_is_given_back(stocked: Shop, lan: Customer):
    """Eggs in place of milk: the coupon for milk ends, and more has to be held."""
    coupon(stocked, "MILK", "sku", percent=10, skus=("milk",), most_uses=1)
    stocked.put(lan.owner, milk=2)
    ordering.use_coupon(owner=lan.owner, code="MILK", now=NOON)
    order_id = stocked.check_out(lan, method="card").id
    pay(stocked, order_id)
    done = edit(order_id, lan, milk=0, eggs=5)
    assert (done.outcome.value, done.total, models.CouponTally.objects.get().used) == (
        "waits_for_payment",
        dong(195_000),
        1,
    )
    pay(stocked, order_id, done.revision_id)
    assert (adds_up(order_id).total, lines(order_id), models.CouponTally.objects.get().used) == (
        dong(195_000),
        {"eggs": "5"},
        0,
    )


def test_what_waits_keeps_its_offers_though_they_end_meanwhile(stocked: Shop, lan: Customer):
    made = offer(stocked, "sku", percent=50, skus=("eggs",))
    order_id = stocked.order(lan, method="card", milk=2).id
    pay(stocked, order_id)
    done = edit(order_id, lan, eggs=2)
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    pay(stocked, order_id, done.revision_id)
    assert adds_up(order_id).total == done.total == dong(92_000 + 36_000)


def test_what_waited_keeps_its_offers_through_later_edits(
    stocked: Shop, lan: Customer, monkeypatch: pytest.MonkeyPatch
):
    """They had ended when its money came."""
    order_id = stocked.order(lan, method="card", milk=2).id
    pay(stocked, order_id)
    made = ordering.save_offer(draft=draft(stocked, "sku", percent=50, skus=("eggs",)), by=CHAIN, now=NOON)
    done = edit(order_id, lan, eggs=2)
    ordering.end_offer(offer_id=made, by=CHAIN, now=LATER)
    monkeypatch.setattr(clock, "now", lambda: LATER + timedelta(minutes=1))
    pay(stocked, order_id, done.revision_id)
    edit(order_id, lan, milk=1, now=LATER + timedelta(minutes=2))
    assert adds_up(order_id).total == done.total - dong(38_500)


def test_asking_for_the_order_as_it_is_withdraws_what_waits(stocked: Shop, lan: Customer):
    order_id = stocked.order(lan, method="card", milk=2).id
    pay(stocked, order_id)
    edit(order_id, lan, milk=5)
    assert edit(order_id, lan, milk=2).outcome is ordering.EditOutcome.UNCHANGED
    assert (stocked.available("milk"), models.Revision.objects.get().state) == (quantity(18), "ended")


def test_what_the_shop_took_back_stays_paid_for_as_it_was(stocked: Shop, lan: Customer):
    """One of three for two is missing: two thirds of the offer stay, also when the customer adds eggs."""
    offer(stocked, "multi_buy", percent=100, buy=3, pay=2, skus=("milk",))
    order_id = stocked.confirmed_order(lan, milk=3).id
    ordering.cancel_lines(
        order_id=order_id,
        quantities={"milk": quantity(1)},
        by=stocked.picker,
        motive=ordering.CancelMotive.GOODS_MISSING,
        now=NOON,
    )
    edit(order_id, lan, eggs=1)
    assert {line.sku: line.amount.minor for line in adds_up(order_id).lines} == {"milk": 51_333, "eggs": 36_000}


# --- cancelled in part --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "motive", "milk"),
    [("customer", "mistake", 77_000), ("staff", "customer_asked", 77_000), ("staff", "goods_missing", 51_333)],
)
def test_offers_follow_the_customers_wish_but_not_what_the_shop_lacks(
    stocked: Shop, lan: Customer, who: str, motive: str, milk: int
):
    offer(stocked, "multi_buy", percent=100, buy=3, pay=2, skus=("milk",))
    order_id = stocked.confirmed_order(lan, milk=3, eggs=1).id
    asked: Any = {
        "order_id": order_id,
        "quantities": {"milk": quantity(1)},
        "by": lan.principal if who == "customer" else stocked.picker,
        "motive": ordering.CancelMotive(motive),
        "now": NOON,
    }
    seen = ordering.preview_cancel_lines(**asked)
    assert adds_up(order_id).total == dong(128_000)
    done = ordering.cancel_lines(**asked, expected_total=seen.total)
    assert done == seen
    assert adds_up(order_id).lines[0].amount == dong(milk)


def test_giving_something_up_never_makes_the_order_dearer(stocked: Shop, lan: Customer):
    """Without the last 10.000 ₫ the way is no longer free: refused, with what it would come to."""
    stocked.stock(salt=5)
    order_id = stocked.confirmed_order(lan, rice=1, milk=1, eggs=2, salt=1).id
    with pytest.raises(ordering.DearerWithout) as refused:
        ordering.cancel_lines(order_id=order_id, quantities={"salt": quantity(1)}, by=lan.principal, now=NOON)
    assert (refused.value.before, refused.value.now) == (309_500, 314_500)
    assert lines(order_id)["salt"] == "1"


def test_another_total_than_was_seen_is_refused(stocked: Shop, lan: Customer):
    order_id = stocked.confirmed_order(lan, milk=3).id
    with pytest.raises(ordering.TotalChanged):
        ordering.cancel_lines(
            order_id=order_id,
            quantities={"milk": quantity(1)},
            by=lan.principal,
            expected_total=dong(1),
            now=NOON,
        )


# --- near expiry --------------------------------------------------------------------------------------------------
def near_order(shop: Shop, lan: Customer, units: int, **how: object) -> UUID:
    take(shop, lan, units)
    placed = shop.check_out(lan, **how)  # type: ignore[arg-type]  # by name
    shop.tell()
    return placed.id


def test_near_units_stay_and_what_is_added_is_fresh_at_its_full_price(shop: Shop, lan: Customer):
    shelve(shop, old=5, fresh=10)
    order_id = near_order(shop, lan, 2)
    edit(order_id, lan, milk=4)
    assert (adds_up(order_id).lines[0].amount, reserved_near(shop)) == (dong(2 * 26_950 + 2 * 38_500), 2)
    assert models.OrderLine.objects.get().reduced == [[30, "2"]]


def test_less_gives_fresh_units_back_first(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    order_id = near_order(shop, lan, 4)
    edit(order_id, lan, milk=1)
    assert (adds_up(order_id).lines[0].amount, reserved_near(shop)) == (dong(26_950), 1)


def test_near_units_stay_also_of_what_the_shop_took_some_back_of(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    order_id = near_order(shop, lan, 3)
    ordering.cancel_lines(
        order_id=order_id,
        quantities={"milk": quantity(1)},
        by=shop.picker,
        motive=ordering.CancelMotive.GOODS_MISSING,
        now=NOON,
    )
    edit(order_id, lan, milk=3)
    assert (reserved_near(shop), models.OrderLine.objects.get().reduced) == (2, [[30, "2"]])


def test_near_units_stay_though_their_markdown_ended(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    order_id = near_order(shop, lan, 2)
    inventory.end_markdowns(
        location=shop.store.id, lots=[Lot.objects.get(expires_on=NOON.date()).id], now=NOON, by=lan.id
    )
    edit(order_id, lan, milk=3)
    assert (adds_up(order_id).lines[0].amount, reserved_near(shop)) == (dong(2 * 26_950 + 38_500), 2)


def test_on_another_day_near_units_are_replaced_by_fresh_ones(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    order_id = near_order(shop, lan, 2)
    ordering.edit(order_id=order_id, slot_id=shop.slot(hours_ahead=24), by=lan.principal, now=NOON)
    assert (adds_up(order_id).lines[0].amount, reserved_near(shop)) == (dong(77_000), 0)


def test_a_change_that_waits_holds_fresh_goods_beside_the_near_ones(shop: Shop, lan: Customer):
    shelve(shop, old=5, fresh=10)
    order_id = near_order(shop, lan, 2, method="card")
    pay(shop, order_id)
    done = edit(order_id, lan, milk=3)
    assert (done.to_pay, reserved_near(shop), shop.available("milk")) == (dong(38_500), 2, quantity(9))
    pay(shop, order_id, done.revision_id)
    assert (adds_up(order_id).total, reserved_near(shop), shop.available("milk")) == (done.total, 2, quantity(9))


def test_the_fee_that_delivery_knows_is_the_orders(stocked: Shop, lan: Customer):
    """The negative control of `adds_up`."""
    order_id = stocked.confirmed_order(lan, rice=1).id
    delivery_models.Delivery.objects.update(fee=1)
    with pytest.raises(AssertionError):
        adds_up(order_id)
