"""A basket of sixty lines is picked on a phone: by hand, weighed, short, replaced, closed in crates, printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop

TASKS = "/en/admin/ordering/order/tasks/"
LINES = 60


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Somebody who may pick, on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    page = context.new_page()
    email, password = PEOPLE["admin"]
    page.goto(f"{shop.url}/en/admin/login/")
    page.fill("input[name=username]", email)
    page.fill("input[name=password]", password)
    page.click("input[type=submit]")
    page.wait_for_url("**/admin/")
    yield page
    context.close()


def in_stock(api: APIRequestContext, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < 3 * LINES:
        page = api.get(f"{url}/products", params={"in_stock": "true", "limit": 60, "offset": len(found)}).json()
        found += page["products"]
        if not page["products"]:
            break
    return found


def order_sixty_lines(api: APIRequestContext, url: str) -> str:
    """What the demo's customer has ordered, to be paid at the door: three weighed lines and fifty-seven others."""
    email, password = PEOPLE["customer"]
    token = api.post(f"{url}/auth/login", data={"email": email, "password": password}).json()["access_token"]
    me = {"Authorization": f"Bearer {token}"}
    api.delete(f"{url}/cart", headers=me)
    goods = in_stock(api, url)
    weighed = [product for product in goods if product["unit"] == "kg"][:3]
    pieces = [product for product in goods if product["unit"] == "piece"][: LINES - len(weighed)]
    for product in weighed + pieces:
        wanted = {"sku": product["sku"], "quantity": product["step"]}
        answer = api.post(f"{url}/cart/items", data=wanted, headers=me)
        assert answer.ok, answer.text()
    address = api.get(f"{url}/me/addresses", headers=me).json()[0]
    store = api.get(f"{url}/stores").json()["stores"][0]["id"]
    days = api.get(f"{url}/slots", params={"store_id": store, "ward": address["ward_code"]}, headers=me).json()
    slot = next(slot for slot in days["slots"] if slot["state"] == "open")
    checkout = {"address_id": address["id"], "slot_id": slot["id"], "method": "cash_on_delivery"}
    placed = api.post(f"{url}/checkout", data=checkout, headers={**me, "Idempotency-Key": str(uuid4())})
    assert placed.ok, placed.text()
    return str(placed.json()["number"])


def take_it(page: Page, url: str, number: str) -> None:
    """Take that order from the queue, once its confirmation has come through."""
    order = page.locator("label", has_text=number)
    page.goto(f"{url}{TASKS}picking/")
    while not order.count():
        page.reload()
    order.locator("input").check()
    page.locator(".buybar button").click()
    page.wait_for_url(re.compile(r"/tasks/pick/$"))


#: Pieces as they are filled in, in one go; what is weighed is typed by hand below.
UNLABELLED = """() => {
    const put = document.getElementById('put');
    put.by_hand.value = 'no label';
    put.requestSubmit();
}"""


def put_it_in(page: Page) -> None:
    """Whatever the page asks for: pieces as filled in, a weight by the keypad."""
    weigh = page.locator("[data-weigh]")
    progress = page.locator("header progress")
    done = progress.get_attribute("value")
    if weigh.count():
        page.locator(".by-hand summary").click()
        page.select_option("#by_hand", "no label")
        page.fill("#quantity", "")
        for key in str(weigh.get_attribute("data-most")):
            page.locator(f".keypad [data-key='{key}']").click()
        expect(page.locator("[data-verdict]")).to_have_text("Within tolerance")
        page.locator(".buybar button").click()
    else:
        page.evaluate(UNLABELLED)
    expect(progress).not_to_have_attribute("value", str(done))


def run_short(page: Page) -> bool:
    """Say that the rest is not there; whether something else could be taken instead."""
    page.locator(".buybar a").click()
    replaced = page.locator("input[name=with_sku]").count() > 0
    page.locator(".buybar button").last.click()
    expect(page.locator(".notice").first).to_contain_text("Replaced" if replaced else "Left out")
    return replaced


def test_sixty_lines_are_picked_from_confirmed_to_sealed(page: Page, shop: Shop):
    number = order_sixty_lines(page.request, f"{shop.url}/api/v1")
    take_it(page, shop.url, number)
    weighed = replaced = 0
    for _ in range(2 * LINES):
        if not page.locator("#put").count():
            break
        if not replaced and not page.locator("[data-weigh]").count():
            replaced += run_short(page)
            continue
        weighed += page.locator("[data-weigh]").count()
        put_it_in(page)
    assert (weighed, replaced) == (3, 1)
    page.get_by_role("link", name=f"Close crates of {number}").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".buybar button").click()
    expect(page.locator("main")).to_contain_text(f"{number} is packed.")
    for name in ("Labels", "Delivery note"):
        address = page.get_by_role("link", name=name).get_attribute("href")
        assert page.request.get(f"{shop.url}{address}").body()[:5] == b"%PDF-"
