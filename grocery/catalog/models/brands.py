"""Whose names products bear."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from grocery.catalog import contracts

_KEEP: Final = 'SELECT slug, name FROM "catalog_brand" WHERE slug = ANY(%s) ORDER BY slug FOR KEY SHARE'


class BrandQuerySet(models.QuerySet["Brand"]):
    def kept(self, slugs: Collection[str]) -> dict[str, contracts.Brand]:
        """Those of these brands that there are, by slug; nobody renames them until this transaction ends."""
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [list(slugs)])
            return {slug: contracts.Brand(slug=slug, name=name) for slug, name in cursor.fetchall()}

    def make(self, names: Mapping[str, str]) -> None:
        """Write new brands down, names by slug; one that somebody else has just made stays as it is."""
        self.bulk_create([Brand(slug=slug, name=names[slug]) for slug in sorted(names)], ignore_conflicts=True)

    def locked(self, slug: str) -> Brand | None:
        """The brand, to be renamed; whoever puts its name on a product waits until this transaction ends."""
        return self.filter(slug=slug).select_for_update().first()


class Brand(models.Model):
    """Products bear a copy of the name, which a foreign key over slug and name keeps the same (migration 0009)."""

    slug = models.SlugField(_("slug"), max_length=60, primary_key=True, editable=False)
    name = models.CharField(_("name"), max_length=60)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name", "slug"]
        constraints = [models.UniqueConstraint(fields=["slug", "name"], name="brand_as_products_bear_it")]

    def __str__(self) -> str:
        return self.name
