"""A blind count on a phone: counted with one hand, approved by somebody else."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop
from tests.browser.conftest import Visit

COUNTS = "/en/admin/inventory/stockitem/tasks/counts/"


def sign_in(page: Page, shop: Shop, who: str) -> None:
    email, password = PEOPLE[who]
    page.goto(f"{shop.url}/en/admin/login/?next=/en/admin/inventory/stockitem/")
    page.fill("input[name=username]", email)
    page.fill("input[name=password]", password)
    page.click("input[type=submit]")
    expect(page.locator("#result_list")).to_be_visible()


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def count(page: Page, amount: str) -> None:
    """Say that so much is in each lot of the product that is asked for."""
    for field in page.locator("#shelf > .field input").all():
        field.fill(amount)
    with page.expect_navigation():
        page.locator("button[form=shelf]:visible").click()


def test_a_count_on_a_phone_is_approved_by_somebody_else(shop: Shop, visit: Visit, complaints: list[str]):
    hoa, boss = visit(), visit()
    sign_in(hoa, shop, "staff")
    sign_in(boss, shop, "admin")
    complaints.clear()  # Django's own pages have no icon
    sku = hoa.locator("#result_list .field-sku").nth(7).inner_text()
    hoa.goto(f"{shop.url}{COUNTS}")
    hoa.select_option("select[name=choice]", "skus")
    hoa.fill("input[name=skus]", sku)
    hoa.locator("button[form=new]:visible").click()
    expect(hoa.locator("#shelf .small.muted").first).to_have_text(sku)
    assert no_sideways_scroll(hoa)

    count(hoa, "1")
    expect(hoa.get_by_text("Please count once more.").first).to_be_visible()
    count(hoa, "1")
    hoa.get_by_role("button", name="Finish the count").locator("visible=true").click()
    expect(hoa.get_by_text("somebody else looks at it")).to_be_visible()

    boss.goto(f"{shop.url}{COUNTS}")
    boss.get_by_role("link", name=re.compile("waiting for approval")).first.click()
    expect(boss.locator(".badge-expiry").first).to_contain_text("−")
    assert no_sideways_scroll(boss)
    boss.get_by_role("button", name="Approve and book").locator("visible=true").click()
    expect(boss.get_by_text("Approved: the differences are booked.")).to_be_visible()
    assert complaints == []
