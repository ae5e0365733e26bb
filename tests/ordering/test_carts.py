"""What is in the cart, what it costs today, and whether it is there."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.shop import BEN_THANH, Customer, Shop

GUEST = ordering.CartOwner()


def amounts(view: ordering.CartView) -> dict[str, object]:
    return {line.sku: line.quantity for line in view.lines}


def test_nobody_has_a_cart_before_there_is_something_in_it(shop: Shop):
    assert ordering.cart(owner=GUEST, now=NOON).id is None


def test_a_guest_gets_a_token(shop: Shop):
    shop.stock(milk=10)
    token = shop.put(GUEST, milk=2).owner.token
    assert amounts(ordering.cart(owner=ordering.CartOwner(token=token), now=NOON)) == {"milk": 2}


def test_the_token_is_random(shop: Shop):
    shop.stock(milk=10)
    token = shop.put(GUEST, milk=2).owner.token
    assert token is not None
    assert token.version == 4


def test_a_token_that_we_did_not_give_out_is_not_taken_up(shop: Shop):
    shop.stock(milk=10)
    made_up = ordering.CartOwner(token=uuid4())
    assert shop.put(made_up, milk=2).owner.token != made_up.token


def test_one_guest_does_not_see_anothers_cart(shop: Shop):
    shop.stock(milk=10)
    shop.put(GUEST, milk=2)
    mine = shop.put(GUEST, milk=1)
    assert amounts(ordering.cart(owner=mine.owner, now=NOON)) == {"milk": 1}


def test_a_quantity_is_set_not_added(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    assert amounts(shop.put(lan.owner, milk=3)) == {"milk": 3}


def test_adding_adds(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    view = ordering.add_item(owner=lan.owner, sku="milk", quantity=quantity(3), now=NOON)
    assert amounts(view) == {"milk": 5}


def test_nothing_of_it_takes_it_out(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    shop.put(lan.owner, milk=2, eggs=1)
    assert amounts(shop.put(lan.owner, milk=0)) == {"eggs": 1}


def test_clearing_takes_everything_out(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    shop.put(lan.owner, milk=2, eggs=1)
    assert ordering.clear(owner=lan.owner, now=NOON).lines == ()


def test_lines_stay_in_the_order_they_were_put_in(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10, rice=10)
    shop.put(lan.owner, rice=1, milk=2, eggs=1)
    assert list(amounts(shop.put(lan.owner, milk=3))) == ["rice", "milk", "eggs"]


def test_what_is_not_sold_does_not_get_in(shop: Shop, lan: Customer):
    with pytest.raises(ordering.ProductNotSold):
        shop.put(lan.owner, caviar=1)


def test_no_cart_is_left_behind_by_what_is_not_sold(shop: Shop, lan: Customer):
    with pytest.raises(ordering.ProductNotSold):
        shop.put(lan.owner, caviar=1)
    assert models.Cart.objects.count() == 0


def test_pieces_are_not_cut(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    with pytest.raises(ordering.QuantityNotInSteps):
        shop.put(lan.owner, milk="1.5")


def test_more_than_999_is_a_mistake(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    with pytest.raises(ordering.QuantityTooLarge):
        shop.put(lan.owner, milk=1000)


def test_a_cart_takes_200_products_and_no_more(shop: Shop, lan: Customer):
    shop.fill(lan, 200)
    shop.sell("one-more")
    with pytest.raises(ordering.CartFull):
        ordering.set_item(owner=lan.owner, sku="one-more", quantity=quantity(1), now=NOON)


def test_a_shortage_is_said_on_its_line(shop: Shop, lan: Customer):
    shop.stock(milk=2)
    assert shop.put(lan.owner, milk=3).shortages == {"milk": 1}


def test_what_expires_before_the_slot_is_short(shop: Shop, lan: Customer):
    shop.stock(NOON.date(), milk=2)
    shop.put(lan.owner, milk=2)
    tomorrow = shop.slot(hours_ahead=24)
    view = ordering.choose_slot(owner=lan.owner, slot_id=tomorrow, now=NOON)
    assert view.shortages == {"milk": 2}


def test_a_changed_price_is_told(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    shop.sell("milk", price=40_000)
    (line,) = ordering.cart(owner=lan.owner, now=NOON).changes
    assert line.price_change == ordering.PriceChange(before=dong(38_500), now=dong(40_000))


def test_a_changed_price_is_told_until_it_is_acknowledged(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    shop.sell("milk", price=40_000)
    looks = [len(ordering.cart(owner=lan.owner, now=NOON).changes) for _twice in range(2)]
    acknowledged = ordering.acknowledge_changes(owner=lan.owner, now=NOON)
    assert (looks, acknowledged.changes, ordering.cart(owner=lan.owner, now=NOON).changes) == ([1, 1], (), ())


def test_a_withdrawn_product_counts_nothing(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    shop.put(lan.owner, milk=2, eggs=1)
    shop.withdraw("eggs")
    view = ordering.cart(owner=lan.owner, now=NOON)
    assert (view.total, view.can_be_ordered) == (dong(77_000), False)


def test_the_fee_is_known_with_slot_and_ward(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    view = ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, ward_code=BEN_THANH, now=NOON)
    assert (view.fee, view.total) == (dong(15_000), dong(92_000))


def test_the_vat_in_the_cart_is_told_by_rate(shop: Shop, lan: Customer):
    shop.stock(milk=10, shrimp=1)
    view = shop.put(lan.owner, milk=2, shrimp="0.45")
    assert [(int(part.rate), part.gross.minor, part.vat.minor) for part in view.vat] == [
        (5, 98_550, 4_693),
        (8, 77_000, 5_704),
    ]


def test_letting_the_slot_go_gives_its_place_back(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, now=NOON)
    ordering.let_slot_go(owner=lan.owner)
    assert shop.places_taken() == 0


def test_a_slot_is_not_held_for_an_empty_cart(shop: Shop, lan: Customer):
    with pytest.raises(ordering.CartEmpty):
        ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, now=NOON)


# --- at sign-in -----------------------------------------------------------------------------------
def test_a_guests_cart_becomes_the_customers(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    guest = shop.put(GUEST, milk=2).owner
    assert guest.token is not None
    ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)
    assert amounts(ordering.cart(owner=lan.owner, now=NOON)) == {"milk": 2}


def test_quantities_of_both_carts_are_added(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10, rice=10)
    shop.put(lan.owner, milk=1, rice=1)
    guest = shop.put(GUEST, milk=2, eggs=1).owner
    assert guest.token is not None
    view = ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)
    assert amounts(view) == {"milk": 3, "rice": 1, "eggs": 1}


def test_merging_twice_adds_once(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    guest = shop.put(GUEST, milk=2).owner
    assert guest.token is not None
    ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)
    view = ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)
    assert amounts(view) == {"milk": 2}


def test_a_merged_quantity_is_capped(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=600)
    guest = shop.put(GUEST, milk=600).owner
    assert guest.token is not None
    assert amounts(ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)) == {"milk": 999}


def test_the_guests_slot_passes_over(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    guest = shop.put(GUEST, milk=2).owner
    assert guest.token is not None
    ordering.choose_slot(owner=guest, slot_id=shop.slot_id, now=NOON)
    view = ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)
    assert (view.slot and view.slot.slot_id, shop.places_taken()) == (shop.slot_id, 1)


def test_the_guests_token_ends(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    guest = shop.put(GUEST, milk=2).owner
    assert guest.token is not None
    ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)
    assert ordering.cart(owner=guest, now=NOON).id is None


# --- speed and housekeeping -------------------------------------------------------------------------
@pytest.mark.parametrize("lines", [1, 60, 199])
def test_putting_something_in_takes_at_most_six_statements(shop: Shop, lan: Customer, lines: int):
    shop.stock(milk=10)
    shop.fill(lan, lines)
    with statements() as sent:
        ordering.set_item(owner=lan.owner, sku="milk", quantity=quantity(1), now=NOON)
    assert len(sent) <= 6


@pytest.mark.parametrize("owner", ["guest", "customer"])
def test_beginning_a_cart_takes_at_most_six_statements(shop: Shop, lan: Customer, owner: str):
    shop.stock(milk=10)
    whose = GUEST if owner == "guest" else lan.owner
    with statements() as sent:
        ordering.set_item(owner=whose, sku="milk", quantity=quantity(1), now=NOON)
    assert len(sent) <= 6


@pytest.mark.parametrize("lines", [1, 60, 200])
def test_looking_takes_five_statements(shop: Shop, lan: Customer, lines: int):
    shop.fill(lan, lines)
    with statements() as sent:
        ordering.cart(owner=lan.owner, now=NOON)
    assert len(sent) == 5


def test_guests_carts_are_forgotten_after_60_days(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(GUEST, milk=2)
    shop.put(lan.owner, milk=2)
    models.Cart.objects.update(created_at=NOON)
    assert ordering.forget_abandoned_carts(now=NOON + timedelta(days=61)) == 1


@pytest.mark.parametrize("lines", [1, 60, 200])
def test_a_glance_takes_four_statements(shop: Shop, lan: Customer, lines: int):
    shop.fill(lan, lines)
    with statements() as sent:
        seen = ordering.glance(owner=lan.owner, now=NOON)
    assert (len(sent), len(seen.quantities), seen.goods) == (4, lines, dong(20_000) * lines)


@pytest.mark.parametrize("lines", [1, 60, 200])
def test_prices_and_stock_are_one_statement_each(shop: Shop, lan: Customer, lines: int):
    shop.fill(lan, lines)
    with statements() as sent:
        ordering.cart(owner=lan.owner, now=NOON)
    priced, shelf = (sum(table in sql for sql in sent) for table in ("catalog_product", "inventory_lot"))
    assert (priced, shelf) == (1, 1)


@pytest.mark.parametrize("lines", [1, 60, 200])
def test_acknowledging_takes_no_more_however_much_has_changed(shop: Shop, lan: Customer, lines: int):
    shop.fill(lan, lines)
    models.CartLine.objects.update(price_seen=1)
    with statements() as sent:
        ordering.acknowledge_changes(owner=lan.owner, now=NOON)
    assert len(sent) <= 9


def test_a_glance_of_nothing_is_nothing(shop: Shop):
    assert ordering.glance(owner=GUEST, now=NOON).quantities == {}
