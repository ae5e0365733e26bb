"""Many customers, few places: real connections, all at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import F

from grocery.delivery import models
from grocery.delivery import public as delivery
from tests.delivery.conftest import LATER, SOON, Shop, hold, taken

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, PLACES = 16, 5


def together(buyers: int, buy: Callable[[int], bool]) -> int:
    """Let all buyers start at the same moment, each on a connection of its own; how many got what they wanted."""
    start = Barrier(buyers, timeout=30)

    def one(number: int) -> bool:
        close_old_connections()
        start.wait()
        try:
            return buy(number)
        except delivery.SlotFull:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(buyers) as crowd:
        return sum(crowd.map(one, range(buyers)))


def test_exactly_as_many_hold_as_there_are_places(shop: Shop):
    slot = shop.slot(capacity=PLACES)
    got = together(BUYERS, lambda number: bool(hold(slot, f"cart:{number}")))
    assert (got, taken(slot), models.SlotHold.objects.count()) == (PLACES, PLACES, PLACES)


def test_exactly_as_many_book_as_there_are_places(shop: Shop):
    slot = shop.slot(capacity=PLACES)
    got = together(BUYERS, lambda number: bool(shop.book(slot, holder=f"cart:{number}")))
    assert (got, taken(slot), models.Delivery.objects.count()) == (PLACES, PLACES, PLACES)


def test_ended_holds_are_given_to_others_once_each(shop: Shop):
    slot = shop.slot(capacity=PLACES)
    for number in range(PLACES):
        hold(slot, f"gone:{number}", until=SOON)
    got = together(BUYERS, lambda number: bool(hold(slot, f"cart:{number}", now=SOON, until=LATER)))
    assert (got, taken(slot)) == (PLACES, PLACES)


def test_who_holds_a_place_books_it_while_somebody_else_has_the_slot_locked(shop: Shop):
    """Otherwise all orders of a window stand in one queue, each until the one before is on the disk."""
    slot = shop.slot(capacity=2)
    hold(slot, "cart:lan")
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        shop.book(slot, holder="cart:without a hold")
        other.submit(_book_at_once, shop, slot, "cart:lan").result(timeout=30)
        assert taken(slot) == 2
    assert (taken(slot), models.Delivery.objects.count()) == (2, 2)


def _book_at_once(shop: Shop, slot: UUID, holder: str) -> None:
    """Raises where it would have to wait for a lock."""
    try:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '1ms'")
            shop.book(slot, holder=holder)
    finally:
        connection.close()


def test_a_hold_that_is_booked_while_it_is_swept_is_one_place(shop: Shop):
    slot = shop.slot(capacity=BUYERS)
    for number in range(BUYERS // 2):
        hold(slot, f"cart:{number}", until=SOON)

    def book_or_sweep(number: int) -> bool:
        if number % 2:
            return bool(shop.book(slot, holder=f"cart:{number // 2}"))
        return bool(delivery.sweep_holds(now=LATER))

    together(BUYERS, book_or_sweep)
    assert taken(slot) == models.Delivery.objects.count() == BUYERS // 2
    assert not models.SlotHold.objects.exists()


def test_those_who_swap_slots_crosswise_neither_wait_for_each_other_nor_lose_a_place(shop: Shop):
    left, right = shop.slot(capacity=BUYERS), shop.slot(capacity=BUYERS, hours_ahead=6)
    for number in range(BUYERS):
        hold(left if number % 2 else right, f"cart:{number}")
    got = together(BUYERS, lambda number: bool(hold(right if number % 2 else left, f"cart:{number}")))
    assert (got, taken(left), taken(right)) == (BUYERS, BUYERS // 2, BUYERS // 2)


def test_one_holder_in_many_tabs_keeps_one_place(shop: Shop):
    slots = [shop.slot(capacity=3, hours_ahead=4 + 2 * number) for number in range(4)]
    together(BUYERS, lambda number: bool(hold(slots[number % 4], "cart:lan")))
    assert (models.SlotHold.objects.count(), sum(map(taken, slots))) == (1, 1)


def test_the_database_itself_refuses_one_too_many(shop: Shop):
    slot = shop.slot(capacity=1)
    shop.book(slot)
    with pytest.raises(IntegrityError, match="slot_never_overbooked"):
        models.Slot.objects.filter(id=slot).update(taken=F("taken") + 1)


def test_negative_control_counting_before_taking_overbooks(shop: Shop):
    """What we do not do: look whether there is room, then write. Everybody sees room."""
    slot = shop.slot(capacity=PLACES)
    looked = Barrier(BUYERS, timeout=30)

    def naive(number: int) -> bool:
        room = _booked(slot) < PLACES
        looked.wait()
        if room:
            models.SlotHold.objects.create(slot_id=slot, holder=f"cart:{number}", until=SOON)
        return room

    assert together(BUYERS, naive) == BUYERS


def _booked(slot: UUID) -> int:
    return models.SlotHold.objects.filter(slot_id=slot).count()
