"""A place is kept for a while, and given up only for a better one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grocery.delivery import public as delivery
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from tests.delivery.conftest import LATER, NOON, SOON, Shop, hold, taken

LAN, MINH = "cart:lan", "cart:minh"


def test_a_held_place_is_full_for_others_and_held_for_its_holder(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN)
    assert (shop.state(slot, holder=LAN), shop.state(slot, holder=MINH)) == ("held", "full")


def test_the_last_place_cannot_be_held_twice(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN)
    with pytest.raises(delivery.SlotFull):
        hold(slot, MINH)


def test_a_hold_that_has_ended_is_free_at_once(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN, until=SOON)
    assert (shop.state(slot, now=SOON), delivery.held(holder=LAN, now=SOON)) == ("open", None)


def test_a_hold_that_has_ended_makes_room_without_any_sweeper(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN, until=SOON)
    assert hold(slot, MINH, now=SOON, until=LATER).holder == MINH


def test_another_slot_replaces_the_one_that_was_held(shop: Shop):
    first, second = shop.slot(), shop.slot(hours_ahead=6)
    hold(first, LAN)
    hold(second, LAN)
    assert (taken(first), taken(second)) == (0, 1)


def test_the_old_place_stays_when_the_new_one_cannot_be_had(shop: Shop):
    first, second = shop.slot(), shop.slot(hours_ahead=6)
    hold(first, LAN)
    hold(second, MINH)
    with pytest.raises(delivery.SlotFull):
        hold(second, LAN)
    kept = delivery.held(holder=LAN, now=NOON)
    assert kept is not None
    assert (kept.slot.id, taken(first), taken(second)) == (first, 1, 1)


def test_holding_the_same_slot_again_prolongs_it(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN, until=SOON)
    assert (hold(slot, LAN, until=LATER).until, taken(slot)) == (LATER, 1)


def test_an_ended_hold_elsewhere_is_given_back_once(shop: Shop):
    first, second = shop.slot(capacity=2), shop.slot(hours_ahead=6)
    hold(first, MINH, until=LATER)
    hold(first, LAN, until=SOON)
    hold(second, LAN, now=SOON, until=LATER)
    assert (taken(first), taken(second)) == (1, 1)


def test_no_hold_outlives_the_cut_off(shop: Shop):
    slot = shop.slot(hours_ahead=2)
    assert hold(slot, LAN, until=NOON + timedelta(hours=3)).until == NOON + timedelta(hours=1)


def test_after_the_cut_off_nothing_can_be_held(shop: Shop):
    slot = shop.slot(hours_ahead=1)
    with pytest.raises(delivery.SlotClosed):
        hold(slot, LAN)


def test_another_stores_slot_is_not_found(shop: Shop):
    slot = shop.slot(store_id=new_id())
    with pytest.raises(NotFound):
        delivery.hold(slot_id=slot, holder=LAN, until=SOON, now=NOON, store_id=shop.store_id)


def test_letting_go_frees_the_place_and_is_harmless_twice(shop: Shop):
    slot = shop.slot()
    hold(slot, LAN)
    delivery.let_go(holder=LAN)
    delivery.let_go(holder=LAN)
    assert taken(slot) == 0


def test_the_sweeper_clears_ended_holds_and_leaves_live_ones(shop: Shop):
    slot, other = shop.slot(capacity=3), shop.slot(capacity=3, hours_ahead=6)
    hold(slot, LAN, until=SOON)
    hold(slot, MINH, until=LATER)
    hold(other, "cart:hoa", until=SOON)
    assert (delivery.sweep_holds(now=SOON), taken(slot), taken(other)) == (2, 1, 0)
