"""From a store's week to slots that can be booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from grocery.catalog import public as catalog
from grocery.delivery import models, tasks
from grocery.delivery import public as delivery
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from tests.delivery.conftest import NOON, days_of, hold, save_store, week


def test_a_week_of_windows_opens_a_slot_a_day(store: catalog.Store):
    week(store.id)
    assert delivery.open_slots(now=NOON) == 7
    assert days_of(store.id) == [date(2026, 11, 20) + timedelta(days=ahead) for ahead in range(7)]


def test_a_slot_is_what_its_plan_says(store: catalog.Store):
    delivery.save_slot_plan(
        store_id=store.id,
        weekdays=[4],
        starts=time(16),
        ends=time(18),
        capacity=30,
        surcharge=dong(10_000),
        cutoff_minutes=90,
    )
    delivery.open_slots(now=NOON, days=1)
    slot = models.Slot.objects.get()
    assert (slot.starts_at, slot.ends_at, slot.cutoff_at, slot.capacity, slot.surcharge) == (
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        datetime(2026, 11, 20, 11, tzinfo=UTC),
        datetime(2026, 11, 20, 7, 30, tzinfo=UTC),
        30,
        10_000,
    )


def test_opening_again_opens_nothing_twice(store: catalog.Store):
    week(store.id)
    delivery.open_slots(now=NOON)
    assert delivery.open_slots(now=NOON) == 0


def test_the_next_day_opens_one_day_more(store: catalog.Store):
    week(store.id)
    delivery.open_slots(now=NOON)
    assert delivery.open_slots(now=NOON + timedelta(days=1)) == 1


def test_what_is_open_keeps_its_capacity_and_its_holds_when_the_plan_changes(store: catalog.Store):
    week(store.id, capacity=10)
    delivery.open_slots(now=NOON, days=1)
    slot = models.Slot.objects.get()
    hold(slot.id, "cart:lan")
    week(store.id, capacity=20)
    delivery.open_slots(now=NOON, days=1)
    slot.refresh_from_db()
    assert (slot.capacity, slot.taken) == (10, 1)


def test_today_is_the_stores_today(store: catalog.Store):
    """At 18:00 in London it is already tomorrow in Hồ Chí Minh City."""
    week(store.id)
    delivery.open_slots(now=datetime(2026, 11, 20, 18, tzinfo=UTC), days=1)
    assert days_of(store.id) == [date(2026, 11, 21)]


@pytest.mark.django_db
def test_a_window_that_the_clocks_jump_over_is_not_opened():
    store = save_store("BER-1", "Europe/Berlin")
    week(store.id, starts=time(2), ends=time(3))
    delivery.open_slots(now=datetime(2026, 3, 28, 12, tzinfo=UTC), days=3)
    assert days_of(store.id) == [date(2026, 3, 28), date(2026, 3, 30)]


def test_a_pickup_window_belongs_to_its_point(store: catalog.Store):
    point = delivery.save_pickup_point(store_id=store.id, name_en="Counter", name_vi="Quầy", address="1 Lê Lợi")
    delivery.save_slot_plan(
        store_id=store.id, weekdays=[4], starts=time(8), ends=time(20), capacity=9, pickup_point_id=point
    )
    delivery.open_slots(now=NOON, days=1)
    assert models.Slot.objects.values_list("mode", "pickup_point_id").get() == ("pickup", point)


def test_a_window_ends_after_it_starts(store: catalog.Store):
    with pytest.raises(Invalid):
        week(store.id, starts=time(18), ends=time(16))


def test_a_forgotten_window_opens_nothing_more(store: catalog.Store):
    week(store.id)
    for plan in models.SlotPlan.objects.all():
        delivery.delete_slot_plan(plan_id=plan.id)
    assert delivery.open_slots(now=NOON) == 0


@pytest.mark.django_db
def test_an_unknown_window_cannot_be_forgotten():
    with pytest.raises(NotFound):
        delivery.delete_slot_plan(plan_id=new_id())


def test_a_slot_can_be_made_larger_but_not_smaller_than_what_is_taken(store: catalog.Store):
    week(store.id, capacity=2)
    delivery.open_slots(now=NOON, days=1)
    slot = models.Slot.objects.get()
    hold(slot.id, "cart:lan")
    delivery.resize_slot(slot_id=slot.id, capacity=1, now=NOON)
    with pytest.raises(Invalid):
        delivery.resize_slot(slot_id=slot.id, capacity=0, now=NOON)
    slot.refresh_from_db()
    assert slot.capacity == 1


def test_the_command_says_how_many_it_opened(store: catalog.Store):
    week(store.id)
    out = StringIO()
    call_command("open_slots", days=3, stdout=out)
    assert out.getvalue() == "3 slots opened\n"


def test_the_clock_opens_and_sweeps(store: catalog.Store):
    week(store.id)
    assert (tasks.open_slots(), tasks.sweep_holds()) == (7, 0)
