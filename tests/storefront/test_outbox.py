"""The local outbox: mail that was kept instead of being sent, where that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.storefront.conftest import Market, Visitor, text_of
from tests.storefront.test_checkout import place


@pytest.fixture
def mail(market: Market, visitor: Visitor, deliver: Any) -> str:
    """The address of the mail about an order that was placed in English."""
    customer = market.customer()
    market.address(customer)
    visitor.signed_in(customer).put("tomato", "4")
    visitor.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    place(visitor, market.open_slots()[0])
    deliver()
    page = visitor.get("/en/outbox/").content.decode()
    return page.split('<h2 class="h-fold"><a href="')[1].split('"')[0]


def test_a_mail_can_be_read(visitor: Visitor, mail: str):
    words = text_of(visitor.get(mail))
    assert ("lan@example.com" in words, "Cà chua beef" in words) == (True, True)


def test_a_mail_as_it_looks_may_style_itself_and_do_nothing_else(visitor: Visitor, mail: str):
    policy = visitor.get(f"{mail}letter")["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == [
        "default-src 'none'",
        "img-src data:",
        "sandbox",
        "style-src 'unsafe-inline'",
    ]


def test_without_an_outbox_there_is_no_page(market: Market, visitor: Visitor, settings: Any):
    settings.MAIL_OUTBOX = None
    assert visitor.get("/outbox/").status_code == 404
