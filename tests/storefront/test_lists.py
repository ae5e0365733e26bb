"""Home, lists, search and the product's own page."""

from __future__ import annotations

import re

import pytest

from tests.storefront.conftest import Market, Visitor, text_of


def test_home_shows_departments_and_what_sells(market: Market, visitor: Visitor):
    words = text_of(visitor.get("/"))
    assert [
        name
        for name in ("Rau củ", "Cá &amp; hải sản", "Gạo ST25", "18.900\xa0₫", "37.800\xa0₫/kg")
        if name not in words
    ] == []


def test_home_greets_by_the_given_name(market: Market, visitor: Visitor):
    assert "Hôm nay nấu gì, Lan?" in text_of(visitor.signed_in(market.customer()).get("/"))


def test_a_department_shows_what_lies_below_it(market: Market, visitor: Visitor):
    words = text_of(visitor.get("/en/c/vegetables/"))
    assert ("Beef tomatoes" in words, "ST25" in words) == (True, False)


def test_a_freshness_promise_is_said_in_days(market: Market, visitor: Visitor):
    assert "Tươi từ 4 ngày" in text_of(visitor.get("/c/roots/"))


def test_a_filter_narrows_and_can_be_taken_off(market: Market, visitor: Visitor):
    page = visitor.get("/en/c/vegetables/?dietary=vegan&sort=price")
    assert ("Beef tomatoes" in text_of(page), 'href="?sort=price"' in page.content.decode()) == (True, True)


def test_a_filter_says_how_many_it_would_leave(market: Market, visitor: Visitor):
    """What would leave nothing cannot be ticked, unless it is ticked already."""
    page = visitor.get("/en/c/vegetables/").content.decode()
    box = r'id="(f-\w+-[-\w]+)"( disabled)?><span[^>]*>[^<]+</span><span class="count">(\d)'
    boxes = re.findall(box, page)
    assert {(box, off.strip(), count) for box, off, count in boxes} >= {
        ("f-dietary-vegan", "", "1"),
        ("f-dietary-lactose_free", "disabled", "0"),
        ("f-price--19999", "", "1"),
    }
    assert "Show 1 item" in text_of(visitor.get("/en/c/vegetables/?dietary=vegan&price=-19999"))


@pytest.mark.parametrize(
    ("query", "words", "back"),
    [
        ("allergen_free=milk", "Without milk", 'href="?"'),
        ("price=-19999&sort=price", "Below 20.000\xa0₫", 'href="?sort=price"'),
        ("on_offer=1", "On offer", 'href="?"'),
        ("dietary=vegan&brand=x", "Vegan", 'href="?brand=x"'),
    ],
)
def test_what_is_chosen_can_be_taken_back(market: Market, visitor: Visitor, query: str, words: str, back: str):
    page = visitor.get(f"/en/c/vegetables/?{query}")
    assert (f"Remove filter: {words}" in text_of(page), back in page.content.decode()) == (True, True)


def test_a_search_is_narrowed_to_a_department(market: Market, visitor: Visitor):
    words = text_of(visitor.get("/en/search/?q=a&category=vegetables"))
    assert ("Beef tomatoes" in words, "ST25" in words) == (True, False)


def test_a_filter_that_nothing_passes_offers_a_way_out(market: Market, visitor: Visitor):
    assert "Nothing matches Fewer filters show more. Clear all" in text_of(
        visitor.get("/en/c/vegetables/?dietary=halal")
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        "page=-1",
        "page=999999999",
        "page=x",
        "sort=evil",
        "dietary=x",
        "in_stock=no",
        "price=9-1",
        "price=x",
        "brand=%00",
        "category=x",
        "allergen_free=x",
    ],
)
def test_nonsense_in_the_address_is_left_out(market: Market, visitor: Visitor, nonsense: str):
    assert visitor.get(f"/c/vegetables/?{nonsense}").status_code == 200


def test_search_finds_without_marks(market: Market, visitor: Visitor):
    assert "Cà chua beef Đà Lạt" in text_of(visitor.get("/search/?q=ca+chua"))


def test_an_empty_search_says_so_and_offers_the_categories(market: Market, visitor: Visitor):
    assert "No “zzzz” Try a shorter word" in text_of(visitor.get("/en/search/?q=zzzz"))


@pytest.mark.parametrize("typed", ["%00", "'\"<script>", "%F0%9F%8D%85", "x" * 3000, "   "])
def test_whatever_is_typed_search_answers(market: Market, visitor: Visitor, typed: str):
    page = visitor.get(f"/search/?q={typed}")
    assert (page.status_code, b"<script>" in page.content) == (200, False)


def test_suggestions_carry_steppers(market: Market, visitor: Visitor):
    page = visitor.get("/search/suggest?q=ca+chua", headers={"HX-Request": "true"}).content.decode()
    assert ('action="/cart/lines/tomato"' in page, "<html" in page) == (True, False)


def test_a_product_says_price_stock_and_promise(market: Market, visitor: Visitor):
    words = text_of(visitor.get("/en/p/shrimp/"))
    facts = (
        "219.000\xa0₫ /kg",
        "At least 20\xa0kg left",
        "Fresh for at least 2 days",
        "100\xa0g",
        "Add · 21.900\xa0₫",
    )
    assert [fact for fact in facts if fact not in words] == []


def test_without_a_script_plus_and_minus_choose_how_much_to_add(market: Market, visitor: Visitor):
    words = text_of(visitor.get("/en/p/shrimp/?n=300"))
    assert ("300\xa0g" in words, "Add · 65.700\xa0₫" in words) == (True, True)


@pytest.mark.parametrize("nonsense", ["-1", "0", "150", "x", "9" * 40])
def test_an_amount_that_cannot_be_chosen_becomes_the_least(market: Market, visitor: Visitor, nonsense: str):
    assert "Add · 21.900\xa0₫" in text_of(visitor.get(f"/en/p/shrimp/?n={nonsense}"))


@pytest.mark.parametrize("path", ["/p/unknown/", "/c/unknown/", "/nowhere", "/orders/not-an-id/", "/p/a%2Fb/"])
def test_what_is_not_there_is_a_page_that_says_so(market: Market, visitor: Visitor, path: str):
    page = visitor.get("/en" + path)
    assert (page.status_code, "There is nothing here" in text_of(page)) == (404, True)
