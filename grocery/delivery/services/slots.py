"""Rows of slots as the face shows them."""

from __future__ import annotations

from grocery.delivery import models
from grocery.delivery.contracts import Mode, PickupPointId, Slot, SlotId
from grocery.kernel.money import dong


def shown(row: models.Slot, *, taken: int | None = None) -> Slot:
    """The slot of this row; `taken` where ended holds have been left out of it."""
    return Slot(
        id=SlotId(row.id),
        store_id=row.store_id,
        mode=Mode(row.mode),
        pickup_point_id=PickupPointId(row.pickup_point_id) if row.pickup_point_id else None,
        day=row.day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cutoff_at=row.cutoff_at,
        zone=row.zone,
        capacity=row.capacity,
        taken=row.taken if taken is None else taken,
        surcharge=dong(row.surcharge),
    )
