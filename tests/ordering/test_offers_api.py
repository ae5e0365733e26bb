"""Offers, coupons and goods near their date over HTTP."""

from __future__ import annotations

import pytest

from grocery.ordering.contracts import CouponState
from tests.ordering.offering import coupon, offer
from tests.ordering.test_api import Caller, signed_in
from tests.ordering.test_near_expiry import shelve
from tests.shop import Customer, Shop


@pytest.fixture
def api(lan: Customer) -> Caller:
    return signed_in(lan)


def test_a_line_explains_what_lowers_it(shop: Shop, api: Caller):
    shop.stock(milk=10)
    made = offer(shop, "sku", percent=10, skus=("milk",), name="Milk week")
    cart = api("POST", "cart/items", {"sku": "milk", "quantity": 2}).json()
    (line,) = cart["lines"]
    assert (line["list_amount"], line["amount"], cart["subtotal"], cart["discount"], cart["total"]) == (
        77_000,
        69_300,
        77_000,
        7_700,
        69_300,
    )
    assert line["adjustments"] == [
        {"offer_id": str(made), "kind": "sku", "name": "Milk week", "quantity": 2, "amount": -7_700}
    ]


def test_a_code_is_entered_and_taken_out(shop: Shop, api: Caller):
    shop.stock(milk=10)
    coupon(shop, "TET-2027")
    api("POST", "cart/items", {"sku": "milk", "quantity": 2})
    entered = api("POST", "cart/coupons", {"code": "tet-2027"}).json()
    taken_out = api("DELETE", "cart/coupons/TET-2027").json()
    assert (entered["coupons"], entered["total"]) == ([{"code": "TET-2027", "state": "applied"}], 69_300)
    assert (taken_out["coupons"], taken_out["total"]) == ([], 77_000)


@pytest.mark.parametrize(("code", "status", "said"), [("NOTHING", 404, "coupon_unknown"), ("x" * 41, 422, "invalid")])
def test_a_code_that_is_none_is_refused(shop: Shop, api: Caller, code: str, status: int, said: str):
    shop.stock(milk=10)
    api("POST", "cart/items", {"sku": "milk", "quantity": 2})
    answer = api("POST", "cart/coupons", {"code": code})
    assert (answer.status_code, answer.json()["code"]) == (status, said)


def test_near_its_date_is_a_wish_of_the_line(shop: Shop, api: Caller):
    shelve(shop, old=1, fresh=5)
    (plain,) = api("PUT", "cart/items/milk", {"quantity": 2}).json()["lines"]
    (near,) = api("PUT", "cart/items/milk", {"quantity": 2, "near_expiry": True}).json()["lines"]
    assert (plain["amount"], plain["near_expiry"]) == (77_000, False)
    assert plain["reduced"] == [{"percent": 30, "available": 1, "expires_on": "2026-11-20"}]
    assert (near["amount"], near["near_expiry"]) == (38_500 + 26_950, True)


def test_every_state_of_a_code_is_documented():
    assert {state.value for state in CouponState} == {"applied", "no_effect", "ended"}
