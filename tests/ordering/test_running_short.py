"""At checkout the shelf has less than the cart: the customer's choice is followed, and the total never rises."""

from __future__ import annotations

from typing import Any

import pytest

from grocery.inventory import public as inventory
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.public import SubstitutionChoice, SubstitutionState
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.ordering.test_races import at_once
from tests.shop import Customer, Shop


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    """Two cartons of milk for 38.500 ₫, enough of what is like it."""
    shop.allergens = ()
    shop.stock(milk=2, oat=10, goat=10)
    shop.sell("oat", price=45_000)
    shop.sell("goat", price=30_000)
    return shop


def check_out(shop: Shop, customer: Customer, **more: Any) -> ordering.PlacedOrder:
    return ordering.place_order(
        customer_id=customer.id,
        address_id=customer.address_id,
        slot_id=shop.slot_id,
        method=ordering.PaymentMethod.CASH_ON_DELIVERY,
        now=NOON,
        **more,
    )


def lines(placed: ordering.PlacedOrder) -> dict[str, tuple[Quantity, int]]:
    return {line.sku: (line.quantity, line.amount.minor) for line in ordering.order(order_id=placed.id).lines}


def choose(customer: Customer, choice: SubstitutionChoice) -> None:
    ordering.choose_substitution(owner=customer.owner, choice=choice, now=NOON)


def test_what_is_short_is_replaced_at_once_by_the_most_similar(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    placed = check_out(dairy, lan)
    assert lines(placed) == {"milk": (quantity(2), 77_000), "oat": (quantity(1), 38_500)}


def test_what_the_line_names_goes_first(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    ordering.choose_line_substitution(
        owner=lan.owner, sku="milk", choice=SubstitutionChoice.SIMILAR, substitute_sku="goat", now=NOON
    )
    assert lines(check_out(dairy, lan)) == {"milk": (quantity(2), 77_000), "goat": (quantity(1), 30_000)}


def test_the_goods_of_both_are_reserved(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    check_out(dairy, lan)
    assert (dairy.available("milk"), dairy.available("oat")) == (quantity(0), quantity(9))


def test_the_total_is_never_above_what_was_agreed_to(dairy: Shop, lan: Customer):
    agreed = dairy.put(lan.owner, milk=3).subtotal + dong(15_000)
    dairy.withdraw("goat")
    dairy.sell("oat", price=99_000)
    placed = check_out(dairy, lan, expected_total=agreed)
    assert placed.total == agreed


def test_a_cheaper_substitute_makes_the_order_cheaper_without_another_question(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    ordering.choose_line_substitution(
        owner=lan.owner, sku="milk", choice=SubstitutionChoice.SIMILAR, substitute_sku="goat", now=NOON
    )
    placed = check_out(dairy, lan, expected_total=dong(3 * 38_500 + 15_000))
    view = ordering.order(order_id=placed.id)
    assert (placed.total, view.total) == (dong(77_000 + 30_000 + 15_000),) * 2


def test_the_order_says_what_was_replaced_and_why(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    placed = check_out(dairy, lan)
    (done,) = ordering.substitutions(order_id=placed.id)
    (change,) = ordering.order(order_id=placed.id).changes
    assert (done.state, done.reason.value, change.kind.value, change.by) == (
        SubstitutionState.CHOSEN,
        "checkout",
        "substituted",
        "customer",
    )


def test_a_line_of_which_nothing_is_there_is_replaced_whole(dairy: Shop, lan: Customer):
    dairy.stock(eggs=3)
    with dairy.taken(milk=2):
        dairy.put(lan.owner, milk=2, eggs=1)
        placed = check_out(dairy, lan)
    assert lines(placed) == {"eggs": (quantity(1), 36_000), "oat": (quantity(2), 77_000)}


def test_who_wants_to_be_asked_is_shown_proposals_and_nothing_has_happened(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    choose(lan, SubstitutionChoice.ASK)
    with pytest.raises(ordering.SubstitutesProposed) as proposed:
        check_out(dairy, lan)
    (proposal,) = proposed.value.proposals
    offered = {one.sku: one.price.minor for one in proposal.candidates}
    assert (proposal.sku, proposal.missing, offered) == ("milk", quantity(1), {"oat": 38_500, "goat": 30_000})
    assert (models.Order.objects.count(), ordering.cart_size(owner=lan.owner), dairy.places_taken()) == (0, 1, 0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("goat", {"milk": (quantity(2), 77_000), "goat": (quantity(1), 30_000)}),
        (None, {"milk": (quantity(2), 77_000)}),
    ],
)
def test_the_answer_is_followed(dairy: Shop, lan: Customer, answer: str | None, expected: dict[str, Any]):
    dairy.put(lan.owner, milk=3)
    choose(lan, SubstitutionChoice.ASK)
    placed = check_out(dairy, lan, answers={"milk": answer})
    assert (lines(placed), [one.state.value for one in ordering.substitutions(order_id=placed.id)]) == (
        expected,
        ["accepted"] if answer else [],
    )


@pytest.mark.parametrize("answer", ["rice", "milk", "nothing"])
def test_an_answer_that_was_not_proposed_is_asked_again(dairy: Shop, lan: Customer, answer: str):
    dairy.put(lan.owner, milk=3)
    with pytest.raises(ordering.SubstitutesProposed):
        check_out(dairy, lan, answers={"milk": answer})


def test_an_answer_about_what_is_there_after_all_changes_nothing(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=2)
    assert lines(check_out(dairy, lan, answers={"milk": None, "oat": "goat"})) == {"milk": (quantity(2), 77_000)}


def test_none_is_respected(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=3)
    choose(lan, SubstitutionChoice.NONE)
    with pytest.raises(inventory.OutOfStock):
        check_out(dairy, lan)


def test_nothing_similar_is_out_of_stock_as_ever(dairy: Shop, lan: Customer):
    for sku in ("oat", "goat"):
        dairy.withdraw(sku)
    dairy.put(lan.owner, milk=3)
    with pytest.raises(inventory.OutOfStock):
        check_out(dairy, lan)


def test_an_order_of_nothing_is_not_made(dairy: Shop, lan: Customer):
    with dairy.taken(milk=2):
        dairy.put(lan.owner, milk=2)
        with pytest.raises(inventory.OutOfStock):
            check_out(dairy, lan, answers={"milk": None})


def test_two_that_are_short_get_two_different_substitutes(dairy: Shop, lan: Customer):
    dairy.stock(cream=1)
    dairy.put(lan.owner, milk=3, cream=2)
    placed = check_out(dairy, lan)
    assert sorted(line.replaces for line in ordering.order(order_id=placed.id).lines if line.replaces) == [
        "cream",
        "milk",
    ]


def test_replacing_costs_no_statement_where_nothing_is_short(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=2)
    with statements() as sent:
        check_out(dairy, lan)
    assert len(sent) <= 25


@pytest.mark.django_db(transaction=True)
def test_two_buyers_of_the_last_carton_both_get_something_and_nothing_is_sold_twice(dairy: Shop):
    lan, minh = dairy.customer("lan"), dairy.customer("minh")
    for buyer in (lan, minh):
        dairy.put(buyer.owner, milk=2)
    placed = at_once(lambda: check_out(dairy, lan), lambda: check_out(dairy, minh))
    bought = [line for one in placed for line in lines(one).items()]  # type: ignore[arg-type]  # both are orders
    assert (sorted(bought), dairy.available("milk"), dairy.available("oat")) == (
        [("milk", (quantity(2), 77_000)), ("oat", (quantity(2), 77_000))],
        quantity(0),
        quantity(8),
    )
