"""Signing in, registering, signing out; the cart comes along; errors stand beside their field."""

from __future__ import annotations

import pytest

from tests.storefront.conftest import PASSWORD, Market, Visitor, text_of

NEW = {"name": "Lê Thị Mai", "email": "mai@example.com", "phone": "0912 345 678", "password": PASSWORD}


def test_registering_signs_in_and_goes_on_where_one_came_from(market: Market, visitor: Visitor):
    answer = visitor.post("/en/register/?next=/en/checkout/", NEW)
    assert answer["Location"] == "/en/checkout/"
    assert "What’s for dinner, Mai?" in text_of(visitor.get("/en/"))


def test_a_guests_cart_comes_along(market: Market, visitor: Visitor):
    visitor.put("tomato", "2")
    visitor.post("/register/", NEW)
    assert "37.800\xa0₫" in text_of(visitor.get("/cart/"))


def test_signing_in_adds_the_guests_cart_to_ones_own(market: Market, visitor: Visitor):
    customer = market.customer()
    Visitor().signed_in(customer).put("rice", "1")
    visitor.put("tomato", "2")
    words = text_of(visitor.signed_in(customer).get("/cart/"))
    assert ("Gạo ST25" in words, "Cà chua" in words) == (True, True)


def test_the_customer_keeps_the_language_of_the_page(market: Market, visitor: Visitor):
    visitor.post("/en/register/", NEW)
    assert 'lang="en"' in visitor.get("/en/orders/").content.decode()


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_to_pages_of_ours_only(market: Market, visitor: Visitor, evil: str):
    customer = market.customer()
    answer = visitor.post("/sign-in/", {"email": customer.email, "password": PASSWORD, "next": evil})
    assert answer["Location"] == "/"


def test_a_wrong_password_is_said_without_saying_which_was_wrong(market: Market, visitor: Visitor):
    customer = market.customer()
    wrong = visitor.post("/en/sign-in/", {"email": customer.email, "password": "wrong"})
    unknown = visitor.post("/en/sign-in/", {"email": "nobody@example.com", "password": "wrong"})
    assert (wrong.status_code, "E-mail or password is wrong." in text_of(wrong)) == (422, True)
    assert "E-mail or password is wrong." in text_of(unknown)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("password", "short", "too short"),
        ("phone", "12", "phone"),
        ("email", "nobody", "valid email"),
        ("name", "", "required"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_which_takes_the_focus(
    market: Market, visitor: Visitor, field: str, value: str, said: str
):
    page = visitor.post("/en/register/", NEW | {field: value})
    body = page.content.decode()
    own = body[body.index(f'for="id_{field}"') :].split('<div class="field', 1)[0]
    assert (page.status_code, said in own.lower(), "autofocus" in own) == (422, True, True)
    assert body.count(" autofocus") == 1


def test_an_email_that_is_taken_is_said_beside_it(market: Market, visitor: Visitor):
    page = visitor.post("/register/", NEW | {"email": market.customer().email})
    assert "E-mail này đã có tài khoản." in text_of(page)


def test_a_password_is_never_shown_again(market: Market, visitor: Visitor):
    page = visitor.post("/register/", NEW | {"phone": "12"})
    assert PASSWORD not in page.content.decode()


def test_signing_out_needs_a_post_and_forgets_the_cart(market: Market, visitor: Visitor):
    visitor.signed_in(market.customer()).put("tomato", "2")
    assert visitor.get("/sign-out/").status_code == 405
    visitor.post("/sign-out/")
    assert "Giỏ hàng đang trống" in text_of(visitor.get("/cart/"))


@pytest.mark.parametrize("path", ["/orders/", "/checkout/"])
def test_a_guest_is_asked_to_sign_in_and_comes_back(market: Market, visitor: Visitor, path: str):
    assert visitor.get(f"/en{path}")["Location"] == f"/en/sign-in/?next=%2Fen{path.replace('/', '%2F')}"
