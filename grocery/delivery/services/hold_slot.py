"""Keeping a place for somebody who is still choosing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.delivery import models
from grocery.delivery.contracts import SlotClosed, SlotFull, SlotHold
from grocery.delivery.services.slots import shown
from grocery.kernel.errors import NotFound


@transaction.atomic
def hold_slot(*, slot_id: UUID, holder: str, until: datetime, store_id: UUID | None, now: datetime) -> SlotHold:
    """Keep a place; the holder's other place goes back only once this one is got, or nothing changes."""
    models.lock_holder(holder)
    mine = models.SlotHold.objects.of_holder(holder).first()
    slots = models.Slot.objects.locked(slot_id, *([mine.slot_id] if mine else []))
    slot = bookable(slots, slot_id, store_id=store_id, now=now)
    until = min(until, slot.cutoff_at)
    models.SlotHold.objects.reap(slots, now)
    if not models.SlotHold.objects.of_holder(holder).in_slot(slot_id).update(until=until):
        take_place(slot_id)
        if mine and models.SlotHold.objects.of_holder(holder).update(slot_id=slot_id, until=until):
            models.Slot.objects.give_back_one(mine.slot_id)
        else:
            models.SlotHold.objects.create(slot_id=slot_id, holder=holder, until=until)
    slot.refresh_from_db(fields=["taken"])
    return SlotHold(slot=shown(slot), holder=holder, until=until)


@transaction.atomic
def let_go(*, holder: str, beside: UUID | None = None) -> None:
    """Give the holder's place back; nothing to do where there is none. `beside`: see `public.let_go`."""
    models.lock_holder(holder)
    mine = models.SlotHold.objects.of_holder(holder).first()
    if mine is None:
        return
    others = models.Delivery.objects.of_order(beside).values_list("slot_id", flat=True) if beside else ()
    models.Slot.objects.locked(mine.slot_id, *others)
    if models.SlotHold.objects.of_holder(holder).delete()[0]:
        models.Slot.objects.give_back_one(mine.slot_id)


def sweep_holds(*, now: datetime) -> int:
    """Delete holds that have ended; how many. Reads and claims have not counted them since they ended."""
    swept = 0
    while True:
        with transaction.atomic():
            slots = models.Slot.objects.with_ended_holds(now, limit=200)
            if not slots:
                return swept
            swept += models.SlotHold.objects.reap([slot.id for slot in slots], now)


def bookable(
    slots: Mapping[UUID, models.Slot], slot_id: UUID, *, store_id: UUID | None, now: datetime
) -> models.Slot:
    """The slot among these locked ones. Raises NotFound, also for another store's, and SlotClosed."""
    slot = slots.get(slot_id)
    if slot is None or (store_id is not None and slot.store_id != store_id):
        raise NotFound("slot", slot_id)
    if now >= slot.cutoff_at:
        raise SlotClosed(slot_id, slot.cutoff_at)
    return slot


def take_place(slot_id: UUID) -> None:
    """Take a place of a slot that is locked and swept. Raises SlotFull."""
    if not models.Slot.objects.take_one(slot_id):
        raise SlotFull(slot_id)
