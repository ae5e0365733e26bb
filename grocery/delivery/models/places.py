"""Where we deliver, and where customers fetch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.delivery.models.words import key
from grocery.kernel import statements

_ZONE = """
    SELECT {} FROM "delivery_zoneward" ward JOIN "delivery_deliveryzone" zone ON zone.id = ward.zone_id
    WHERE ward.store_id = %s AND ward.ward_code = %s
"""


class ZoneQuerySet(models.QuerySet["DeliveryZone"]):
    def with_id(self, zone_id: UUID) -> ZoneQuerySet:
        return self.filter(id=zone_id)

    def of_store(self, store_id: UUID) -> ZoneQuerySet:
        return self.filter(store_id=store_id)

    def that_holds(self, store_id: UUID, ward_code: str) -> DeliveryZone | None:
        """The store's zone with this ward; one at most."""
        found = statements.rows(
            self.db, _ZONE.format(statements.columns(DeliveryZone, "zone")), [store_id, ward_code]
        )
        return statements.load(DeliveryZone, found[0]) if found else None

    def called(self, name_en: str) -> ZoneQuerySet:
        return self.filter(name_en=name_en)


class DeliveryZone(models.Model):
    """Wards of one store that pay the same fee."""

    id = key()
    store_id = models.UUIDField(_("store"), db_index=True)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=100)
    fee = models.BigIntegerField(_("fee, ₫"))
    free_from = models.BigIntegerField(_("free from, ₫"), null=True, blank=True)

    objects = ZoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")
        ordering: ClassVar[list[str]] = ["store_id", "fee", "name_en"]
        constraints = [
            models.UniqueConstraint(fields=["store_id", "name_en"], name="zone_name_once_per_store"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="zone_fee_not_negative"),
            models.CheckConstraint(condition=Q(free_from__gt=0), name="zone_free_from_positive"),
        ]

    def __str__(self) -> str:
        return self.name_vi


class ZoneWardQuerySet(models.QuerySet["ZoneWard"]):
    def of_zone(self, zone_id: UUID) -> ZoneWardQuerySet:
        return self.filter(zone_id=zone_id)

    def of_store(self, store_id: UUID, ward_codes: Iterable[str]) -> ZoneWardQuerySet:
        return self.filter(store_id=store_id, ward_code__in=list(ward_codes))


class ZoneWard(models.Model):
    """A ward that a store delivers to; in one zone of that store at most."""

    zone = models.ForeignKey(DeliveryZone, on_delete=models.CASCADE, related_name="wards", verbose_name=_("zone"))
    store_id = models.UUIDField(_("store"))
    ward_code = models.CharField(_("ward"), max_length=16)

    objects = ZoneWardQuerySet.as_manager()

    class Meta:
        verbose_name = _("ward of a zone")
        verbose_name_plural = _("wards of zones")
        constraints = [models.UniqueConstraint(fields=["store_id", "ward_code"], name="ward_once_per_store")]

    def __str__(self) -> str:
        return self.ward_code


class PickupPointQuerySet(models.QuerySet["PickupPoint"]):
    def with_id(self, pickup_point_id: UUID) -> PickupPointQuerySet:
        return self.filter(id=pickup_point_id)

    def of_store(self, store_id: UUID) -> PickupPointQuerySet:
        return self.filter(store_id=store_id)

    def called(self, name_en: str) -> PickupPointQuerySet:
        return self.filter(name_en=name_en)


class PickupPoint(models.Model):
    """Where customers fetch what they ordered."""

    id = key()
    store_id = models.UUIDField(_("store"), db_index=True)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=100)
    address = models.CharField(_("address"), max_length=300)
    hours_en = models.CharField(_("hours in English"), max_length=200, blank=True)
    hours_vi = models.CharField(_("hours in Vietnamese"), max_length=200, blank=True)

    objects = PickupPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("pickup point")
        verbose_name_plural = _("pickup points")
        ordering: ClassVar[list[str]] = ["store_id", "name_en"]
        constraints = [
            models.UniqueConstraint(fields=["store_id", "name_en"], name="pickup_point_name_once_per_store")
        ]

    def __str__(self) -> str:
        return self.name_vi
