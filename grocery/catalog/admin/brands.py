"""Brands, as staff call them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.admin.rules import ChecksByRule, NeverDeleted
from grocery.catalog.models import Brand


class BrandForm(ChecksByRule):
    def judge(self, fields: dict[str, Any]) -> None:
        catalog.check_brand(slug=self.instance.slug or None, name=fields["name"])


@admin.register(Brand)
class BrandAdmin(NeverDeleted, admin.ModelAdmin):
    form = BrandForm
    list_display = ["name", "slug", "products"]
    search_fields = ["name", "slug"]
    fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        brands: QuerySet[Brand] = super().get_queryset(request)
        return brands.annotate(count=Count("products"))

    @admin.display(description=_("products"), ordering="count")
    def products(self, brand: Any) -> int:
        return int(brand.count)

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        obj.slug = catalog.save_brand(slug=obj.slug or None, name=obj.name).slug
        obj._state.adding = False
