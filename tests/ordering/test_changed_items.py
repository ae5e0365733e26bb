"""A change that is answered without the rest of the cart: checked as any other, and nothing goes untold for it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.public import CartNews
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.ordering.offering import offer
from tests.ordering.test_races import at_once
from tests.shop import Amount, Customer, Shop

GUEST = ordering.CartOwner()


def change(owner: ordering.CartOwner, sku: str, amount: Amount, **more: Any) -> ordering.ChangedItem:
    return ordering.change_item(owner=owner, sku=sku, quantity=quantity(amount), now=NOON, **more)


def line_of(customer: Customer, sku: str = "milk") -> ordering.CartLine:
    return next(line for line in ordering.cart(owner=customer.owner, now=NOON).lines if line.sku == sku)


@pytest.fixture
def cart(shop: Shop, lan: Customer) -> Customer:
    """Five cartons of milk and a dozen eggs in Lan's cart, ten and twenty on the shelf."""
    shop.stock(milk=10, eggs=20)
    shop.put(lan.owner, milk=5, eggs=12)
    return lan


# --- what is answered -----------------------------------------------------------------------------------------------
def test_the_line_is_as_the_cart_shows_it_afterwards(cart: Customer):
    changed = change(cart.owner, "milk", 12)
    assert (changed.line, changed.size) == (line_of(cart), 2)


def test_adding_adds_and_nothing_of_it_takes_it_out(cart: Customer):
    more, out = change(cart.owner, "milk", 2, add=True), change(cart.owner, "milk", 0)
    assert more.line
    assert (more.line.quantity, out.line, out.size) == (quantity(7), None, 1)


def test_a_guests_first_item_begins_a_cart(shop: Shop):
    shop.stock(milk=10)
    begun = change(GUEST, "milk", 2)
    assert (ordering.cart(owner=begun.owner, now=NOON).id, begun.size) == (begun.cart_id, 1)


def test_taking_out_where_there_is_no_cart_is_nothing(shop: Shop):
    unknown = ordering.CartOwner(token=uuid4())
    assert change(unknown, "milk", 0) == ordering.ChangedItem(None, GUEST, 0, 0, None)


def test_each_change_by_anybody_is_one_version_more_and_looking_is_none(cart: Customer):
    before = ordering.cart(owner=cart.owner, now=NOON).version
    mine = change(cart.owner, "milk", 6).version
    ordering.write_line_note(owner=cart.owner, sku="eggs", note="Trứng to", now=NOON)
    after = ordering.cart(owner=cart.owner, now=NOON).version
    with pytest.raises(ordering.QuantityTooLarge):
        change(cart.owner, "milk", 1000)
    assert (mine - before, after - before, change(cart.owner, "milk", 7).version - before) == (1, 2, 3)


def test_an_order_is_a_version_too(shop: Shop, cart: Customer):
    before = ordering.cart(owner=cart.owner, now=NOON).version
    shop.check_out(cart)
    assert ordering.cart(owner=cart.owner, now=NOON).version == before + 1


def test_its_amount_counts_the_offers_on_it_and_not_those_on_the_basket(shop: Shop, cart: Customer):
    offer(shop, "sku", skus=("milk",), percent=10)
    offer(shop, "basket", percent=50, from_amount=500_000)
    changed = change(cart.owner, "milk", 2)
    assert changed.line
    assert (changed.line.list_amount, changed.line.amount) == (dong(77_000), dong(69_300))


@pytest.mark.parametrize("amount", [3, 0])
def test_what_the_goods_cost_is_what_the_cart_says(shop: Shop, cart: Customer, amount: int):
    offer(shop, "basket", percent=10)
    changed = change(cart.owner, "milk", amount, with_goods=True)
    view = ordering.cart(owner=cart.owner, now=NOON)
    assert (changed.goods, changed.size) == (view.goods, len(view.lines))


# --- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sku", "amount", "refused"),
    [
        ("caviar", 1, ordering.ProductNotSold),
        ("milk", "1.5", ordering.QuantityNotInSteps),
        ("milk", 1000, ordering.QuantityTooLarge),
    ],
)
def test_it_is_refused_as_ever(cart: Customer, sku: str, amount: Amount, refused: type[Exception]):
    with pytest.raises(refused):
        change(cart.owner, sku, amount)


def test_a_product_number_201_is_refused(shop: Shop, lan: Customer):
    shop.fill(lan, 200)
    shop.sell("one-more")
    with pytest.raises(ordering.CartFull):
        change(lan.owner, "one-more", 1)
    assert change(lan.owner, "sku7", 1).size == 200


@pytest.mark.parametrize("with_goods", [False, True])
@pytest.mark.parametrize("amount", [1, 0])
def test_six_statements_are_enough_whatever_the_length(shop: Shop, lan: Customer, amount: int, with_goods: bool):
    shop.fill(lan, 60)
    with statements() as sent:
        change(lan.owner, "sku7", amount, with_goods=with_goods)
    assert len(sent) <= (5 if amount and not with_goods else 6)


@pytest.mark.django_db(transaction=True)
def test_changes_from_many_devices_all_count(shop: Shop, cart: Customer):
    """Whose cart is another's by the time of writing does it again: nothing is lost, each is a version."""
    begun = ordering.cart(owner=cart.owner, now=NOON).version
    changed = at_once(*[lambda sku=sku: change(cart.owner, sku, 1, add=True) for sku in ["milk", "eggs"] * 4])
    after = ordering.cart(owner=cart.owner, now=NOON)
    assert {line.sku: line.quantity for line in after.lines} == {"milk": quantity(9), "eggs": quantity(16)}
    assert sorted(one.version for one in changed if isinstance(one, ordering.ChangedItem)) == [
        begun + number for number in range(1, 9)
    ]


def test_a_cart_that_is_anothers_by_the_time_of_writing_is_read_again(
    shop: Shop, cart: Customer, monkeypatch: pytest.MonkeyPatch
):
    """The same, one step after the other: two more cartons come in between the look and the writing."""
    put, first = models.CartLineQuerySet.put_if_unchanged, iter([True])

    def overtaken(lines: models.CartLineQuerySet, line: models.CartLine, theirs: models.Cart) -> bool:
        if next(first, False):
            shop.put(cart.owner, milk=7)
        return put(lines, line, theirs)

    monkeypatch.setattr(models.CartLineQuerySet, "put_if_unchanged", overtaken)
    told = change(cart.owner, "milk", 1, add=True).line
    assert (told, line_of(cart).quantity) == (line_of(cart), quantity(8))


# --- what is told later ---------------------------------------------------------------------------------------------
def test_what_changed_about_it_and_others_is_told_at_the_next_look(shop: Shop, cart: Customer):
    shop.sell("milk", price=40_000)
    shop.sell("eggs", price=40_000)
    change(cart.owner, "milk", 6)
    told = {line.sku: line.price_change for line in ordering.cart(owner=cart.owner, now=NOON).changes}
    assert told == {
        "milk": ordering.PriceChange(dong(38_500), dong(40_000)),
        "eggs": ordering.PriceChange(dong(36_000), dong(40_000)),
    }


@pytest.mark.parametrize(("wanted", "told"), [(6, (CartNews.SHORT,)), (3, ())])
def test_a_shelf_that_emptied_meanwhile_is_told(shop: Shop, cart: Customer, wanted: int, told: tuple[CartNews, ...]):
    with shop.taken(milk=7):
        change(cart.owner, "milk", wanted)
        assert line_of(cart).news == told


@pytest.mark.parametrize(("wanted", "told"), [(6, (CartNews.BACK_IN_STOCK,)), (2, ())])
def test_a_shelf_that_filled_meanwhile_is_told(shop: Shop, cart: Customer, wanted: int, told: tuple[CartNews, ...]):
    with shop.taken(milk=7):
        ordering.acknowledge_changes(owner=cart.owner, now=NOON)
    change(cart.owner, "milk", wanted)
    assert line_of(cart).news == told


def test_a_shortage_that_the_customer_made_is_no_news(shop: Shop, cart: Customer):
    assert (change(cart.owner, "milk", 12).line, line_of(cart).news) == (line_of(cart), ())


def test_a_product_that_is_sold_again_is_told(shop: Shop, cart: Customer):
    shop.withdraw("milk")
    ordering.acknowledge_changes(owner=cart.owner, now=NOON)
    shop.sell("milk")
    change(cart.owner, "milk", 6)
    assert CartNews.SOLD_AGAIN in line_of(cart).news


@pytest.mark.parametrize("wanted", [2, 9])
def test_an_offer_that_ended_is_told_and_one_that_runs_is_not(shop: Shop, cart: Customer, wanted: int):
    running = offer(shop, "sku", percent=10, skus=("milk",))
    shop.put(cart.owner, milk=5)
    change(cart.owner, "milk", wanted)
    before = line_of(cart).news
    models.Offer.objects.filter(id=running).update(withdrawn=True)
    change(cart.owner, "milk", wanted + 1)
    assert (before, line_of(cart).news) == ((), (CartNews.OFFER_ENDED,))


def test_of_a_group_that_is_left_no_offer_has_ended(shop: Shop, cart: Customer):
    offer(shop, "multi_buy", skus=("milk",), percent=100, buy=3, pay=2)
    shop.put(cart.owner, milk=3)
    change(cart.owner, "milk", 2)
    assert line_of(cart).news == ()
