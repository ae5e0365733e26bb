"""Checkout: where to, when, how to pay; what goes wrong is said in place and costs nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from grocery.kernel import clock
from grocery.ordering import public as ordering
from tests.storefront.conftest import (
    BEN_THANH,
    HA_NOI_WARD,
    HO_CHI_MINH_CITY,
    NOON,
    Market,
    Visitor,
    hidden,
    text_of,
)

HERE = {
    "recipient": "Nguyễn Thị Lan",
    "phone": "0903 123 456",
    "province_code": HO_CHI_MINH_CITY,
    "ward_code": BEN_THANH,
    "street": "18/3 Lê Anh Xuân",
    "note": "",
}


@pytest.fixture
def lan(market: Market, visitor: Visitor) -> Visitor:
    """A customer who lives in Bến Thành, with two kilos of tomatoes in the cart."""
    customer = market.customer()
    market.address(customer)
    visitor.signed_in(customer).put("tomato", "4")
    return visitor


def place(lan: Visitor, slot: str, **changed: str):
    """Press the button on the page as it stands."""
    page = lan.get("/en/checkout/")
    form = {
        "idempotency_key": hidden(page, "idempotency_key"),
        "expected_total": hidden(page, "expected_total"),
        "slot": slot,
        "tender": "cash_on_delivery",
        "note": "",
    }
    return lan.post("/en/checkout/", form | changed)


def test_the_whole_way_without_a_script(market: Market, lan: Visitor):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0], "tender": "cash_on_delivery"})
    answer = place(lan, market.open_slots()[0])
    words = text_of(lan.get(answer["Location"]))
    assert answer.status_code == 302
    assert [
        fact for fact in ("Today 20/11 16–18h", "90.600\xa0₫", "To be paid when you get it") if fact not in words
    ] == []


def test_a_held_slot_is_shown_with_its_end_and_its_fee(market: Market, lan: Visitor):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    page = lan.get("/en/checkout/")
    facts = ("Today 16–18h is held for you", "Delivery · Today 16–18h 15.000\xa0₫", "Total 90.600\xa0₫")
    assert [fact for fact in facts if fact not in text_of(page)] == []
    assert 'data-until="2026-11-20T12:15:00+07:00"' in page.content.decode()


def test_choosing_a_slot_with_a_script_answers_the_grid_and_the_sums(market: Market, lan: Visitor):
    answer = lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]}, headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert [part in body for part in ('id="slots"', 'id="sums" hx-swap-oob="true"', "<html")] == [True, True, False]


def test_a_slot_without_a_place_left_is_said_and_the_old_one_stays(market: Market, lan: Visitor):
    mine, full = market.open_slots()[:2]
    lan.post("/en/checkout/slot", {"slot": mine})
    for n in range(2):
        other = market.customer(f"other{n}@example.com")
        market.address(other)
        buyer = Visitor().signed_in(other)
        buyer.put("rice", "1")
        buyer.post("/checkout/slot", {"slot": full})
    answer = lan.post("/en/checkout/slot", {"slot": full})
    assert answer.status_code == 409
    assert "This time slot is full." in text_of(answer)
    assert "Today 16–18h is held for you" in text_of(answer)


def test_a_hold_that_has_ended_keeps_cart_and_form(market: Market, lan: Visitor, monkeypatch: pytest.MonkeyPatch):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=16))
    words = text_of(lan.get("/en/checkout/"))
    assert ("is held for you" in words, "Subtotal, 1 item 75.600\xa0₫" in words) == (False, True)


def test_ordering_into_a_slot_that_was_not_held_shows_the_total_first(market: Market, lan: Visitor):
    answer = place(lan, market.open_slots()[0])
    assert answer.status_code == 409
    assert "The total is now 90.600\xa0₫, not 75.600\xa0₫." in text_of(answer)


def test_a_price_that_changed_meanwhile_is_shown_before_anything_is_ordered(market: Market, lan: Visitor):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    page = lan.get("/en/checkout/")
    market.reprice("tomato", 20_000)
    form = {name: hidden(page, name) for name in ("idempotency_key", "expected_total")}
    answer = lan.post("/en/checkout/", form | {"slot": market.open_slots()[0], "tender": "card"})
    assert "The total is now 95.000\xa0₫, not 90.600\xa0₫." in text_of(answer)


def test_the_same_button_pressed_twice_is_one_order(market: Market, lan: Visitor):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    page = lan.get("/en/checkout/")
    form = {name: hidden(page, name) for name in ("idempotency_key", "expected_total")}
    form |= {"slot": market.open_slots()[0], "tender": "cash_on_delivery"}
    first, second = lan.post("/en/checkout/", form), lan.post("/en/checkout/", form)
    assert first["Location"] == second["Location"]
    assert text_of(lan.get("/en/orders/")).count("Order G-") == 1


def test_a_card_is_asked_for_after_the_order_is_placed(market: Market, lan: Visitor):
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    answer = place(lan, market.open_slots()[0], tender="card")
    assert answer["Location"].startswith("/en/pay/")


def test_only_ways_to_pay_that_are_offered_can_be_chosen(market: Market, lan: Visitor, settings: Any):
    settings.PAYMENT_METHODS = ("momo", "cash_on_delivery")
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0], "tender": "card"})
    page = lan.get("/en/checkout/").content.decode()
    assert re.findall(r'name="tender" value="(\w+)"( checked)?', page) == [
        ("momo", " checked"),
        ("cash_on_delivery", ""),
    ]


def test_no_slot_is_said_in_place(market: Market, lan: Visitor):
    answer = place(lan, "")
    assert (answer.status_code, 'id="problem"' in answer.content.decode()) == (404, True)


def test_a_first_address_is_asked_for_and_kept(market: Market, visitor: Visitor):
    visitor.signed_in(market.customer()).put("tomato", "4")
    assert "First say where to." in text_of(visitor.get("/en/checkout/"))
    assert visitor.post("/en/checkout/address", HERE)["Location"] == "/en/checkout/"
    assert "18/3 Lê Anh Xuân, Phường Bến Thành" in text_of(visitor.get("/en/checkout/"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("phone", "12", "phone"), ("ward_code", HA_NOI_WARD, "valid choice"), ("street", "", "required")],
)
def test_a_wrong_address_is_said_beside_its_field_and_the_rest_stays(
    market: Market, lan: Visitor, field: str, value: str, said: str
):
    page = lan.post("/en/checkout/address", HERE | {"note": "Gọi trước"} | {field: value})
    body = page.content.decode()
    own = body[body.index(f'for="id_{field}"') :].split('<div class="field', 1)[0]
    assert (page.status_code, said in own.lower(), 'value="Gọi trước"' in body) == (422, True, True)


def test_a_ward_that_is_not_served_is_said_with_what_else_there_is(market: Market, visitor: Visitor):
    customer = market.customer()
    market.address(customer, ward_code=HA_NOI_WARD)
    visitor.signed_in(customer).put("tomato", "4")
    assert "We do not deliver to" in text_of(visitor.get("/en/checkout/"))


def test_wards_follow_the_province(market: Market, visitor: Visitor):
    options = visitor.get(f"/addresses/wards?province_code={HO_CHI_MINH_CITY}").content.decode()
    assert (f'value="{BEN_THANH}"' in options, f'value="{HA_NOI_WARD}"' in options) == (True, False)


def test_without_a_script_the_wards_come_with_the_page(market: Market, lan: Visitor):
    page = lan.post("/en/checkout/address", {"province_code": "01", "recipient": "Mai", "province_only": "1"})
    body = page.content.decode()
    assert (f'value="{HA_NOI_WARD}"' in body, 'value="Mai"' in body) == (True, True)


def test_another_customers_address_cannot_be_chosen(market: Market, lan: Visitor):
    other = market.customer("other@example.com")
    answer = lan.post("/en/checkout/plan", {"address": str(market.address(other).id)})
    assert answer.status_code == 404


def test_an_empty_cart_leads_back_to_the_cart(market: Market, visitor: Visitor):
    assert visitor.signed_in(market.customer()).get("/en/checkout/")["Location"] == "/en/cart/"


def test_what_is_sold_out_meanwhile_is_said_and_nothing_is_ordered(market: Market, lan: Visitor):
    lan.put("tomato", "80")
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    answer = place(lan, market.open_slots()[0])
    assert answer.status_code in {409, 422}
    assert ordering.orders().total == 0


HOA_SEN = {
    "for_company": "1",
    "tax_code": " 0301 482 886 ",
    "company": "Công ty TNHH Hoa Sen",
    "address": "12 Nguyễn Huệ, Phường Sài Gòn",
    "email": "ketoan@hoasen.vn",
}


def test_a_wrong_tax_code_is_said_beside_its_field_and_counts_only_while_a_company_is_wanted(
    market: Market, lan: Visitor
):
    slot, wrong = market.open_slots()[0], HOA_SEN | {"tax_code": "0301482887"}
    lan.post("/en/checkout/slot", {"slot": slot})
    refused = place(lan, slot, **wrong)
    assert (refused.status_code, "This is no tax code" in text_of(refused)) == (422, True)
    assert 'value="0301482887"' in refused.text
    del wrong["for_company"]
    order = place(lan, slot, **wrong)["Location"]
    assert "0301482887" not in lan.get(f"{order}invoice").text


def test_a_company_is_asked_for_at_checkout_and_known_at_the_next(market: Market, lan: Visitor):
    """What was typed stays while a slot is chosen."""
    slot = market.open_slots()[0]
    lan.post("/en/checkout/slot", {"slot": slot, **HOA_SEN})
    assert 'value="Công ty TNHH Hoa Sen"' in lan.get("/en/checkout/").text
    order = place(lan, slot, **HOA_SEN)["Location"]
    assert "0301482886" in lan.get(f"{order}invoice").text
    lan.put("tomato", "4")
    page = lan.get("/en/checkout/").text
    assert 'value="0301482886"' in page
    assert 'name="for_company" value="1">' in page, "not ticked by itself"
