"""A whole shop to look at, and the pages of it that a browser visits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop
from tests.running import opened, servers_of_its_own

ROLES = ("sandbox", "web", "live", "relay")
#: Without Chromium's own sandbox, which containers do not allow.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
#: A camera that shows a test picture, to whoever was allowed to look.
CAMERA = "--use-fake-device-for-media-stream"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LANGUAGES = {"vi": "", "en": "/en"}
SIZES = {"phone": (390, 844), "desk": (1280, 900)}


@contextmanager
def opened_alone(*, skus: int = 400) -> Iterator[Shop]:
    """A shop on servers of its own, for scripts."""
    with (
        servers_of_its_own(durable=False) as servers,
        opened(servers.home / "shop", servers.environment, roles=ROLES, skus=skus) as shop,
    ):
        yield shop


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, CAMERA])
        yield browser
        browser.close()


def sign_in(page: Page, shop: Shop) -> None:
    """As the demo's customer."""
    email, password = PEOPLE["customer"]
    page.goto(f"{shop.url}/sign-in/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("main form button")
    page.wait_for_url(f"{shop.url}/")


def put_in_cart(page: Page, url: str, count: int = 3) -> None:
    """Press the + of the first few cards of a list, and wait until each is kept."""
    page.goto(url)
    for number in range(count):
        with page.expect_response("**/cart/lines/*"):
            page.locator(".card .stepper .more").nth(number).click()


def paths(page: Page, shop: Shop) -> dict[str, str]:
    """The pages to look at, by name, as a customer with something in the cart sees them."""
    page.goto(f"{shop.url}/")
    department = page.locator(".cats a").first.get_attribute("href") or ""
    product = page.locator("#h-pop").locator("xpath=../..").locator(".card .name a").first.get_attribute("href") or ""
    return {
        "home": "/",
        "categories": "/c/",
        "list": department,
        "search": "/search/?q=sua",
        "search-empty": "/search/?q=zzzzqq",
        "product": product,
        "cart": "/cart/",
        "checkout": "/checkout/",
        "orders": "/orders/",
        "sign-in": "/sign-in/",
        "register": "/register/",
        "missing": "/nowhere/",
        "outbox": "/outbox/",
    }
