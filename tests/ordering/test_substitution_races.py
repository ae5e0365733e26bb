"""An answer, the time limit, another change by staff, a cancellation in the same moment: one of them takes effect."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.services import answering, replacing
from tests.ordering.conftest import NOON
from tests.ordering.test_races import at_once
from tests.ordering.test_substitutions import lines, picked
from tests.shop import Customer, Shop

pytestmark = pytest.mark.django_db(transaction=True)

LATE = NOON + timedelta(minutes=10)
#: What there is of the substitute, and of the original, before anybody orders.
STOCKED = quantity(10)


@pytest.fixture
def asked(shop: Shop, lan: Customer) -> ordering.Substitution:
    """One of two cartons of milk ran out; Lan is asked whether oat milk may come instead."""
    shop.allergens = ()
    shop.stock(milk=10, oat=10, goat=10)
    shop.sell("oat", price=45_000)
    shop.sell("goat", price=30_000)
    order_id = picked(shop, lan, "ask", milk=2)
    return ordering.substitute(
        order_id=order_id, sku="milk", with_sku="oat", quantity=quantity(1), by=shop.picker, now=NOON
    )


def answer(asked: ordering.Substitution, *, accept: bool) -> Callable[[], object]:
    return lambda: ordering.answer(substitution_id=asked.id, accept=accept, now=NOON).state.value


def changes(order_id: UUID) -> list[str]:
    """What was written down about the order's lines."""
    return [change.kind.value for change in ordering.order(order_id=order_id).changes]


def test_yes_and_no_at_once_are_one_answer(shop: Shop, asked: ordering.Substitution):
    results = at_once(answer(asked, accept=True), answer(asked, accept=False))
    said = {"accepted": ["substituted"], "rejected": ["left_out"]}
    (won,) = [result for result in results if result in said]
    assert (results.count("answered_already"), changes(asked.order_id)) == (1, said[str(won)])


def test_yes_from_two_phones_puts_it_in_once(shop: Shop, asked: ordering.Substitution):
    results = at_once(*[answer(asked, accept=True)] * 4)
    assert (results, changes(asked.order_id), shop.available("oat")) == (
        ["accepted"] * 4,
        ["substituted"],
        quantity(9),
    )


def test_a_no_and_the_time_limit_at_once_are_one_effect(shop: Shop, asked: ordering.Substitution):
    results = at_once(answer(asked, accept=False), lambda: ordering.answer_by_default(now=LATE))
    by_default = results[1] == 1
    assert (results[0], changes(asked.order_id)) == (
        ("answered_already", ["substituted"]) if by_default else ("rejected", ["left_out"])
    )


def test_the_tick_runs_twice_at_once_and_acts_once(shop: Shop, asked: ordering.Substitution):
    results = at_once(*[lambda: ordering.answer_by_default(now=LATE)] * 2)
    assert (sorted(map(str, results)), changes(asked.order_id)) == (["0", "1"], ["substituted"])


def test_a_yes_while_staff_leave_it_out_takes_it_off_once(shop: Shop, asked: ordering.Substitution):
    def left_out() -> object:
        ordering.leave_out(order_id=asked.order_id, sku="milk", quantity=quantity(2), by=shop.picker, now=NOON)
        return None

    said, done = at_once(answer(asked, accept=True), left_out)
    if said == "accepted":  # one was replaced first, so there are no two left to leave out
        assert (done, set(lines(asked.order_id))) == ("not_in_order", {"milk", "oat"})
    else:
        assert (said, done, shop.state(asked.order_id)) == ("answered_already", None, "cancelled")


def test_a_yes_while_staff_propose_anew_is_one_of_both(shop: Shop, asked: ordering.Substitution):
    def anew() -> object:
        return ordering.substitute(
            order_id=asked.order_id, sku="milk", with_sku="goat", quantity=quantity(1), by=shop.picker, now=NOON
        ).state.value

    said, proposed = at_once(answer(asked, accept=True), anew)
    held = {sku: int(STOCKED - shop.available(sku)) for sku in ("oat", "goat")}
    # Answered first: oat is in, and goat is a question about what is left. Withdrawn first: only goat is asked about.
    expected = {"accepted": {"oat": 1, "goat": 1}, "answered_already": {"oat": 0, "goat": 1}}
    assert (proposed, held) == ("asked", expected[str(said)])


def test_a_yes_and_a_cancellation_at_once_leave_no_goods_behind(
    shop: Shop, lan: Customer, asked: ordering.Substitution
):
    at_once(
        answer(asked, accept=True),
        lambda: ordering.cancel(order_id=asked.order_id, by=shop.picker, now=NOON),
    )
    assert (shop.state(asked.order_id), shop.available("milk"), shop.available("oat")) == (
        "cancelled",
        STOCKED,
        STOCKED,
    )


def test_a_yes_and_the_sealing_of_the_box_at_once(shop: Shop, asked: ordering.Substitution):
    def sealed() -> object:
        ordering.mark_packed(order_id=asked.order_id, by=shop.picker, now=NOON)
        return None

    said, done = at_once(answer(asked, accept=True), sealed)
    assert (said, done) in {("accepted", None), ("accepted", "question_open")}


def test_without_the_lock_both_answers_would_take_effect(
    shop: Shop, asked: ordering.Substitution, monkeypatch: pytest.MonkeyPatch
):
    """The negative control: who only reads the question acts twice on it."""
    both_have_read = threading.Barrier(2)

    def read_only(substitution_id: UUID) -> tuple[models.Order, models.Substitution]:
        row = models.Substitution.objects.with_order().get(id=substitution_id)
        both_have_read.wait(10)
        return row.order, row

    monkeypatch.setattr(answering, "_locked", read_only)
    monkeypatch.setattr(replacing, "replace", lambda order, row, **_more: None)
    monkeypatch.setattr(replacing, "leave_out", lambda order, sku, amount, **_more: None)
    assert sorted(map(str, at_once(answer(asked, accept=True), answer(asked, accept=False)))) == [
        "accepted",
        "rejected",
    ]
