"""The stand-in for Stripe.js, in a browser, on a shop's page with a strict Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.shop import CHROMIUM, chromium
from tests.sandbox.running import Sandbox
from tests.sandbox.server import Response, Routes, View, serve
from tests.sandbox.test_stripe_rules import begin, stripe_at

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

PAY = """<!doctype html><html lang="$language"><title>Pay</title>
<div id="card"></div><button id="pay">Pay</button><p id="message" role="alert"></p>
<script src="$sandbox/js/stripe.js"></script><script src="/pay.js"></script></html>"""
SCRIPT = """
const stripe = Stripe("pk_test_sandbox");
const elements = stripe.elements({ clientSecret: "$secret", appearance: {}, locale: document.documentElement.lang });
elements.create("payment").mount("#card");
document.querySelector("#pay").onclick = async () => {
  const confirmParams = { return_url: location.origin + "/paid" };
  const { error } = await stripe.confirmPayment({ elements, confirmParams });
  if (error) document.querySelector("#message").textContent = error.message;
};
"""


@pytest.fixture
def secret(sandbox: Sandbox) -> str:
    return str(begin(stripe_at(sandbox)).client_secret)


def document(kind: str, text: str, policy: str) -> View:
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Security-Policy": policy}
    return lambda request: Response(200, text.encode(), headers)


@contextmanager
def shop(sandbox: Sandbox, secret: str, language: str) -> Iterator[str]:
    """A shop with a payment page, on this machine as the sandbox is: Chromium keeps others from looking in here."""
    here = sandbox.url
    policy = f"default-src 'self'; script-src 'self' {here}; frame-src {here}; connect-src {here}"
    routes = Routes()
    page = PAY.replace("$sandbox", here).replace("$language", language)
    routes.add("GET", "/pay", document("text/html", page, policy))
    routes.add("GET", "/pay.js", document("text/javascript", SCRIPT.replace("$secret", secret), policy))
    routes.add("GET", "/paid", document("text/html", "<!doctype html><title>Paid</title>", policy))
    server = serve(0, routes)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox, secret: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The shop's payment page, open."""
    with shop(sandbox, secret, getattr(request, "param", "en")) as url:
        opened = browser.new_page()
        opened.goto(f"{url}/pay")
        yield opened
        opened.close()


def pay(page: Page, number: str) -> None:
    fields = page.frame_locator("#card iframe")
    fields.locator("[name=number]").fill(number)
    fields.locator("[name=expiry]").fill("12/30")
    fields.locator("[name=cvc]").fill("123")
    page.click("#pay")


def outcome(page: Page) -> str:
    page.wait_for_url("**/paid?*")
    return page.url.rpartition("redirect_status=")[2]


def status(sandbox: Sandbox) -> Any:
    return sandbox.intents()[0]["status"]


def test_a_good_card_leads_back_to_the_shop(sandbox: Sandbox, page: Page):
    pay(page, "4242 4242 4242 4242")
    assert (outcome(page), status(sandbox)) == ("succeeded", "requires_capture")


def test_a_declined_card_is_said_on_the_spot_and_another_one_does(sandbox: Sandbox, page: Page):
    pay(page, "4000000000009995")
    expect(page.locator("#message")).to_have_text("Your card has insufficient funds.")
    pay(page, "4242424242424242")
    assert (outcome(page), status(sandbox)) == ("succeeded", "requires_capture")


@pytest.mark.parametrize(
    ("button", "status_of_return", "state"),
    [("approve", "succeeded", "requires_capture"), ("refuse", "failed", "requires_payment_method")],
)
def test_the_bank_asks_and_sends_the_customer_back(
    sandbox: Sandbox, page: Page, button: str, status_of_return: str, state: str
):
    pay(page, "4000002500003155")
    page.click(f"button[value={button}]")
    assert (outcome(page), status(sandbox)) == (status_of_return, state)


@pytest.mark.parametrize("page", ["vi"], indirect=True)
def test_the_fields_speak_vietnamese(page: Page):
    page.click("#pay")
    expect(page.locator("#message")).to_have_text("Thông tin thẻ chưa đầy đủ.")
    assert page.frame_locator("#card iframe").locator("label span").all_inner_texts() == [
        "Số thẻ",
        "Hết hạn (MM/YY)",
        "Mã bảo mật",
    ]
