"""An order is changed until the cut-off: goods, prices and money follow, all of it or none of it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.services import cancel_order
from grocery.payments import models as payment_models
from grocery.payments import public as payments
from grocery.payments.events import PaymentAuthorised, TopUpEnded
from tests.ordering.conftest import NOON
from tests.ordering.test_races import at_once
from tests.shop import Customer, Shop

#: The one slot starts at 16:00, its cut-off is at 15:00.
CUTOFF = NOON + timedelta(hours=3)


def edit(order_id: UUID, lan: Customer, *, now: Any = NOON, expected: int | None = None, **amounts: int | str) -> Any:
    return ordering.edit(
        order_id=order_id,
        quantities={sku: quantity(amount) for sku, amount in amounts.items()},
        by=lan.principal,
        expected_total=None if expected is None else dong(expected),
        now=now,
    )


def lines(order_id: UUID) -> dict[str, str]:
    return {line.sku: f"{line.quantity.normalize():f}" for line in ordering.order(order_id=order_id).lines}


def told(order_id: UUID) -> list[str]:
    names = OutboxEvent.objects.filter(stream=f"order:{order_id}").order_by("published_at", "id")
    return [name.removeprefix("ordering.") for name in names.values_list("name", flat=True)]


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.stock(milk=10, eggs=10, rice=10)
    return shop


@pytest.fixture
def cash(stocked: Shop, lan: Customer) -> UUID:
    """Two milks, paid at the door: 77.000 ₫ and 15.000 ₫ to bring them."""
    return stocked.confirmed_order(lan, milk=2).id


@pytest.fixture
def card(stocked: Shop, lan: Customer) -> UUID:
    """The same, held on a card."""
    placed = stocked.order(lan, method="card", milk=2)
    pay(stocked, placed.id)
    return placed.id


def pay(shop: Shop, order_id: UUID, revision: UUID | None = None) -> None:
    """The customer authorises what waits, and payments says so."""
    waiting = payment_models.Payment.objects.filter(order_id=order_id, top_up_for=revision)
    amount = waiting.get(state="intended").amount
    waiting.update(state="authorised", authorised_at=NOON)
    with transaction.atomic():
        publish(PaymentAuthorised(order_id=order_id, amount=dong(amount), reference=revision))
    shop.tell()


# --- at once --------------------------------------------------------------------------------------
def test_more_less_and_new_in_one_go(stocked: Shop, lan: Customer, cash: UUID):
    done = edit(cash, lan, milk=1, eggs=2)
    assert (done.outcome, done.total, lines(cash)) == (
        ordering.EditOutcome.APPLIED,
        dong(38_500 + 72_000 + 15_000),
        {"milk": "1", "eggs": "2"},
    )
    assert (stocked.available("milk"), stocked.available("eggs")) == (quantity(9), quantity(8))


def test_cash_to_collect_follows(lan: Customer, cash: UUID):
    edit(cash, lan, milk=4)
    assert payments.payment(order_id=cash).amount == dong(4 * 38_500 + 15_000)


def test_asking_again_changes_nothing(lan: Customer, cash: UUID):
    edit(cash, lan, milk=3)
    assert edit(cash, lan, milk=3).outcome is ordering.EditOutcome.UNCHANGED
    assert told(cash).count("OrderChanged") == 1


def test_none_of_what_is_not_in_it_is_no_change(lan: Customer, cash: UUID):
    assert edit(cash, lan, eggs=0, caviar=0).outcome is ordering.EditOutcome.UNCHANGED


def test_the_change_is_kept_and_told_with_what_is_more_and_less(lan: Customer, cash: UUID):
    edit(cash, lan, milk=1, eggs=2)
    (change,) = ordering.order(order_id=cash).changes
    fact = OutboxEvent.objects.filter(stream=f"order:{cash}").order_by("published_at", "id").last()
    assert fact is not None
    assert (change.kind, change.by, change.total_before, change.total) == (
        ordering.ChangeKind.EDITED,
        "customer",
        dong(92_000),
        dong(125_500),
    )
    assert (fact.payload["more"], fact.payload["less"]) == (
        [{"sku": "eggs", "quantity": "2"}],
        [{"sku": "milk", "quantity": "1.000"}],
    )


@pytest.mark.parametrize("today", [40_000, 30_000])
def test_what_was_agreed_keeps_its_price_and_more_costs_todays(stocked: Shop, lan: Customer, cash: UUID, today: int):
    stocked.sell("milk", price=today)
    edit(cash, lan, milk=5)
    (line,) = ordering.order(order_id=cash).lines
    assert line.amount == dong(2 * 38_500 + 3 * today)
    assert line.list_amount + sum((a.amount for a in line.adjustments), start=dong(0)) == line.amount


def test_less_keeps_the_agreed_price_even_of_what_is_no_longer_sold(stocked: Shop, lan: Customer, cash: UUID):
    stocked.withdraw("milk")
    assert edit(cash, lan, milk=1).total == dong(53_500)


# --- refused: everything is as it was --------------------------------------------------------------
@pytest.mark.parametrize(
    ("amounts", "error"),
    [
        ({"milk": 11}, inventory.OutOfStock),
        ({"milk": 0}, Invalid),
        ({"eggs": "0.5"}, ordering.QuantityNotInSteps),
        ({"caviar": 1}, ordering.ProductNotSold),
        ({"eggs": 1000}, ordering.QuantityTooLarge),
    ],
)
def test_what_cannot_be_leaves_the_order_as_it_was(stocked: Shop, lan: Customer, cash: UUID, amounts, error):
    with pytest.raises(error):
        edit(cash, lan, **amounts)
    assert (lines(cash), stocked.available("milk"), payments.payment(order_id=cash).amount) == (
        {"milk": "2"},
        quantity(8),
        dong(92_000),
    )


def test_another_total_than_the_customer_saw_is_refused(lan: Customer, cash: UUID):
    with pytest.raises(ordering.TotalChanged):
        edit(cash, lan, milk=3, expected=100_000)
    assert lines(cash) == {"milk": "2"}


def test_at_the_cut_off_it_is_too_late(lan: Customer, cash: UUID):
    edit(cash, lan, milk=3, now=CUTOFF - timedelta(seconds=1))
    with pytest.raises(ordering.OrderNotEditable):
        edit(cash, lan, milk=4, now=CUTOFF)


def test_once_picking_has_started_it_is_too_late(stocked: Shop, lan: Customer, cash: UUID):
    ordering.start_picking(order_id=cash, by=stocked.picker, now=NOON)
    with pytest.raises(ordering.OrderNotEditable):
        edit(cash, lan, milk=3)


def test_anothers_order_looks_missing(stocked: Shop, cash: UUID):
    with pytest.raises(NotFound):
        edit(cash, stocked.customer("minh"), milk=3)


def test_a_preview_says_it_all_and_changes_nothing(stocked: Shop, lan: Customer, card: UUID):
    seen = ordering.preview_edit(order_id=card, quantities={"milk": quantity(3)}, by=lan.principal, now=NOON)
    assert (seen.outcome.value, seen.total, seen.to_pay) == ("waits_for_payment", dong(130_500), dong(38_500))
    assert (lines(card), stocked.available("milk"), models.Revision.objects.count()) == (
        {"milk": "2"},
        quantity(8),
        0,
    )


# --- by card: more money first -----------------------------------------------------------------------
def test_more_than_is_held_waits_with_its_goods_kept(stocked: Shop, lan: Customer, card: UUID):
    done = edit(card, lan, milk=3)
    assert (done.outcome.value, done.to_pay, done.pay_by) == (
        "waits_for_payment",
        dong(38_500),
        NOON + timedelta(minutes=15),
    )
    assert (lines(card), stocked.available("milk")) == ({"milk": "2"}, quantity(7))


def test_once_it_is_paid_the_order_is_as_wanted(stocked: Shop, lan: Customer, card: UUID):
    stocked.sell("milk", price=40_000)
    done = edit(card, lan, milk=3)
    stocked.sell("milk", price=50_000)
    pay(stocked, card, done.revision_id)
    seen = ordering.order(order_id=card)
    assert (lines(card), seen.total, stocked.available("milk")) == ({"milk": "3"}, done.total, quantity(7))
    assert (done.total, payments.payment(order_id=card).amount) == (dong(132_000), dong(132_000))


def test_unpaid_it_ends_and_the_order_is_as_it_was(stocked: Shop, lan: Customer, card: UUID):
    done = edit(card, lan, milk=3)
    with transaction.atomic():
        publish(TopUpEnded(order_id=card, reference=done.revision_id))
    stocked.tell()
    assert (lines(card), stocked.available("milk"), told(card)[-1]) == (
        {"milk": "2"},
        quantity(8),
        "OrderChangeNotMade",
    )


def test_a_newer_change_takes_the_place_of_one_that_waits(stocked: Shop, lan: Customer, card: UUID):
    first = edit(card, lan, milk=5)
    second = edit(card, lan, milk=3)
    assert stocked.available("milk") == quantity(7)
    pay(stocked, card, second.revision_id)
    assert (lines(card), models.Revision.objects.get(id=first.revision_id).state) == ({"milk": "3"}, "ended")


def test_money_that_comes_once_picking_has_begun_is_let_go(stocked: Shop, lan: Customer, card: UUID):
    done = edit(card, lan, milk=3)
    ordering.start_picking(order_id=card, by=stocked.picker, now=NOON)
    pay(stocked, card, done.revision_id)
    assert (lines(card), stocked.available("milk")) == ({"milk": "2"}, quantity(8))
    top_up = payment_models.Payment.objects.get(order_id=card, top_up_for=done.revision_id)
    assert top_up.cancel_requested_at is not None or top_up.state == "cancelled"


@pytest.mark.parametrize("who", ["customer", "staff", "payments"])
def test_a_cancelled_order_frees_what_waited_for_it(stocked: Shop, lan: Customer, card: UUID, who: str):
    """Goods, top-up and revision; asked again, as after a crash, nothing more happens."""
    done = edit(card, lan, milk=5)
    for _again in range(2):
        if who == "payments":
            cancel_order.payment_cancelled(order_id=card, now=NOON)
        else:
            ordering.cancel(order_id=card, by=lan.principal if who == "customer" else stocked.picker, now=NOON)
    stocked.tell()
    top_up = payment_models.Payment.objects.get(order_id=card, top_up_for=done.revision_id)
    assert (stocked.available("milk"), models.Revision.objects.get().state, top_up.state) == (
        quantity(10),
        "ended",
        "cancelled",
    )
    assert "OrderChangeNotMade" not in told(card)


def test_less_is_done_at_once_and_the_capture_takes_less(lan: Customer, card: UUID):
    assert edit(card, lan, milk=1).outcome is ordering.EditOutcome.APPLIED


def test_before_it_is_paid_the_customer_simply_pays_the_new_amount(stocked: Shop, lan: Customer):
    placed = stocked.order(lan, method="card", milk=2)
    assert edit(placed.id, lan, milk=3).outcome is ordering.EditOutcome.APPLIED
    assert payments.payment(order_id=placed.id).to_pay == dong(130_500)


# --- at the same moment ------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["cancel", "pick", "edit", "part"])
def test_an_edit_beside_something_else_leaves_one_truth(stocked: Shop, lan: Customer, cash: UUID, other: str):
    """Whoever is second sees what the first has made of it; goods and money agree with the lines."""
    acts = {
        "cancel": lambda: ordering.cancel(order_id=cash, by=lan.principal, now=NOON),
        "pick": lambda: ordering.start_picking(order_id=cash, by=stocked.picker, now=NOON),
        "edit": lambda: edit(cash, lan, milk=4),
        "part": lambda: ordering.cancel_lines(
            order_id=cash, quantities={"milk": quantity(1)}, by=lan.principal, now=NOON
        ),
    }
    at_once(lambda: edit(cash, lan, milk=3), acts[other])
    seen = ordering.order(order_id=cash)
    held = sum(line.quantity for line in seen.lines) if seen.state.value != "cancelled" else 0
    assert stocked.available("milk") == quantity(10 - int(held))
    if seen.state.value != "cancelled":
        assert payments.payment(order_id=cash).amount == seen.total == seen.subtotal + seen.fee


@pytest.mark.django_db(transaction=True)
def test_the_last_unit_wanted_by_an_edit_and_a_buyer_goes_to_one(stocked: Shop, lan: Customer, cash: UUID):
    minh = stocked.customer("minh")
    stocked.put(minh.owner, milk=8)
    results = at_once(lambda: edit(cash, lan, milk=3), lambda: stocked.check_out(minh))
    assert results.count("out_of_stock") == 1
    assert stocked.available("milk") >= quantity(0)


@pytest.mark.django_db(transaction=True)
def test_the_money_of_a_change_beside_the_picker_is_used_whole_or_let_go(stocked: Shop, lan: Customer, card: UUID):
    done = edit(card, lan, milk=3)
    waiting = payment_models.Payment.objects.filter(order_id=card, top_up_for=done.revision_id)
    waiting.update(state="authorised", authorised_at=NOON)
    with transaction.atomic():
        publish(PaymentAuthorised(order_id=card, amount=done.to_pay, reference=done.revision_id))
    at_once(stocked.tell, lambda: ordering.start_picking(order_id=card, by=stocked.picker, now=NOON))
    stocked.tell()
    milk = lines(card)["milk"]
    let_go = waiting.get().cancel_requested_at is not None or waiting.get().state == "cancelled"
    assert (milk, let_go) in {("3", False), ("2", True)}
    assert stocked.available("milk") == quantity(10 - int(milk))


@pytest.mark.django_db(transaction=True)
def test_the_money_of_a_change_beside_a_cancellation_is_let_go(stocked: Shop, lan: Customer, card: UUID):
    done = edit(card, lan, milk=3)
    waiting = payment_models.Payment.objects.filter(order_id=card, top_up_for=done.revision_id)
    waiting.update(state="authorised", authorised_at=NOON)
    with transaction.atomic():
        publish(PaymentAuthorised(order_id=card, amount=done.to_pay, reference=done.revision_id))
    at_once(stocked.tell, lambda: ordering.cancel(order_id=card, by=lan.principal, now=NOON))
    stocked.tell()
    going = payment_models.Payment.objects.filter(order_id=card)
    assert (stocked.state(card), stocked.available("milk")) == ("cancelled", quantity(10))
    assert all(payment.cancel_requested_at for payment in going)
    assert models.Revision.objects.get().state in {"applied", "ended"}


@pytest.mark.django_db(transaction=True)
def test_an_edit_beside_a_question_leaves_one_of_them_and_books_that_agree(stocked: Shop, lan: Customer):
    """The shelf is short of milk while the customer takes eggs: whoever is second is told."""
    stocked.allergens = ()
    stocked.stock(oat=10)
    stocked.sell("milk")
    order_id = stocked.confirmed_order(lan, milk=2).id
    models.OrderLine.objects.filter(order_id=order_id).update(substitution="ask")
    one: Any = {"sku": "milk", "with_sku": "oat", "quantity": quantity(1)}
    results = at_once(
        lambda: edit(order_id, lan, milk=0, eggs=2).outcome.value,
        lambda: ordering.substitute(order_id=order_id, by=stocked.picker, now=NOON, **one).state.value,
    )
    assert results in (["applied", "not_in_order"], ["applied", "asked"])
    assert ordering.open_questions(order_id=order_id) == ()
    had = {sku: 10 - int(stocked.available(sku)) for sku in ("milk", "eggs", "oat")}
    assert {sku: str(n) for sku, n in had.items() if n} == lines(order_id)
    # A substitute costs at most as much: the difference is settled when the goods are packed.
    assert payments.payment(order_id=order_id).amount >= ordering.order(order_id=order_id).total


def test_the_barrier_of_these_tests_is_real():
    """The negative control of `at_once`: both acts are under way before either ends."""
    both = threading.Barrier(2)
    assert at_once(lambda: both.wait(10) >= 0, lambda: both.wait(10) >= 0) == [True, True]
