"""An order goes in another slot by an edit: the new place is got before the old one is let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from grocery.catalog import public as catalog
from grocery.delivery import models as delivery_models
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.payments import models as payment_models
from tests.ordering.conftest import NOON
from tests.ordering.test_editing import CUTOFF, edit, pay
from tests.ordering.test_races import at_once
from tests.shop import Customer, Shop


@pytest.fixture
def cash(shop: Shop, lan: Customer) -> UUID:
    """Two milks, today at 16:00, paid at the door."""
    shop.stock(milk=10, eggs=10)
    return shop.confirmed_order(lan, milk=2).id


@pytest.fixture
def card(shop: Shop, lan: Customer) -> UUID:
    shop.stock(milk=10, eggs=10)
    placed = shop.order(lan, method="card", milk=2)
    pay(shop, placed.id)
    return placed.id


@pytest.fixture
def tomorrow(shop: Shop) -> UUID:
    return shop.slot(hours_ahead=24, capacity=2)


def move(order_id: UUID, who: Customer, slot_id: UUID, **more: object) -> ordering.Edited:
    return ordering.edit(order_id=order_id, slot_id=slot_id, by=who.principal, **{"now": NOON, **more})  # type: ignore[arg-type]  # by name


def places(shop: Shop, slot_id: UUID) -> tuple[int, int]:
    """Taken of the first slot, and of this one."""
    return shop.places_taken(), shop.places_taken(slot_id)


def test_the_order_goes_in_the_other_slot_and_its_place_is_free_again(
    shop: Shop, lan: Customer, cash: UUID, tomorrow
):
    done = move(cash, lan, tomorrow)
    seen, road = ordering.order(order_id=cash), delivery.delivery(order_id=cash)
    assert (done.outcome.value, done.window and done.window.slot_id, places(shop, tomorrow)) == (
        "applied",
        tomorrow,
        (0, 1),
    )
    assert (seen.slot_day, seen.slot_starts_at, road.slot_id) == (
        date(2026, 11, 21),
        NOON + timedelta(hours=24),
        tomorrow,
    )
    (change,) = seen.changes
    assert change.moved == ordering.SlotMove(
        NOON + timedelta(hours=4), NOON + timedelta(hours=6), NOON + timedelta(hours=24), NOON + timedelta(hours=26)
    )


def test_asking_twice_is_one_place(shop: Shop, lan: Customer, cash: UUID, tomorrow: UUID):
    move(cash, lan, tomorrow)
    assert move(cash, lan, tomorrow).outcome is ordering.EditOutcome.UNCHANGED
    assert places(shop, tomorrow) == (0, 1)


def test_a_preview_takes_no_place(shop: Shop, lan: Customer, cash: UUID, tomorrow: UUID):
    seen = ordering.preview_edit(order_id=cash, slot_id=tomorrow, by=lan.principal, now=NOON)
    assert (seen.window is not None, places(shop, tomorrow)) == (True, (1, 0))


def test_a_markdown_stays_with_its_units_also_on_a_line_that_the_shop_has_settled(
    shop: Shop, lan: Customer, tomorrow: UUID
):
    """Of three milks two expire today; one is missing, and the rest goes tomorrow, fresh and at its price."""
    shop.stock(milk=10)
    shop.stock(NOON.date(), milk=2)
    old = [lot.id for lot in Lot.objects.filter(expires_on=NOON.date())]
    inventory.mark_down(location=shop.store.id, lots=old, percent=50, now=NOON, by=lan.id)
    ordering.set_item(owner=lan.owner, sku="milk", quantity=quantity(3), near_expiry=True, now=NOON)
    placed = shop.check_out(lan)
    shop.tell()
    ordering.leave_out(order_id=placed.id, sku="milk", quantity=quantity(1), by=shop.picker, now=NOON)
    (before,) = ordering.order(order_id=placed.id).lines
    move(placed.id, lan, tomorrow)
    (after,) = ordering.order(order_id=placed.id).lines
    assert (before.amount < before.list_amount, after.amount, after.adjustments) == (True, dong(77_000), ())


def test_a_full_slot_leaves_everything_as_it_was(shop: Shop, lan: Customer, cash: UUID, tomorrow: UUID):
    delivery_models.Slot.objects.filter(id=tomorrow).update(taken=2)
    with pytest.raises(delivery.SlotFull):
        ordering.edit(order_id=cash, quantities={"eggs": quantity(1)}, slot_id=tomorrow, by=lan.principal, now=NOON)
    assert (places(shop, tomorrow), shop.available("eggs")) == ((1, 2), quantity(10))


def test_both_cut_offs_count(shop: Shop, lan: Customer, cash: UUID):
    soon = shop.slot(hours_ahead=2)
    with pytest.raises(delivery.SlotClosed):
        move(cash, lan, soon, now=NOON + timedelta(hours=1))
    with pytest.raises(ordering.OrderNotEditable):
        move(cash, lan, shop.slot(hours_ahead=30), now=CUTOFF)


def test_a_pickup_slot_and_an_unknown_one_are_not_for_this_order(shop: Shop, lan: Customer, cash: UUID):
    point = delivery.save_pickup_point(
        store_id=shop.store.id, name_en="Counter", name_vi="Quầy", address="1 Lê Lợi", hours_en="", hours_vi=""
    )
    for other in (shop.slot(hours_ahead=24, point=point), UUID(int=7)):
        with pytest.raises(NotFound):
            move(cash, lan, other)


def test_goods_must_be_good_on_the_new_day(shop: Shop, lan: Customer, tomorrow: UUID):
    """What is in the shop is good until today: the order stays where it is."""
    shop.stock(date(2026, 11, 20), milk=5)
    order_id = shop.confirmed_order(lan, milk=2).id
    with pytest.raises(inventory.OutOfStock):
        move(order_id, lan, tomorrow)
    assert (places(shop, tomorrow), shop.available("milk")) == ((1, 0), quantity(3))


def test_fresher_goods_are_taken_and_the_others_are_free(shop: Shop, lan: Customer, tomorrow: UUID):
    shop.stock(date(2026, 11, 20), milk=5)
    shop.stock(date(2026, 12, 20), milk=5)
    order_id = shop.confirmed_order(lan, milk=2).id
    move(order_id, lan, tomorrow)
    (held,) = inventory.holdings(holders=[models.holder_of(order_id)])[models.holder_of(order_id)]
    assert (held.expires_on, held.quantity) == (date(2026, 12, 20), quantity(2))


def test_the_vat_is_that_of_the_new_day(shop: Shop, lan: Customer, cash: UUID):
    """The reduced rate ends with the year: 8 %, then 10 %."""
    january = shop.slot(hours_ahead=24 * 43)
    move(cash, lan, january)
    seen = ordering.order(order_id=cash)
    assert (seen.slot_day, seen.lines[0].vat_rate) == (date(2027, 1, 2), Decimal(10))
    assert {part.rate for part in seen.vat} == {
        Decimal(10),
        catalog.vat_rate(group=catalog.VAT_OF_DELIVERY, on=seen.slot_day),
    }


def test_the_way_costs_what_the_new_slot_costs(shop: Shop, lan: Customer, cash: UUID, tomorrow: UUID):
    delivery_models.Slot.objects.filter(id=tomorrow).update(surcharge=-5_000)
    done = move(cash, lan, tomorrow)
    assert (done.fee_before, done.fee, done.total) == (dong(15_000), dong(10_000), dong(87_000))
    assert delivery.delivery(order_id=cash).fee == dong(10_000)


def test_beyond_what_the_card_holds_is_refused(shop: Shop, lan: Customer, card: UUID, tomorrow: UUID):
    payment_models.Payment.objects.filter(order_id=card).update(capture_before=NOON + timedelta(hours=25))
    with pytest.raises(ordering.BeyondAuthorisation):
        move(card, lan, tomorrow)
    payment_models.Payment.objects.filter(order_id=card).update(capture_before=NOON + timedelta(hours=26))
    assert move(card, lan, tomorrow).outcome is ordering.EditOutcome.APPLIED


def test_a_dearer_slot_waits_for_its_money_with_its_place_kept(shop: Shop, lan: Customer, card: UUID, tomorrow: UUID):
    delivery_models.Slot.objects.filter(id=tomorrow).update(surcharge=20_000)
    done = move(card, lan, tomorrow)
    assert (done.outcome.value, done.to_pay, places(shop, tomorrow)) == ("waits_for_payment", dong(20_000), (1, 1))
    pay(shop, card, done.revision_id)
    assert (ordering.order(order_id=card).total, places(shop, tomorrow)) == (dong(112_000), (0, 1))


@pytest.mark.parametrize("how", ["cancel", "newer", "back"])
def test_a_place_that_waits_is_given_back(shop: Shop, lan: Customer, card: UUID, tomorrow: UUID, how: str):
    delivery_models.Slot.objects.filter(id=tomorrow).update(surcharge=20_000)
    move(card, lan, tomorrow)
    if how == "cancel":
        ordering.cancel(order_id=card, by=lan.principal, now=NOON)
    else:
        edit(card, lan, milk=1 if how == "newer" else 2)
    assert places(shop, tomorrow) == (0 if how == "cancel" else 1, 0)


def test_staff_of_another_store_move_nothing(shop: Shop, cash: UUID, tomorrow: UUID):
    other = replace(shop.picker, store_id=UUID(int=9))
    with pytest.raises(NotFound):
        ordering.edit(order_id=cash, slot_id=tomorrow, by=other, note="By phone", now=NOON)


# --- at the same moment -------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_many(shop: Shop):
    shop.stock(milk=20)
    people = [shop.customer(f"c{n}") for n in range(4)]
    orders = [shop.confirmed_order(who, milk=1).id for who in people]
    last = shop.slot(hours_ahead=24, capacity=1)
    acts = [lambda o=o, who=who: move(o, who, last).outcome.value for o, who in zip(orders, people, strict=True)]
    results = at_once(*acts)
    assert (sorted(map(str, results)), places(shop, last)) == (["applied", *["slot_full"] * 3], (3, 1))


@pytest.mark.django_db(transaction=True)
def test_two_orders_that_change_places_both_get_them(shop: Shop):
    """In either order, without a deadlock: slots are locked in key order."""
    shop.stock(milk=20)
    one, two = shop.customer("one"), shop.customer("two")
    other = shop.slot(hours_ahead=24, capacity=5)
    first, second = shop.confirmed_order(one, milk=1).id, shop.confirmed_order(two, milk=1).id
    move(second, two, other)
    results = at_once(
        lambda: move(first, one, other).outcome.value, lambda: move(second, two, shop.slot_id).outcome.value
    )
    assert (results, places(shop, other)) == (["applied", "applied"], (1, 1))


@pytest.mark.django_db(transaction=True)
def test_the_same_order_moved_twice_at_once_has_one_place(shop: Shop, lan: Customer, cash: UUID, tomorrow: UUID):
    results = at_once(*[lambda: move(cash, lan, tomorrow).outcome.value] * 2)
    assert (sorted(map(str, results)), places(shop, tomorrow)) == (["applied", "unchanged"], (0, 1))
