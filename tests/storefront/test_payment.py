"""The payment page: the provider's script on this page alone; what goes wrong costs nothing."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox
from tests.storefront.conftest import Visitor, open_market, text_of
from tests.storefront.test_checkout import place

__all__ = ["sandbox", "sandbox_process"]

#: Real transactions, because providers are not asked inside one.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lan(sandbox: Sandbox) -> Visitor:
    """A customer who has placed an order by card."""
    market = open_market()
    customer = market.customer()
    market.address(customer)
    lan = Visitor().signed_in(customer)
    lan.put("tomato", "4")
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    lan.placed = str(place(lan, market.open_slots()[0], tender="card")["Location"])
    return lan


def sources(response: Any) -> dict[str, list[str]]:
    """The Content-Security-Policy, by directive."""
    parts = [directive.split() for directive in response["Content-Security-Policy"].split(";")]
    return {name: origins for name, *origins in parts}


def test_the_page_hands_the_secret_to_the_provider_s_own_script(lan: Visitor, sandbox: Sandbox):
    page = lan.get(lan.placed).content.decode()
    [intent] = sandbox.intents()
    assert (f'data-secret="{intent["client_secret"]}"' in page, f'src="{sandbox.js_url}"' in page) == (True, True)


def test_only_this_page_may_load_from_the_provider(lan: Visitor, sandbox: Sandbox):
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(sandbox.js_url))
    assert origin in sources(lan.get(lan.placed))["script-src"]
    assert origin not in lan.get("/en/")["Content-Security-Policy"]


def test_a_declined_card_is_said_when_the_page_is_opened_again(lan: Visitor, sandbox: Sandbox):
    lan.get(lan.placed)
    sandbox.pay(sandbox.intents()[0]["id"], "pm_card_visa_chargeDeclined")
    lan.get(lan.placed)
    words = text_of(lan.get(lan.placed))
    assert "The card was declined. Nothing was charged. Try again, or use another card." in re.sub(r" +", " ", words)


def test_a_provider_that_does_not_answer_is_said_and_can_be_asked_again(lan: Visitor, sandbox: Sandbox):
    sandbox.fault("create", "cut", times=9)
    answer = lan.get(lan.placed)
    sandbox.clear_faults()
    assert (answer.status_code, "Try again" in text_of(answer)) == (503, True)
    assert lan.get(lan.placed).status_code == 200


def test_the_order_says_that_its_payment_is_missing(lan: Visitor):
    words = text_of(lan.get(lan.placed.replace("/pay/", "/orders/")))
    assert ("Your payment is still missing" in words, "Pay 90.600\xa0₫" in words) == (True, True)
