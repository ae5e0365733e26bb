"""What a customer may choose from."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from grocery.delivery import models, policies
from grocery.delivery.contracts import Slot, SlotHold, SlotOffer
from grocery.delivery.services.pickup_points import pickup_point
from grocery.delivery.services.slots import shown
from grocery.delivery.services.zones import zone_of
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money, dong


def list_slots(
    *,
    store_id: UUID,
    ward_code: str | None,
    pickup_point_id: UUID | None,
    days: int,
    now: datetime,
    holder: str | None,
    basket: Money | None,
) -> list[SlotOffer]:
    """The slots of the next `days` local days for this place, by day and start."""
    zone_fee, free_from, rows = _place(store_id, ward_code, pickup_point_id)
    mine = held(holder=holder, now=now) if holder else None
    return [
        _offer(shown(row, taken=taken), zone_fee, free_from, basket=basket, now=now, mine=mine)
        for row, taken in rows.around(now, days=days).by_day_and_start().with_live_taken(now)
        if 0 <= (row.day - local_date(now, zone=row.zone)).days < days
    ]


def held(*, holder: str, now: datetime) -> SlotHold | None:
    """What the holder has got, if the hold still lives. One statement."""
    slot, until = models.SlotHold.objects.living(holder, now) or (None, None)
    return SlotHold(slot=shown(slot), holder=holder, until=until) if slot and until else None


def slot_day(*, slot_id: UUID) -> date:
    """On the store's calendar."""
    slot = models.Slot.objects.with_id(slot_id).first()
    if slot is None:
        raise NotFound("slot", slot_id)
    return slot.day


def cutoff(*, slot_id: UUID) -> datetime:
    """Until when orders of this slot may change."""
    slot = models.Slot.objects.with_id(slot_id).first()
    if slot is None:
        raise NotFound("slot", slot_id)
    return slot.cutoff_at


def fee(*, slot_id: UUID, ward_code: str | None, basket: Money | None) -> Money:
    """What a basket pays for this slot: at its pickup point, or in this ward."""
    slot = models.Slot.objects.with_id(slot_id).first()
    if slot is None:
        raise NotFound("slot", slot_id)
    return fee_of(slot, ward_code=ward_code, basket=basket)


def fee_of(slot: models.Slot, *, ward_code: str | None, basket: Money | None) -> Money:
    """The same for a row that is at hand. Raises OutsideDeliveryArea."""
    zone_fee, free_from = dong(0), None
    if slot.pickup_point_id is None:
        zone = zone_of(store_id=slot.store_id, ward_code=ward_code or "")
        zone_fee, free_from = zone.fee, zone.free_from
    return policies.delivery_fee(
        zone_fee=zone_fee, surcharge=dong(slot.surcharge), free_from=free_from, basket=basket
    )


def _place(
    store_id: UUID, ward_code: str | None, pickup_point_id: UUID | None
) -> tuple[Money, Money | None, models.SlotQuerySet]:
    """The fee of the place, from which basket on it is free, and the slots that serve it."""
    if (ward_code is None) == (pickup_point_id is None):
        raise Invalid("ward_code", "Name a ward or a pickup point.", "Chọn phường, xã hoặc điểm lấy hàng.")
    if pickup_point_id is not None:
        point = pickup_point(store_id=store_id, pickup_point_id=pickup_point_id)
        return dong(0), None, models.Slot.objects.for_pickup(store_id, point.id)
    zone = zone_of(store_id=store_id, ward_code=ward_code or "")
    return zone.fee, zone.free_from, models.Slot.objects.for_delivery(store_id)


def _offer(
    slot: Slot,
    zone_fee: Money,
    free_from: Money | None,
    *,
    basket: Money | None,
    now: datetime,
    mine: SlotHold | None,
) -> SlotOffer:
    state = policies.slot_state(
        capacity=slot.capacity,
        taken=slot.taken,
        cutoff_at=slot.cutoff_at,
        now=now,
        held=mine is not None and mine.slot.id == slot.id,
    )
    price = policies.delivery_fee(zone_fee=zone_fee, surcharge=slot.surcharge, free_from=free_from, basket=basket)
    return SlotOffer(slot=slot, state=state, fee=price)
