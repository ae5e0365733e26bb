"""Orders that are paid with store credit: in part beside another way to pay, or whole. It is kept first, and goes
back last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.models import CreditAccount, CreditEntry, Payment, Shortfall
from grocery.payments.models import credit as accounts
from tests.payments.conftest import COMMITTED, PAYER, Till
from tests.payments.test_credit import STAFF, granted, moved, taken_back
from tests.payments.test_racing import MANY, at_once
from tests.payments.test_refunds import at_stripe
from tests.payments.test_shortfalls import refuse_captures

pytestmark = COMMITTED
CASH, TRANSFER = payments.Method.CASH_ON_DELIVERY, payments.Method.BANK_TRANSFER


def left() -> Money:
    """What the customer may still spend."""
    return payments.credit_of(customer_id=PAYER)


def view(order_id: UUID) -> payments.PaymentView:
    return payments.payment(order_id=order_id)


def held(till: Till, amount: int, credit: int) -> UUID:
    """An order of which credit pays a part, and a card that was authorised the rest."""
    granted(till, credit)
    order_id = till.open(dong(amount), credit=credit)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, number=1)
    till.webhooks()
    return order_id


def packed(till: Till, order_id: UUID, amount: int) -> None:
    till.capture(order_id, dong(amount))
    till.deliver()
    till.webhooks()


def on_card(till: Till) -> list[int]:
    return [intent["amount_received"] for intent in till.sandbox.intents()]


# --- placed -----------------------------------------------------------------------------------------------------
def test_it_pays_a_part_and_the_card_is_asked_for_the_rest(till: Till):
    order_id = held(till, 345_000, credit=120_000)
    assert [intent["amount"] for intent in till.sandbox.intents()] == [225_000]
    assert (view(order_id).amount, view(order_id).credit, left()) == (dong(345_000), dong(120_000), dong(0))
    assert till.facts(order_id) == ["PaymentAuthorised"]


def test_where_it_pays_for_all_nobody_is_asked_for_anything(till: Till):
    granted(till, 500_000)
    order_id = till.open(dong(345_000), credit=500_000)
    assert payments.begin_authorisation(order_id=order_id, now=till.now).step is None
    assert (till.state(order_id), till.facts(order_id), left()) == (
        "authorised",
        ["PaymentAuthorised"],
        dong(155_000),
    )
    packed(till, order_id, 300_000)
    assert (till.state(order_id), view(order_id).captured, left()) == ("captured", dong(345_000), dong(200_000))
    assert (till.facts(order_id)[-1], till.sandbox.intents()) == ("PaymentCaptured", [])


def test_it_leaves_as_much_as_a_card_can_pay(till: Till):
    granted(till, 340_000)
    order_id = till.open(dong(345_000), credit=340_000)
    least = till.payment(order_id, number=1).amount
    assert (least, left()) == (15_000, dong(10_000))


def test_more_than_there_is_is_not_spent_and_nothing_is_opened(till: Till):
    granted(till, 100_000)
    with pytest.raises(payments.NotEnoughCredit):
        till.open(dong(345_000), credit=100_001)
    assert (Payment.objects.count(), left()) == (0, dong(100_000))


def test_a_transfer_is_wanted_for_the_rest(till: Till, settings: Any):
    settings.PAYMENT_METHODS = ("bank_transfer",)
    granted(till, 100_000)
    order_id = till.open(dong(345_000), TRANSFER, credit=100_000)
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    assert isinstance(step, payments.TransferTo)
    assert step.amount == dong(245_000)


# --- packed, changed, cancelled, given back ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("comes_to", "card", "back"),
    [(345_000, 225_000, 0), (300_000, 180_000, 0), (120_000, 0, 0), (100_000, 0, 20_000)],
)
def test_packed_goods_are_paid_with_credit_first_and_the_card_pays_what_is_left(
    till: Till, comes_to: int, card: int, back: int
):
    order_id = held(till, 345_000, credit=120_000)
    packed(till, order_id, comes_to)
    assert (on_card(till), left(), till.state(order_id)) == ([card], dong(back), "captured")
    packed(till, order_id, comes_to)  # the same again
    assert (on_card(till), left()) == ([card], dong(back))


def test_what_goes_back_goes_back_to_the_card_before_it_becomes_credit(till: Till):
    order_id = held(till, 345_000, credit=120_000)
    packed(till, order_id, 345_000)
    refund = till.refund(order_id, dong(300_000))
    till.deliver()
    assert (at_stripe(till, order_id, 1), refund.to_credit, left()) == ([225_000], dong(75_000), dong(75_000))
    with pytest.raises(payments.MoreThanCaptured):
        till.refund(order_id, dong(45_001), "more")


def test_a_cancelled_order_gives_it_back_at_once_and_once(till: Till):
    order_id = held(till, 345_000, credit=120_000)
    till.cancel(order_id)
    till.cancel(order_id)
    assert left() == dong(120_000)
    till.deliver()
    till.webhooks()
    assert moved() == [("granted", 120_000, 120_000), ("spent", -120_000, 0), ("returned", 120_000, 120_000)]
    assert (till.state(order_id), till.facts(order_id)[-1]) == ("cancelled", "PaymentCancelled")


def test_what_an_order_adds_is_topped_up_beside_it(till: Till):
    granted(till, 345_000)
    order_id = till.open(dong(345_000), credit=345_000)
    assert till.raise_to(order_id, dong(400_000)) == dong(55_000)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, number=2)
    till.webhooks()
    packed(till, order_id, 390_000)
    assert (on_card(till), left()) == ([45_000], dong(0))


def test_an_unpaid_order_that_comes_to_what_credit_pays_is_paid(till: Till):
    granted(till, 120_000)
    order_id = till.open(dong(345_000), credit=120_000)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.lower_to(order_id, dong(110_000))
    assert (till.state(order_id), till.facts(order_id), view(order_id).to_pay) == (
        "authorised",
        ["PaymentAuthorised"],
        dong(0),
    )
    till.deliver()
    packed(till, order_id, 110_000)
    assert (on_card(till), left()) == ([0], dong(10_000))


def test_a_card_that_refuses_leaves_its_part_missing_and_credit_kept(till: Till, monkeypatch: pytest.MonkeyPatch):
    order_id = held(till, 345_000, credit=120_000)
    with monkeypatch.context() as bank:
        refuse_captures(bank)
        packed(till, order_id, 345_000)
    [shortfall] = Shortfall.objects.open()
    assert (shortfall.amount, left()) == (225_000, dong(0))
    payments.retry_capture(shortfall_id=shortfall.id, by=STAFF, now=till.now)
    till.deliver()
    assert (on_card(till), view(order_id).captured) == ([225_000], dong(345_000))


# --- beside cash ------------------------------------------------------------------------------------------------
def test_the_driver_collects_what_credit_has_not_paid(till: Till):
    granted(till, 120_000)
    order_id = till.open(dong(345_000), CASH, credit=120_000)
    till.capture(order_id, dong(300_000))
    till.change_cash(order_id, dong(280_000))  # something is refused at the door
    assert till.payment(order_id, 1).amount == 160_000
    for _ in range(2):
        payments.record_cash(order_id=order_id, amount=dong(280_000), now=till.now, by=STAFF)
    assert (view(order_id).captured, till.facts(order_id)) == (
        dong(280_000),
        ["PaymentAuthorised", "PaymentCaptured"],
    )


def test_cash_that_is_refused_goes_off_before_credit_comes_back(till: Till):
    granted(till, 120_000)
    order_id = till.open(dong(345_000), CASH, credit=120_000)
    till.capture(order_id, dong(300_000))
    till.change_cash(order_id, dong(100_000))
    assert (till.payment(order_id, 1).amount, payments.taken_beyond(order_id=order_id, amount=dong(100_000))) == (
        0,
        dong(20_000),
    )
    till.refund(order_id, dong(20_000))
    payments.record_cash(order_id=order_id, amount=dong(100_000), now=till.now, by=STAFF)
    assert (left(), view(order_id).captured, till.state(order_id)) == (dong(20_000), dong(120_000), "captured")


def test_a_refusal_that_is_undone_is_collected_again(till: Till):
    granted(till, 120_000)
    order_id = till.open(dong(345_000), CASH, credit=120_000)
    till.capture(order_id, dong(300_000))
    till.change_cash(order_id, dong(100_000))
    till.change_cash(order_id, dong(300_000))
    payments.record_cash(order_id=order_id, amount=dong(300_000), now=till.now, by=STAFF)
    assert (till.payment(order_id, 1).captured, till.facts(order_id)[-1]) == (180_000, "PaymentCaptured")


def test_with_nothing_to_collect_the_driver_collects_nothing(till: Till):
    granted(till, 400_000)
    order_id = till.open(dong(345_000), CASH, credit=400_000)
    till.capture(order_id, dong(300_000))
    till.change_cash(order_id, dong(250_000))
    payments.record_cash(order_id=order_id, amount=dong(250_000), now=till.now, by=STAFF)
    assert (till.payment(order_id, 1).state, left(), till.facts(order_id)) == (
        "cancelled",
        dong(100_000),
        ["PaymentAuthorised", "RefundRequested", "RefundSucceeded", "PaymentCaptured"],
    )


def test_of_a_grant_that_was_partly_spent_what_is_left_is_taken_back(till: Till):
    entry = granted(till, 120_000)
    till.open(dong(345_000), CASH, credit=100_000)
    assert (taken_back(till, entry).amount, left()) == (dong(-20_000), dong(0))


# --- several at once, on real connections -----------------------------------------------------------------------
def buying(till: Till) -> Callable[[int], Any]:
    """Each takes an order of its own with 100.000 of the same credit."""

    def one(number: int) -> Any:
        try:
            return till.open(dong(345_000), CASH, credit=100_000)
        except IntegrityError as error:
            return type(error)

    return one


def outcomes_of(found: list[Any]) -> tuple[int, list[str]]:
    """How many were opened, and why the others were not."""
    refused = [one.__name__ for one in found if isinstance(one, type)]
    return len(found) - len(refused), sorted(set(refused))


def test_of_many_devices_those_pay_with_it_for_which_it_is_enough(till: Till):
    granted(till, 250_000)
    assert outcomes_of(at_once(buying(till))) == (2, ["NotEnoughCredit"])
    assert (left(), Payment.objects.count(), CreditEntry.objects.count()) == (dong(50_000), 4, 3)


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken is taken without looking whether it is there."""
    blind = accounts.TAKE.replace("AND balance >= %(amount)s", "")
    assert blind != accounts.TAKE
    monkeypatch.setattr(accounts, "TAKE", blind)


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the constraints of the database; whatever was booked is gone afterwards."""
    guards = [
        (model, constraint)
        for model in (CreditAccount, CreditEntry)
        for constraint in model._meta.constraints
        if "not_overspent" in constraint.name
    ]
    with connection.schema_editor() as editor:
        for model, constraint in guards:
            editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE payments_creditentry, payments_creditaccount")
        with connection.schema_editor() as editor:
            for model, constraint in guards:
                editor.add_constraint(model, constraint)


@pytest.mark.usefixtures("nobody_looks")
def test_control_without_the_look_only_the_database_stops_the_third(till: Till):
    granted(till, 250_000)
    assert outcomes_of(at_once(buying(till))) == (2, ["IntegrityError"])


@pytest.mark.usefixtures("nobody_looks")
def test_control_without_look_and_constraint_everybody_spends_the_same(till: Till):
    granted(till, 250_000)
    with unguarded():
        assert outcomes_of(at_once(buying(till))) == (MANY, [])
        assert left() == dong(250_000 - MANY * 100_000)


def test_an_order_that_is_cancelled_twice_at_once_gives_it_back_once(till: Till):
    granted(till, 120_000)
    order_id = till.open(dong(345_000), CASH, credit=120_000)
    at_once(lambda _: till.cancel(order_id))
    assert left() == dong(120_000)


# --- made dearer ------------------------------------------------------------------------------------------------
def test_what_an_order_comes_to_more_is_paid_with_the_credit_that_is_left(till: Till):
    order_id = held(till, 345_000, credit=120_000)
    granted(till, 80_000, key="more")
    change = new_id()
    assert [till.raise_to(order_id, dong(400_000), change) for _ in range(2)] == [dong(0)] * 2
    assert (view(order_id).credit, view(order_id).to_pay, left()) == (dong(175_000), dong(0), dong(25_000))
    packed(till, order_id, 400_000)
    assert (on_card(till), view(order_id).captured, left()) == ([225_000], dong(400_000), dong(25_000))


def test_and_the_rest_of_it_by_the_card_without_which_the_credit_comes_back(till: Till):
    order_id = held(till, 345_000, credit=120_000)
    for pays in (False, True):
        if not pays:
            granted(till, 30_000, key="more")
        assert till.raise_to(order_id, dong(400_000), minutes=15) == dong(25_000)
        assert (left(), view(order_id).to_pay) == (dong(0), dong(25_000))
        payments.begin_authorisation(order_id=order_id, now=till.now)
        if pays:
            till.customer_pays(order_id, number=max(Payment.objects.values_list("number", flat=True)))
            till.webhooks()
            continue
        till.later(minutes=16)
        payments.reconcile(now=till.now)
        assert (left(), view(order_id).credit, view(order_id).to_pay) == (dong(30_000), dong(120_000), dong(0))
        assert till.facts(order_id)[-3:] == ["RefundRequested", "RefundSucceeded", "TopUpEnded"]
    packed(till, order_id, 400_000)
    assert (sorted(on_card(till)), view(order_id).credit, left()) == ([0, 25_000, 225_000], dong(150_000), dong(0))


def test_goods_packed_before_the_rest_was_paid_are_paid_as_before(till: Till):
    order_id = held(till, 345_000, credit=120_000)
    granted(till, 30_000, key="more")
    till.raise_to(order_id, dong(400_000))
    packed(till, order_id, 345_000)
    assert (on_card(till)[-1:], view(order_id).captured, left()) == ([225_000], dong(375_000), dong(30_000))
    assert view(order_id).refunded == dong(30_000)


def test_so_it_is_with_cash_and_credit_comes_back_when_it_is_made_cheaper(till: Till):
    granted(till, 500_000, key="gift")
    order_id = till.open(dong(345_000), CASH, credit=120_000)
    till.raise_to(order_id, dong(400_000))
    assert (Payment.objects.exclude(provider="credit").get().amount, left()) == (225_000, dong(325_000))
    on_the_card = held(till, 345_000, credit=120_000)
    till.raise_to(on_the_card, dong(400_000))
    before = left()
    till.lower_to(on_the_card, dong(345_000))
    assert left() - before == dong(55_000)


def test_an_order_without_credit_takes_none(till: Till):
    granted(till, 500_000)
    order_id = till.authorised(dong(345_000))
    assert (till.raise_to(order_id, dong(400_000)), left()) == (dong(55_000), dong(500_000))


def test_orders_made_dearer_at_once_spend_each_dong_once(till: Till):
    granted(till, 6 * 10_000 + 50_000)
    orders = [till.open(dong(345_000), CASH, credit=10_000) for _ in range(MANY)]
    assert left() == dong(50_000)
    at_once(lambda number: till.raise_to(orders[number], dong(375_000)))
    spent = sum(payment.amount for payment in Payment.objects.filter(provider="credit"))
    assert spent + left().minor == 110_000
    for order_id in orders:
        assert view(order_id).amount in {dong(345_000), dong(375_000)}
