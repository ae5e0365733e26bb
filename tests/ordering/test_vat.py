"""An order's VAT is that of the day on which its goods change hands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from grocery.kernel.money import dong, total
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.returning import SUPPORT, ask, decide, on_the_road
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


@pytest.fixture
def dairy_eve(eve: Shop) -> Shop:
    """The same with what is like milk, of the same VAT group."""
    eve.allergens = ()
    eve.stock(oat=10, goat=10)
    for sku in ("milk", "oat", "goat"):
        eve.sell(sku, price=38_500)
    return eve


def rates(order_id: UUID) -> dict[str, Decimal]:
    return {line.sku: line.vat_rate for line in ordering.order(order_id=order_id).lines}


@pytest.mark.parametrize(("hours_ahead", "rate"), [(2, 8), (10, 10)])
def test_what_is_put_in_at_checkout_has_it_too(dairy_eve: Shop, lan: Customer, hours_ahead: int, rate: int):
    dairy_eve.put(lan.owner, milk=11)
    placed = dairy_eve.check_out(lan, slot_id=dairy_eve.slot(hours_ahead=hours_ahead))
    found = rates(placed.id)
    assert (len(found), set(found.values())) == (2, {Decimal(rate)})


@pytest.mark.parametrize(("hours_ahead", "rate"), [(2, 8), (10, 10)])
def test_and_what_is_put_in_at_picking_proposed_or_taken_instead(
    dairy_eve: Shop, lan: Customer, hours_ahead: int, rate: int
):
    dairy_eve.slot_id = dairy_eve.slot(hours_ahead=hours_ahead)
    order_id = dairy_eve.confirmed_order(lan, milk=3).id
    models.OrderLine.objects.update(substitution="ask")
    ordering.start_picking(order_id=order_id, by=dairy_eve.picker, now=EVE)
    for taken in ("goat", "oat"):
        asked = ordering.substitute(
            order_id=order_id, sku="milk", with_sku="oat", quantity=quantity(1), by=dairy_eve.picker, now=EVE
        )
        ordering.answer(substitution_id=asked.id, accept=True, with_sku=taken, now=EVE)
    assert rates(order_id) == {"milk": rate, "oat": rate, "goat": rate}


def test_what_stays_of_the_vat_when_goods_come_back(eve: Shop, lan: Customer):
    """Half of the milk and a part of the shrimp: each at its own rate, the rest adds up to what is kept."""
    eve.slot_id = eve.slot(hours_ahead=2)
    order_id = eve.delivered_order(lan, milk=2, shrimp="0.5").id
    asked = ask(order_id, lan.principal, milk=1, shrimp="0.1")
    before = ordering.order(order_id=order_id)
    assert ordering.vat_left(order=before, returns=ordering.returns_of(order_id=order_id)) == before.vat
    decide(asked, now=EVE, milk="kept", shrimp=None)
    view, returns = ordering.order(order_id=order_id), ordering.returns_of(order_id=order_id)
    left = ordering.vat_left(order=view, returns=returns)
    assert [(part.rate, part.gross, part.vat) for part in left] == [
        (Decimal(5), dong(109_500), dong(5_214)),
        (Decimal(8), dong(53_500), dong(3_963)),
    ]
    assert view.charged
    assert total(part.gross for part in left) == view.charged - view.given_back


@pytest.mark.parametrize(("fee_back", "left"), [(False, [(8, 15_000)]), (True, [])])
def test_of_an_order_that_was_given_up_only_a_fee_that_is_kept_carries_vat(
    eve: Shop, lan: Customer, fee_back: bool, left: list[tuple[int, int]]
):
    eve.slot_id = eve.slot(hours_ahead=2)
    order_id = on_the_road(eve, lan, milk=2, shrimp="0.5")
    ordering.not_delivered(order_id=order_id, reason="x", by=SUPPORT, now=EVE)
    ordering.give_up_delivery(order_id=order_id, by=SUPPORT, now=EVE, fee_back=fee_back)
    view, returns = ordering.order(order_id=order_id), ordering.returns_of(order_id=order_id)
    parts = ordering.vat_left(order=view, returns=returns)
    assert [(int(part.rate), part.gross.minor) for part in parts] == left
