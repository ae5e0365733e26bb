"""The payment page: the provider's script on this page alone; what goes wrong costs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.db import transaction

from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from tests.payments import purse
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


@pytest.fixture
def changed(lan: Visitor, sandbox: Sandbox, deliver: Callable[[], int]) -> Visitor:
    """She has paid, and then asked for more than that."""
    order_id = UUID(lan.placed.rstrip("/").rpartition("/")[2])
    lan.get(lan.placed)
    sandbox.pay(sandbox.intents()[0]["id"])
    lan.get(lan.placed)
    deliver()
    with transaction.atomic():
        payments.raise_to(
            order_id=order_id,
            amount=dong(120_600),
            reference=new_id(),
            now=clock.now(),
            until=clock.now() + timedelta(minutes=15),
        )
    return lan


def test_a_change_is_paid_on_the_same_page(changed: Visitor, sandbox: Sandbox):
    page = changed.get(changed.placed)
    intent = sandbox.intents()[0]
    assert (f'data-secret="{intent["client_secret"]}"' in page.content.decode(), intent["amount"]) == (True, 30_000)
    words = text_of(page)
    assert ("Your change is kept for you" in words, "Pay 30.000\xa0₫" in words) == (True, True)


def test_the_order_says_that_its_change_waits_until_that_is_paid(changed: Visitor, sandbox: Sandbox):
    order = changed.placed.replace("/pay/", "/orders/")
    words = text_of(changed.get(order))
    assert ("Your change waits for its payment" in words, "Pay 30.000\xa0₫" in words) == (True, True)
    changed.get(changed.placed)
    sandbox.pay(sandbox.intents()[0]["id"])
    assert changed.get(changed.placed).status_code == 302
    assert "Your change waits" not in text_of(changed.get(order))


def test_the_order_says_where_money_is_that_goes_back(changed: Visitor, sandbox: Sandbox, deliver: Callable[[], int]):
    changed.get(changed.placed)
    sandbox.pay(sandbox.intents()[0]["id"])
    changed.get(changed.placed)
    order_id = UUID(changed.placed.rstrip("/").rpartition("/")[2])
    with transaction.atomic():
        payments.request_capture(order_id=order_id, amount=dong(120_600), now=clock.now())
    deliver()
    with transaction.atomic():
        payments.request_refund(order_id=order_id, amount=dong(25_000), key="K", reason="missing", now=clock.now())
    words = re.sub(r"\s+", " ", text_of(changed.get(changed.placed.replace("/pay/", "/orders/"))))
    usual = "Usually there within 5 to 10 working days."
    assert f"of it 90.600 ₫ of it 30.000 ₫ Refund on its way to your card {usual} 25.000 ₫" in words


@pytest.fixture
def by_transfer(settings: Any) -> None:
    settings.PAYMENT_METHODS = ("card", "bank_transfer", "cash_on_delivery")
    settings.BANK_BIN, settings.BANK_ACCOUNT = "970436", "0123456789"
    settings.BANK_ACCOUNT_HOLDER = "CONG TY GROCERY"


@pytest.mark.usefixtures("by_transfer")
@pytest.mark.parametrize(("language", "bank"), [("en", "Bank"), ("vi", "Ngân hàng")])
def test_a_transfer_is_told_as_text_and_as_a_code(language: str, bank: str):
    market = open_market()
    customer = market.customer()
    market.address(customer)
    lan = Visitor().signed_in(customer)
    lan.put("tomato", "4")
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    placed = str(place(lan, market.open_slots()[0], tender="bank_transfer")["Location"])
    order_id = UUID(urlsplit(placed).path.strip("/").split("/")[2])
    page = lan.get(f"{'/en' if language == 'en' else ''}/pay/{order_id}/").content.decode()
    step = payments.begin_authorisation(order_id=order_id, now=clock.now()).step
    assert isinstance(step, payments.TransferTo)
    for said in (f"<dt>{bank}</dt><dd>Vietcombank</dd>", "0123456789", "CONG TY GROCERY", step.memo, "<path d="):
        assert said in page


# --- by wallet ------------------------------------------------------------------------------------------------------
@pytest.fixture
def mai(sandbox: Sandbox) -> Visitor:
    """A customer who has placed an order, to be paid by MoMo."""
    market = open_market()
    customer = market.customer()
    market.address(customer)
    mai = Visitor().signed_in(customer)
    mai.put("tomato", "4")
    mai.post("/en/checkout/slot", {"slot": market.open_slots()[0], "tender": "momo"})
    mai.placed = str(place(mai, market.open_slots()[0], tender="momo")["Location"])
    return mai


def test_a_wallet_is_paid_on_its_own_page_or_with_a_phone(mai: Visitor, sandbox: Sandbox):
    page = mai.get(mai.placed)
    [made] = sandbox.momo.payments()
    body = page.content.decode()
    assert f'/pay?t={made["token"]}">' in body
    assert ('aria-label="QR code"' in body, "Pay 90.600\xa0₫ with MoMo" in text_of(page)) == (True, True)
    assert made["redirectUrl"] == f"http://testserver{mai.placed}back"


@pytest.fixture
def cards_elsewhere(settings: Any) -> None:
    """Cards go to a provider that has pages of its own."""
    settings.PAYMENT_GATEWAYS = {**settings.PAYMENT_GATEWAYS, "purse": "tests.payments.purse.the_one"}
    settings.PAYMENT_PROVIDERS = {**settings.PAYMENT_PROVIDERS, "card": "purse"}
    purse.empty()


def test_cards_may_be_paid_on_another_provider_s_own_page(cards_elsewhere: None, lan: Visitor):
    body = lan.get(lan.placed).content.decode()
    assert ('href="https://purse.example/' in body, "data-secret" in body, "wallet at once" in body) == (
        True,
        False,
        False,
    )


def test_whoever_comes_back_from_the_wallet_is_led_to_the_order(mai: Visitor, sandbox: Sandbox):
    mai.get(mai.placed)
    [made] = sandbox.momo.payments()
    assert mai.get(f"{mai.placed}state").status_code == 204
    back = urlsplit(sandbox.momo.play(made["orderId"])["redirect"])
    answer = mai.get(f"{back.path}?{back.query}")
    assert answer["Location"] == mai.placed.replace("/pay/", "/orders/")
    assert "Held in your MoMo wallet, charged once packed" in text_of(mai.get(answer["Location"]))
    assert mai.get(f"{mai.placed}state")["HX-Redirect"] == answer["Location"]


def test_an_address_that_says_paid_is_not_believed(mai: Visitor):
    mai.get(mai.placed)
    answer = mai.get(f"{mai.placed}back?resultCode=0&signature=forged")
    assert "Your payment is still missing" in text_of(mai.get(answer["Location"]))


def test_a_refusal_in_the_wallet_is_said_beside_a_new_link(mai: Visitor, sandbox: Sandbox):
    mai.get(mai.placed)
    first = sandbox.momo.payments()[0]
    sandbox.momo.play(first["orderId"], "refuse")
    assert mai.get(f"{mai.placed}back")["Location"] == mai.placed
    page = mai.get(mai.placed)
    assert "You did not confirm the payment in MoMo." in text_of(page)
    assert sandbox.momo.payments()[1]["token"] in page.content.decode()


def test_nobody_else_comes_back_to_an_order(mai: Visitor, sandbox: Sandbox):
    mai.get(mai.placed)
    mai.post("/sign-out/")
    assert [mai.get(f"{mai.placed}{where}").status_code for where in ("back", "state")] == [302, 302]


def test_a_slow_provider_is_waited_for_by_the_page_not_by_the_server(lan: Visitor, sandbox: Sandbox, settings: Any):
    settings.PAYMENT_WAIT_SECONDS = 0.05
    sandbox.fault("create", "latency", seconds=0.5)
    page = lan.get(lan.placed)
    assert (page["Refresh"], "We are opening the payment…" in text_of(page)) == ("2", True)
    settings.PAYMENT_WAIT_SECONDS = 5
    while "Refresh" in (page := lan.get(lan.placed)):
        pass
    [intent] = sandbox.intents()
    assert f'data-secret="{intent["client_secret"]}"' in page.content.decode()
    settings.PAYMENT_WAIT_SECONDS = None


def test_who_cannot_pay_by_card_pays_another_way_without_ordering_again(
    lan: Visitor, sandbox: Sandbox, settings: Any
):
    settings.PAYMENT_METHODS = ("card", "bank_transfer", "cash_on_delivery")
    settings.BANK_BIN, settings.BANK_ACCOUNT, settings.BANK_ACCOUNT_HOLDER = "970436", "0123456789", "CTY GROCERY"
    otherwise = lan.placed.replace("/pay/", "/orders/") + "tender"
    assert f'href="{otherwise}"' in lan.get(lan.placed).content.decode()
    assert "Chosen so far: Card." in text_of(lan.get(otherwise))
    assert lan.post(otherwise, {"tender": "bank_transfer"})["Location"] == lan.placed
    assert "Transfer note" in text_of(lan.get(lan.placed))
    order_page = lan.placed.replace("/pay/", "/orders/")
    assert "You are changing to: Bank transfer" in text_of(lan.get(order_page))
    assert lan.post(otherwise, {"tender": "cash_on_delivery"})["Location"] == order_page
    shown = text_of(lan.get(order_page))
    assert ("To be paid when you get it" in shown, "Card › Cash" in shown) == (True, True)
