"""A shop with a few hundred SKUs, opened once, and a browser that complains about everything it complains about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from grocery.config.processes import Shop
from tests.browser.shop import CHROMIUM, ROLES, chromium, paths, put_in_cart, sign_in
from tests.running import opened_among_the_tests

type Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them can be left out by their mark, and are where there is no Chromium."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    with opened_among_the_tests("browser", valkey=14, roles=ROLES) as shop:
        yield shop


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # What a page is expected to show comes through relay, feed and stream: longer than 5 s on a busy machine.
    expect.set_options(timeout=20_000)
    with chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """What the browser said against a page: errors, and what the Content-Security-Policy stopped."""
    return []


@pytest.fixture
def visit(browser: Browser, complaints: list[str]) -> Iterator[Visit]:
    """A fresh visitor's tab; keyword arguments are those of a browser context."""
    contexts: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def begin(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def customers(browser: Browser, shop: Shop) -> Iterator[tuple[BrowserContext, dict[str, str]]]:
    """The demo's customer with something in the cart and an order, and the pages to look at."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, shop)
    pages = paths(page, shop)
    put_in_cart(page, shop.url + pages["list"])
    pages |= place(page, shop)
    put_in_cart(page, shop.url + pages["list"])
    page.close()
    yield context, pages
    context.close()


def place(page: Page, shop: Shop) -> dict[str, str]:
    """Order what is in the cart, by card; the pages of that order."""
    page.goto(f"{shop.url}/checkout/")
    with page.expect_response("**/checkout/slot"):
        page.locator(".slot input:not(:disabled)").first.check(force=True)
    page.wait_for_selector(".hold")
    page.locator("button[form=checkout]:visible").click()
    page.wait_for_url("**/pay/**")
    path = page.url.removeprefix(shop.url)
    return {"pay": path, "order": path.replace("/pay/", "/orders/")}
