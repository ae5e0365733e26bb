"""Offers as data: they lower carts and orders while they run, and every change of them is remembered."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from grocery.catalog import public as catalog
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.ordering.offering import CHAIN, coupon, draft, offer
from tests.shop import BEN_THANH, Customer, Shop

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def sums(view: ordering.CartView | ordering.OrderView) -> tuple[int, int, int]:
    return view.subtotal.minor, view.discount.minor, view.total.minor


# --- in the cart and in the order -------------------------------------------------------------------------------
def test_an_offer_lowers_its_line_and_says_so(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    made = offer(shop, "sku", percent=10, skus=("milk",), name="Tuần lễ sữa")
    view = shop.put(lan.owner, milk=2, eggs=1)
    milk, eggs = view.lines
    assert (milk.list_amount, milk.amount, eggs.amount) == (dong(77_000), dong(69_300), dong(36_000))
    assert [(e.offer_id, e.name("vi"), e.amount) for e in milk.adjustments] == [(made, "Tuần lễ sữa", dong(-7_700))]
    assert sums(view) == (113_000, 7_700, 105_300)


def test_an_order_keeps_what_its_offers_took_off(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    made = offer(shop, "multi_buy", buy=2, pay=1, percent=50, skus=("milk",), name="Second at half price")
    placed = shop.order(lan, milk=2)
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    order = ordering.order(order_id=placed.id)
    (line,) = order.lines
    assert (placed.total, sums(order)) == (dong(57_750 + 15_000), (77_000, 19_250, 72_750))
    assert (line.list_amount, line.amount, line.adjustments[0].name("en")) == (
        dong(77_000),
        dong(57_750),
        "Second at half price",
    )


def test_vat_is_that_of_what_is_paid(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    offer(shop, "sku", percent=50, skus=("milk",))
    (part,) = ordering.order(order_id=shop.order(lan, milk=2).id).vat
    assert part.gross == dong(38_500 + 15_000)


def test_an_offer_on_a_category_reaches_what_lies_below(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    food = catalog.category("food")
    offer(shop, "category", percent=20, categories=(food.id,))
    assert shop.put(lan.owner, milk=1).total == dong(30_800)


def test_free_delivery_is_measured_by_what_the_goods_cost(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    offer(shop, "sku", percent=50, skus=("milk",))
    offer(shop, "free_delivery", from_amount=50_000)
    shop.put(lan.owner, milk=2)
    fees = []
    for count in (2, 3):  # 38.500 ₫ and 57.750 ₫ after the offer
        shop.put(lan.owner, milk=count)
        view = ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, ward_code=BEN_THANH, now=NOON)
        fees.append((view.fee, view.fee_discount))
    assert fees == [(dong(15_000), dong(0)), (dong(15_000), dong(15_000))]
    order = ordering.order(order_id=shop.check_out(lan).id)
    assert (order.fee, order.fee_discount, order.total) == (dong(15_000), dong(15_000), dong(57_750))
    assert [effect.kind for effect in order.fee_adjustments] == [ordering.OfferKind.FREE_DELIVERY]


def test_the_agreed_total_holds_an_offer_that_has_ended_against_the_order(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    made = offer(shop, "sku", percent=10, skus=("milk",))
    agreed = shop.put(lan.owner, milk=2).total + dong(15_000)
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    with pytest.raises(ordering.TotalChanged):
        shop.check_out(lan, expected_total=agreed)


def test_what_is_packed_is_charged_at_its_reduced_price(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    offer(shop, "sku", percent=10, skus=("milk",))
    assert ordering.order(order_id=shop.packed_order(lan, milk=2).id).charged == dong(69_300 + 15_000)


# --- when and where ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts", "ends", "paid"),
    [(0, None, 34_650), (1, None, 38_500), (-2, -1, 38_500), (-2, 0, 38_500), (-1, 1, 34_650)],
)
def test_an_offer_counts_from_its_first_moment_to_before_its_last(
    shop: Shop, lan: Customer, starts: int, ends: int | None, paid: int
):
    shop.stock(milk=10)
    until = NOON + ends * HOUR if ends is not None else None
    offer(shop, "sku", percent=10, skus=("milk",), starts_at=NOON + starts * HOUR, ends_at=until)
    assert shop.put(lan.owner, milk=1).total == dong(paid)


def test_another_stores_offer_does_not_count_here(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    other = catalog.save_store(code="tan-dinh", name_en="Tân Định", name_vi="Tân Định")
    offer(shop, "sku", percent=10, skus=("milk",), store_id=other.id)
    offer(shop, "sku", percent=5, skus=("milk",), store_id=shop.store.id)
    assert shop.put(lan.owner, milk=1).total == dong(36_575)


# --- statements -------------------------------------------------------------------------------------------------
def many_offers(shop: Shop) -> None:
    skus = tuple(f"sku{number}" for number in range(60))
    for number in range(0, 60, 10):
        offer(shop, "sku", percent=5 + number, skus=skus[number : number + 10])
    offer(shop, "basket", percent=3, stackable=True)
    coupon(shop, "WELCOME", most_of_code=5)


def test_offers_cost_no_statement_more(shop: Shop, lan: Customer):
    """Which there are comes with the cart's own row; what they say is kept by a process that has read them."""
    basket = {f"sku{number}": 2 for number in range(60)}
    shop.stock(milk=10, **basket)
    shop.put(lan.owner, **basket)
    many_offers(shop)
    with statements() as reading:
        ordering.cart(owner=lan.owner, now=NOON)
    with statements() as putting:
        ordering.set_item(owner=lan.owner, sku="milk", quantity=quantity(1), now=NOON)
    with statements() as looking:
        ordering.cart(owner=lan.owner, now=NOON)
    assert (len(reading), len(putting), len(looking)) == (6, 6, 5)


def test_what_is_kept_of_an_offer_is_what_it_says_now(shop: Shop, lan: Customer):
    """However it was changed: by staff, past all services, or in a transaction that was taken back."""
    shop.stock(milk=10)
    shop.put(lan.owner, milk=1)
    made = offer(shop, "sku", percent=10, skus=("milk",))

    def off() -> int:
        return ordering.cart(owner=lan.owner, now=NOON).discount.minor

    seen = [off()]
    with suppress(ZeroDivisionError), transaction.atomic():
        models.Offer.objects.filter(id=made).update(percent=20)
        seen.append(off())
        raise ZeroDivisionError
    seen.append(off())
    models.Offer.objects.filter(id=made).update(percent=30)
    seen.append(off())
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    seen.append(off())
    price = ordering.cart(owner=lan.owner, now=NOON).subtotal.minor
    assert seen == [price * percent // 100 for percent in (10, 20, 10, 30, 0)]


def test_what_is_kept_of_an_offer_begins_and_ends_on_the_second(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=1)
    ends = NOON + HOUR
    offer(shop, "sku", percent=10, skus=("milk",), starts_at=NOON, ends_at=ends)
    moments = [NOON - SECOND, NOON, ends - SECOND, ends, NOON]
    lowered = [bool(ordering.cart(owner=lan.owner, now=moment).discount) for moment in moments]
    assert lowered == [False, True, True, False, True]


def test_an_order_with_offers_and_a_coupon_takes_three_statements_more_whatever_its_length(shop: Shop, lan: Customer):
    """What lowered it, the claim, the use; a plain order paid in cash takes 26."""
    basket = {f"sku{number}": 2 for number in range(60)}
    shop.stock(**basket)
    shop.put(lan.owner, **basket)
    many_offers(shop)
    ordering.use_coupon(owner=lan.owner, code="welcome", now=NOON)
    with statements() as sent:
        shop.check_out(lan)
    assert len(sent) <= 26 + 3


# --- kept by staff ----------------------------------------------------------------------------------------------
def test_each_step_is_remembered(shop: Shop):
    shop.stock(milk=10)
    made = offer(shop, "sku", percent=10, skus=("milk",))
    ordering.save_offer(draft=draft(shop, "sku", percent=20, skus=("milk",)), offer_id=made, by=CHAIN, now=NOON)
    ordering.save_offer(draft=draft(shop, "sku", percent=20, skus=("milk",)), offer_id=made, by=CHAIN, now=NOON)
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    changes = models.OfferChange.objects.order_by("id")
    assert [(c.action, c.before and c.before["percent"], c.after["percent"], c.by) for c in changes] == [
        ("created", None, 10, CHAIN.id),
        ("changed", 10, 20, CHAIN.id),
        ("ended", 20, 20, CHAIN.id),
    ]


def test_the_record_cannot_be_altered(shop: Shop):
    offer(shop, "basket", percent=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.OfferChange.objects.update(at=NOON)


def test_undoing_puts_back_what_was_before_once(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    made = offer(shop, "sku", percent=10, skus=("milk",))
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    ordering.undo_offer(offer_id=made, by=CHAIN, now=NOON)
    assert shop.put(lan.owner, milk=1).total == dong(34_650)
    with pytest.raises(ordering.NoChangeToUndo):
        ordering.undo_offer(offer_id=made, by=CHAIN, now=NOON)


def test_undoing_a_new_offer_withdraws_it(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    ordering.undo_offer(offer_id=offer(shop, "sku", percent=10, skus=("milk",)), by=CHAIN, now=NOON)
    assert shop.put(lan.owner, milk=1).total == dong(38_500)


def test_ending_what_is_planned_withdraws_it(shop: Shop):
    made = offer(shop, "basket", percent=10, starts_at=NOON + HOUR)
    ordering.end_offer(offer_id=made, by=CHAIN, now=NOON)
    assert models.Offer.objects.get().state(NOON + 2 * HOUR) is ordering.OfferState.ENDED


@pytest.mark.parametrize(
    ("kind", "terms", "field"),
    [
        ("sku", {"skus": ("milk",)}, "percent"),
        ("sku", {"percent": 10}, "skus"),
        ("sku", {"percent": 10, "price": 9_000, "skus": ("milk",)}, "price"),
        ("sku", {"percent": 101, "skus": ("milk",)}, "percent"),
        ("sku", {"percent": 10, "skus": ("caviar",)}, "skus"),
        ("multi_buy", {"percent": 100, "skus": ("milk",), "buy": 2, "pay": 2}, "buy"),
        ("basket", {"percent": 10, "skus": ("milk",)}, "skus"),
        ("basket", {}, "percent"),
        ("free_delivery", {"percent": 10}, "percent"),
        ("near_expiry", {"percent": 10}, "kind"),
        ("basket", {"percent": 10, "name_vi": " "}, "name_vi"),
        ("basket", {"percent": 10, "ends_at": NOON - 2 * HOUR}, "ends_at"),
        ("basket", {"percent": 10, "most_uses": 5}, "needs_coupon"),
        ("basket", {"percent": 10, "needs_coupon": True, "most_per_period": 5}, "period"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused_beside_its_field(
    shop: Shop, kind: str, terms: dict[str, Any], field: str
):
    shop.sell("milk")
    with pytest.raises(Invalid) as refused:
        offer(shop, kind, **terms)
    assert refused.value.field == field


def test_staff_of_a_store_make_offers_for_their_own_only(shop: Shop):
    local = shop.picker
    with pytest.raises(Invalid) as refused:
        ordering.save_offer(draft=draft(shop, "basket", percent=10), by=local, now=NOON)
    everywhere = offer(shop, "basket", percent=10)
    with pytest.raises(NotFound):
        ordering.end_offer(offer_id=everywhere, by=local, now=NOON)
    assert refused.value.field == "store_id"


# --- on the shelf -----------------------------------------------------------------------------------------------
def shelf_price(shop: Shop) -> int:
    """What a list says that milk costs, by the database's clock."""
    shop.tell()
    (card,) = catalog.cards(skus=[catalog.Sku("milk")], store_id=shop.store.id)
    return card.price_now.minor


def test_shelves_hear_of_an_offer_of_its_end_and_of_its_return(shop: Shop):
    shop.stock(milk=10)
    made = offer(shop, "sku", percent=10, skus=("milk",), starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    prices = [shelf_price(shop)]
    for step in (ordering.end_offer, ordering.undo_offer):
        step(offer_id=made, by=CHAIN, now=datetime(2020, 2, 1, tzinfo=UTC))
        prices.append(shelf_price(shop))
    assert prices == [34_650, 38_500, 34_650]


@pytest.mark.parametrize("terms", [{"needs_coupon": True}, {"from_amount": 100_000}])
def test_shelves_do_not_promise_what_depends_on_the_basket(shop: Shop, terms: dict[str, Any]):
    shop.stock(milk=10)
    offer(shop, "sku", percent=10, skus=("milk",), starts_at=datetime(2020, 1, 1, tzinfo=UTC), **terms)
    assert shelf_price(shop) == 38_500


# --- looking before ---------------------------------------------------------------------------------------------
def test_a_preview_shows_each_line_before_and_after(shop: Shop):
    shop.stock(milk=10, eggs=10)
    offer(shop, "sku", percent=10, skus=("milk",), name="Milk week")
    seen = ordering.preview_offer_on(
        draft=draft(shop, "sku", percent=30, skus=("milk",)),
        quantities={"milk": quantity(2), "eggs": quantity(1), "caviar": quantity(1)},
        now=NOON,
    )
    assert [(line.sku, line.list_amount, line.before, line.after) for line in seen.lines] == [
        ("milk", dong(77_000), dong(69_300), dong(53_900)),
        ("eggs", dong(36_000), dong(36_000), dong(36_000)),
    ]
    assert (seen.unsold, seen.before, seen.after) == (("caviar",), dong(105_300), dong(89_900))
    assert [conflict.name_en for conflict in seen.conflicts] == ["Milk week"]
    assert models.Offer.objects.count() == 1


def test_a_preview_warns_of_an_offer_on_the_category_of_its_goods(shop: Shop):
    shop.stock(milk=10)
    offer(shop, "category", percent=10, categories=(catalog.category("food").id,), name="All food")
    drafted = draft(shop, "sku", percent=30, skus=("milk",))
    assert [c.name_en for c in ordering.preview_offer_on(draft=drafted, quantities={}, now=NOON).conflicts] == [
        "All food"
    ]


@pytest.mark.parametrize("terms", [{"stackable": True}, {"starts_at": NOON + HOUR}])
def test_no_warning_where_offers_do_not_meet(shop: Shop, terms: dict[str, Any]):
    shop.stock(milk=10)
    offer(shop, "sku", percent=10, skus=("milk",), ends_at=NOON + HOUR)
    drafted = draft(shop, "sku", percent=30, skus=("milk",), **terms)
    assert ordering.preview_offer_on(draft=drafted, quantities={}, now=NOON).conflicts == ()
