"""The page that compares the feeds with stock: it explains, and does what it has explained."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from grocery.accounts.public import Role
from grocery.inventory import gateways
from grocery.inventory import public as inventory
from grocery.inventory.gateways import StockFeed
from tests.inventory.conftest import NOON, Shop
from tests.inventory.feeds import Line, document, feed_of
from tests.inventory.staff import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
FEEDS = "/admin/inventory/stockcheck/feeds/"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> StockFeed:
    chosen = feed_of("valkey")
    monkeypatch.setattr(gateways, "feeds", lambda: (chosen,))
    return chosen


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.MANAGER)


def compare(manager: Client, language: str = "/en") -> tuple[str, str]:
    """What the page says, and the sign of what it has explained."""
    page = manager.post(f"{language}{FEEDS}", {"do": "compare"})
    return " ".join(re.sub(r"<[^>]*>", " ", text(page)).split()), page.context["gist"]


def wrong(shop: Shop) -> list[str]:
    return [one.what for one in inventory.check_feed(locations=[shop.location], now=NOON)]


def test_nothing_is_compared_before_it_is_asked_for(manager: Client, feed: StockFeed, shop: Shop):
    shop.receive("milk", 5)
    page = text(manager.get(f"/en{FEEDS}"))
    assert ["Compare now" in page, "milk" in page] == [True, False]


def test_a_feed_that_is_right_is_said_to_be(manager: Client, feed: StockFeed, shop: Shop, deliver: Callable[[], int]):
    shop.receive("milk", 5)
    deliver()
    assert "Every document says what stock is." in compare(manager)[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [("/en", "is missing – 5 write the document anew"), ("", "chưa có – 5 ghi lại dữ liệu")],
)
def test_what_is_wrong_is_explained_and_left_alone(
    manager: Client, feed: StockFeed, shop: Shop, language: str, words: str
):
    shop.receive("milk", 5)
    said, _gist = compare(manager, language)
    assert [words in said, wrong(shop)] == [True, ["missing"]]


def test_what_was_explained_is_done(manager: Client, feed: StockFeed, shop: Shop, deliver: Callable[[], int]):
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    feed.write([document(9, sku="rice", location=shop.location)])
    _said, gist = compare(manager)
    done = manager.post(f"/en{FEEDS}", {"do": "repair", "gist": gist}, follow=True)
    assert "Documents written: 1. Items told anew: 1." in text(done)
    deliver()
    assert wrong(shop) == []


def test_what_was_not_explained_is_not_done(manager: Client, feed: StockFeed, shop: Shop):
    shop.receive("milk", 5)
    _said, gist = compare(manager)
    shop.receive("rice", 5)
    page = manager.post(f"/en{FEEDS}", {"do": "repair", "gist": gist})
    assert ["Look again." in text(page), wrong(shop)] == [True, ["missing", "missing"]]


def test_a_feed_that_is_away_is_said_to_be(manager: Client, monkeypatch: pytest.MonkeyPatch, shop: Shop):
    line = Line("valkey", monkeypatch)
    shop.receive("milk", 5)
    line.cut()
    assert "The feed does not answer." in text(manager.post(f"/en{FEEDS}", {"do": "compare"}))


@pytest.mark.parametrize("role", [Role.PICKER, Role.SUPPORT])
def test_who_may_only_look_at_checks_does_not_compare(feed: StockFeed, role: Role):
    assert signed_in(role).post(f"/en{FEEDS}", {"do": "compare"}).status_code == 403
