"""A place in a slot becomes a delivery."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.delivery import models
from grocery.delivery.contracts import Booking, Destination, SlotFull
from grocery.delivery.services.hold_slot import bookable
from grocery.delivery.services.list_slots import fee_of
from grocery.delivery.services.slots import shown
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money


def book_slot(
    *,
    slot_id: UUID,
    holder: str,
    order_id: UUID,
    customer_id: UUID,
    store_id: UUID,
    destination: Destination,
    basket: Money,
    now: datetime,
) -> Booking:
    """Turn the holder's hold into a delivery, or take a place for it; inside the caller's transaction."""
    assert models.inside_a_transaction(), "a booking stands and falls with the order"
    models.lock_holder(holder)
    slot = models.SlotHold.objects.claim(holder, slot_id, now)
    if slot is None:
        slot = _take(slot_id, holder, store_id, now)
    bookable({slot.id: slot}, slot_id, store_id=store_id, now=now)
    if slot.pickup_point_id != destination.pickup_point_id:
        raise NotFound("slot", slot_id)
    fee = fee_of(slot, ward_code=destination.ward_code, basket=basket)
    delivery = _delivery(slot, order_id, customer_id, destination, fee, now)
    models.Delivery.objects.begin(delivery, models.DeliveryStep(delivery=delivery, state=delivery.state, at=now))
    return Booking(slot=shown(slot), fee=fee)


def _take(slot_id: UUID, holder: str, store_id: UUID, now: datetime) -> models.Slot:
    """A place for who holds none here, so that the slot has to be locked; what is held of another one is let go.

    Where that is was read under the holder's lock and before the slots': the hold is as it was, or ended and swept.
    """
    slots, mine = models.Slot.objects.locked_with_hold(slot_id, holder)
    slot = bookable(slots, slot_id, store_id=store_id, now=now)
    if not models.Slot.objects.take_one_of(slots, slot_id, now):
        raise SlotFull(slot_id)
    if mine and models.SlotHold.objects.of_holder(holder).delete()[0]:
        (elsewhere,) = slots.keys() - {slot_id}
        models.Slot.objects.give_back_one(elsewhere)
    return slot


def _delivery(
    slot: models.Slot, order_id: UUID, customer_id: UUID, destination: Destination, fee: Money, now: datetime
) -> models.Delivery:
    return models.Delivery(
        order_id=order_id,
        customer_id=customer_id,
        store_id=slot.store_id,
        mode=slot.mode,
        slot=slot,
        day=slot.day,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        zone=slot.zone,
        fee=fee.minor,
        recipient=destination.recipient,
        phone=destination.phone,
        ward_code=destination.ward_code,
        ward=destination.ward,
        province_code=destination.province_code,
        province=destination.province,
        street=destination.street,
        note=destination.note,
        pickup_point_id=destination.pickup_point_id,
        booked_at=now,
    )
