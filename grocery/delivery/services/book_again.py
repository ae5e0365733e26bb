"""What came back is brought, or fetched, in another slot."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.delivery import models
from grocery.delivery.contracts import DeliveryState, Slot, WrongStep
from grocery.delivery.services.hold_slot import bookable, take_place
from grocery.delivery.services.slots import shown
from grocery.kernel.errors import NotFound


@transaction.atomic
def book_again(*, order_id: UUID, slot_id: UUID, now: datetime, by: UUID | None) -> Slot:
    """Take a place in another slot for a delivery that failed; the old place is free. Raises as `public` says."""
    delivery = models.Delivery.objects.of_order(order_id).locked().first()
    if delivery is None:
        raise NotFound("delivery", order_id)
    if delivery.state != DeliveryState.FAILED:
        raise WrongStep(DeliveryState(delivery.state), DeliveryState.SCHEDULED)
    slots = models.Slot.objects.locked(slot_id, delivery.slot_id)
    slot = bookable(slots, slot_id, store_id=delivery.store_id, now=now)
    if (slot.mode, slot.pickup_point_id) != (delivery.mode, delivery.pickup_point_id):
        raise NotFound("slot", slot_id)
    if slot_id != delivery.slot_id:
        models.SlotHold.objects.reap(slots, now)
        take_place(slot_id)
        models.Slot.objects.give_back_one(delivery.slot_id)
    _move(delivery, slot)
    models.DeliveryStep.objects.create(delivery=delivery, state=DeliveryState.SCHEDULED.value, at=now, by=by)
    return shown(slot)


def _move(delivery: models.Delivery, slot: models.Slot) -> None:
    delivery.slot, delivery.state = slot, DeliveryState.SCHEDULED.value
    delivery.day, delivery.starts_at, delivery.ends_at = slot.day, slot.starts_at, slot.ends_at
    delivery.save(update_fields=["slot", "state", "day", "starts_at", "ends_at"])
