"""Where things stand: stores, and the tree of categories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.catalog import contracts
from grocery.catalog.contracts import CategoryId, StoreId, Tint
from grocery.kernel.ids import new_id

TINTS = [(tint.value, tint.value) for tint in Tint]


class StoreQuerySet(models.QuerySet["Store"]):
    def open(self) -> Self:
        """Stores that sell, in the order in which they are offered."""
        return self.filter(is_active=True).order_by("position", "code")


class Store(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("code"), max_length=32, unique=True)
    name_en = models.CharField(_("English name"), max_length=200)
    name_vi = models.CharField(_("Vietnamese name"), max_length=200)
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Ho_Chi_Minh", help_text=_("IANA name"))
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_vi

    def seen(self) -> contracts.Store:
        """As other domains see it."""
        return contracts.Store(
            id=StoreId(self.id),
            code=self.code,
            name_en=self.name_en,
            name_vi=self.name_vi,
            zone=self.zone,
            address=self.address,
            phone=self.phone,
        )


class CategoryQuerySet(models.QuerySet["Category"]):
    def lock_the_tree(self) -> None:
        """Nobody else moves a category until this transaction ends: two moves could make a circle."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog.category-tree', 0))")

    def with_slug(self, slug: str) -> Category | None:
        return self.filter(slug=slug).first()

    def slugs_among(self, slugs: Iterable[str]) -> set[str]:
        """Those of `slugs` that exist."""
        return set(self.filter(slug__in=list(slugs)).values_list("slug", flat=True))

    def in_tree_order(self) -> Self:
        return self.order_by("position", "slug")


class Category(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above")
    )
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_en = models.CharField(_("English name"), max_length=200)
    name_vi = models.CharField(_("Vietnamese name"), max_length=200)
    position = models.PositiveIntegerField(_("position"), default=0)
    tint = models.CharField(_("plate"), max_length=8, choices=TINTS, default=Tint.LEAF)
    image = models.CharField(_("picture"), max_length=200, blank=True, default="")

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_below_itself"),
            models.CheckConstraint(condition=Q(tint__in=[tint.value for tint in Tint]), name="category_tint_known"),
        ]

    def __str__(self) -> str:
        return self.name_vi

    def seen(
        self,
        *,
        products: int = 0,
        parent_slug: str | None = None,
        children: tuple[contracts.Category, ...] = (),
    ) -> contracts.Category:
        """As other domains see it."""
        return contracts.Category(
            id=CategoryId(self.id),
            slug=self.slug,
            name_en=self.name_en,
            name_vi=self.name_vi,
            tint=Tint(self.tint),
            image=self.image,
            products=products,
            parent_slug=parent_slug,
            children=children,
        )
