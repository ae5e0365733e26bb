"""Some of an order is called off before picking: its goods are free again, less is to be paid, and why is kept."""

from __future__ import annotations

from uuid import UUID

import pytest

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.contracts import CancelMotive
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

MANAGER = Principal(kind="staff", id=new_id(), roles=frozenset({"manager"}))


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Three milks and two eggs, to be paid at the door: 187.500 ₫ of goods, 15.000 ₫ to bring them."""
    shop.stock(milk=10, eggs=10)
    return shop.confirmed_order(lan, milk=3, eggs=2).id


def cancel(order_id: UUID, by: Principal, **amounts: int | str) -> None:
    less = {sku: quantity(amount) for sku, amount in amounts.items()}
    ordering.cancel_lines(order_id=order_id, quantities=less, by=by, motive=CancelMotive.OTHER, now=NOON)


def lines(order_id: UUID) -> dict[str, tuple[int, int]]:
    """How many of each, and what they come to."""
    return {line.sku: (int(line.quantity), line.amount.minor) for line in ordering.order(order_id=order_id).lines}


def facts(order_id: UUID) -> list[str]:
    found = OutboxEvent.objects.filter(stream=f"order:{order_id}").order_by("published_at", "id")
    return [name.removeprefix("ordering.") for name in found.values_list("name", flat=True)]


def test_what_is_called_off_is_on_the_shelf_again(shop: Shop, lan: Customer, order: UUID):
    cancel(order, lan.principal, milk=1)
    assert (shop.available("milk"), shop.available("eggs")) == (quantity(8), quantity(8))


def test_the_order_comes_to_less_and_the_fee_stays(lan: Customer, order: UUID):
    cancel(order, lan.principal, milk=1)
    seen = ordering.order(order_id=order)
    assert (lines(order)["milk"], seen.subtotal, seen.fee, seen.total) == (
        (2, 77_000),
        dong(149_000),
        dong(15_000),
        dong(164_000),
    )


def test_a_line_of_which_nothing_is_left_is_kept_apart(lan: Customer, order: UUID):
    cancel(order, lan.principal, eggs=2)
    seen = ordering.order(order_id=order)
    assert ([line.sku for line in seen.lines], [(line.sku, line.amount) for line in seen.gone]) == (
        ["milk"],
        [("eggs", dong(0))],
    )


def test_less_is_collected_at_the_door(shop: Shop, lan: Customer, order: UUID):
    cancel(order, lan.principal, milk=1)
    ordering.start_picking(order_id=order, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=order, by=shop.picker, now=NOON)
    ordering.dispatch(order_id=order, by=shop.picker, now=NOON)
    ordering.deliver(order_id=order, by=shop.picker, now=NOON)
    assert payments.payment(order_id=order).captured == dong(164_000)


def test_what_is_called_off_altogether_is_not_packed(shop: Shop, lan: Customer, order: UUID):
    cancel(order, lan.principal, eggs=2)
    ordering.start_picking(order_id=order, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=order, by=shop.picker, now=NOON)
    assert (ordering.order(order_id=order).charged, shop.available("eggs")) == (dong(130_500), quantity(10))


def test_everything_called_off_ends_the_order(shop: Shop, lan: Customer, order: UUID):
    cancel(order, lan.principal, milk=3, eggs=2)
    assert (shop.state(order), shop.available("milk"), shop.places_taken()) == ("cancelled", quantity(10), 0)


def test_the_last_of_it_called_off_in_two_turns_ends_the_order(shop: Shop, order: UUID):
    cancel(order, MANAGER, eggs=2)
    cancel(order, MANAGER, milk=3)
    assert shop.state(order) == "cancelled"


def test_it_is_told_once_with_what_was_taken_off(lan: Customer, order: UUID):
    cancel(order, lan.principal, milk=1)
    told = OutboxEvent.objects.filter(stream=f"order:{order}").order_by("published_at", "id").last()
    assert told is not None
    assert (facts(order)[-1], told.payload["lines"], told.payload["motive"], told.payload["by"]) == (
        "OrderPartlyCancelled",
        [{"sku": "milk", "quantity": "1.000"}],
        "other",
        "customer",
    )


def test_the_change_is_kept_with_why_and_what_it_came_to(lan: Customer, order: UUID):
    ordering.cancel_lines(
        order_id=order,
        quantities={"milk": quantity(1)},
        by=lan.principal,
        motive=CancelMotive.MISTAKE,
        reason="One too many",
        now=NOON,
    )
    (change,) = ordering.order(order_id=order).changes
    (line,) = change.lines
    assert (change.kind, change.by, change.motive, change.note, change.total_before, change.total) == (
        ordering.ChangeKind.PART_CANCELLED,
        "customer",
        "mistake",
        "One too many",
        dong(202_500),
        dong(164_000),
    )
    assert (line.sku, line.before, line.after) == ("milk", quantity(3), quantity(2))


# --- what is refused, and leaves everything as it was -----------------------------------------------
@pytest.mark.parametrize(
    ("less", "error"),
    [
        ({"milk": 4}, ordering.MoreThanOrdered),
        ({"rice": 1}, ordering.ProductNotSold),
        ({"milk": "0.5"}, ordering.QuantityNotInSteps),
        ({"milk": 0}, Invalid),
        ({"milk": -1}, Invalid),
        ({}, Invalid),
    ],
)
def test_what_cannot_be_taken_off_is_refused(shop: Shop, lan: Customer, order: UUID, less, error):
    with pytest.raises(error):
        cancel(order, lan.principal, **less)
    assert (lines(order)["milk"], shop.available("milk")) == ((3, 115_500), quantity(7))


def test_a_customer_keeps_at_least_the_minimum(shop: Shop, lan: Customer, order: UUID, settings):
    settings.MINIMUM_ORDER = 150_000
    with pytest.raises(ordering.BelowMinimum):
        cancel(order, lan.principal, milk=1)
    assert (lines(order)["milk"], shop.available("milk")) == ((3, 115_500), quantity(7))


def test_staff_may_come_below_the_minimum(order: UUID, settings):
    settings.MINIMUM_ORDER = 150_000
    cancel(order, MANAGER, milk=1)
    assert lines(order)["milk"] == (2, 77_000)


def test_once_picking_has_started_it_is_too_late(shop: Shop, lan: Customer, order: UUID):
    ordering.start_picking(order_id=order, by=shop.picker, now=NOON)
    for by in (lan.principal, MANAGER):
        with pytest.raises(ordering.OrderNotCancellable):
            cancel(order, by, milk=1)


def test_another_customers_lines_look_like_none(shop: Shop, order: UUID):
    with pytest.raises(NotFound):
        cancel(order, shop.customer("minh").principal, milk=1)


@pytest.mark.parametrize(("kind", "motive"), [("customer", "fraud"), ("staff", "changed_mind")])
def test_a_reason_that_is_not_theirs_to_give_is_refused(lan: Customer, order: UUID, kind: str, motive: str):
    by = lan.principal if kind == "customer" else MANAGER
    with pytest.raises(Invalid):
        ordering.cancel_lines(
            order_id=order, quantities={"milk": quantity(1)}, by=by, motive=CancelMotive(motive), now=NOON
        )


def test_the_reason_of_a_whole_cancellation_is_on_the_timeline(lan: Customer, order: UUID):
    ordering.cancel(order_id=order, by=lan.principal, motive=CancelMotive.WRONG_TIME, reason="Away", now=NOON)
    last = ordering.order(order_id=order).timeline[-1]
    assert (last.motive, last.reason) == ("wrong_time", "Away")


def test_no_line_becomes_less_than_nothing(order: UUID):
    """The database is the last guard."""
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        models.OrderLine.objects.of_order(order).update(quantity=-1)
