"""Goods that are counted by the piece and paid by weight: melons of about 1,5 kg."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from grocery.kernel.errors import Invalid
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.contracts import pieces_of, whole_pieces
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

TODAY, LATER = date(2026, 11, 20), date(2026, 12, 24)


def by_piece(shop: Shop, sku: str, each: str, *, most: str = "999", price: int = 60_000) -> None:
    """Sell this by the piece of about so many kilograms, at this price a kilogram."""
    draft = catalog.ProductDraft(
        sku=sku,
        name_en=sku.capitalize(),
        name_vi=sku.capitalize(),
        category="food",
        price=price,
        unit=catalog.Unit.KG,
        piece_weight=Decimal(each),
        vat_group="fresh",
        allergens=(),
        max_per_order=Decimal(most),
    )
    catalog.save_product(draft=draft, now=NOON)


def shelve(shop: Shop, sku: str, weight: str, until: date = LATER) -> None:
    line = inventory.StockLine(catalog.Sku(sku), quantity(weight), until)
    inventory.stock_up(location=shop.store.id, lines=[line], now=NOON)


@pytest.fixture
def melons(shop: Shop) -> Shop:
    by_piece(shop, "melon", "1.5")
    shelve(shop, "melon", "10")
    return shop


def test_a_piece_is_the_step_it_is_bought_in(melons: Shop):
    found = catalog.product(sku=catalog.Sku("melon"), store_id=melons.store.id)
    assert (found.step, found.piece_weight) == (quantity("1.5"), quantity("1.5"))


@pytest.mark.parametrize(("unit", "weight"), [("piece", "1"), ("kg", "0"), ("kg", "-1"), ("kg", "0.0005")])
def test_only_what_is_weighed_has_a_weight_and_it_is_more_than_nothing(shop: Shop, unit: str, weight: str):
    draft = catalog.ProductDraft(
        sku="melon",
        name_en="Melon",
        name_vi="Dưa lưới",
        category="food",
        price=60_000,
        unit=catalog.Unit(unit),
        piece_weight=Decimal(weight),
    )
    with pytest.raises(Invalid) as refused:
        catalog.save_product(draft=draft, now=NOON)
    assert refused.value.field in {"piece_weight", "step"}


def test_half_a_melon_cannot_be_bought(melons: Shop, lan: Customer):
    with pytest.raises(ordering.QuantityNotInSteps):
        melons.put(lan.owner, melon="0.75")


def test_two_melons_cost_what_three_kilograms_cost_and_at_most_a_tenth_more(melons: Shop, lan: Customer):
    (line,) = melons.put(lan.owner, melon="3").lines
    assert (pieces_of(line.quantity, line.piece_weight), line.amount, line.headroom) == (
        2,
        dong(180_000),
        dong(18_000),
    )


def test_the_order_remembers_that_it_was_two_melons(melons: Shop, lan: Customer):
    placed = melons.order(lan, melon="3")
    by_piece(melons, "melon", "2")
    (line,) = ordering.order(order_id=placed.id).lines
    assert pieces_of(line.quantity, line.piece_weight) == 2


def test_they_are_charged_as_weighed(melons: Shop, lan: Customer):
    placed = melons.confirmed_order(lan, melon="3")
    ordering.start_picking(order_id=placed.id, by=melons.picker, now=NOON)
    ordering.mark_packed(order_id=placed.id, weights={"melon": quantity("3.12")}, by=melons.picker, now=NOON)
    assert ordering.order(order_id=placed.id).lines[0].packed_amount == dong(187_200)


def test_one_of_two_melons_may_be_called_off_and_half_of_one_may_not(melons: Shop, lan: Customer):
    placed = melons.confirmed_order(lan, melon="3")
    with pytest.raises(ordering.QuantityNotInSteps):
        ordering.cancel_lines(order_id=placed.id, quantities={"melon": quantity("0.75")}, by=lan.principal, now=NOON)
    ordering.cancel_lines(order_id=placed.id, quantities={"melon": quantity("1.5")}, by=lan.principal, now=NOON)
    assert ordering.order(order_id=placed.id).lines[0].quantity == quantity("1.5")


def test_a_limit_counts_in_the_products_unit(shop: Shop, lan: Customer):
    by_piece(shop, "melon", "1.5", most="4")
    shelve(shop, "melon", "30")
    with pytest.raises(ordering.QuantityTooLarge):
        shop.put(lan.owner, melon="4.5")


def test_only_whole_melons_are_near_their_date(shop: Shop, lan: Customer):
    by_piece(shop, "melon", "1.5")
    shelve(shop, "melon", "2", until=TODAY)
    shelve(shop, "melon", "9")
    old = [lot.id for lot in Lot.objects.filter(expires_on=TODAY)]
    inventory.mark_down(location=shop.store.id, lots=old, percent=50, now=NOON, by=new_id())
    cart = ordering.set_item(owner=lan.owner, sku="melon", quantity=quantity("3"), near_expiry=True, now=NOON)
    placed = shop.check_out(lan, expected_total=cart.total + dong(15_000))
    assert [(a.quantity, a.amount) for a in cart.lines[0].adjustments] == [(quantity("1.5"), dong(-45_000))]
    assert models.OrderLine.objects.get(order_id=placed.id).reduced == [[50, "1.5"]]


def test_a_melon_near_its_date_stays_so_by_an_edit_from_whichever_lots_its_weight_is(shop: Shop, lan: Customer):
    by_piece(shop, "melon", "1.5")
    shop.stock(milk=5)
    for weight in ("0.75", "0.75"):
        shelve(shop, "melon", weight, until=TODAY)
    old = [lot.id for lot in Lot.objects.filter(expires_on=TODAY)]
    inventory.mark_down(location=shop.store.id, lots=old, percent=50, now=NOON, by=new_id())
    ordering.set_item(owner=lan.owner, sku="melon", quantity=quantity("1.5"), near_expiry=True, now=NOON)
    placed = shop.check_out(lan)
    ordering.edit(order_id=placed.id, quantities={"milk": quantity(1)}, by=lan.principal, now=NOON)
    melon, _milk = ordering.order(order_id=placed.id).lines
    assert (melon.sku, melon.amount) == ("melon", dong(45_000))


def test_what_stands_in_comes_in_whole_pieces_of_its_own(shop: Shop, lan: Customer):
    shop.allergens = ()
    by_piece(shop, "melon", "1.5")
    by_piece(shop, "pomelo", "1.2")
    shelve(shop, "melon", "3")
    shelve(shop, "pomelo", "9")
    placed = shop.confirmed_order(lan, melon="3")
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    ordering.substitute(
        order_id=placed.id, sku="melon", with_sku="pomelo", quantity=quantity("3"), by=shop.picker, now=NOON
    )
    (line,) = ordering.order(order_id=placed.id).lines
    assert (line.sku, pieces_of(line.quantity, line.piece_weight)) == ("pomelo", 2)


@pytest.mark.parametrize(("weight", "each", "pieces"), [("3", "1.5", 2), ("3.1", "1.5", None), ("3", None, None)])
def test_what_is_no_whole_piece_is_said_by_weight(weight: str, each: str | None, pieces: int | None):
    assert pieces_of(quantity(weight), quantity(each) if each else None) == pieces


@pytest.mark.parametrize(("there", "each", "whole"), [("3.4", "1.5", "3"), ("1.4", "1.5", "0"), ("1.4", None, "1.4")])
def test_of_a_melon_that_is_cut_nothing_can_be_had(there: str, each: str | None, whole: str):
    assert whole_pieces(quantity(there), quantity(each) if each else None) == quantity(whole)
