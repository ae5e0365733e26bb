"""The cart: steppers with and without a script, what changed, what is short."""

from __future__ import annotations

import json

import pytest

from tests.storefront.conftest import Market, Visitor, text_of


def test_a_stepper_sends_the_number_and_hears_count_total_and_what_is_held(market: Market, visitor: Visitor):
    answer = visitor.put("tomato", "3")
    words = answer.content.decode()
    assert ('hx-swap-oob="innerHTML:[data-cart-count]">1<' in words, "56.700\xa0₫" in words) == (True, True)
    assert json.loads(answer["HX-Trigger"]) == {"cart-line": {"url": "/cart/lines/tomato", "count": "3", "why": ""}}


def test_a_stepper_on_a_list_leaves_what_changed_to_be_told_in_the_cart(market: Market, visitor: Visitor):
    visitor.put("tomato", "2")
    market.reprice("tomato", 15_000)
    visitor.put("tomato", "3")
    assert "now costs 15.000\xa0₫, it was 18.900\xa0₫." in text_of(visitor.get("/en/cart/"))


def test_a_stepper_on_a_list_says_the_total_of_the_whole_cart(market: Market, visitor: Visitor):
    visitor.put("shrimp", "300", **{"in": "g"})
    words = visitor.put("tomato", "3").content.decode()
    assert 'innerHTML:[data-cart-total]">122.400\xa0₫<' in words


def test_the_same_number_twice_is_harmless(market: Market, visitor: Visitor):
    visitor.put("tomato", "3")
    visitor.put("tomato", "3")
    assert "56.700\xa0₫" in text_of(visitor.get("/cart/"))


def test_grams_become_kilograms(market: Market, visitor: Visitor):
    visitor.put("shrimp", "300", **{"in": "g"})
    words = text_of(visitor.get("/en/cart/"))
    facts = ("About 300\xa0g · 219.000\xa0₫/kg", "Pay by weight, never above 72.270\xa0₫")
    assert [fact for fact in facts if fact not in words] == []


def test_without_a_script_a_button_adds_one_and_comes_back(market: Market, visitor: Visitor):
    answer = visitor.post(
        "/cart/lines/tomato", {"quantity": "0", "add": "1"}, headers={"Referer": "http://testserver/c/roots/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/c/roots/")
    assert 'data-qty="1"' in visitor.get("/c/roots/").content.decode()


def test_without_a_script_the_last_one_less_takes_the_line_out(market: Market, visitor: Visitor):
    visitor.put("tomato", "1")
    visitor.post("/cart/lines/tomato", {"quantity": "1", "add": "-1"})
    assert "Your cart is empty" in text_of(visitor.get("/en/cart/"))


def test_a_line_can_be_taken_out_at_once(market: Market, visitor: Visitor):
    visitor.put("tomato", "9")
    visitor.post("/cart/lines/tomato", {"quantity": "9", "remove": "1"})
    assert "Your cart is empty" in text_of(visitor.get("/en/cart/"))


def test_it_comes_back_to_pages_of_ours_only(market: Market, visitor: Visitor):
    answer = visitor.post("/cart/lines/tomato", {"add": "1"}, headers={"Referer": "https://evil.example/"})
    assert answer["Location"] == "/cart/"


@pytest.mark.parametrize("nonsense", ["", "-1", "two", "0.5", "1e9", "99999999999999999999"])
def test_a_number_that_cannot_be_is_refused_in_words(market: Market, visitor: Visitor, nonsense: str):
    visitor.put("tomato", "2")
    answer = visitor.put("tomato", nonsense)
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert "37.800\xa0₫" in text_of(visitor.get("/cart/"))


def test_an_unknown_product_is_refused_in_words(market: Market, visitor: Visitor):
    answer = visitor.put("unknown", "1")
    assert (answer.status_code, answer.content.decode()) == (422, "Cửa hàng không bán: unknown.")


def test_without_a_script_a_refusal_is_said_on_the_page_that_comes_back(market: Market, visitor: Visitor):
    page = visitor.post("/en/cart/lines/unknown", {"add": "1"}, follow=True)
    assert "Not sold here: unknown." in text_of(page)


def test_fewer_on_the_shelf_than_chosen_is_said_on_the_line(market: Market, visitor: Visitor):
    visitor.put("tomato", "80")
    assert "Only 50 left, you chose 80." in text_of(visitor.get("/en/cart/"))


def test_a_price_that_fell_is_said_until_it_is_acknowledged(market: Market, visitor: Visitor):
    visitor.put("tomato", "2")
    market.reprice("tomato", 15_000)
    visitor.get("/")
    for _twice in range(2):
        words = text_of(visitor.get("/en/cart/"))
        assert "3.900\xa0₫ cheaper than when you added it" in words
        assert "Beef tomatoes, Đà Lạt now costs 15.000\xa0₫, it was 18.900\xa0₫." in words
    after = visitor.post("/en/cart/seen", follow=True)
    assert "cheaper" not in text_of(after)


def test_sums_name_the_vat_that_they_contain(market: Market, visitor: Visitor):
    visitor.put("rice", "1")
    assert "Includes VAT 5% 9.000\xa0₫" in text_of(visitor.get("/en/cart/"))


def test_a_guests_cart_is_nobody_elses(market: Market, visitor: Visitor):
    visitor.put("tomato", "1")
    assert "Your cart is empty" in text_of(Visitor().get("/en/cart/"))


def test_adding_on_the_product_page_turns_the_button_into_a_stepper(market: Market, visitor: Visitor):
    page = visitor.put("shrimp", "200", page="product", **{"in": "g"}).content.decode()
    assert ('id="buy-desk" hx-swap-oob="true"' in page, 'data-qty="200"' in page) == (True, True)


def test_a_change_without_the_forms_token_is_refused(market: Market):
    answer = Visitor(enforce_csrf_checks=True).post("/en/cart/lines/tomato", {"add": "1"})
    assert (answer.status_code, "Cookies must be allowed" in text_of(answer)) == (403, True)
