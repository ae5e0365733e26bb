"""Where goods stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory.contracts import places as contracts
from grocery.inventory.models import sql
from grocery.kernel.ids import new_id

_SAY = """
    INSERT INTO "inventory_shelfplace" AS old (id, location, sku, zone, aisle, shelf, walk, said_at, said_by)
    SELECT new.id, %(location)s, new.sku, new.zone, new.aisle, new.shelf, new.walk, %(at)s, %(by)s
    FROM unnest(
        %(ids)s::uuid[], %(skus)s::text[], %(zones)s::text[], %(aisles)s::text[], %(shelves)s::text[],
        %(walks)s::int[]
    ) AS new(id, sku, zone, aisle, shelf, walk)
    ORDER BY new.sku
    ON CONFLICT (location, sku) DO UPDATE
        SET zone = EXCLUDED.zone, aisle = EXCLUDED.aisle, shelf = EXCLUDED.shelf, walk = EXCLUDED.walk,
            said_at = EXCLUDED.said_at, said_by = EXCLUDED.said_by
        WHERE (old.zone, old.aisle, old.shelf, old.walk)
            <> (EXCLUDED.zone, EXCLUDED.aisle, EXCLUDED.shelf, EXCLUDED.walk)
    RETURNING sku
"""


class Zones(models.TextChoices):
    AMBIENT = "ambient", _("ambient")
    CHILLED = "chilled", _("chilled")
    FROZEN = "frozen", _("frozen")


class ShelfPlaceQuerySet(models.QuerySet["ShelfPlace"]):
    def at(self, location: UUID) -> Self:
        return self.filter(location=location)

    def by_hand(self) -> Self:
        """Said by somebody, not taken from a file."""
        return self.filter(said_by__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-said_at", "-id")

    def places(self, skus: Collection[str], *, location: UUID) -> dict[str, contracts.Place]:
        """Where these stand; one of which nobody has said is absent."""
        rows = self.at(location).filter(sku__in=list(skus)).values_list("sku", "zone", "aisle", "shelf", "walk")
        return {
            sku: contracts.Place(sku, contracts.Zone(zone), aisle, shelf, walk)
            for sku, zone, aisle, shelf, walk in rows
        }

    def say(self, places: Iterable[contracts.Place], *, location: UUID, now: datetime, by: UUID | None) -> list[str]:
        """These stand there from now on, in one statement; the SKUs (each at most once) for which that is news."""
        places = list(places)
        rows = sql.rows(
            self.db,
            _SAY,
            ids=[new_id() for _place in places],
            skus=[place.sku for place in places],
            zones=[place.zone.value for place in places],
            aisles=[place.aisle for place in places],
            shelves=[place.shelf for place in places],
            walks=[place.order for place in places],
            location=location,
            at=now,
            by=by,
        )
        return [sku for (sku,) in rows]


class ShelfPlace(models.Model):
    """A SKU's place in a store, as somebody said."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    location = models.UUIDField(_("store"))
    sku = models.CharField(_("SKU"), max_length=64)
    zone = models.CharField(_("zone"), max_length=8, choices=Zones)
    aisle = models.CharField(_("aisle"), max_length=12, blank=True, default="")
    shelf = models.CharField(_("shelf"), max_length=12, blank=True, default="")
    walk = models.PositiveSmallIntegerField(_("walking order"), default=0)
    said_at = models.DateTimeField(_("said at"))
    said_by = models.UUIDField(_("said by"), null=True, blank=True)

    objects = ShelfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place on the shelf")
        verbose_name_plural = _("places on the shelf")
        constraints = [
            models.UniqueConstraint(fields=["location", "sku"], name="one_place_per_sku_and_store"),
            models.CheckConstraint(condition=Q(zone__in=Zones.values), name="place_zone_is_one_of_three"),
        ]
        indexes = [models.Index(fields=["location", "-said_at"], name="place_said")]

    def __str__(self) -> str:
        return " ".join(part for part in (self.aisle, self.shelf) if part) or self.zone
