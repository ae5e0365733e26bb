"""How many SQL statements a page costs. Stores and the tree of categories are cached; the rest is asked each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.storefront.conftest import GOODS, Market, Visitor, open_market

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "home": "/",
    "list": "/c/vegetables/",
    "near expiry": "/near-expiry/",
    "search": "/search/?q=tom",
    "suggestions": "/search/suggest?q=ca",
    "product": "/p/tomato/",
    "cart": "/cart/",
}


@pytest.fixture
def committed() -> Iterator[Market]:
    """The shop, committed: inside a transaction nothing is cached."""
    yield open_market()
    cache.clear()


def statements(visitor: Visitor, path: str) -> int:
    """Of the second visit, when what can be cached is."""
    visitor.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert visitor.get(path).status_code == 200
    return len(seen)


def counted(visitor: Visitor, pages: dict[str, str]) -> dict[str, int]:
    return {name: statements(visitor, path) for name, path in pages.items()}


def test_what_a_page_costs_a_guest(committed: Market):
    assert counted(Visitor(), PAGES) == {
        "home": 2,
        "list": 1,
        "near expiry": 1,
        "search": 1,
        "suggestions": 1,
        "product": 2,
        "cart": 0,
    }


def test_what_a_page_costs_someone_with_a_cart(committed: Market):
    """Four more: the cart with its lines, its offers, their prices, the slot; on the cart's page also the shelf."""
    visitor = Visitor()
    visitor.put("tomato", "1")
    assert counted(visitor, PAGES) == {
        "home": 6,
        "list": 5,
        "near expiry": 5,
        "search": 5,
        "suggestions": 5,
        "product": 6,
        "cart": 5,
    }


def test_what_the_pages_of_a_customer_cost(committed: Market):
    customer = committed.customer()
    committed.address(customer)
    visitor = Visitor().signed_in(customer)
    visitor.put("tomato", "1")
    visitor.post("/checkout/slot", {"slot": committed.open_slots()[0]})
    pages = {"home": "/", "checkout": "/checkout/", "orders": "/orders/"}
    assert counted(visitor, pages) == {"home": 7, "checkout": 18, "orders": 7}


def test_a_long_cart_costs_no_more_than_a_short_one(committed: Market):
    short, long = Visitor(), Visitor()
    short.put("tomato", "1")
    for draft in GOODS:
        long.put(draft.sku, "1")
    assert statements(short, "/cart/") == statements(long, "/cart/")


def test_what_pressing_plus_costs(committed: Market):
    visitor = Visitor()
    visitor.put("tomato", "1")
    with CaptureQueriesContext(connection) as seen:
        visitor.put("tomato", "2")
    assert [query["sql"].split()[0] for query in seen.captured_queries] == [
        "WITH",  # the cart
        *["SELECT"] * 2,  # its lines, the slot
        "WITH",  # what all of it costs, and the categories above it
        "WITH",  # what is there of this one
        "WITH",  # the line, and the cart's next version if it is as it was read
    ]
