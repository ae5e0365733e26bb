"""Ordering with store credit."""

from __future__ import annotations

from uuid import uuid4

import pytest

from grocery.kernel.money import dong
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from tests.ledger.test_credit import give
from tests.ordering.test_api import checkout_body, signed_in
from tests.shop import Customer, Shop

#: Three milks come to 115.500 ₫, bringing them to 15.000 ₫.
WHOLE = dong(130_500)


def filled(shop: Shop, lan: Customer, credit: int) -> None:
    give(lan, credit)
    shop.stock(milk=10)
    shop.put(lan.owner, milk=3)


def left(lan: Customer) -> int:
    return payments.credit_of(customer_id=lan.id).minor


def test_credit_is_used_where_it_is_wanted(shop: Shop, lan: Customer):
    filled(shop, lan, 50_000)
    shop.check_out(lan)
    assert left(lan) == 50_000
    shop.put(lan.owner, milk=3)
    order = shop.check_out(lan, credit=ordering.UseCredit())
    assert (left(lan), payments.payment(order_id=order.id).credit) == (0, dong(50_000))


def test_an_order_that_credit_pays_waits_for_no_payment_and_is_confirmed(shop: Shop, lan: Customer):
    filled(shop, lan, 500_000)
    order = shop.check_out(lan, method="card", credit=ordering.UseCredit())
    shop.tell()
    assert (order.pay_by, shop.state(order.id), left(lan)) == (None, "confirmed", 369_500)
    with pytest.raises(ordering.NothingToPay):
        ordering.pay(order_id=order.id, customer_id=lan.id, now=shop.now)


def test_no_more_is_used_than_was_shown(shop: Shop, lan: Customer):
    filled(shop, lan, 500_000)
    shop.check_out(lan, credit=ordering.UseCredit(dong(50_000)))
    assert left(lan) == 450_000


def test_less_than_was_shown_is_told_and_nothing_is_ordered(shop: Shop, lan: Customer):
    filled(shop, lan, 49_999)
    with pytest.raises(payments.NotEnoughCredit):
        shop.check_out(lan, credit=ordering.UseCredit(dong(50_000)))
    assert (left(lan), ordering.orders(customer_id=lan.id).total) == (49_999, 0)


def test_over_http_it_is_used_and_seen(shop: Shop, lan: Customer):
    filled(shop, lan, 50_000)
    api = signed_in(lan)
    body = checkout_body(shop, lan, method="card") | {"use_credit": True, "expected_credit": 50_000}
    order = api("POST", "checkout", body, Idempotency_Key=str(uuid4())).json()
    paid = api("GET", f"payments/{order['id']}").json()
    credit = api("GET", "me/credit").json()
    assert (paid["credit"], paid["to_pay"]) == (50_000, WHOLE.minor - 50_000)
    assert [(entry["kind"], entry["amount"], entry["balance"]) for entry in credit["entries"]] == [
        ("spent", -50_000, 0),
        ("granted", 50_000, 50_000),
    ]
    assert (credit["balance"], credit["entries"][0]["order_number"], credit["next"]) == (0, order["number"], None)
