"""Pages show stock as it moves, in a real browser, without being loaded again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop
from tests.browser.conftest import Visit


class Clerk:
    """Somebody of the shop who changes stock, over the API; the relay tells of it."""

    def __init__(self, shop: Shop) -> None:
        self.http = httpx.Client(base_url=f"{shop.url}/api/v1", timeout=20)
        self.live_url = shop.live_url
        email, password = PEOPLE["admin"]
        token = self._ask("POST", "/auth/login", json={"email": email, "password": password})["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.store = self._ask("GET", "/stores")["stores"][0]["id"]

    def goods(self, number: int) -> str:
        """The SKU of something that is sold by the piece, in stock and promised to nobody; another for each number.

        From further down the list: what stands first is what the other tests buy, and that cannot be counted away.
        """
        found = self._ask("GET", "/products", params={"in_stock": True, "limit": 60, "offset": 150})["products"]
        pieces = [product["sku"] for product in found if product["unit"] == "piece"]
        skus: list[str] = [sku for sku in pieces[: number + 20] if not self._level(sku)["reserved"]]
        return skus[number]

    def _level(self, sku: str) -> dict[str, Any]:
        stores = self._ask("GET", f"/stock/{sku}")["stores"]
        (level,) = [store for store in stores if store["store_id"] == self.store]
        return dict(level)

    def leave(self, sku: str, amount: int) -> None:
        """Count until so many are left, all of them in the lot that keeps longest."""
        lots = [{k: lot[k] for k in ("lot_code", "expires_on") if lot[k]} for lot in self._level(sku)["lots"]]
        if not lots:
            self._change({"kind": "receive", "sku": sku, "quantity": amount})
            return
        left = [0] * (len(lots) - 1) + [amount]
        lines = [{"kind": "count", "sku": sku, "quantity": n, **lot} for lot, n in zip(lots, left, strict=True)]
        self._change(*lines)

    def wait_until_told(self, sku: str, amount: int) -> None:
        """Until whoever begins to listen now hears at once that so many are left."""
        asked = {"store": self.store, "sku": sku}
        with self.http.stream("GET", f"{self.live_url}/live/stock", params=asked) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:") and json.loads(line.removeprefix("data:"))["available"] == amount:
                    return
        pytest.fail(f"the stream ended and never said {amount}")

    def _change(self, *lines: dict[str, Any]) -> None:
        body = {"store_id": self.store, "lines": lines}
        self._ask("POST", "/stock/batch", json=body, headers={"Idempotency-Key": str(uuid4())})

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        answer = self.http.request(method, path, **what)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def clerk(shop: Shop) -> Iterator[Clerk]:
    clerk = Clerk(shop)
    yield clerk
    clerk.http.close()


def listening(page: Page, url: str) -> None:
    """Open a page and wait until it listens."""
    with page.expect_response("**/live/stock?*"):
        page.goto(url)


@pytest.mark.parametrize(
    ("prefix", "words", "number"),
    [("", ["Còn 3", "Tạm hết", "Còn 7"], 0), ("/en", ["3 left", "Sold out", "7 left"], 1)],
)
def test_a_product_says_what_is_left_as_it_moves(
    shop: Shop, clerk: Clerk, visit: Visit, complaints: list[str], prefix: str, words: list[str], number: int
):
    sku, page = clerk.goods(number), visit()
    listening(page, f"{shop.url}{prefix}/p/{sku}/")
    stock, add = page.locator("[data-stock]"), page.locator(".buybar .btn-l")
    for left, said in zip((3, 0, 7), words, strict=True):
        clerk.leave(sku, left)
        expect(stock).to_have_text(said)
        expect(add).to_be_enabled() if left else expect(add).to_be_disabled()
    expect(stock).to_have_attribute("role", "status")
    assert complaints == []


def test_the_stepper_ends_at_what_is_left(shop: Shop, clerk: Clerk, visit: Visit):
    sku, page = clerk.goods(2), visit()
    listening(page, f"{shop.url}/en/p/{sku}/")
    clerk.leave(sku, 2)
    expect(page.locator("[data-stock]")).to_have_text("2 left")
    for _ in range(4):
        page.locator(".buybar .more").click()
    expect(page.locator(".buybar output")).to_have_text("2")


def test_a_cart_warns_of_a_line_when_somebody_else_buys_the_rest(
    shop: Shop, clerk: Clerk, visit: Visit, complaints: list[str]
):
    sku, page = clerk.goods(3), visit()
    clerk.leave(sku, 9)
    page.goto(f"{shop.url}/en/p/{sku}/")
    for _ in range(4):
        page.locator(".buybar .more").click()
    page.locator(".buybar .btn-l").click()
    expect(page.locator(".buybar a.btn")).to_have_text("In the cart")
    listening(page, f"{shop.url}/en/cart/")
    clerk.leave(sku, 2)
    expect(page.locator(f"[id='why-{sku}']")).to_contain_text("Only 2 left, you chose 5.")
    clerk.leave(sku, 9)
    expect(page.locator(f"[id='why-{sku}']")).to_be_empty()
    assert complaints == []


def test_a_page_that_nobody_looks_at_does_not_listen(shop: Shop, clerk: Clerk, visit: Visit):
    sku, page = clerk.goods(4), visit()
    listening(page, f"{shop.url}/en/p/{sku}/")
    hide(page, True)
    clerk.leave(sku, 4)
    clerk.wait_until_told(sku, 4)
    expect(page.locator("[data-stock]")).not_to_have_text("4 left")
    with page.expect_response("**/live/stock?*"):
        hide(page, False)
    expect(page.locator("[data-stock]")).to_have_text("4 left")


def hide(page: Page, hidden: bool) -> None:
    """As if another tab were in front."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_a_stream_that_breaks_is_begun_again_and_tells_what_was_missed(shop: Shop, clerk: Clerk, visit: Visit):
    sku, page = clerk.goods(5), visit()
    listening(page, f"{shop.url}/en/p/{sku}/")
    clerk.leave(sku, 6)
    expect(page.locator("[data-stock]")).to_have_text("6 left")
    shop.processes["live"].terminate()
    shop.processes["live"].wait(20)
    clerk.leave(sku, 5)
    shop.start("live")
    expect(page.locator("[data-stock]")).to_have_text("5 left", timeout=40_000)


def test_nothing_jumps_when_stock_moves(shop: Shop, clerk: Clerk, visit: Visit):
    sku, page = clerk.goods(6), visit()
    listening(page, f"{shop.url}/en/p/{sku}/")
    page.evaluate(
        """() => { window.shifts = 0; new PerformanceObserver(list => {
            for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({ type: 'layout-shift' }); }"""
    )
    for left in (3, 0, 8):
        clerk.leave(sku, left)
        expect(page.locator("[data-stock]")).to_have_text(f"{left} left" if left else "Sold out")
    assert page.evaluate("window.shifts") == 0


def test_without_a_script_the_page_says_what_was_there(shop: Shop, clerk: Clerk, visit: Visit):
    sku, page = clerk.goods(7), visit(java_script_enabled=False)
    clerk.leave(sku, 3)
    page.goto(f"{shop.url}/en/p/{sku}/")
    expect(page.locator("[data-stock]")).to_have_text("3 left")
