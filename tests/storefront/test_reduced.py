"""What costs less, on the shelf of what is near its date, in the cart and on a product's own page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from grocery.catalog.contracts import OfferSeen
from grocery.catalog.services.hear import see_offer
from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from grocery.kernel.ids import new_id
from tests.storefront.conftest import NOON, Market, Visitor, text_of

NEAR, OLD = "13.230\xa0₫", "3 best before 21/11 at −30%"


@pytest.fixture
def near(market: Market) -> Market:
    """Three tomatoes that are good until tomorrow and cost 30 % less, besides those that keep."""
    market.receive("tomato", amount="3", expires_in=1)
    lots = [lot.id for lot in Lot.objects.filter(stock_item__sku="tomato").order_by("expires_on")[:1]]
    assert inventory.mark_down(location=market.store.id, lots=lots, percent=30, now=NOON, by=new_id()) == 1
    return market


def switch(visitor: Visitor) -> str:
    """What the switch on the cart's line says, and what it would send."""
    page = visitor.get("/en/cart/").content.decode()
    if 'name="near"' not in page:
        return "none"
    return "take them" if 'name="near" value="1"' in page else "fresh ones"


@pytest.mark.parametrize("shelf", ["near-expiry", ""])
def test_what_is_taken_from_the_shelf_comes_at_its_price_and_the_switch_turns_it(
    near: Market, visitor: Visitor, shelf: str
):
    visitor.put("tomato", "1", **{"from": shelf} if shelf else {})
    seen = [(switch(visitor), NEAR in text_of(visitor.get("/en/cart/")))]
    for turned in ("0", "1"):
        visitor.post("/cart/lines/tomato", {"near": turned})
        seen.append((switch(visitor), NEAR in text_of(visitor.get("/en/cart/"))))
    fresh, reduced = ("take them", False), ("fresh ones", True)
    assert seen == [reduced if shelf else fresh, fresh, reduced]


def test_the_switch_says_how_many_there_are_and_takes_no_more(near: Market, visitor: Visitor):
    visitor.put("tomato", "5")
    words = text_of(visitor.get("/en/cart/"))
    assert OLD in words
    visitor.post("/cart/lines/tomato", {"near": "1"})
    assert "77.490\xa0₫" in text_of(visitor.get("/en/cart/"))  # three at 13.230, two at 18.900


def test_where_nothing_is_marked_down_there_is_no_switch_and_the_shelf_is_one_like_any_other(
    market: Market, visitor: Visitor
):
    visitor.put("rice", "1", **{"from": "near-expiry"})
    assert switch(visitor) == "none"


def test_a_products_head_says_what_it_costs_now_and_what_it_did(market: Market, visitor: Visitor):
    def said() -> tuple[bool, bool, bool]:
        page = visitor.get("/en/p/tomato/")
        html, words = page.content.decode(), text_of(page)
        described = html.split('name="description" content="')[1].split('"')[0]
        return "17.010\xa0₫" in described, 'class="was"' in html, "was 18.900\xa0₫ −10%" in words

    assert said() == (False, False, False)
    now = datetime.now(UTC)
    see_offer(
        OfferSeen(
            offer_id=uuid4(),
            store_id=None,
            skus=("tomato",),
            percent=10,
            price=None,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
    )
    assert said() == (True, True, True)
