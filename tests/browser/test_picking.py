"""A basket of sixty lines is picked on a phone: by hand, weighed, short, replaced, closed in crates, printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, expect

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop

TASKS = "/en/admin/ordering/order/tasks/"
LINES = 60


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Somebody who may pick, on a phone."""
    context: BrowserContext = browser.new_context(viewport={"width": 390, "height": 844})
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


def ordered(api: APIRequestContext, url: str) -> dict[str, Any]:
    """An order of sixty lines, to be paid at the door, by the demo's customer."""
    email, password = PEOPLE["customer"]
    token = api.post(f"{url}/auth/login", data={"email": email, "password": password}).json()["access_token"]
    me = {"Authorization": f"Bearer {token}"}
    api.delete(f"{url}/cart", headers=me)
    weighed = [product for product in products(api, url) if product["unit"] != "piece"][:3]
    pieces = [product for product in products(api, url) if product["unit"] == "piece"][: LINES - len(weighed)]
    for product in weighed + pieces:
        wanted = {"sku": product["sku"], "quantity": str(product["step"])}
        assert api.post(f"{url}/cart/items", data=wanted, headers=me).ok, wanted
    address = api.get(f"{url}/me/addresses", headers=me).json()[0]["id"]
    days = api.get(f"{url}/slots", params={"address_id": address}, headers=me).json()
    slot = next(slot for slot in slots(days) if slot["bookable"])
    checkout = {"address_id": address, "slot_id": slot["id"], "method": "cash_on_delivery"}
    placed = api.post(f"{url}/checkout", data=checkout, headers={**me, "Idempotency-Key": str(uuid4())})
    assert placed.ok, placed.text()
    return dict(placed.json())
