"""What holds for every page: its language, its other language, one heading, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from grocery.kernel import clock
from tests.storefront.conftest import NOON, Visitor, open_market, text_of

OPEN_TO_ALL = [
    "/",
    "/c/",
    "/c/vegetables/",
    "/near-expiry/",
    "/search/",
    "/search/?q=tom",
    "/search/?q=nothing+like+it",
    "/p/tomato/",
    "/p/shrimp/",
    "/cart/",
    "/sign-in/",
    "/register/",
]
SIGNED_IN = ["/orders/", "/checkout/"]
PATHS = [prefix + path for path in OPEN_TO_ALL + SIGNED_IN for prefix in ("", "/en")]


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Every page in both languages, read once by a customer who has something in the cart."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr(clock, "now", lambda: NOON)
        market = open_market()
        customer = market.customer()
        market.address(customer)
        reader = Visitor().signed_in(customer)
        reader.put("tomato", "2")
        reader.put("shrimp", "300", **{"in": "g"})
        yield {path: reader.get(path) for path in PATHS}
        transaction.set_rollback(True)


@pytest.mark.parametrize("path", PATHS)
class TestEveryPage:
    def get(self, pages: dict[str, Any], path: str) -> str:
        assert pages[path].status_code == 200
        return str(pages[path].content.decode())

    def test_says_its_language(self, pages: dict[str, Any], path: str):
        assert f'<html lang="{"en" if path.startswith("/en/") else "vi"}">' in self.get(pages, path)

    def test_names_itself_in_both_languages(self, pages: dict[str, Any], path: str):
        page = self.get(pages, path).replace("&amp;", "&")
        here = path.removeprefix("/en")
        assert re.findall(r'hreflang="(\w+)" href="http://testserver([^"]*)"', page) == [
            ("vi", here),
            ("en", f"/en{here}"),
        ]

    def test_has_one_main_heading(self, pages: dict[str, Any], path: str):
        assert len(re.findall("<h1", self.get(pages, path))) == 1

    def test_has_a_title_and_a_description(self, pages: dict[str, Any], path: str):
        page = self.get(pages, path)
        assert bool(re.search(r"<title>\S.* · Grocery</title>", page)) is True
        assert bool(re.search(r'<meta name="description" content="[^"]{20,}', page)) is True

    def test_has_nothing_inline_that_the_content_security_policy_forbids(self, pages: dict[str, Any], path: str):
        page = self.get(pages, path)
        assert re.findall(r' style="|<style|<script(?![^>]*\bsrc=)|\son\w+="', page) == []

    def test_gives_no_element_the_id_of_another(self, pages: dict[str, Any], path: str):
        ids = re.findall(r'\sid="([^"]+)"', self.get(pages, path))
        assert sorted({one for one in ids if ids.count(one) > 1}) == []

    def test_labels_what_is_there(self, pages: dict[str, Any], path: str):
        page = self.get(pages, path)
        assert [one for one in re.findall(r'<label for="([^"]+)"', page) if f'id="{one}"' not in page] == []

    def test_keeps_money_and_its_sign_together(self, pages: dict[str, Any], path: str):
        assert re.findall(r"\d ₫", self.get(pages, path)) == []


def test_a_page_in_vietnamese_holds_no_english(pages: dict[str, Any]):
    words = text_of(pages["/cart/"])
    assert ("Tạm tính, 2 món" in words, "Subtotal" in words) == (True, False)
