"""Pictures of products: a row is what was asked for until it is drawn, and what is shown from then on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.catalog.contracts.pictures import NewPicture, Photo, PictureChange
from grocery.catalog.models.products import Product
from grocery.kernel.ids import new_id

#: After so many times it is left to a person.
MOST_ATTEMPTS: Final = 5
#: Whoever draws has so long before somebody else may try.
_LEASE: Final = timedelta(minutes=5)

#: The first picture of a product is what lists, carts and orders show of it.
_SHOW_FIRST: Final = """
UPDATE "catalog_product" p SET photo = coalesce((
  SELECT c.key || '-' || c.width || 'x' || c.height FROM "catalog_picture" c
  WHERE c.product_id = p.sku AND c.drawn_at IS NOT NULL AND c.removed_at IS NULL
  ORDER BY c.position, c.id LIMIT 1), '')
WHERE p.sku = %s
"""


class PictureQuerySet(models.QuerySet["Picture"]):
    def live(self) -> Self:
        return self.filter(removed_at=None)

    def light(self) -> Self:
        """Without what was uploaded."""
        return self.defer("content")

    def of(self, sku: str) -> Self:
        return self.filter(product_id=sku)

    def named(self, picture: UUID) -> Self:
        return self.filter(pk=picture)

    def with_key(self, key: str) -> Self:
        return self.filter(key=key)

    def ask_for(self, new: NewPicture, *, now: datetime) -> Picture:
        """Write down that it is to be drawn."""
        return self.create(
            product_id=new.sku,
            content=new.content or None,
            source=new.source,
            alt_en=new.alt_en,
            alt_vi=new.alt_vi,
            position=new.position,
            due_at=now,
        )

    def claim(self, *, now: datetime) -> Picture | None:
        """The next one that is to be drawn, ours until the lease ends; in a transaction."""
        owed = self.live().filter(drawn_at=None, due_at__lte=now, attempts__lt=MOST_ATTEMPTS)
        found = owed.select_for_update(skip_locked=True).order_by("due_at").first()
        if found:
            self.named(found.pk).update(attempts=F("attempts") + 1, due_at=now + _LEASE)
            found.attempts += 1
        return found

    def drawn(self, photo: Photo, *, now: datetime) -> None:
        self.update(
            key=photo.key,
            width=photo.width,
            height=photo.height,
            drawn_at=now,
            content=None,
            fault_en="",
            fault_vi="",
        )

    def failed(self, en: str, vi: str, *, due_at: datetime | None) -> None:
        """Say why; `due_at` None: trying again is no use."""
        tries = {"due_at": due_at} if due_at else {"attempts": MOST_ATTEMPTS}
        self.update(fault_en=en[:300], fault_vi=vi[:300], **tries)

    def change(self, change: PictureChange) -> None:
        self.update(alt_en=change.alt_en, alt_vi=change.alt_vi, position=change.position)

    def forget_removed(self, *, before: datetime) -> int:
        return self.filter(removed_at__lt=before).delete()[0]

    def keys_among(self, keys: Collection[str]) -> set[str]:
        return set(self.filter(key__in=keys).values_list("key", flat=True))


def show_first(sku: str) -> None:
    """Have the product show its first picture, or none."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW_FIRST, [sku])


class Picture(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="pictures", verbose_name=_("product"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    alt_en = models.CharField(_("what it shows, in English"), max_length=200, blank=True, default="")
    alt_vi = models.CharField(_("what it shows, in Vietnamese"), max_length=200, blank=True, default="")
    #: What was uploaded, until it is drawn; or where it is taken from.
    content = models.BinaryField(null=True, editable=False)
    source = models.URLField(_("taken from"), max_length=500, blank=True, default="")
    key = models.CharField(max_length=32, blank=True, default="", editable=False, db_index=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(editable=False)
    fault_en = models.CharField(max_length=300, blank=True, default="", editable=False)
    fault_vi = models.CharField(max_length=300, blank=True, default="", editable=False)
    drawn_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at=None) | (Q(content=None, width__gt=0, height__gt=0) & ~Q(key="")),
                name="picture_drawn_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=False)
                | Q(removed_at__isnull=False)
                | Q(content__isnull=False)
                | ~Q(source=""),
                name="picture_comes_from_somewhere",
            ),
        ]
        indexes = [
            models.Index(
                fields=["product", "position", "id"], condition=Q(removed_at=None), name="picture_of_product"
            ),
            models.Index(fields=["due_at"], condition=Q(drawn_at=None, removed_at=None), name="picture_to_be_drawn"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.alt_vi or self.position}"
