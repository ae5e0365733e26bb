"""How the shelves are narrowed and ordered beside what every list has always done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import uuid4

import pytest
from django.db import connection

from grocery.catalog import public as catalog
from grocery.catalog.contracts import NetUnit, OfferSeen, Unit
from grocery.catalog.policies.unit_price import unit_price
from grocery.catalog.services.hear import see_offer
from grocery.kernel.errors import Invalid
from grocery.kernel.money import dong
from tests.catalog.conftest import TODAY, Shop


def offer(*skus: str, ends_at: datetime | None = None, **more: object) -> None:
    """On these products, since an hour ago by the database's clock."""
    now = datetime.now(UTC)
    values = {"store_id": None, "percent": 0, "price": None, "ends_at": ends_at, **more}
    see_offer(OfferSeen(offer_id=uuid4(), skus=skus, starts_at=now - timedelta(hours=1), **values))  # type: ignore[arg-type]  # as drafted


# --- allergens ------------------------------------------------------------------------------------------------------
@pytest.fixture
def sweets(shop: Shop) -> Shop:
    shop.product("bar", popularity=4, allergens=("milk", "peanuts"))
    shop.product("toffee", popularity=3, allergens=("milk",))
    shop.product("jelly", popularity=2, allergens=())
    shop.product("secret", popularity=9, allergens=None)
    return shop


@pytest.mark.parametrize(
    ("free_of", "skus"),
    [(("peanuts",), ["toffee", "jelly"]), (("milk", "peanuts"), ["jelly"]), (("eggs",), ["bar", "toffee", "jelly"])],
)
def test_what_nobody_has_declared_is_free_of_nothing(sweets: Shop, free_of: tuple[str, ...], skus: list[str]):
    assert sweets.skus(allergen_free=free_of) == skus


# --- offers ---------------------------------------------------------------------------------------------------------
def test_on_offer_is_what_an_offer_lowers_here_and_now(sweets: Shop):
    offer("bar", percent=10)
    offer("toffee", percent=10, store_id=uuid4())
    offer("jelly", percent=10, ends_at=datetime.now(UTC) - timedelta(minutes=1))
    offer("secret", price=12_000)
    assert (sweets.skus(on_offer=True), sweets.skus(on_offer=False)) == (["bar"], ["secret", "toffee", "jelly"])


def test_offers_are_counted_as_they_run(sweets: Shop):
    offer("bar", "toffee", percent=10)
    assert sweets.page(on_offer=True, limit=1).total == 2


# --- prices ---------------------------------------------------------------------------------------------------------
def test_the_highest_price_is_not_below_the_lowest(sweets: Shop):
    with pytest.raises(Invalid) as refused:
        sweets.page(min_price=2, max_price=1)
    assert refused.value.field == "max_price"


def test_the_database_divides_as_python_does(shop: Shop):
    prices = [1, 7, 999, 1_000, 1_049, 1_050, 12_345, 10_000_000]
    contents = [
        None,
        Decimal("0.001"),
        Decimal(1),
        Decimal(3),
        Decimal("6.5"),
        Decimal(950),
        Decimal("999999999.999"),
    ]
    cases = list(product(prices, Unit, contents, [None, *NetUnit]))
    ours = []
    for price, unit, net, net_unit in cases:
        found = unit_price(price=dong(price), unit=unit, net_content=net, net_unit=net_unit)
        ours.append(found and found[0].minor)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.catalog_unit_price(price, unit, net, net_unit) FROM unnest("
            "%s::bigint[], %s::text[], %s::numeric[], %s::text[]) WITH ORDINALITY AS c(price, unit, net, net_unit, n)"
            " ORDER BY n",
            [list(column) for column in zip(*((p, u, n, nu or "") for p, u, n, nu in cases), strict=True)],
        )
        theirs = [found for (found,) in cursor.fetchall()]
    assert theirs == ours


# --- orders ---------------------------------------------------------------------------------------------------------
def test_by_unit_price_what_has_none_comes_last(shop: Shop):
    shop.product("sack", price=90_000, net_content=Decimal(5000), net_unit=NetUnit.G)
    shop.product("bag", price=25_000, net_content=Decimal(1000), net_unit=NetUnit.G)
    shop.product("loose", price=20_000, unit=Unit.KG)
    shop.product("broom", price=1_000)
    assert shop.skus(sort=catalog.Sort.UNIT_PRICE) == ["sack", "loose", "bag", "broom"]


def test_fresh_is_what_is_good_longest_in_this_store(shop: Shop):
    for sku, popularity in (("soon", 1), ("late", 1), ("salt", 1), ("elsewhere", 5)):
        shop.product(sku, popularity=popularity)
    shop.stock("soon", expiry=TODAY + timedelta(days=1))
    shop.stock("late", expiry=TODAY + timedelta(days=9))
    other = catalog.save_store(code="other", name_en="Other", name_vi="Khác", position=1)
    Shop(other).stock("elsewhere", expiry=TODAY + timedelta(days=30))
    assert shop.skus(sort=catalog.Sort.FRESH) == ["late", "soon", "elsewhere", "salt"]


def test_relevance_without_a_search_is_popularity(sweets: Shop):
    assert sweets.skus(sort=catalog.Sort.RELEVANCE) == sweets.skus()


# --- words and filters ----------------------------------------------------------------------------------------------
def test_words_that_are_known_are_not_replaced_because_a_filter_leaves_nothing(shop: Shop):
    shop.product("tomato", "Cà chua")
    shop.product("perch", "Cá chau", dietary=("halal",))
    page = shop.page(search="cà chua", dietary=("halal",))
    assert (page.cards, page.did_you_mean) == ([], None)
