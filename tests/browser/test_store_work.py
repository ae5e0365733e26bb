"""A phone in the stockroom: goods are scanned in, booked, thrown away with a photo; no page is too wide for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop
from tests.browser.shop import LANGUAGES
from tests.browser.test_accessibility import beyond, faults_of, violations

WORK = "/admin/inventory/stockitem/tasks/"
#: GS1-128 as a scanner types it: nobody knows this GTIN yet, lot L-77, best before the end of 2027.
CODE = "010893604120001217271231" + "10L-77"


@pytest.fixture(scope="module")
def context(browser: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """Somebody who may do everything in the store, on a phone."""
    email, password = PEOPLE["admin"]
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{shop.url}/en/admin/login/")
    page.fill("input[name=username]", email)
    page.fill("input[name=password]", password)
    page.click("input[type=submit]")
    page.wait_for_url("**/admin/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


def open_receipt(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/en{WORK}receive/")
    page.fill("input[name=supplier]", "HTX Rau Đơn Dương")
    page.locator(".buybar button").click()
    page.wait_for_url(re.compile(r"/receive/[0-9a-f-]{36}/$"))


def free_of(page: Page) -> int:
    """How much of the lot that was scanned is free, as the page for waste says; 0 if it is not there."""
    lot = page.locator(".choice", has_text="L-77")
    found = re.search(r"(\d+)(?:\s\w+)? free", lot.inner_text()) if lot.count() else None
    return int(found.group(1)) if found else 0


def find_again(page: Page, shop: Shop) -> int:
    page.goto(f"{shop.url}/en{WORK}waste/?code={CODE}")
    return free_of(page)


def test_a_phone_scans_goods_in_and_throws_some_away(
    page: Page, shop: Shop, tmp_path_factory: pytest.TempPathFactory
):
    before = find_again(page, shop)
    open_receipt(page, shop)
    page.locator("#code").press_sequentially(CODE)
    page.keyboard.press("Control+]")  # as the separator arrives in browsers
    page.keyboard.type("37" + "10")
    page.keyboard.press("Enter")
    page.wait_for_selector("#q, input[name=lot_code]")
    if page.locator("#q").count():
        page.fill("#q", "muối tôm")
        page.keyboard.press("Enter")
        page.locator(".entries a").first.click()
    expect(page.locator("input[name=lot_code]")).to_have_value("L-77")
    expect(page.locator("input[name=expires_on]")).to_have_value("2027-12-31")
    page.fill("input[name=quantity]", "10")
    page.locator(".buybar button").click()
    expect(page.locator("aside")).to_contain_text("L-77 · best before 31/12/2027")
    page.locator(".buybar button").click()
    expect(page.locator("main")).to_contain_text("is in stock.")
    assert find_again(page, shop) == before + 10

    photo = tmp_path_factory.mktemp("photos") / "photo.jpg"
    Image.new("RGB", (800, 600), "tomato").save(photo)
    page.locator(".choice", has_text="L-77").locator("input").check()
    page.fill("input[name=quantity]", "2")
    page.select_option("select[name=reason]", "damaged")
    page.set_input_files("input[name=photo]", photo)
    page.locator(".buybar button").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"Noted: 2(\s\w+)? thrown away\."))
    expect(page.locator(".photo-kept").first).to_have_js_property("naturalWidth", 800)
    assert find_again(page, shop) == before + 8


#: Reads the test picture of Chromium's own camera, once there is one, as a code of a GTIN that nobody knows.
DETECTOR = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(['ean_13', 'aztec']); }
  constructor({ formats }) { this.formats = formats; }
  detect(eye) { return Promise.resolve(eye.videoWidth ? [{ rawValue: `8936041200012${this.formats}` }] : []); }
};
"""
REFUSED = {
    "en": "The camera cannot be used. Allow it in the browser, or type the code.",
    "vi": "Không dùng được camera. Hãy cho phép trong trình duyệt, hoặc gõ mã.",
}


def test_the_camera_scans_into_the_field(context: BrowserContext, page: Page, shop: Shop):
    context.grant_permissions(["camera"])
    page.add_init_script(DETECTOR)
    page.goto(f"{shop.url}/en{WORK}waste/")
    expect(page.locator("[data-eye]")).to_be_hidden()
    page.click("[data-camera]")
    page.wait_for_url("**/waste/?code=8936041200012ean_13")
    expect(page.locator("#code")).to_have_value("8936041200012ean_13")
    context.clear_permissions()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_camera_that_is_refused_says_so_and_typing_works_on(
    context: BrowserContext, page: Page, shop: Shop, language: str
):
    context.clear_permissions()
    page.add_init_script(DETECTOR)
    page.goto(f"{shop.url}{LANGUAGES[language]}{WORK}waste/")
    page.click("[data-camera]")
    expect(page.locator("[data-refused]")).to_have_text(REFUSED[language])
    expect(page.locator("[data-camera]")).to_be_hidden()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("sua")
    page.keyboard.press("Enter")
    page.wait_for_url("**/waste/?code=sua")
    expect(page.locator(".entries a").first).to_be_visible()


def test_without_a_reader_of_codes_there_is_no_camera(page: Page, shop: Shop):
    page.add_init_script("delete window.BarcodeDetector")
    page.goto(f"{shop.url}/en{WORK}waste/")
    expect(page.locator("#code")).to_be_visible()
    expect(page.locator("[data-camera]")).to_be_hidden()


PAGES = {
    "work": "",
    "receipts": "receive/",
    "waste": "waste/?q=sua",
    "expiring": "expiring/",
    "alerts": "alerts/",
    "places": "places/?q=sua",
    "queue": "/admin/ordering/order/tasks/picking/",
    "desk": "/admin/ordering/order/tasks/desk/",
    "questions": "/admin/ordering/order/tasks/questions/",
}
#: Forms and lists of the admin itself, whose words and colours are not ours: only how wide they are.
ADMIN = {"offer": "/admin/ordering/offer/add/", "offers": "/admin/ordering/offer/"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*PAGES, "receipt", "lots"])
def test_axe_finds_nothing_on_task_pages_and_the_narrowest_phone_is_wide_enough(
    page: Page, shop: Shop, name: str, language: str
):
    visit(page, shop, name, language)
    assert (faults_of(page, language), beyond(page)) == ({}, [])


#: What does not depend on the admin's own words and colours.
PRESSED: dict[str, object] = {
    "runOnly": {"type": "rule", "values": ["target-size", "label", "select-name", "button-name"]}
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_offers_and_their_codes_are_made_with_a_thumb(page: Page, shop: Shop, language: str):
    prefix = shop.url + LANGUAGES[language]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(prefix + ADMIN["offers"])
    found = {"list": violations(page, PRESSED)}
    page.goto(prefix + ADMIN["offer"])
    found["form"] = violations(page, PRESSED)
    page.select_option("[name=kind]", "basket")
    for name, text in (("name_vi", "Chào Tết"), ("name_en", "Welcome"), ("percent", "5")):
        page.fill(f"[name={name}]", text)
    page.fill("[name=starts_at]", "2030-01-20T08:00")
    page.check("[name=needs_coupon]")
    page.click("[name=preview]")
    found["preview"] = violations(page, PRESSED)
    page.click("[name=save]")
    expect(page.locator("#h-codes")).to_be_visible()
    found["codes"] = violations(page, PRESSED)
    found["widths"] = [name for name in ("codes",) if page.evaluate("document.documentElement.scrollWidth") > 390]
    assert found == {"list": [], "form": [], "preview": [], "codes": [], "widths": []}


@pytest.mark.parametrize("name", ADMIN)
def test_the_narrowest_phone_is_wide_enough_for_forms_of_the_admin(page: Page, shop: Shop, name: str):
    visit(page, shop, name, "vi")
    assert beyond(page) == []


def visit(page: Page, shop: Shop, name: str, language: str) -> None:
    prefix = shop.url + LANGUAGES[language]
    if name == "receipt":
        page.set_viewport_size({"width": 390, "height": 844})
        open_receipt(page, shop)
        page.goto(page.url.replace("/en/", f"{LANGUAGES[language]}/") + "?code=muoi")
    elif name == "lots":
        page.goto(f"{prefix}{WORK}waste/?code=sua")
        page.locator(".entries a").first.click()
        page.wait_for_url("**sku=**")
    else:
        address = (PAGES | ADMIN)[name]
        page.goto(f"{prefix}{address if address.startswith('/') else WORK + address}")
