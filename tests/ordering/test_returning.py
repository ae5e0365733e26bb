"""After delivery: a customer asks, staff decide, goods and money go back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.errors import DomainError, Invalid, NotFound
from grocery.kernel.money import Money, dong, total
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import public as ordering
from grocery.ordering.policies import returns as rules
from grocery.ordering.public import ReturnReason
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.ordering.returning import LATER, SUPPORT, ask, decide, facts, receive, states, unwanted
from tests.shop import Customer, Shop


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Three milks and two eggs, delivered and paid in cash."""
    shop.stock(milk=10, eggs=10)
    return shop.delivered_order(lan, milk=3, eggs=2).id


def refunds(order_id: UUID) -> list[tuple[int, str]]:
    return [(one.amount.minor, one.state.value) for one in payments.payment(order_id=order_id).refunds]


# --- money adds up --------------------------------------------------------------------------------------------------
amounts = st.integers(1, 40_000).map(lambda thousandths: quantity(thousandths) / 1000)


@given(st.integers(0, 2_000_000), amounts, st.lists(st.integers(1, 20_000), max_size=6), st.data())
def test_all_parts_of_a_line_are_what_was_charged(charged: int, packed: Any, cuts: list[int], data: Any):
    """However it is given back, with slips undone in between: nothing below zero, never over, all of it exact."""
    standing: list[tuple[Quantity, Any]] = []
    for cut in [*cuts, 100_000]:
        if standing and data.draw(st.booleans()):
            standing.pop(data.draw(st.integers(0, len(standing) - 1)))
        back = Quantity(sum((part for part, _ in standing), quantity(0)))
        more = Quantity(min(quantity(cut) / 1000, packed - back))
        before = rules.GivenBack(back, total(money for _, money in standing), back)
        share = rules.share_of(dong(charged), packed=Quantity(packed), before=before, more=more)
        assert dong(0) <= share
        standing.append((more, share))
        assert total(money for _, money in standing) <= dong(charged)
    assert total(money for _, money in standing) == dong(charged)


def test_a_line_with_an_offer_gives_back_what_was_paid_for_it():
    shares: list[Money] = []
    for n in range(3):
        before = rules.GivenBack(quantity(n), total(shares), quantity(n))
        shares.append(rules.share_of(dong(100_000), packed=quantity(3), before=before, more=quantity(1)))
    assert [share.minor for share in shares] == [33_333, 33_334, 33_333]


# --- asking ---------------------------------------------------------------------------------------------------------
def test_a_customer_asks_and_staff_see_it(shop: Shop, lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=1)
    queues = ordering.return_queues(store_id=shop.store.id)
    assert ([one.id for one in queues.requested], queues.waiting, states(order)) == ([found], 1, [("requested", 0)])


def test_one_request_is_decided_before_the_next(lan: Customer, order: UUID):
    ask(order, lan.principal, milk=1)
    with pytest.raises(ordering.ReturnOpen):
        ask(order, lan.principal, eggs=1)


def test_the_same_request_again_is_the_same(lan: Customer, order: UUID):
    asked = [
        ordering.ask_return(order_id=order, unwanted=unwanted(milk=1), by=lan.principal, now=NOON, key="k")
        for _ in range(2)
    ]
    assert (asked[0] == asked[1], len(states(order))) == (True, 1)


def test_a_withdrawn_request_leaves_all_to_be_returned(lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=3)
    ordering.withdraw_return(return_id=found, by=lan.principal, now=NOON)
    left = {one.sku: one.left for one in ordering.returnable(order_id=order, by=lan.principal, now=NOON)}
    assert (left, states(order)) == ({"milk": quantity(3), "eggs": quantity(2)}, [("withdrawn", 0)])


def test_nobody_else_asks_withdraws_or_looks(shop: Shop, lan: Customer, order: UUID):
    minh = shop.customer("minh").principal
    found = ask(order, lan.principal, milk=1)
    for attempt in (
        lambda: ask(order, minh, eggs=1),
        lambda: ordering.withdraw_return(return_id=found, by=minh, now=NOON),
        lambda: ordering.returnable(order_id=order, by=minh, now=NOON),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_it_ends_after_a_week_for_a_customer_and_not_for_staff(lan: Customer, order: UUID):
    late = NOON + timedelta(days=7, seconds=1)
    with pytest.raises(ordering.ReturnTooLate):
        ordering.ask_return(order_id=order, unwanted=unwanted(milk=1), by=lan.principal, now=late)
    assert {one.left for one in ordering.returnable(order_id=order, by=lan.principal, now=late)} == {0}
    ordering.ask_return(order_id=order, unwanted=unwanted(milk=1), by=SUPPORT, now=late)


# --- deciding -------------------------------------------------------------------------------------------------------
def test_what_is_accepted_goes_back_after_the_time_to_undo(shop: Shop, lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=1, eggs=1)
    decide(found, milk="kept", eggs=None)
    assert (ordering.settle_returns(now=NOON), refunds(order)) == (0, [])
    ordering.settle_returns(now=LATER)
    shop.tell()
    assert (states(order), refunds(order)) == ([("settled", 38_500)], [(38_500, "owed")])
    assert facts(order, "ReturnRequested", "ReturnDecided", "OrderReturned") == [
        "ReturnRequested",
        "ReturnDecided",
        "OrderReturned",
    ]


def test_nothing_accepted_is_told_at_once(lan: Customer, order: UUID):
    decide(ask(order, lan.principal, milk=1), milk=None)
    assert (states(order), facts(order, "ReturnDecided", "OrderReturned")) == ([("refused", 0)], ["ReturnDecided"])


def test_who_refuses_says_why_and_decides_each_line(lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=1, eggs=1)
    unsaid = ordering.LineDecision("eggs", accepted=False)
    for decisions in ([unsaid], [unsaid, ordering.LineDecision("milk", accepted=True)]):
        with pytest.raises(Invalid):
            ordering.decide_return(return_id=found, decisions=decisions, by=SUPPORT, now=NOON)


def test_goods_go_back_on_the_shelf_of_their_lot_or_away(shop: Shop, lan: Customer, order: UUID):
    decide(ask(order, lan.principal, milk=2, eggs=1), milk="shelf", eggs="waste")
    assert (shop.available("milk"), shop.available("eggs")) == (quantity(9), quantity(8))


def test_what_is_damaged_is_not_sold_again(lan: Customer, order: UUID):
    found = ask(order, lan.principal, ReturnReason.DAMAGED, milk=1)
    with pytest.raises(ordering.NotFitForShelf):
        decide(found, milk="shelf")


@pytest.mark.parametrize(
    ("before", "now", "fit"), [(None, None, True), (2, 2, False), (0, 0, False), (None, 2, False), (2, None, False)]
)
def test_what_is_or_was_sold_as_fresh_is_not_sold_again(
    shop: Shop, lan: Customer, before: int | None, now: int | None, fit: bool
):
    shop.stock(bread=5)
    shop.sell("bread", fresh_days=before)
    order = shop.delivered_order(lan, bread=2).id
    shop.sell("bread", fresh_days=now)
    found = ask(order, lan.principal, bread=1)
    assert ordering.return_work(return_id=found, store_id=None).shelf == (
        frozenset({"bread"}) if fit else frozenset()
    )
    if not fit:
        with pytest.raises(ordering.NotFitForShelf):
            decide(found, bread="shelf")
        decide(found, bread="waste")
    assert shop.available("bread") == quantity(3)


def test_what_was_taken_off_sale_is_not_put_back_on_the_shelf(shop: Shop, lan: Customer, order: UUID):
    shop.withdraw("milk")
    with pytest.raises(ordering.NotFitForShelf):
        decide(ask(order, lan.principal, milk=1), milk="shelf")


def test_parts_of_what_was_weighed_get_their_share_and_the_last_one_the_rest(shop: Shop, lan: Customer):
    shop.stock(shrimp=5)
    order = shop.delivered_order(lan, shrimp="0.5").id  # 109.500 ₫
    for grams in ("0.167", "0.001", "0.332"):
        decide(ask(order, lan.principal, shrimp=grams), shrimp="waste")
        ordering.settle_returns(now=LATER)
    assert states(order) == [("settled", 36_573), ("settled", 219), ("settled", 72_708)]
    assert (sum(amount for amount, _ in refunds(order)), shop.available("shrimp")) == (109_500, quantity("4.5"))
    with pytest.raises(ordering.MoreThanDelivered):
        ask(order, lan.principal, shrimp="0.001")


def test_what_was_not_in_the_box_comes_back_to_no_shelf(shop: Shop, lan: Customer, order: UUID):
    decide(ask(order, lan.principal, ReturnReason.MISSING, milk=1), milk="coming")
    assert ordering.return_queues(store_id=shop.store.id).coming == ()


def test_a_decision_is_undone_with_its_goods_and_its_money(shop: Shop, lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=2)
    decide(found, milk="shelf")
    ordering.undo_decision(return_id=found, by=SUPPORT, now=NOON)
    before = (states(order), shop.available("milk"), ordering.order(order_id=order).given_back)
    assert before == ([("requested", 0)], quantity(7), dong(0))
    decide(found, milk="waste")
    ordering.settle_returns(now=LATER)
    assert refunds(order) == [(77_000, "owed")]
    with pytest.raises(ordering.ReturnIs):
        ordering.undo_decision(return_id=found, by=SUPPORT, now=LATER)


def test_all_of_it_in_parts_is_all_but_the_fee(lan: Customer, order: UUID):
    parts: tuple[dict[str, Any], ...] = ({"milk": 1}, {"milk": 2, "eggs": 1}, {"eggs": 1})
    for part in parts:
        fates: dict[str, Any] = dict.fromkeys(part, "coming")
        decide(ask(order, lan.principal, **part), **fates)
        ordering.settle_returns(now=LATER)
    with pytest.raises(ordering.MoreThanDelivered):
        ask(order, lan.principal, milk=1)
    assert payments.payment(order_id=order).refunding == dong(187_500)
    receive(ordering.returns_of(order_id=order)[0].id, milk="waste")


# --- at once --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    found, barrier = ask(order, lan.principal, milk=2), Barrier(4)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            if number < 3:
                return decide(found, milk="shelf" if number % 2 else "kept")
            return ordering.withdraw_return(return_id=found, by=lan.principal, now=NOON)
        except DomainError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(one, range(4)))
    assert (outcomes.count(None), outcomes.count(ordering.ReturnIs)) == (1, 3)
    with ThreadPoolExecutor(4) as pool:
        settled = list(pool.map(lambda _: _settled(), range(4)))
    owed = sum(amount for amount, _ in refunds(order))
    assert (sum(settled), owed) == ((1, 77_000) if states(order)[0][0] == "settled" else (0, 0))


def _settled() -> int:
    try:
        return ordering.settle_returns(now=LATER)
    finally:
        connection.close()
