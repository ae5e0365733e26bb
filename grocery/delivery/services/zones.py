"""Where we deliver and for how much."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from grocery.accounts import public as accounts
from grocery.delivery import models
from grocery.delivery.contracts import OutsideDeliveryArea, Zone, ZoneId
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money, dong


def zone_of(*, store_id: UUID, ward_code: str) -> Zone:
    """The zone of the store that holds this ward. Raises OutsideDeliveryArea."""
    row = models.DeliveryZone.objects.of_store(store_id).with_ward(ward_code).first()
    if row is None:
        raise OutsideDeliveryArea(ward_code, _name_of(ward_code))
    return _shown(row)


@transaction.atomic
def save_zone(
    *,
    store_id: UUID,
    name_en: str,
    name_vi: str,
    fee: Money,
    free_from: Money | None,
    ward_codes: Collection[str],
    zone_id: UUID | None,
) -> ZoneId:
    """Write a zone down; its wards leave whatever zone of the store they were in."""
    _check_wards(ward_codes)
    known = models.DeliveryZone.objects.of_store(store_id)
    row = known.called(name_en).first() if zone_id is None else _must_be(zone_id, known)
    row = row or models.DeliveryZone(store_id=store_id)
    row.name_en, row.name_vi, row.fee = name_en, name_vi, fee.minor
    row.free_from = free_from.minor if free_from else None
    row.save()
    _move_wards(row, ward_codes)
    return ZoneId(row.id)


def delete_zone(*, zone_id: UUID) -> None:
    _must_be(zone_id, models.DeliveryZone.objects.get_queryset()).delete()


def _move_wards(zone: models.DeliveryZone, ward_codes: Collection[str]) -> None:
    models.ZoneWard.objects.of_zone(zone.id).delete()
    models.ZoneWard.objects.of_store(zone.store_id, ward_codes).delete()
    models.ZoneWard.objects.bulk_create(
        models.ZoneWard(zone=zone, store_id=zone.store_id, ward_code=code)
        for code in dict.fromkeys(ward_codes)
    )


def _must_be(zone_id: UUID, among: models.ZoneQuerySet) -> models.DeliveryZone:
    try:
        return among.get(id=zone_id)
    except models.DeliveryZone.DoesNotExist:
        raise NotFound("delivery zone", zone_id) from None


def _check_wards(ward_codes: Collection[str]) -> None:
    for code in ward_codes:
        try:
            accounts.ward(ward_code=code)
        except NotFound:
            raise Invalid("ward_codes", f"There is no ward {code}.", f"Không có phường, xã {code}.") from None


def _name_of(ward_code: str) -> str:
    try:
        return accounts.ward(ward_code=ward_code).name
    except NotFound:
        return ward_code


def _shown(row: models.DeliveryZone) -> Zone:
    return Zone(
        id=ZoneId(row.id),
        store_id=row.store_id,
        name_en=row.name_en,
        name_vi=row.name_vi,
        fee=dong(row.fee),
        free_from=dong(row.free_from) if row.free_from is not None else None,
    )
