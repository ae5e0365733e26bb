"""Store credit on the pages: offered at checkout, seen on the order, with its movements on a page of its own."""

from __future__ import annotations

import pytest

from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from tests.storefront.conftest import Market, Visitor, hidden, text_of


@pytest.fixture
def lan(market: Market, visitor: Visitor) -> Visitor:
    """A customer with two kilos of tomatoes in the cart (75.600 ₫, 90.600 ₫ with delivery) and 50.000 ₫ of credit."""
    customer = market.customer()
    market.address(customer)
    payments.grant_credit(
        customer_id=customer.id, amount=dong(50_000), reason="late", by=new_id(), key="K", now=clock.now()
    )
    visitor.signed_in(customer).put("tomato", "4")
    return visitor


def order(market: Market, lan: Visitor, **ticked: str) -> str:
    """Order in the first slot, to be paid in cash, as the page stands; where it leads."""
    slot = market.open_slots()[0]
    lan.post("/en/checkout/slot", {"slot": slot, "tender": "cash_on_delivery"} | ticked)
    page = lan.get("/en/checkout/")
    form = {name: hidden(page, name) for name in ("idempotency_key", "expected_total", "credit_shown")}
    answer = lan.post("/en/checkout/", form | {"slot": slot, "tender": "cash_on_delivery", "note": ""} | ticked)
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def test_it_is_offered_with_what_it_leaves_to_pay(market: Market, lan: Visitor):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    words = text_of(lan.get("/en/checkout/"))
    assert "Use 50.000\xa0₫ of store credit" in words
    assert "of store credit Then" in words
    assert "is left to pay as you choose below." in words


def test_it_is_used_where_it_is_ticked_and_the_order_says_so(market: Market, lan: Visitor):
    words = text_of(lan.get(order(market, lan, use_credit="1")))
    assert "Paid with store credit −50.000\xa0₫" in words
    assert "Left for you to pay 40.600\xa0₫" in words
    words = text_of(lan.get("/en/credit/"))
    assert "You can spend 0\xa0₫" in words
    assert "Paid for an order -50.000\xa0₫" in words.replace("−", "-")
    assert "A gift from us +50.000\xa0₫" in words


def test_without_the_tick_it_stays(market: Market, lan: Visitor):
    assert "Paid with store credit" not in text_of(lan.get(order(market, lan)))
    assert "You can spend 50.000\xa0₫" in text_of(lan.get("/en/credit/"))


def test_a_guest_signs_in_first(visitor: Visitor):
    assert "/sign-in/" in visitor.get("/en/credit/")["Location"]
