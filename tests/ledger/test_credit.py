"""Orders that are paid with store credit, in part or whole: whatever becomes of them, they close, and what customers
may spend is what the books say we owe them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import RefundPart
from tests.ledger.books import balances, entries, owed
from tests.ordering.conftest import NOON
from tests.ordering.returning import LATER, SUPPORT, ask, decide, reject
from tests.shop import Customer, Shop

#: Three milks come to 115.500 ₫, bringing them to 15.000 ₫.
WHOLE = 130_500


def give(customer: Customer, amount: int) -> None:
    payments.grant_credit(
        customer_id=customer.id, amount=dong(amount), reason="late", by=new_id(), key=f"K{amount}", now=NOON
    )


def placed(shop: Shop, lan: Customer) -> UUID:
    shop.stock(milk=10)
    shop.put(lan.owner, milk=3)
    order_id = shop.check_out(lan, credit=ordering.UseCredit()).id
    shop.tell()
    return order_id


def packed(shop: Shop, lan: Customer) -> UUID:
    order_id = placed(shop, lan)
    ordering.start_picking(order_id=order_id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=order_id, by=shop.picker, now=NOON)
    return order_id


def on_the_road(shop: Shop, lan: Customer) -> UUID:
    order_id = packed(shop, lan)
    ordering.dispatch(order_id=order_id, by=shop.picker, now=NOON)
    return order_id


def delivered(shop: Shop, order_id: UUID) -> None:
    ordering.deliver(order_id=order_id, by=shop.picker, now=NOON)


# --- ways in which an order ends --------------------------------------------------------------------------------
def taken(shop: Shop, lan: Customer) -> UUID:
    order_id = on_the_road(shop, lan)
    delivered(shop, order_id)
    return order_id


def one_refused(shop: Shop, lan: Customer) -> UUID:
    order_id = on_the_road(shop, lan)
    reject(order_id, milk=1)
    delivered(shop, order_id)
    ordering.settle_returns(now=LATER)
    return order_id


def one_refused_and_settled_first(shop: Shop, lan: Customer) -> UUID:
    order_id = on_the_road(shop, lan)
    reject(order_id, milk=2)
    ordering.settle_returns(now=LATER)
    ordering.deliver(order_id=order_id, by=shop.picker, now=LATER)
    return order_id


def undone_at_the_door(shop: Shop, lan: Customer) -> UUID:
    order_id = on_the_road(shop, lan)
    refused = reject(order_id, milk=2)
    assert refused
    ordering.undo_decision(return_id=refused, by=SUPPORT, now=NOON)
    delivered(shop, order_id)
    return order_id


def all_refused(shop: Shop, lan: Customer) -> UUID:
    order_id = on_the_road(shop, lan)
    reject(order_id, milk=3)
    return order_id


def never_delivered(shop: Shop, lan: Customer) -> UUID:
    order_id = on_the_road(shop, lan)
    ordering.not_delivered(order_id=order_id, reason="gone", by=SUPPORT, now=NOON)
    ordering.give_up_delivery(order_id=order_id, by=SUPPORT, now=NOON)
    return order_id


def one_returned(shop: Shop, lan: Customer) -> UUID:
    order_id = taken(shop, lan)
    decide(ask(order_id, lan.principal, ordering.ReturnReason.DAMAGED, milk=1), milk="kept")
    ordering.settle_returns(now=LATER)
    for part in RefundPart.objects.owed():
        payments.record_handed_back(part_id=part.id, by=SUPPORT.signed_in(), note="counter", now=LATER)
    return order_id


def called_off(shop: Shop, lan: Customer) -> UUID:
    order_id = placed(shop, lan)
    ordering.cancel(order_id=order_id, by=lan.principal, motive=ordering.CancelMotive.UNSAID, now=NOON)
    return order_id


def one_called_off(shop: Shop, lan: Customer) -> UUID:
    order_id = placed(shop, lan)
    motive = ordering.CancelMotive.GOODS_MISSING
    ordering.cancel_lines(order_id=order_id, quantities={"milk": quantity(1)}, by=SUPPORT, motive=motive, now=NOON)
    ordering.start_picking(order_id=order_id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=order_id, by=shop.picker, now=NOON)
    ordering.dispatch(order_id=order_id, by=shop.picker, now=NOON)
    delivered(shop, order_id)
    return order_id


@pytest.mark.parametrize(
    ("ending", "kept", "credit"),
    [
        (taken, WHOLE, 500_000),
        (one_refused, WHOLE - 38_500, 1_000),
        (one_refused, WHOLE - 38_500, 100_000),
        (one_refused, WHOLE - 38_500, 500_000),
        (one_refused_and_settled_first, WHOLE - 77_000, 100_000),
        (undone_at_the_door, WHOLE, 100_000),
        (all_refused, 0, 100_000),
        (all_refused, 0, 500_000),
        (never_delivered, 0, 100_000),
        (one_returned, WHOLE - 38_500, 100_000),
        (called_off, 0, 100_000),
        (one_called_off, WHOLE - 38_500, 100_000),
    ],
)
def test_credit_is_kept_first_and_the_order_closes(
    shop: Shop, lan: Customer, ending: Callable[[Shop, Customer], UUID], kept: int, credit: int
):
    give(lan, credit)
    order_id = ending(shop, lan)
    shop.tell()
    spent = min(credit, kept)
    view = payments.payment(order_id=order_id)
    assert payments.credit_of(customer_id=lan.id) == dong(credit - spent)
    assert view.captured - view.refunded - view.refunding == dong(kept)
    assert (owed(order_id) or 0, balances().get("store_credit", 0)) == (0, -(credit - spent))


def test_it_reads_as_an_accountant_wants_it(shop: Shop, lan: Customer):
    give(lan, 100_000)
    order_id = taken(shop, lan)
    shop.tell()
    assert sorted((lines for kind, lines in entries(order_id) if kind == "taken"), key=str) == [
        {"drivers": 30_500, "receivable": -30_500},
        {"store_credit": 100_000, "receivable": -100_000},
    ]
    assert balances()["goodwill"] == 100_000


def test_a_refund_to_credit_leaves_the_driver_his_cash_and_us_a_debt(shop: Shop, lan: Customer):
    give(lan, 1_000)
    order_id = taken(shop, lan)
    payments.request_refund(
        order_id=order_id, amount=dong(20_000), key="K", reason="late", now=NOON, to=payments.RefundTo.CREDIT
    )
    shop.tell()
    assert (balances()["drivers"], balances()["store_credit"], owed(order_id)) == (129_500, -20_000, 20_000)
