"""What pages tell their script about stock that moves; the rest is in tests/browser."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grocery.inventory import public as inventory
from grocery.kernel.quantity import ZERO
from tests.storefront.conftest import NOON, Market, Visitor


def watched(page: str) -> list[str]:
    """The SKUs that a page listens to."""
    (address,) = re.findall(r'data-live="([^"]*)"', page)
    return re.findall(r"sku=([^&]*)", address.replace("&amp;", "&"))


def test_a_product_page_listens_to_its_product(market: Market, visitor: Visitor):
    assert watched(visitor.get("/en/p/shrimp/").content.decode()) == ["shrimp"]


def test_a_cart_listens_to_its_lines(market: Market, visitor: Visitor):
    visitor.post("/cart/lines/tomato", {"quantity": "2"})
    visitor.post("/cart/lines/shrimp", {"quantity": "200", "in": "g"})
    assert watched(visitor.get("/cart/").content.decode()) == ["tomato", "shrimp"]


def test_an_empty_cart_listens_to_nothing(market: Market, visitor: Visitor):
    page = visitor.get("/cart/").content.decode()
    assert ("data-live" in page, "live.js" in page) == (False, False)


def test_streams_may_have_an_address_of_their_own(market: Market, visitor: Visitor, settings: Any):
    settings.LIVE_URL = "https://live.example.vn"
    page = visitor.get("/p/shrimp/").content.decode()
    assert f'data-live="https://live.example.vn/live/stock?store={market.store.id}&amp;sku=shrimp"' in page


@pytest.mark.parametrize(("language", "words"), [("/en", "At least 20"), ("", "Còn ít nhất 20")])
def test_a_page_does_not_tell_of_more_than_twenty(market: Market, visitor: Visitor, language: str, words: str):
    page = visitor.get(f"{language}/p/shrimp/").content.decode()
    (said,) = re.findall(r'data-stock="shrimp"[^>]*>', page)
    assert words in page
    assert 'data-loaded="20"' in said


def test_a_line_can_be_asked_for_again_when_its_stock_has_moved(market: Market, visitor: Visitor):
    visitor.post("/cart/lines/tomato", {"quantity": "5"})
    lots = inventory.stock(sku="tomato", now=NOON)[0].lots
    changes = [
        inventory.StockChange(inventory.ChangeKind.COUNT, "tomato", ZERO, lot.lot_code, lot.expires_on)
        for lot in lots
    ]
    inventory.change_stock(location=market.store.id, changes=changes, now=NOON, by=None)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/en/cart/"}
    answer = visitor.get("/en/cart/lines/tomato/stock", headers=headers)
    assert "Sold out. Please take it out." in answer.content.decode()
    assert "HX-Trigger" not in answer
