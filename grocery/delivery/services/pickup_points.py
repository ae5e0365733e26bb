"""Where customers fetch what they ordered."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from grocery.delivery import models
from grocery.delivery.contracts import PickupPoint, PickupPointId
from grocery.kernel.errors import NotFound


def pickup_points(*, store_id: UUID | None) -> list[PickupPoint]:
    """Of one store, or of all of them."""
    rows = models.PickupPoint.objects.all()
    return [_shown(row) for row in (rows if store_id is None else rows.of_store(store_id))]


def pickup_point(*, store_id: UUID, pickup_point_id: UUID) -> PickupPoint:
    """One of this store's points. Raises NotFound."""
    row = models.PickupPoint.objects.of_store(store_id).with_id(pickup_point_id).first()
    if row is None:
        raise NotFound("pickup point", pickup_point_id)
    return _shown(row)


@transaction.atomic
def save_pickup_point(
    *,
    store_id: UUID,
    name_en: str,
    name_vi: str,
    address: str,
    hours_en: str,
    hours_vi: str,
    pickup_point_id: UUID | None,
) -> PickupPointId:
    """Write a point down; without an id, the store's point of that English name."""
    known = models.PickupPoint.objects.of_store(store_id)
    row = (known.called(name_en) if pickup_point_id is None else known.with_id(pickup_point_id)).first()
    if row is None and pickup_point_id is not None:
        raise NotFound("pickup point", pickup_point_id)
    row = row or models.PickupPoint(store_id=store_id)
    row.name_en, row.name_vi, row.address = name_en, name_vi, address
    row.hours_en, row.hours_vi = hours_en, hours_vi
    row.save()
    return PickupPointId(row.id)


def _shown(row: models.PickupPoint) -> PickupPoint:
    return PickupPoint(
        id=PickupPointId(row.id),
        store_id=row.store_id,
        name_en=row.name_en,
        name_vi=row.name_vi,
        address=row.address,
        hours_en=row.hours_en,
        hours_vi=row.hours_vi,
    )
