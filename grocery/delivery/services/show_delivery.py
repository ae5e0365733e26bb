"""Where an order is."""

from __future__ import annotations

from uuid import UUID

from grocery.delivery import models
from grocery.delivery.contracts import (
    DeliveryState,
    DeliveryView,
    Destination,
    Mode,
    PickupPointId,
    SlotId,
    Step,
)
from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong


def show_delivery(*, order_id: UUID) -> DeliveryView:
    """One delivery with its history. Raises NotFound. Two statements."""
    row = models.Delivery.objects.of_order(order_id).prefetch_related("steps").first()
    if row is None:
        raise NotFound("delivery", order_id)
    return DeliveryView(
        order_id=row.order_id,
        customer_id=row.customer_id,
        store_id=row.store_id,
        mode=Mode(row.mode),
        state=DeliveryState(row.state),
        slot_id=SlotId(row.slot_id),
        day=row.day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        fee=dong(row.fee),
        destination=_destination(row),
        driver=row.driver,
        proof_note=row.proof_note,
        timeline=tuple(_step(step) for step in row.steps.all()),
    )


def _destination(row: models.Delivery) -> Destination:
    return Destination(
        recipient=row.recipient,
        phone=row.phone,
        ward_code=row.ward_code,
        ward=row.ward,
        province_code=row.province_code,
        province=row.province,
        street=row.street,
        note=row.note,
        pickup_point_id=PickupPointId(row.pickup_point_id) if row.pickup_point_id else None,
    )


def _step(row: models.DeliveryStep) -> Step:
    return Step(state=DeliveryState(row.state), at=row.at, by=row.by, note=row.note)
