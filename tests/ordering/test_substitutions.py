"""Something runs out: what the customer chose is done, or the customer is asked, and pays the lower of two prices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from grocery.inventory import public as inventory
from grocery.kernel.errors import Forbidden, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong, total
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.public import SubstitutionState
from tests.ordering.conftest import NOON
from tests.ordering.staff import worker
from tests.shop import Customer, Shop

IN_TIME = NOON + timedelta(minutes=9)
AT_THE_LIMIT = NOON + timedelta(minutes=10)


def picked(shop: Shop, customer: Customer, choice: str = "similar", **amounts: Any) -> UUID:
    """An order that is being picked, whose lines are to be treated like this when something runs out."""
    placed = shop.confirmed_order(customer, **amounts)
    models.OrderLine.objects.filter(order_id=placed.id).update(substitution=choice)
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    return placed.id


def run_out(shop: Shop, order_id: UUID, sku: str, with_sku: str, amount: str = "1", **more: Any) -> Any:
    """The picker finds so much of it missing, and proposes something else."""
    return ordering.substitute(
        order_id=order_id,
        sku=sku,
        with_sku=with_sku,
        quantity=quantity(amount),
        **{"by": shop.picker, "now": NOON, **more},
    )


def proposed(shop: Shop, order_id: UUID, sku: str, amount: str = "1") -> dict[str, int]:
    """The candidates, and what a unit of each would cost."""
    found = ordering.propose_substitutes(
        order_id=order_id, sku=sku, quantity=quantity(amount), by=shop.picker, now=NOON
    )
    return {one.sku: one.price.minor for one in found}


def lines(order_id: UUID) -> dict[str, tuple[Quantity, int]]:
    return {line.sku: (line.quantity, line.amount.minor) for line in ordering.order(order_id=order_id).lines}


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    """Milk for 38.500 ₫, and what is like it."""
    shop.allergens = ()
    shop.stock(milk=10, oat=10, goat=10)
    shop.sell("oat", price=45_000)
    shop.sell("goat", price=30_000)
    return shop


def test_candidates_cost_the_lower_of_two_prices(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=2)
    assert proposed(dairy, order_id, "milk") == {"oat": 38_500, "goat": 30_000}


@pytest.mark.parametrize(
    "lost",
    [{"allergens": ("nuts",)}, {"allergens": None}, {"dietary": ()}],
    ids=["an allergen more", "not declared", "a dietary property less"],
)
def test_nothing_that_loses_a_promise_is_proposed(dairy: Shop, lan: Customer, lost: dict[str, Any]):
    for sku, price in {"milk": 38_500, "oat": 45_000, "goat": 30_000}.items():
        promised: dict[str, Any] = {"dietary": ("vegetarian",), "allergens": ()} | (lost if sku == "oat" else {})
        dairy.allergens = promised["allergens"]
        dairy.sell(sku, price=price, dietary=promised["dietary"])
    assert proposed(dairy, picked(dairy, lan, milk=1), "milk") == {"goat": 30_000}


def test_what_is_sold_out_for_the_day_or_in_the_order_already_is_not_proposed(dairy: Shop, lan: Customer):
    dairy.stock(cream=1)
    order_id = picked(dairy, lan, milk=2, goat=1)
    assert proposed(dairy, order_id, "milk", "2") == {"oat": 38_500}


def test_similar_is_put_in_at_once(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=2)
    done = run_out(dairy, order_id, "milk", "oat")
    assert (done.state, lines(order_id)) == (
        SubstitutionState.CHOSEN,
        {"milk": (quantity(1), 38_500), "oat": (quantity(1), 38_500)},
    )


def test_a_cheaper_substitute_lowers_the_total(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=2)
    before = ordering.order(order_id=order_id).total
    run_out(dairy, order_id, "milk", "goat", "2")
    assert before - ordering.order(order_id=order_id).total == dong(17_000)


def test_the_goods_follow_the_order(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=2)
    run_out(dairy, order_id, "milk", "oat")
    assert (dairy.available("milk"), dairy.available("oat")) == (quantity(9), quantity(9))


def test_what_is_packed_and_charged_is_what_was_put_in(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=2)
    run_out(dairy, order_id, "milk", "goat", "2")
    ordering.mark_packed(order_id=order_id, by=dairy.picker, now=NOON)
    view = ordering.order(order_id=order_id)
    assert view.charged == dong(60_000) + view.fee


def test_goods_by_weight_never_cost_more_than_the_part_they_replace(shop: Shop, lan: Customer):
    shop.allergens = ()
    shop.stock(shrimp=5, avocado=5)
    order_id = picked(shop, lan, shrimp="0.45")
    before = ordering.order(order_id=order_id).subtotal
    run_out(shop, order_id, "shrimp", "avocado", "0.15")
    view = ordering.order(order_id=order_id)
    assert (total(line.amount for line in view.lines), view.subtotal <= before) == (view.subtotal, True)


def test_none_is_respected(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "none", milk=2)
    with pytest.raises(ordering.NoSubstituteWanted):
        run_out(dairy, order_id, "milk", "oat")


def test_what_was_not_proposed_is_refused_and_nothing_changes(dairy: Shop, lan: Customer):
    dairy.allergens = ("gluten",)
    dairy.sell("oat")
    order_id = picked(dairy, lan, milk=2)
    with pytest.raises(ordering.NotASubstitute):
        run_out(dairy, order_id, "milk", "oat")
    assert lines(order_id) == {"milk": (quantity(2), 77_000)}


@pytest.mark.parametrize("amount", ["3", "0", "-1"])
def test_no_more_can_be_missing_than_was_ordered(dairy: Shop, lan: Customer, amount: str):
    order_id = picked(dairy, lan, milk=2)
    with pytest.raises(ordering.NotInOrder):
        run_out(dairy, order_id, "milk", "oat", amount)


def test_only_between_confirmation_and_packing(dairy: Shop, lan: Customer):
    placed = dairy.packed_order(lan, milk=2)
    with pytest.raises(ordering.NotSubstitutable):
        run_out(dairy, placed.id, "milk", "oat")


def test_staff_of_another_store_find_nothing(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=2)
    stranger = Principal(kind="staff", id=new_id(), roles=frozenset({"picker"}), store_id=new_id())
    with pytest.raises(NotFound):
        run_out(dairy, order_id, "milk", "oat", by=stranger)
    with pytest.raises(NotFound):
        ordering.propose_substitutes(order_id=order_id, sku="milk", quantity=quantity(1), by=stranger, now=NOON)


def test_left_out_is_not_paid_for(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "none", milk=2, goat=1)
    ordering.leave_out(order_id=order_id, sku="milk", quantity=quantity(1), by=dairy.picker, now=NOON)
    assert (lines(order_id), dairy.available("milk")) == (
        {"milk": (quantity(1), 38_500), "goat": (quantity(1), 30_000)},
        quantity(9),
    )


def test_an_order_of_which_nothing_is_left_ends(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "none", milk=2)
    ordering.leave_out(order_id=order_id, sku="milk", quantity=quantity(2), by=dairy.picker, now=NOON)
    assert (dairy.state(order_id), dairy.available("milk")) == ("cancelled", quantity(10))


def test_a_substitute_can_run_out_too(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, milk=1)
    run_out(dairy, order_id, "milk", "oat")
    run_out(dairy, order_id, "oat", "goat")
    assert lines(order_id) == {"goat": (quantity(1), 30_000)}


# --- asking -----------------------------------------------------------------------------------------


def test_who_wants_to_be_asked_is_asked_for_ten_minutes(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    assert (asked.state, asked.answer_by, asked.substitute.price, asked.list_price) == (
        SubstitutionState.ASKED,
        AT_THE_LIMIT,
        dong(38_500),
        dong(45_000),
    )


def test_while_asking_both_are_kept_and_nothing_changes(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    run_out(dairy, order_id, "milk", "oat")
    assert (lines(order_id), dairy.available("milk"), dairy.available("oat")) == (
        {"milk": (quantity(2), 77_000)},
        quantity(8),
        quantity(9),
    )


def test_a_yes_puts_it_in(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    done = ordering.answer(substitution_id=asked.id, accept=True, now=IN_TIME)
    assert (done.state, done.answered_by, lines(order_id)["oat"]) == (
        SubstitutionState.ACCEPTED,
        "customer",
        (quantity(1), 38_500),
    )


def test_a_no_leaves_it_out_and_gives_the_money_back(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    before = ordering.order(order_id=order_id).total
    asked = run_out(dairy, order_id, "milk", "oat")
    ordering.answer(substitution_id=asked.id, accept=False, now=IN_TIME)
    after = ordering.order(order_id=order_id).total
    assert (before - after, dairy.available("milk"), dairy.available("oat")) == (
        dong(38_500),
        quantity(9),
        quantity(10),
    )


def test_another_candidate_may_be_taken(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    others = [one.sku for one in ordering.other_substitutes(substitution_id=asked.id, now=NOON)]
    ordering.answer(substitution_id=asked.id, accept=True, with_sku="goat", now=IN_TIME)
    assert (others, lines(order_id)["goat"], dairy.available("oat")) == (
        ["goat"],
        (quantity(1), 30_000),
        quantity(10),
    )


def test_something_else_than_a_candidate_is_refused(dairy: Shop, lan: Customer):
    asked = run_out(dairy, picked(dairy, lan, "ask", milk=2), "milk", "oat")
    with pytest.raises(ordering.NotASubstitute):
        ordering.answer(substitution_id=asked.id, accept=True, with_sku="rice", now=IN_TIME)


def test_the_same_answer_again_is_harmless_another_is_refused(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    for _twice in range(2):
        ordering.answer(substitution_id=asked.id, accept=True, now=IN_TIME)
    with pytest.raises(ordering.AnsweredAlready):
        ordering.answer(substitution_id=asked.id, accept=False, now=IN_TIME)
    assert lines(order_id) == {"milk": (quantity(1), 38_500), "oat": (quantity(1), 38_500)}


def test_from_the_limit_on_an_answer_is_too_late(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    with pytest.raises(ordering.AnswerTooLate):
        ordering.answer(substitution_id=asked.id, accept=False, now=AT_THE_LIMIT)
    assert lines(order_id) == {"milk": (quantity(2), 77_000)}


@pytest.mark.parametrize(("default", "left"), [("replace", {"milk", "oat"}), ("leave_out", {"milk"})])
def test_without_an_answer_what_was_announced_is_done_once(
    dairy: Shop, lan: Customer, settings: Any, default: str, left: set[str]
):
    settings.SUBSTITUTION_DEFAULT = default
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    early = ordering.answer_by_default(now=IN_TIME)
    done = [ordering.answer_by_default(now=AT_THE_LIMIT) for _twice in range(2)]
    state = ordering.question(substitution_id=asked.id).state
    assert (early, done, state, set(lines(order_id))) == (0, [1, 0], SubstitutionState.BY_DEFAULT, left)


def test_a_proposal_that_is_gone_by_the_limit_is_left_out(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    run_out(dairy, order_id, "milk", "oat")
    with transaction.atomic():
        inventory.release(holder=f"order:{order_id}", now=NOON)
        inventory.reserve(
            holder="order:another",
            location=dairy.store.id,
            demands=[inventory.Demand("oat", quantity(10))],
            good_on=NOON.date(),
            until=None,
            now=NOON,
        )
    ordering.answer_by_default(now=AT_THE_LIMIT)
    (row,) = ordering.substitutions(order_id=order_id)
    assert (row.state, row.replaced, lines(order_id)) == (
        SubstitutionState.BY_DEFAULT,
        False,
        {"milk": (quantity(1), 38_500)},
    )


def test_nothing_is_sealed_while_a_question_is_open(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    with pytest.raises(ordering.QuestionOpen):
        ordering.mark_packed(order_id=order_id, by=dairy.picker, now=NOON)
    ordering.answer(substitution_id=asked.id, accept=True, now=IN_TIME)
    ordering.mark_packed(order_id=order_id, by=dairy.picker, now=NOON)
    assert dairy.state(order_id) == "packed"


def test_staff_who_found_it_after_all_or_propose_anew_withdraw_the_question(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    first = run_out(dairy, order_id, "milk", "oat")
    second = run_out(dairy, order_id, "milk", "goat")
    with pytest.raises(ordering.AnsweredAlready):
        ordering.answer(substitution_id=first.id, accept=True, now=IN_TIME)
    assert ([one.id for one in ordering.open_questions(order_id=order_id)], dairy.available("oat")) == (
        [second.id],
        quantity(10),
    )


def test_cancelling_ends_the_question(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    ordering.cancel(order_id=order_id, by=dairy.picker, now=NOON)
    with pytest.raises(ordering.AnsweredAlready):
        ordering.answer(substitution_id=asked.id, accept=True, now=IN_TIME)
    assert (dairy.available("milk"), dairy.available("oat")) == (quantity(10), quantity(10))


def test_anothers_question_is_not_found(dairy: Shop, lan: Customer):
    asked = run_out(dairy, picked(dairy, lan, "ask", milk=2), "milk", "oat")
    with pytest.raises(NotFound):
        ordering.answer(substitution_id=asked.id, accept=True, customer_id=new_id(), now=IN_TIME)


def test_a_token_opens_its_question_and_no_other_does(dairy: Shop, lan: Customer):
    asked = run_out(dairy, picked(dairy, lan, "ask", milk=2), "milk", "oat")
    token = ordering.answer_token(substitution_id=asked.id)
    assert ordering.question_of_token(token=token) == asked.id
    for forged in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        asked.id.hex,
        f"{new_id().hex}:{token.split(':')[1]}",
        "",
    ):
        with pytest.raises(NotFound):
            ordering.question_of_token(token=forged)


# --- what is told -----------------------------------------------------------------------------------


def test_facts_tell_what_was_asked_and_what_came_of_it(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    ordering.answer(substitution_id=asked.id, accept=True, now=IN_TIME)
    ordering.leave_out(order_id=order_id, sku="milk", quantity=quantity(1), by=dairy.picker, now=IN_TIME)
    names = OutboxEvent.objects.filter(stream=f"order:{order_id}").in_order().values_list("name", flat=True)
    assert [name.rpartition(".")[2] for name in names][-3:] == [
        "SubstituteProposed",
        "LineSubstituted",
        "LineLeftOut",
    ]


def test_the_database_keeps_one_open_question_per_line(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    asked = run_out(dairy, order_id, "milk", "oat")
    again = models.Substitution.objects.get(id=asked.id)
    again.id = new_id()
    with pytest.raises(IntegrityError, match="one_open_question_per_line"):
        again.save(force_insert=True)


@pytest.mark.parametrize("price", [38_501, 45_001, -1])
def test_the_database_keeps_the_lower_of_two_prices(dairy: Shop, lan: Customer, price: int):
    run_out(dairy, picked(dairy, lan, "ask", milk=2), "milk", "oat")
    with pytest.raises(IntegrityError, match="substitute_at_the_lower_price"):
        models.Substitution.objects.update(with_price=price)


# --- staff answer for the customer ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("accept", "state", "left"), [(True, "accepted", {"milk", "oat"}), (False, "rejected", {"milk"})]
)
def test_staff_decide_on_the_phone_also_after_the_time_limit_and_once(
    dairy: Shop, lan: Customer, accept: bool, state: str, left: set[str]
):
    order_id = picked(dairy, lan, "ask", milk=2)
    question, by = run_out(dairy, order_id, "milk", "oat"), worker(dairy, "support")
    late = AT_THE_LIMIT + timedelta(minutes=1)
    done = ordering.decide_substitution(substitution_id=question.id, accept=accept, by=by, now=late)
    assert (done.state.value, done.answered_by, set(lines(order_id))) == (state, "staff", left)
    assert (dairy.available("oat"), dairy.available("milk")) == (quantity(10 - accept), quantity(9))
    with pytest.raises(ordering.AnsweredAlready):
        ordering.decide_substitution(substitution_id=question.id, accept=not accept, by=by, now=late)
    assert ordering.answer_by_default(now=late) == 0


def test_who_may_not_decide_for_a_customer(dairy: Shop, lan: Customer):
    order_id = picked(dairy, lan, "ask", milk=2)
    question, stranger = run_out(dairy, order_id, "milk", "oat"), worker(dairy, "support", store_id=new_id())
    for by, error in ((lan.principal, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            ordering.decide_substitution(substitution_id=question.id, accept=True, by=by, now=NOON)
    assert ordering.question(substitution_id=question.id).open
