"""The cart's page beyond quantities: what may come instead, notes, the day, the minimum, what changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.ordering import models
from tests.storefront.conftest import GOODS, NOON, Market, Visitor, text_of
from tests.storefront.test_answer import offer
from tests.storefront.test_checkout import place


@pytest.fixture
def tomatoes(market: Market, visitor: Visitor) -> Visitor:
    """Four packs of tomatoes in a guest's cart; vine and plum tomatoes are like them."""
    for sku, price in {"vine": 24_000, "plum": 15_000}.items():
        offer(market, sku, price)
    visitor.put("tomato", "4")
    return visitor


def the_line() -> models.CartLine:
    return models.CartLine.objects.get()


def test_the_whole_cart_has_a_choice(tomatoes: Visitor):
    page = tomatoes.post("/en/cart/substitution", {"choice": "ask"}, follow=True)
    assert ('value="ask" checked' in page.content.decode(), models.Cart.objects.get().substitution) == (True, "ask")


def test_a_choice_with_a_script_moves_nothing(tomatoes: Visitor):
    answer = tomatoes.post("/en/cart/substitution", {"choice": "none"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("choice", ["similar", "ask", "none", ""])
def test_a_line_has_a_choice(tomatoes: Visitor, choice: str):
    tomatoes.post("/en/cart/lines/tomato/substitution", {"choice": choice})
    assert the_line().substitution == choice


def test_a_substitute_is_named_on_a_page_of_its_own(tomatoes: Visitor):
    words = text_of(tomatoes.get("/en/cart/lines/tomato/alternatives"))
    assert ("Vine tomatoes" in words, "Plum tomatoes" in words, "No new allergens." in words) == (True, True, True)
    page = tomatoes.post("/en/cart/lines/tomato/substitution", {"with_sku": "plum"}, follow=True)
    assert (the_line().substitute_sku, "The item you named" in text_of(page)) == ("plum", True)


def test_choosing_the_named_one_again_keeps_it(tomatoes: Visitor):
    tomatoes.post("/en/cart/lines/tomato/substitution", {"with_sku": "plum"})
    tomatoes.post("/en/cart/lines/tomato/substitution", {"choice": "named", "named": "plum"})
    assert the_line().substitute_sku == "plum"


def test_what_cannot_stand_in_is_refused_with_words(tomatoes: Visitor):
    page = tomatoes.post("/en/cart/lines/tomato/substitution", {"with_sku": "rice"}, follow=True)
    assert ("rice cannot stand in for tomato." in text_of(page), the_line().substitute_sku) == (True, "")


def test_nothing_similar_is_said(market: Market, visitor: Visitor):
    visitor.put("rice", "1")
    assert "There is nothing similar right now" in text_of(visitor.get("/en/cart/lines/rice/alternatives"))


def test_a_note_is_kept_and_shown(tomatoes: Visitor):
    page = tomatoes.post("/en/cart/lines/tomato/note", {"note": "ripe <ones>"}, follow=True)
    assert 'value="ripe &lt;ones&gt;"' in page.content.decode()


def test_a_note_that_is_too_long_is_refused_with_words(tomatoes: Visitor):
    page = tomatoes.post("/en/cart/lines/tomato/note", {"note": "x" * 201}, follow=True)
    assert "A note has at most 200 characters." in text_of(page)


def test_the_day_is_chosen_before_the_slot(market: Market, tomatoes: Visitor):
    page = tomatoes.post("/en/cart/day", {"day": "2026-11-22"}, follow=True).content.decode()
    assert '<option value="2026-11-22" selected>Sun 22/11</option>' in page


def test_with_a_script_the_page_is_read_anew_for_another_day(tomatoes: Visitor):
    answer = tomatoes.post("/en/cart/day", {"day": "2026-11-22"}, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_a_day_that_has_passed_is_said_until_it_is_acknowledged(tomatoes: Visitor, monkeypatch: pytest.MonkeyPatch):
    tomatoes.post("/en/cart/day", {"day": "2026-11-20"})
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))
    said = "The day you chose has passed; this is for today."
    before, after = tomatoes.get("/en/cart/"), tomatoes.post("/en/cart/seen", follow=True)
    assert (said in text_of(before), said in text_of(after)) == (True, False)


@pytest.mark.parametrize(
    ("count", "said"), [("4", "24.400\xa0₫ more to the minimum order"), ("6", "Above the minimum of 100.000\xa0₫")]
)
def test_the_minimum_is_said_with_how_far_it_is(tomatoes: Visitor, settings: Any, count: str, said: str):
    settings.MINIMUM_ORDER = 100_000
    tomatoes.put("tomato", count)
    assert said in text_of(tomatoes.get("/en/cart/"))


def test_a_limit_is_said_on_the_line(market: Market, tomatoes: Visitor):
    draft = next(goods for goods in GOODS if goods.sku == "tomato")
    changed: dict[str, Any] = {name: getattr(draft, name) for name in draft.__slots__}
    catalog.save_product(draft=catalog.ProductDraft(**{**changed, "max_per_order": Decimal(3)}), now=NOON)
    assert "At most 3 per order." in text_of(tomatoes.get("/en/cart/"))
    refused = tomatoes.put("tomato", "5")
    assert (refused.status_code, refused.content.decode()) == (422, "Tối đa 3 cho mỗi sản phẩm.")


# --- at checkout ----------------------------------------------------------------------------------------


@pytest.fixture
def short(market: Market, tomatoes: Visitor) -> Visitor:
    """Lan wants eighty packs of tomatoes, of which there are fifty, and to be asked."""
    customer = market.customer()
    market.address(customer)
    tomatoes.signed_in(customer).put("tomato", "80")
    tomatoes.post("/en/cart/substitution", {"choice": "ask"})
    return tomatoes


def test_checkout_asks_what_may_come_instead(market: Market, short: Visitor):
    page = place(short, market.open_slots()[0])
    words = text_of(page)
    facts = ("Not everything is there. What may come instead?", "30 missing", "Vine tomatoes", "Leave it out")
    assert (page.status_code, [fact for fact in facts if fact not in words]) == (409, [])


@pytest.mark.parametrize(("instead", "skus"), [("vine", {"tomato", "vine"}), ("", {"tomato"})])
def test_the_answer_makes_the_order(market: Market, short: Visitor, instead: str, skus: set[str]):
    placed = place(short, market.open_slots()[0], **{"instead-tomato": instead})
    assert (placed.status_code, {line.sku for line in models.OrderLine.objects.all()}) == (302, skus)
