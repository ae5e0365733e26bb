"""The scale shows less than 90 or more than 110 %: the customer is asked, and nothing is sealed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from grocery.accounts import public as accounts
from grocery.accounts.public import Role
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.contracts.picking import ItemState, NewCrate
from grocery.ordering.services import weight_answers
from tests.ordering.conftest import NOON
from tests.ordering.staff import at_work, text, worker
from tests.ordering.test_api import Caller, signed_in, staff
from tests.ordering.test_races import at_once
from tests.ordering.walks import Walker, walker
from tests.shop import Customer, Shop

LATE = NOON + timedelta(minutes=10)
#: 450 g of shrimp at 219.000 ₫ a kilogram, and the most it may cost.
AGREED, MOST = dong(98_550), dong(108_405)


@pytest.fixture
def walk(shop: Shop, lan: Customer) -> Walker:
    """About 450 g of shrimp and a milk, which is in the crate already."""
    shop.stock(shrimp=5, milk=5)
    walk = walker(shop, shop.confirmed_order(lan, shrimp="0.45", milk=1).id)
    walk.take(walk.item("milk").order_id, "milk", 1)
    return walk


def put(walk: Walker, weight: str, *, ask: bool = True) -> ordering.WeightQuestion | None:
    """So much shrimp goes onto the scale and into the crate; the question that this raises."""
    order_id = walk.item("milk").order_id
    handful = ordering.Handful(
        id=new_id(), order_id=order_id, sku="shrimp", quantity=quantity(weight), by_hand="no label", ask=ask
    )
    ordering.pick(handful=handful, by=walk.by, now=NOON)
    return next((one for one in ordering.weight_questions(order_id=order_id) if one.open), None)


def asked(walk: Walker, weight: str) -> ordering.WeightQuestion:
    question = put(walk, weight)
    assert question is not None
    return question


def answered(question: ordering.WeightQuestion, *, accept: bool) -> ordering.WeightQuestion:
    return ordering.answer_weight(question_id=question.id, accept=accept, now=NOON)


def seal(walk: Walker) -> ordering.OrderView:
    order_id = walk.item("milk").order_id
    ordering.seal(order_id=order_id, crates=[NewCrate("C1")], by=walk.by, now=NOON)
    return ordering.order(order_id=order_id)


# --- asking -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("weight", "amount"), [("0.3", dong(65_700)), ("0.62", MOST)])
def test_the_customer_is_asked_what_it_would_cost(walk: Walker, weight: str, amount: object):
    question = asked(walk, weight)
    assert (question.agreed, question.amount, question.answer_by) == (AGREED, amount, LATE)


@pytest.mark.parametrize("weight", ["0.405", "0.495"])
def test_nobody_is_asked_about_what_may_be_packed(walk: Walker, weight: str):
    assert put(walk, weight) is None


def test_who_does_not_want_to_ask_weighs_again(walk: Walker):
    with pytest.raises(ordering.WeightOutOfTolerance):
        put(walk, "0.3", ask=False)


def test_more_than_twice_as_much_is_a_slip_of_the_finger(walk: Walker):
    with pytest.raises(ordering.WeightOutOfTolerance):
        put(walk, "0.901")


def test_while_the_customer_is_asked_nothing_is_sealed_and_the_walk_goes_on(walk: Walker):
    asked(walk, "0.3")
    assert (walk.item("shrimp").state, ordering.walk(wave_id=walk.wave).next()) == (ItemState.ASKED, None)
    with pytest.raises(DomainError) as refused:
        seal(walk)
    assert refused.value.code == "question_open"


def test_undoing_the_pick_withdraws_the_question(walk: Walker):
    question = asked(walk, "0.3")
    ordering.undo_pick(wave_id=walk.wave, by=walk.by, now=NOON)
    assert ordering.weight_question(question_id=question.id).state is ordering.WeightState.WITHDRAWN


def test_cancelling_the_order_withdraws_the_question(walk: Walker):
    question = asked(walk, "0.3")
    ordering.cancel(order_id=question.order_id, by=walk.shop.picker, now=NOON)
    assert ordering.weight_question(question_id=question.id).state is ordering.WeightState.WITHDRAWN


# --- answers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("weight", "amount"), [("0.3", dong(65_700)), ("0.62", MOST)])
def test_a_yes_takes_it_as_weighed_and_charges_no_more_than_was_promised(walk: Walker, weight: str, amount: object):
    answered(asked(walk, weight), accept=True)
    line = next(line for line in seal(walk).lines if line.sku == "shrimp")
    assert (line.packed, line.packed_amount) == (quantity(weight), amount)


def test_what_was_weighed_leaves_the_shelf(walk: Walker):
    answered(asked(walk, "0.62"), accept=True)
    seal(walk)
    assert walk.shop.available("shrimp") == quantity("4.38")


def test_a_no_to_less_leaves_it_out_once_it_is_out_of_the_crate(walk: Walker):
    answered(asked(walk, "0.3"), accept=False)
    assert walk.item("shrimp").state is ItemState.TAKE_OUT
    with pytest.raises(DomainError) as refused:
        seal(walk)
    assert refused.value.code == "lines_open"
    ordering.take_out(order_id=walk.item("milk").order_id, sku="shrimp", by=walk.by, now=NOON)
    assert ([line.sku for line in seal(walk).lines], walk.shop.available("shrimp")) == (["milk"], quantity(5))


def test_a_no_to_more_has_another_portion_weighed(walk: Walker):
    answered(asked(walk, "0.62"), accept=False)
    assert walk.item("shrimp").state is ItemState.TAKE_OUT
    ordering.take_out(order_id=walk.item("milk").order_id, sku="shrimp", by=walk.by, now=NOON)
    assert walk.item("shrimp").state is ItemState.OPEN
    put(walk, "0.46")
    assert seal(walk).charged == dong(100_740 + 38_500 + 15_000)


@pytest.mark.parametrize("weight", ["0.3", "0.62"])
def test_without_an_answer_it_is_taken_as_weighed(walk: Walker, weight: str):
    question = asked(walk, weight)
    assert (ordering.weigh_by_default(now=NOON), ordering.weigh_by_default(now=LATE)) == (0, 1)
    assert ordering.weight_question(question_id=question.id).state is ordering.WeightState.BY_DEFAULT
    assert walk.item("shrimp").state is ItemState.DONE


def test_an_answer_that_comes_too_late_is_refused(walk: Walker):
    question = asked(walk, "0.3")
    with pytest.raises(ordering.AnswerTooLate):
        ordering.answer_weight(question_id=question.id, accept=False, now=LATE)


def test_the_same_answer_again_is_harmless_and_another_is_refused(walk: Walker):
    question = asked(walk, "0.3")
    said = [answered(question, accept=True).state for _ in range(2)]
    with pytest.raises(ordering.AnsweredAlready):
        answered(question, accept=False)
    assert said == [ordering.WeightState.ACCEPTED] * 2


def test_another_customers_question_is_not_there(walk: Walker):
    question = asked(walk, "0.3")
    with pytest.raises(NotFound):
        ordering.answer_weight(question_id=question.id, accept=True, customer_id=new_id(), now=NOON)


def test_a_yes_is_to_that_weight_only(walk: Walker):
    answered(asked(walk, "0.3"), accept=True)
    ordering.undo_pick(wave_id=walk.wave, by=walk.by, now=NOON)
    with pytest.raises(ordering.WeightOutOfTolerance):
        put(walk, "0.2", ask=False)


def test_the_database_lets_nothing_be_packed_above_the_tolerance_that_was_not_agreed(walk: Walker):
    question = asked(walk, "0.62")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.OrderLine.objects.filter(order_id=question.order_id, sku="shrimp").update(packed=question.weighed)


# --- at the desk ------------------------------------------------------------------------------------------
def test_an_order_that_is_packed_without_a_walk_can_be_asked_about_too(shop: Shop, lan: Customer):
    shop.stock(shrimp=5)
    placed = shop.confirmed_order(lan, shrimp="0.45")
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    weights = {"shrimp": quantity("0.6")}
    (question,) = ordering.ask_about_weights(order_id=placed.id, weights=weights, by=shop.picker, now=NOON)
    answered(question, accept=True)
    ordering.mark_packed(order_id=placed.id, weights=weights, by=shop.picker, now=NOON)
    assert ordering.order(order_id=placed.id).charged == MOST + dong(15_000)


def test_the_desk_asks_where_it_must_and_packs_what_was_agreed(shop: Shop, lan: Customer):
    shop.stock(shrimp=5, avocado=5)
    order_id = shop.confirmed_order(lan, shrimp="0.45", avocado="0.5").id
    ordering.start_picking(order_id=order_id, by=shop.picker, now=NOON)
    page, desk = f"/en/admin/ordering/order/{order_id}/step/pack/", at_work(shop.store.id, Role.MANAGER)

    def sends(shrimp: str, **more: str) -> str:
        return text(desk.post(page, {"shrimp": shrimp, "avocado": "0.51", **more}, follow=True))

    assert ("ask the customer" in text(desk.get(page)), shop.state(order_id)) == (True, "picking")
    refused = sends("0.6")
    assert ("errorlist" in refused, 'value="0.6"' in refused, 'value="0.51"' in refused) == (True, True, True)
    assert ordering.weight_questions(order_id=order_id) == ()
    sends("0.91", _ask="on")  # a slip of the finger
    assert ordering.weight_questions(order_id=order_id) == ()
    assert "The customer is asked." in sends("0.6", _ask="on")
    sends("0.6", _ask="on")
    (question,) = ordering.weight_questions(order_id=order_id)
    assert (question.sku, question.weighed, shop.state(order_id)) == ("shrimp", quantity("0.6"), "picking")
    answered(question, accept=True)
    assert 'value="0.6"' in text(desk.get(page))
    assert "The order is packed." in sends("0.6", _ask="on")
    assert ordering.order(order_id=order_id).charged == MOST + dong(40_290) + dong(15_000)


def test_staff_decide_on_the_phone_and_are_remembered(walk: Walker):
    question, by = asked(walk, "0.3"), worker(walk.shop, "support")
    ordering.decide_weight(question_id=question.id, accept=False, note="phone", by=by, now=LATE)
    row = models.WeightQuestion.objects.get(id=question.id)
    assert (row.state, row.answered_by, row.answered_by_id, row.note) == ("refused", "staff", by.id, "phone")


@pytest.mark.parametrize(
    ("by", "note", "error"),
    [
        (Principal(kind="customer", id=new_id()), "x", Forbidden),
        (Principal(kind="staff", id=new_id(), roles=frozenset({"support"}), store_id=new_id()), "x", NotFound),
        (Principal(kind="staff", id=new_id(), roles=frozenset({"support"})), " ", Invalid),
    ],
    ids=["a customer", "another store's", "without a word"],
)
def test_who_may_not_decide(walk: Walker, by: Principal, note: str, error: type[Exception]):
    question = asked(walk, "0.3")
    with pytest.raises(error):
        ordering.decide_weight(question_id=question.id, accept=True, note=note, by=by, now=NOON)


@pytest.mark.parametrize(("language", "said"), [("en", "the scale shows"), ("vi", "cân được")])
def test_the_page_of_questions_lists_and_settles_them(walk: Walker, language: str, said: str):
    question = asked(walk, "0.3")
    client = at_work(walk.shop.store.id, Role.SUPPORT, language=language)
    prefix = "/en" if language == "en" else ""
    tasks = f"{prefix}/admin/ordering/order/tasks/"
    assert said in text(client.get(f"{tasks}questions/"))
    client.post(f"{tasks}questions/weight/{question.id}/", {"answer": "yes", "note": "phone"})
    assert ordering.weight_question(question_id=question.id).state is ordering.WeightState.ACCEPTED


def test_the_walk_asks_by_a_tick_and_says_what_to_take_out(walk: Walker):
    order_id = walk.item("milk").order_id
    client = at_work(walk.shop.store.id, Role.PICKER)
    wave = models.Wave.objects.get(id=walk.wave)
    wave.hand_to(UUID(str(client.session["_auth_user_id"])))
    pick = "/en/admin/ordering/order/tasks/pick/"
    sent = {"key": str(new_id()), "by_hand": "no label", "quantity": "300", "ask": "on"}
    client.post(f"{pick}{order_id}/shrimp/put/", sent)
    (question,) = ordering.weight_questions(order_id=order_id)
    answered(question, accept=False)
    assert "Take 300\xa0g out of the crate" in text(client.get(pick))
    client.post(f"{pick}{order_id}/shrimp/take-out/")
    assert [item.sku for item in walk.items()] == ["milk"]


# --- at the same moment -----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_an_answer_and_the_time_limit_at_once_are_one(walk: Walker):
    question = asked(walk, "0.3")
    said, done = at_once(
        lambda: answered(question, accept=False).state.value, lambda: ordering.weigh_by_default(now=LATE)
    )
    state = ordering.weight_question(question_id=question.id).state.value
    assert (said, done, state) in {("refused", 0, "refused"), ("answered_already", 1, "by_default")}


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_the_sealing_at_once_never_pack_what_was_refused(walk: Walker):
    question = asked(walk, "0.3")
    said, sealed = at_once(lambda: answered(question, accept=True).state.value, lambda: _sealed(walk))
    packed = models.OrderLine.objects.get(order_id=question.order_id, sku="shrimp").packed
    assert (said, sealed, packed) in {("accepted", "sealed", quantity("0.3")), ("accepted", "question_open", None)}


@pytest.mark.django_db(transaction=True)
def test_the_default_waits_for_the_lock_and_finds_the_answer(walk: Walker, monkeypatch: pytest.MonkeyPatch):
    """The negative control of the lock: the tick has seen the question open and is held up before it locks."""
    question = asked(walk, "0.3")
    seen, go = threading.Event(), threading.Event()
    locked: Callable[..., object] = weight_answers._locked

    def held_up(question_id: UUID) -> object:
        if threading.current_thread().name == "tick":
            seen.set()
            go.wait(10)
        return locked(question_id)

    monkeypatch.setattr(weight_answers, "_locked", held_up)
    results: list[object] = []
    tick = threading.Thread(target=lambda: results.append(_tick()), name="tick")
    tick.start()
    seen.wait(10)
    answered(question, accept=False)
    go.set()
    tick.join(10)
    assert (results, ordering.weight_question(question_id=question.id).state.value) == ([0], "refused")


def _tick() -> int:
    from django.db import connection

    try:
        return ordering.weigh_by_default(now=LATE)
    finally:
        connection.close()


def _sealed(walk: Walker) -> object:
    seal(walk)
    return "sealed"


# --- over HTTP --------------------------------------------------------------------------------------------
def test_a_customer_reads_and_answers_over_http(walk: Walker, lan: Customer):
    question, api = asked(walk, "0.3"), signed_in(lan)
    answer = f"orders/{question.order_id}/lines/shrimp/weight"
    (seen,) = api("GET", f"orders/{question.order_id}/weights").json()["weights"]
    assert [seen[name] for name in ("sku", "ordered", "weighed", "agreed", "amount", "state")] == [
        *("shrimp", 0.45, 0.3, 98_550, 65_700, "asked")
    ]
    said = [api("POST", answer, {"accept": accept}) for accept in (True, True, False)]
    assert [one.status_code for one in said] == [200, 200, 409]
    (now,) = said[1].json()["weights"]
    assert (now["state"], now["answered_by"], said[2].json()["code"]) == ("accepted", "customer", "answered_already")


def test_nothing_asked_and_an_answer_too_late_are_conflicts(
    walk: Walker, lan: Customer, monkeypatch: pytest.MonkeyPatch
):
    order_id, api = walk.item("milk").order_id, signed_in(lan)
    codes = [api("POST", f"orders/{order_id}/lines/shrimp/weight", {"accept": True}).json()["code"]]
    asked(walk, "0.3")
    monkeypatch.setattr(clock, "now", lambda: LATE)
    api = Caller(accounts.issue_tokens(customer_id=accounts.CustomerId(lan.id), now=LATE).access_token)
    codes.append(api("POST", f"orders/{order_id}/lines/shrimp/weight", {"accept": True}).json()["code"])
    assert codes == ["nothing_asked", "answer_too_late"]


def test_weights_are_read_by_who_the_order_concerns_and_answered_by_its_customer(walk: Walker):
    question = asked(walk, "0.3")
    ours, theirs = (staff(Role.SUPPORT, store_id=store) for store in (walk.shop.store.id, new_id()))
    people = (ours, theirs, signed_in(walk.shop.customer("minh")), Caller())
    weights, line = f"orders/{question.order_id}/weights", f"orders/{question.order_id}/lines/shrimp/weight"
    assert [api("GET", weights).status_code for api in people] == [200, 404, 404, 401]
    assert [api("POST", line, {"accept": True}).status_code for api in people] == [404, 404, 404, 401]
    assert ordering.weight_question(question_id=question.id).open
