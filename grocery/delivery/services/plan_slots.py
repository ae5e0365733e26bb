"""A store's week, and the days that are opened from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.delivery import models, policies
from grocery.delivery.contracts import Mode
from grocery.delivery.services.pickup_points import pickup_point
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money


@transaction.atomic
def save_slot_plan(
    *,
    store_id: UUID,
    pickup_point_id: UUID | None,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    capacity: int,
    surcharge: Money,
    cutoff_minutes: int,
) -> list[UUID]:
    """Write one window down for some days of the week; a window that starts then is replaced."""
    if starts >= ends:
        raise Invalid("ends", "A window ends after it starts.", "Khung giờ phải kết thúc sau khi bắt đầu.")
    if pickup_point_id is not None:
        pickup_point(store_id=store_id, pickup_point_id=pickup_point_id)
    mode = Mode.DELIVERY if pickup_point_id is None else Mode.PICKUP
    models.SlotPlan.objects.bulk_create(
        [
            models.SlotPlan(
                store_id=store_id,
                mode=mode.value,
                pickup_point_id=pickup_point_id,
                weekday=weekday,
                starts=starts,
                ends=ends,
                capacity=capacity,
                surcharge=surcharge.minor,
                cutoff_minutes=cutoff_minutes,
            )
            for weekday in sorted(set(weekdays))
        ],
        update_conflicts=True,
        unique_fields=["store_id", "mode", "pickup_point", "weekday", "starts"],
        update_fields=["ends", "capacity", "surcharge", "cutoff_minutes"],
    )
    return models.SlotPlan.objects.ids_of_window(store_id, pickup_point_id, weekdays, starts)


def delete_slot_plan(*, plan_id: UUID) -> None:
    """Forget a window of the week; slots that are open already stay."""
    if not models.SlotPlan.objects.with_id(plan_id).delete()[0]:
        raise NotFound("slot plan", plan_id)


@transaction.atomic
def open_slots(*, now: datetime, days: int) -> int:
    """Open the slots of the coming days; how many are new. Those that are open already stay as they are."""
    zones: dict[UUID, str] = {store.id: store.zone for store in catalog.stores()}
    planned = [slot for plan in models.SlotPlan.objects.all() for slot in _slots(plan, zones, now, days)]
    before = models.Slot.objects.count()
    models.Slot.objects.bulk_create(planned, ignore_conflicts=True, batch_size=1000)
    return models.Slot.objects.count() - before


@transaction.atomic
def resize_slot(*, slot_id: UUID, capacity: int, now: datetime) -> None:
    """Let one slot take more or fewer orders, never fewer than are booked or held."""
    slot = models.Slot.objects.locked(slot_id).get(slot_id)
    if slot is None:
        raise NotFound("slot", slot_id)
    reaped = models.SlotHold.objects.reap([slot_id], now)
    if capacity < (taken := slot.taken - reaped):
        raise Invalid("capacity", f"{taken} places are taken already.", f"Đã có {taken} chỗ được đặt hoặc đang giữ.")
    models.Slot.objects.resize(slot_id, capacity)


def _slots(plan: models.SlotPlan, zones: Mapping[UUID, str], now: datetime, days: int) -> Iterator[models.Slot]:
    """The plan's slots on the next `days` days of its store's calendar, today first."""
    zone = zones.get(plan.store_id)
    if zone is None:
        return
    today = local_date(now, zone=zone)
    for day in (today + timedelta(days=ahead) for ahead in range(days)):
        if day.weekday() != plan.weekday:
            continue
        if span := policies.window(day=day, starts=plan.starts, ends=plan.ends, zone=zone):
            yield models.Slot(
                store_id=plan.store_id,
                mode=plan.mode,
                pickup_point_id=plan.pickup_point_id,
                day=day,
                starts_at=span[0],
                ends_at=span[1],
                cutoff_at=span[0] - timedelta(minutes=plan.cutoff_minutes),
                zone=zone,
                capacity=plan.capacity,
                surcharge=plan.surcharge,
            )
