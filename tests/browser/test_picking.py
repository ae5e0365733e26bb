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
from tests.browser.test_accessibility import OURS, violations

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


#: The forms of pieces as they are filled in, one page after the other, without showing them; how many there were.
#: Ends where something is weighed, or nothing is left.
PIECES = """async () => {
    let shown = document, count = 0;
    for (;;) {
        const put = shown.getElementById('put');
        if (!put || shown.querySelector('[data-weigh]')) return count;
        put.by_hand.value = 'no label';
        const answer = await fetch(put.getAttribute('action'), { method: 'POST', body: new FormData(put) });
        if (!answer.ok) throw new Error(`${answer.status} ${put.getAttribute('action')}`);
        shown = new DOMParser().parseFromString(await answer.text(), 'text/html');
        count += 1;
    }
}"""


def put_it_in(page: Page) -> None:
    """The pages as a thumb goes through them: not scanned, pieces as filled in, a weight by the keypad."""
    weigh = page.locator("[data-weigh]")
    progress = page.locator("header progress")
    done = progress.get_attribute("value")
    page.locator(".by-hand summary").click()
    page.select_option("#by_hand", "no label")
    if weigh.count():
        page.fill("#quantity", "")
        for key in str(weigh.get_attribute("data-most")):
            page.locator(f".keypad [data-key='{key}']").click()
        expect(page.locator("[data-verdict]")).to_have_text("Within tolerance")
    page.locator(".buybar button").click()
    expect(progress).not_to_have_attribute("value", str(done))


#: What is looked at in the other language as well.
IN_VIETNAMESE = ("picking/", "pick/", "desk/", "questions/")


def look_at_it_in_vietnamese(page: Page, url: str, *more: str) -> None:
    """The same pages of the same shop: in their language, and no wider than the phone."""
    for address in [*IN_VIETNAMESE, *more]:
        page.goto(f"{url}{TASKS.removeprefix('/en')}{address}")
        expect(page.locator("html")).to_have_attribute("lang", "vi")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def run_short(page: Page) -> bool:
    """Say that the rest is not there; whether something else could be taken instead."""
    assert violations(page, OURS) == []
    page.locator(".buybar a").click()
    assert violations(page, OURS) == []
    replaced = page.locator("input[name=with_sku]").count() > 0
    page.locator(".buybar button").last.click()
    expect(page.locator(".notice").first).to_contain_text("Replaced" if replaced else "Left out")
    return replaced


def test_sixty_lines_are_picked_from_confirmed_to_sealed(page: Page, shop: Shop):
    number = order_sixty_lines(page.request, f"{shop.url}/api/v1")
    take_it(page, shop.url, number)
    weighed = replaced = pieces = 0
    for _ in range(2 * LINES):
        if not page.locator("#put").count():
            break
        if page.locator("[data-weigh]").count():
            if not weighed:
                assert violations(page, OURS) == []
            weighed += 1
            put_it_in(page)
        elif not replaced:
            replaced += run_short(page)
        elif pieces == 0:
            put_it_in(page)
            pieces = 1
        else:
            pieces += page.evaluate(PIECES)
            page.goto(f"{shop.url}{TASKS}pick/")
    assert (weighed, replaced) == (3, 1)
    order = page.get_by_role("link", name=f"Close crates of {number}").get_attribute("href")
    look_at_it_in_vietnamese(page, shop.url, str(order).partition("/tasks/")[2])
    page.goto(f"{shop.url}{TASKS}pick/")
    page.get_by_role("link", name=f"Close crates of {number}").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, OURS) == []
    page.locator(".buybar button").click()
    expect(page.locator("main")).to_contain_text(f"{number} is packed.")
    for name in ("Labels", "Delivery note"):
        address = page.get_by_role("link", name=name).get_attribute("href")
        assert page.request.get(f"{shop.url}{address}").body()[:5] == b"%PDF-"
