"""A guest's way to an order by clicking, with and without a script; what the pages do under the finger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from grocery.config.processes import Shop
from grocery.kernel.ids import new_id
from tests.browser.conftest import Visit


def register(page: Page, prefix: str = "") -> None:
    """Fill in the form that stands there."""
    page.fill("input[name=name]", "Lê Thị Mai")
    page.fill("input[name=email]", f"mai-{new_id().hex}@example.com")
    page.fill("input[name=phone]", "0912 345 678")
    page.fill("input[name=password]", "canh chua ca loc")
    page.click("main form button.btn-l")


def pick_a_slot(page: Page) -> None:
    with page.expect_response("**/checkout/slot"):
        page.locator(".slot input:not(:disabled)").first.check(force=True)
    expect(page.locator(".hold")).to_be_visible()


def give_an_address(page: Page) -> None:
    page.select_option("select[name=ward_code]", label="Phường Bến Thành")
    page.fill("input[name=street]", "18/3 Lê Anh Xuân")
    page.locator("form[action$='/checkout/address'] .btn:not(.no-js *)").last.click()


def place_the_order(page: Page) -> None:
    give_an_address(page)
    pick_a_slot(page)
    page.locator(".buybar button").click()


def pay(page: Page, number: str) -> None:
    """Fill in the provider's form with a card of that number, and send it."""
    card = page.frame_locator("#pay-element iframe")
    card.locator("[name=number]").fill(number)
    card.locator("[name=expiry]").fill("12/30")
    card.locator("[name=cvc]").fill("123")
    page.locator("#pay-go").click()


def test_a_guest_buys_by_card_in_english(shop: Shop, visit: Visit, complaints: list[str]):
    page = visit()
    page.goto(f"{shop.url}/en/")
    page.locator(".cats a").first.click()
    page.locator(".card:not(.card-out) .name a").first.click()
    page.locator(".buybar .btn-l").click()
    expect(page.locator(".buybar a.btn")).to_have_text("In the cart")
    page.locator(".buybar a.btn").click()
    page.locator(".buybar a.btn").click()
    page.get_by_role("link", name="Create an account").click()
    register(page)
    expect(page).to_have_url(f"{shop.url}/en/checkout/")
    place_the_order(page)
    page.check("input[name=keep]")
    pay(page, "4242 4242 4242 4242")
    expect(page).to_have_url(re.compile(r"/en/orders/"))
    expect(page.locator(".timeline")).to_contain_text("Placed")
    expect(page.locator("#status .ask")).to_have_count(0)  # the provider has told of it
    page.goto(f"{shop.url}/en/cards/")
    expect(page.locator("main .order-row")).to_contain_text("4242")
    assert complaints == []


def test_a_declined_card_costs_nothing_and_can_be_tried_again(shop: Shop, visit: Visit, complaints: list[str]):
    page = visit()
    page.goto(f"{shop.url}/en/register/?next=/en/near-expiry/")
    register(page)
    with page.expect_response("**/cart/lines/*"):
        page.locator(".card .stepper .more").first.click()
    page.goto(f"{shop.url}/en/checkout/")
    place_the_order(page)
    pay(page, "4000 0000 0000 0002")
    expect(page.locator("#pay-problem")).to_contain_text("Nothing was charged.")
    expect(page.locator("#pay-go")).to_be_enabled()


def test_a_guest_buys_without_a_script(shop: Shop, visit: Visit):
    page = visit(java_script_enabled=False)
    page.goto(f"{shop.url}/search/?q=ca+chua")
    page.locator(".card .stepper .more").first.click()
    expect(page.locator(".card .stepper").first).to_have_attribute("data-qty", "1")
    page.goto(f"{shop.url}/cart/")
    page.locator(".buybar a.btn").click()
    page.get_by_role("link", name="Tạo tài khoản").click()
    register(page)
    give_an_address(page)
    page.locator(".slot input:not(:disabled)").first.check(force=True)
    page.get_by_role("button", name="Giữ khung giờ này").click()
    expect(page.locator(".hold")).to_be_visible()
    page.locator("input[value=cash_on_delivery]").check(force=True)
    page.locator(".buybar button").click()
    expect(page).to_have_url(re.compile(r"/orders/"))
    expect(page.locator("#status")).to_contain_text("Trả khi nhận hàng")


def test_a_stepper_shows_the_number_at_once_and_the_bar_follows(shop: Shop, visit: Visit, complaints: list[str]):
    page = visit()
    page.goto(f"{shop.url}/search/?q=ca+chua")
    stepper = page.locator(".card .stepper").first
    with page.expect_response("**/cart/lines/*") as sent:
        stepper.locator(".more").click()
        stepper.locator(".more").click()
        stepper.locator(".more").click()
        expect(stepper.locator("output")).to_have_text("3")
    assert "quantity=3" in (sent.value.request.post_data or "")
    expect(page.locator(".tabs .dot")).to_have_text("1")
    expect(page.locator(".tabs [data-cart-total]")).not_to_have_text("0\xa0₫")
    assert complaints == []


def test_taking_a_line_out_can_be_undone_and_hands_the_focus_on(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/search/?q=ca+chua")
    for number in range(2):
        with page.expect_response("**/cart/lines/*"):
            page.locator(".card .stepper .more").nth(number).click()
    page.goto(f"{shop.url}/en/cart/")
    with page.expect_response("**/cart/lines/*"):
        page.locator(".lines .less").first.click()
    expect(page.locator(".lines > li").first).to_be_hidden()
    expect(page.locator(".lines > li").nth(1).locator(".less")).to_be_focused()
    with page.expect_response("**/cart/lines/*"):
        page.get_by_role("button", name="Undo").click()
    expect(page.locator(".lines > li").first).to_be_visible()


def test_a_refused_number_goes_back_and_says_why(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/en/search/?q=ca+chua")
    page.route(
        "**/cart/lines/*", lambda route: route.fulfill(status=422, content_type="text/plain", body="Not today.")
    )
    stepper = page.locator(".card .stepper").first
    stepper.locator(".more").click()
    expect(page.locator(".toast", has_text="Not today.")).to_be_visible()
    expect(stepper).to_have_attribute("data-qty", "0")


def test_filters_swap_the_list_and_the_address(shop: Shop, visit: Visit, complaints: list[str]):
    page = visit(viewport={"width": 1280, "height": 900})
    page.goto(f"{shop.url}/en/c/")
    page.locator("main h2 a").first.click()
    page.get_by_label("Gluten free").check()
    expect(page).to_have_url(re.compile("dietary=gluten_free"))
    expect(page.locator("#chosen")).to_contain_text("Gluten free")
    page.select_option("#sort", "price")
    expect(page).to_have_url(re.compile(r"dietary=gluten_free.*sort=price|sort=price.*dietary=gluten_free"))
    assert complaints == []


def test_more_adds_to_the_list_and_nothing_jumps(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/c/")
    page.locator("main h2 a").first.click()
    expect(page.locator("#results > li")).to_have_count(24)
    page.locator("#more a").click()
    expect(page.locator("#results > li")).not_to_have_count(24)


def test_the_filters_are_a_sheet_on_the_phone_that_escape_closes(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/en/c/")
    page.locator("main h2 a").first.click()
    page.locator("#open-filters").click()
    expect(page.get_by_label("Vegan")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Vegan")).to_be_hidden()
    expect(page.locator("#open-filters")).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_suggestions_drop_down_while_typing_and_escape_closes_them(
    shop: Shop, visit: Visit, complaints: list[str], width: int
):
    page = visit(viewport={"width": width, "height": 844})
    page.goto(f"{shop.url}/")
    page.locator(".search input").press_sequentially("ca ch")
    expect(page.locator("#suggest .hit").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#suggest .hit")).to_have_count(0)
    assert complaints == []


def test_the_other_language_is_the_same_page(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/search/?q=sua")
    page.locator(".lang").click()
    expect(page).to_have_url(f"{shop.url}/en/search/?q=sua")


def test_choosing_another_province_brings_its_wards(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/en/register/?next=/en/near-expiry/")
    register(page)
    with page.expect_response("**/cart/lines/*"):
        page.locator(".card .stepper .more").first.click()
    page.goto(f"{shop.url}/en/checkout/")
    page.select_option("select[name=province_code]", "01")
    expect(page.locator("select[name=ward_code]")).to_contain_text("Phường Hoàn Kiếm")


def test_an_order_is_cancelled_on_its_page(shop: Shop, visit: Visit):
    page = visit()
    page.goto(f"{shop.url}/en/register/?next=/en/near-expiry/")
    register(page)
    with page.expect_response("**/cart/lines/*"):
        page.locator(".card .stepper .more").first.click()
    page.goto(f"{shop.url}/en/checkout/")
    give_an_address(page)
    pick_a_slot(page)
    page.locator("input[value=cash_on_delivery]").check(force=True)
    page.locator(".buybar button").click()
    page.get_by_role("link", name="Cancel order").click()
    page.get_by_role("button", name="Cancel order").click()
    expect(page.locator("#status")).to_contain_text("Cancelled")
