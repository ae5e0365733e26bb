"""Orders as an accountant wants to find them: charged, paid, given back, closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from grocery.kernel.quantity import quantity
from grocery.ledger.models import Entry
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import RefundPart
from tests.ledger.books import balances, entries, owed
from tests.ordering.conftest import NOON
from tests.ordering.offering import offer
from tests.ordering.returning import LATER, SUPPORT, ask, decide, on_the_road, reject, unwanted
from tests.shop import Customer, Shop

#: 115.500 ₫ of milk and 15.000 ₫ of delivery, 8 % VAT in both: 9.667 ₫ of 130.500 ₫.
THREE_MILKS = {"receivable": 130_500, "revenue@8": -106_944, "delivery@8": -13_889, "vat@8": -9_667}


def paid_back(order_id: UUID) -> None:
    """What is owed in cash is handed over at the counter."""
    for part in RefundPart.objects.owed():
        payments.record_handed_back(part_id=part.id, by=SUPPORT.signed_in(), note="counter", now=LATER)


def test_a_packed_order_is_owed_and_earned_net_of_vat(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.packed_order(lan, milk=3).id
    assert entries(order) == [("charged", THREE_MILKS)]


def test_nothing_is_earned_before_it_is_packed(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.confirmed_order(lan, milk=3).id
    ordering.cancel(order_id=order, by=lan.principal, motive=ordering.CancelMotive.UNSAID, now=NOON)
    shop.tell()
    assert entries(order) == []


def test_cash_is_with_the_driver_and_the_order_is_closed(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    assert entries(order) == [("charged", THREE_MILKS), ("taken", {"drivers": 130_500, "receivable": -130_500})]
    assert owed(order) == 0


def test_each_rate_stands_for_itself_and_what_was_weighed_is_what_counts(shop: Shop, lan: Customer):
    shop.stock(milk=10, shrimp=5)
    placed = shop.confirmed_order(lan, milk=1, shrimp="0.45")
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=placed.id, weights={"shrimp": quantity("0.43")}, by=shop.picker, now=NOON)
    shop.tell()
    # 38.500 + 15.000 at 8 %, 94.170 at 5 %: the VAT of the receipt is 3.963 and 4.484
    assert entries(placed.id) == [
        (
            "charged",
            {
                "receivable": 147_670,
                "revenue@5": -89_686,
                "vat@5": -4_484,
                "revenue@8": -35_648,
                "delivery@8": -13_889,
                "vat@8": -3_963,
            },
        )
    ]


def test_discounts_stand_on_their_own_by_offer(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    tenth = offer(shop, "basket", percent=10, name="A tenth off")
    order = shop.packed_order(lan, milk=3).id
    # 11.550 ₫ off 115.500 ₫: net 10.694 ₫; VAT on what is left, 118.950 ₫, is 8.811 ₫
    assert entries(order) == [
        (
            "charged",
            THREE_MILKS | {"receivable": 118_950, "discounts@8": 10_694, "vat@8": -8_811},
        )
    ]
    (entry,) = Entry.objects.of_order(order)
    assert [line.subject for line in entry.postings.all() if line.account == "discounts"] == [str(tenth)]
    assert entry.detail == {"offers": [{"subject": str(tenth), "name_en": "A tenth off", "name_vi": "A tenth off"}]}


def test_what_is_returned_comes_off_goods_and_vat_and_is_closed_when_it_is_paid_back(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    decide(ask(order, lan.principal, milk=1), milk="waste")
    ordering.settle_returns(now=LATER)
    shop.tell()
    assert owed(order) == -38_500
    paid_back(order)
    shop.tell()
    assert entries(order)[2:] == [
        ("reduced", {"receivable": -38_500, "returns@8": 35_648, "vat@8": 2_852}),
        ("returned", {"till": -38_500, "receivable": 38_500}),
    ]
    assert owed(order) == 0


def test_all_that_comes_back_takes_back_all_that_was_earned(shop: Shop, lan: Customer):
    """In three parts, to the đồng."""
    shop.stock(milk=10, shrimp=5)
    order = shop.delivered_order(lan, milk=3, shrimp="0.45").id
    for amounts in ({"milk": 1}, {"milk": 1, "shrimp": "0.2"}, {"milk": 1, "shrimp": "0.25"}):
        fates: dict[str, Any] = dict.fromkeys(amounts, "waste")
        decide(ask(order, lan.principal, **amounts), **fates)
        ordering.settle_returns(now=LATER)
    shop.tell()
    paid_back(order)
    shop.tell()
    left = balances()
    assert (owed(order), left["revenue"] + left["returns"], left["vat"]) == (0, 0, -1_111)  # that of the fee


def test_what_is_refused_at_the_door_is_owed_until_it_can_no_longer_be_undone(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = on_the_road(shop, lan, milk=3)
    reject(order, milk=1)
    ordering.deliver(order_id=order, by=shop.picker, now=NOON)
    shop.tell()
    assert owed(order) == 38_500
    ordering.settle_returns(now=LATER)
    shop.tell()
    assert owed(order) == 0


def test_nothing_wanted_at_the_door_nothing_earned(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = on_the_road(shop, lan, milk=3)
    reject(order, milk=1)
    ordering.reject_at_door(order_id=order, unwanted=unwanted(milk=2), by=SUPPORT, now=NOON)
    ordering.settle_returns(now=LATER)
    shop.tell()
    assert (owed(order), sum(balances().values())) == (0, 0)
    assert [kind for kind, _ in entries(order)] == ["charged", "reduced"]


def test_a_fee_that_nobody_collects_is_not_owed(shop: Shop, lan: Customer):
    """Cash was never taken: the fee stays with the order, and off the books."""
    shop.stock(milk=10)
    order = on_the_road(shop, lan, milk=3)
    ordering.not_delivered(order_id=order, reason="nobody_home", by=SUPPORT, now=NOON)
    ordering.give_up_delivery(order_id=order, by=SUPPORT, now=NOON)
    shop.tell()
    assert entries(order)[1:] == [
        ("reduced", {"receivable": -130_500, "returns@8": 106_944, "delivery@8": 13_889, "vat@8": 9_667})
    ]
    assert owed(order) == 0
