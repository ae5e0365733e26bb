"""Offers on single products are seen on the shelf while they run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from grocery.catalog import public as catalog
from grocery.catalog.contracts import OfferSeen
from grocery.catalog.models import ShelfOffer
from grocery.catalog.services.hear import see_offer
from grocery.kernel.money import dong
from tests.catalog.conftest import Shop

#: Lists go by the database's clock.
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def seen(*skus: str, percent: int = 0, price: int | None = None, **more: Any) -> UUID:
    offer_id: UUID = more.pop("offer_id", None) or uuid4()
    window = {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR}
    see_offer(
        OfferSeen(
            **{
                "offer_id": offer_id,
                "store_id": None,
                "skus": skus,
                "percent": percent,
                "price": price,
                **window,
                **more,
            }
        )
    )
    return offer_id


def shown(shop: Shop) -> dict[str, tuple[int, int]]:
    """What each product costs now, and by how many percent that is less."""
    return {card.sku: (card.price_now.minor, card.percent_off) for card in shop.page().cards}


def test_a_product_on_offer_says_both_prices(shop: Shop):
    shop.product("kale", price=18_950, net_content=Decimal(500), net_unit=catalog.NetUnit.G)
    seen("kale", percent=7)
    (card,) = shop.page().cards
    assert (card.price, card.offer_price, card.percent_off, card.unit_price) == (
        dong(18_950),
        dong(17_623),
        7,
        dong(35_200),
    )


def test_the_lowest_of_several_is_shown(shop: Shop):
    shop.product("kale", price=10_000)
    shop.product("leek", price=10_000)
    seen("kale", "leek", percent=10)
    seen("kale", price=8_000)
    assert shown(shop) == {"kale": (8_000, 20), "leek": (9_000, 10)}


@pytest.mark.parametrize(
    "window",
    [{"starts_at": NOW + HOUR, "ends_at": None}, {"starts_at": NOW - 2 * HOUR, "ends_at": NOW - HOUR}],
)
def test_out_of_its_window_it_is_not_shown(shop: Shop, window: dict[str, Any]):
    shop.product("kale", price=10_000)
    seen("kale", percent=10, **window)
    assert shown(shop) == {"kale": (10_000, 0)}


def test_another_stores_offer_is_not_shown_here(shop: Shop):
    shop.product("kale", price=10_000)
    seen("kale", percent=50, store_id=uuid4())
    seen("kale", percent=10, store_id=shop.store.id)
    assert shown(shop) == {"kale": (9_000, 10)}


def test_a_new_price_above_the_old_one_is_none(shop: Shop):
    shop.product("kale", price=10_000)
    seen("kale", price=12_000)
    assert shown(shop) == {"kale": (10_000, 0)}


def test_what_an_offer_no_longer_names_costs_its_own_price_again(shop: Shop):
    shop.product("kale", price=10_000)
    shop.product("leek", price=10_000)
    offer = seen("kale", "leek", percent=10)
    seen("leek", percent=20, offer_id=offer)
    assert shown(shop) == {"kale": (10_000, 0), "leek": (8_000, 20)}
    seen(offer_id=offer)
    assert ShelfOffer.objects.count() == 0


def test_a_products_own_page_says_it_too(shop: Shop):
    shop.product("kale", price=10_000)
    seen("kale", percent=10)
    assert catalog.product(sku=catalog.Sku("kale"), store_id=shop.store.id).offer_price == dong(9_000)
