"""An order's VAT is that of the day on which its goods change hands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from grocery.kernel.money import dong
from grocery.ordering import public as ordering
from tests.shop import BEN_THANH, Customer, Shop

#: New Year's Eve, nine in the evening in Hồ Chí Minh City.
EVE = datetime(2026, 12, 31, 14, 0, tzinfo=UTC)


@pytest.fixture
def eve(shop: Shop) -> Shop:
    """The shop on New Year's Eve: milk (8 %, then 10 %) and shrimp (5 %) on the shelf."""
    shop.now = EVE
    shop.stock(milk=10, shrimp="2")
    return shop


@pytest.mark.parametrize(("hours_ahead", "rate"), [(2, 8), (10, 10)])
def test_lines_and_fee_keep_the_rate_of_the_slots_day(eve: Shop, lan: Customer, hours_ahead: int, rate: int):
    eve.put(lan.owner, milk=2, shrimp="0.5")
    placed = eve.check_out(lan, slot_id=eve.slot(hours_ahead=hours_ahead))
    order = ordering.order(order_id=placed.id)
    assert {line.sku: line.vat_rate for line in order.lines} == {"milk": rate, "shrimp": 5}
    assert {part.rate: part.gross for part in order.vat} == {
        Decimal(rate): dong(77_000 + 15_000),
        Decimal(5): dong(109_500),
    }


@pytest.mark.parametrize(("hours_ahead", "rate"), [(2, 8), (10, 10)])
def test_the_cart_shows_the_rate_of_the_day_that_was_chosen(eve: Shop, lan: Customer, hours_ahead: int, rate: int):
    eve.put(lan.owner, milk=2)
    view = ordering.choose_slot(
        owner=lan.owner, slot_id=eve.slot(hours_ahead=hours_ahead), ward_code=BEN_THANH, now=EVE
    )
    assert {part.rate: part.gross for part in view.vat} == {Decimal(rate): dong(77_000 + 15_000)}


def test_without_a_slot_the_cart_shows_todays_rate_until_midnight(eve: Shop, lan: Customer):
    eve.put(lan.owner, milk=2)
    midnight = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    moments = [midnight - timedelta(seconds=1), midnight]
    views = [ordering.cart(owner=lan.owner, now=moment) for moment in moments]
    assert [view.vat[0].rate for view in views] == [8, 10]
