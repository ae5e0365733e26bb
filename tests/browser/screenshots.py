"""`python -m tests.browser.screenshots FOLDER`: each page at both widths in both languages, to be looked at."""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page

from grocery.config.processes import Shop
from tests.browser.shop import LANGUAGES, SIZES, chromium, opened_alone, paths, put_in_cart, sign_in


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skus", type=int, default=400)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with opened_alone(skus=options.skus) as shop, chromium() as browser:
        for size, (width, height) in SIZES.items():
            _take(browser, shop, options.folder, size, width, height, dark=options.dark)


def _take(browser: Browser, shop: Shop, folder: Path, size: str, width: int, height: int, *, dark: bool) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    sign_in(page, shop)
    pages = paths(page, shop)
    put_in_cart(page, shop.url + pages["list"], 4)
    for name, path in pages.items():
        for language, prefix in LANGUAGES.items():
            page.goto(shop.url + prefix + path)
            _shoot(page, folder, f"{name}-{language}-{size}")
    _order(page, shop, folder, size)
    context.close()


def _order(page: Page, shop: Shop, folder: Path, size: str) -> None:
    """Hold a slot, place the order, look at the card form and at the order."""
    page.goto(f"{shop.url}/checkout/")
    with page.expect_response("**/checkout/slot"):
        page.locator(".slot input:not(:disabled)").first.check(force=True)
    page.wait_for_selector(".hold")
    _shoot(page, folder, f"checkout-held-vi-{size}")
    page.locator("button[form=checkout]:visible").click()
    page.wait_for_url("**/pay/**")
    page.wait_for_selector("#pay-element iframe")
    page.wait_for_timeout(500)
    _shoot(page, folder, f"pay-vi-{size}")
    page.goto(page.url.replace("/pay/", "/en/orders/"))
    _shoot(page, folder, f"order-en-{size}")


def _shoot(page: Page, folder: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    print(name, flush=True)  # noqa: T201 - a script that says how far it is


if __name__ == "__main__":
    main()
