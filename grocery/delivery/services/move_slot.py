"""A delivery that is booked goes into another slot: the new place is got before the old one is given back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grocery.delivery import models
from grocery.delivery.contracts import DeliveryState, Slot, SlotOffer, WrongStep
from grocery.delivery.services.hold_slot import bookable, take_place
from grocery.delivery.services.list_slots import fee_of, list_slots
from grocery.delivery.services.slots import shown
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money


def slots_for(*, order_id: UUID, days: int, basket: Money | None, now: datetime) -> list[SlotOffer]:
    """The slots of the next `days` local days for where the order goes."""
    delivery = _delivery(order_id)
    return list_slots(
        store_id=delivery.store_id,
        ward_code=None if delivery.pickup_point_id else delivery.ward_code,
        pickup_point_id=delivery.pickup_point_id,
        days=days,
        now=now,
        holder=None,
        basket=basket,
    )


def slot_for(*, order_id: UUID, slot_id: UUID, now: datetime) -> Slot:
    """The slot, if it is open for where the order goes; whether there is a place is known when it is taken."""
    delivery = _delivery(order_id)
    slots = {slot.id: slot for slot in models.Slot.objects.with_id(slot_id)}
    return shown(_fitting(delivery, slots, slot_id, now))


def fee_for(*, order_id: UUID, slot_id: UUID, basket: Money) -> Money:
    """What this basket pays for a slot, where the order goes."""
    delivery, slot = _delivery(order_id), models.Slot.objects.with_id(slot_id).first()
    if slot is None:
        raise NotFound("slot", slot_id)
    return fee_of(slot, ward_code=delivery.ward_code, basket=basket)


def move(*, order_id: UUID, slot_id: UUID, holder: str, fee: Money, now: datetime, by: UUID | None) -> Slot:
    """Let the order be delivered in that slot, inside the caller's transaction."""
    assert models.inside_a_transaction(), "a place stands and falls with the order"
    models.lock_holder(holder)
    delivery = _locked(order_id)
    slots = models.Slot.objects.locked(slot_id, delivery.slot_id)
    slot = _fitting(delivery, slots, slot_id, now)
    models.SlotHold.objects.reap(slots, now)
    if not models.SlotHold.objects.of_holder(holder).in_slot(slot_id).delete()[0]:
        take_place(slot_id)
    models.Slot.objects.give_back_one(delivery.slot_id)
    before = _window(delivery)
    _write(delivery, slot, fee)
    models.DeliveryStep.objects.create(
        delivery=delivery, state=delivery.state, at=now, by=by, note=f"{before} → {_window(delivery)}"
    )
    return shown(slot)


def _write(delivery: models.Delivery, slot: models.Slot, fee: Money) -> None:
    delivery.slot, delivery.fee = slot, fee.minor
    delivery.day, delivery.starts_at, delivery.ends_at = slot.day, slot.starts_at, slot.ends_at
    delivery.save(update_fields=["slot", "fee", "day", "starts_at", "ends_at"])


def _window(delivery: models.Delivery) -> str:
    starts, ends = (at.astimezone(ZoneInfo(delivery.zone)) for at in (delivery.starts_at, delivery.ends_at))
    return f"{starts:%d/%m %H:%M}–{ends:%H:%M}"


def change_fee(*, order_id: UUID, fee: Money) -> None:
    """The way costs another amount now."""
    models.Delivery.objects.of_order(order_id).update(fee=fee.minor)


def _delivery(order_id: UUID) -> models.Delivery:
    delivery = models.Delivery.objects.of_order(order_id).first()
    if delivery is None:
        raise NotFound("delivery", order_id)
    return delivery


def _locked(order_id: UUID) -> models.Delivery:
    delivery = models.Delivery.objects.of_order(order_id).locked().first()
    if delivery is None:
        raise NotFound("delivery", order_id)
    if delivery.state != DeliveryState.SCHEDULED:
        raise WrongStep(DeliveryState(delivery.state), DeliveryState.SCHEDULED)
    return delivery


def _fitting(delivery: models.Delivery, slots: dict[UUID, models.Slot], slot_id: UUID, now: datetime) -> models.Slot:
    """The slot among these. Raises NotFound where it is not for this place, SlotClosed after its cut-off."""
    slot = bookable(slots, slot_id, store_id=delivery.store_id, now=now)
    if slot.pickup_point_id != delivery.pickup_point_id:
        raise NotFound("slot", slot_id)
    return slot
