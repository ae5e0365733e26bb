"""Cursors: a list is walked to its end, each product once, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from grocery.catalog import public as catalog
from grocery.catalog.contracts import NetUnit, Sort
from grocery.catalog.models import Product
from grocery.kernel.errors import Invalid
from tests.catalog.conftest import TODAY, Shop

BOUNDLESS = 100


@pytest.fixture
def shelf(shop: Shop) -> Shop:
    """Eleven products, many alike in what they are ordered by; some without unit price, some without a date."""
    for number in range(11):
        sized = {"net_content": Decimal(500), "net_unit": NetUnit.G} if number % 3 else {}
        shop.product(
            f"p{number:02}",
            f"Món {number % 4}",
            price=10_000 + number % 2 * 1_000,
            popularity=number % 3,
            **sized,
        )
        if number % 2:
            shop.stock(f"p{number:02}", expiry=TODAY + timedelta(days=number % 3))
    return shop


def walk(shop: Shop, *, limit: int = 2, **asked: Any) -> list[str]:
    """The whole list along its cursors."""
    skus: list[str] = []
    cursor = None
    while True:
        page = shop.page(limit=limit, cursor=cursor, **asked)
        skus += [card.sku for card in page.cards]
        if (cursor := page.next_cursor) is None:
            return skus


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_walk_along_cursors_is_the_whole_list_in_order(shelf: Shop, sort: Sort, language: str):
    whole = shelf.skus(sort=sort, limit=BOUNDLESS, language=language)
    assert (len(whole), walk(shelf, sort=sort, language=language)) == (11, whole)


@pytest.mark.parametrize("sort", [None, Sort.PRICE, Sort.FRESH])
def test_a_search_is_walked_too(shelf: Shop, sort: Sort | None):
    whole = shelf.skus(search="món", sort=sort, limit=BOUNDLESS)
    assert (len(whole), walk(shelf, search="món", sort=sort)) == (11, whole)


def test_what_was_meant_is_walked_to_its_end(shop: Shop):
    for number in range(5):
        shop.product(f"t{number}", f"Cà chua {number}")
    assert sorted(walk(shop, search="ca chau")) == [f"t{number}" for number in range(5)]


@pytest.mark.parametrize("sort", [one for one in Sort if one is not Sort.RELEVANCE])
def test_what_comes_and_goes_meanwhile_neither_repeats_nor_hides_what_stays(shelf: Shop, sort: Sort):
    whole = shelf.skus(sort=sort, limit=BOUNDLESS)
    first = shelf.page(sort=sort, limit=4)
    seen = [card.sku for card in first.cards]
    gone = [whole[1], whole[3], whole[6]]  # what the cursor stands on, too
    Product.objects.filter(sku__in=gone).update(is_active=False)
    shelf.product("first", "Aaa", price=1, popularity=99, net_content=Decimal(9_000), net_unit=NetUnit.G)
    shelf.product("last", "Zzz", price=999_999_999)
    cursor = first.next_cursor
    while cursor:
        page = shelf.page(sort=sort, limit=2, cursor=cursor)
        seen += [card.sku for card in page.cards]
        cursor = page.next_cursor
    stayed = [sku for sku in seen if sku not in {"first", "last"}]
    assert (stayed, len(set(seen))) == ([sku for sku in whole if sku != whole[6]], len(seen))


def test_only_the_first_page_is_counted(shelf: Shop):
    first = shelf.page(limit=5)
    assert (first.total, shelf.page(limit=5, cursor=first.next_cursor).total) == (11, None)


def test_the_last_page_leads_nowhere(shelf: Shop):
    assert (shelf.page(limit=11).next_cursor, shelf.page(limit=10, offset=10).next_cursor) == (None, None)


@pytest.mark.parametrize(
    "asked",
    [
        {"sort": Sort.PRICE},
        {"is_perishable": False},
        {"search": "món"},
        {"allergen_free": ("milk",)},
        {"category": "vegetables"},
    ],
)
def test_a_cursor_of_another_list_is_refused(shelf: Shop, asked: dict[str, Any]):
    cursor = shelf.page(limit=2).next_cursor
    with pytest.raises(catalog.BadCursor):
        shelf.page(limit=2, cursor=cursor, **asked)


def test_a_cursor_of_another_store_is_refused(shelf: Shop):
    other = Shop(catalog.save_store(code="other", name_en="Other", name_vi="Khác", position=1))
    with pytest.raises(catalog.BadCursor):
        other.page(cursor=shelf.page(limit=2).next_cursor)


def test_a_cursor_by_name_is_good_in_one_language_only(shelf: Shop):
    cursor = shelf.page(limit=2, sort=Sort.NAME, language="vi").next_cursor
    with pytest.raises(catalog.BadCursor):
        shelf.page(limit=2, sort=Sort.NAME, language="en", cursor=cursor)


@pytest.mark.parametrize("garbage", ["", "x", "e30:x", "WzEsMl0:" + "a" * 43])
def test_what_we_did_not_seal_is_refused(shelf: Shop, garbage: str):
    with pytest.raises(catalog.BadCursor):
        shelf.page(cursor=garbage)


def test_a_cursor_that_somebody_changed_is_refused(shelf: Shop):
    cursor = shelf.page(limit=2).next_cursor or ""
    with pytest.raises(catalog.BadCursor):
        shelf.page(limit=2, cursor="A" + cursor[1:])


def test_a_cursor_takes_the_place_of_an_offset(shelf: Shop):
    with pytest.raises(Invalid):
        shelf.page(limit=2, offset=2, cursor=shelf.page(limit=2).next_cursor)


def test_the_size_of_a_page_may_change_on_the_way(shelf: Shop):
    first = shelf.page(limit=3)
    rest = shelf.page(limit=50, cursor=first.next_cursor)
    assert [card.sku for card in [*first.cards, *rest.cards]] == shelf.skus(limit=BOUNDLESS)
