"""Prices to come: written down, seen and taken back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.admin.rules import ChecksByRule
from grocery.catalog.models import PlannedPrice
from grocery.catalog.public import PlannedPriceId, Sku
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.reader import language


class PlannedPriceForm(ChecksByRule):
    def judge(self, fields: dict[str, Any]) -> None:
        catalog.check_planned_price(price=fields["price"], starts_at=fields["starts_at"], now=clock.now())
        if PlannedPrice.objects.planned(fields["product"].sku, fields["starts_at"]):
            raise catalog.PriceAlreadyPlanned(fields["product"].sku, fields["starts_at"])


@admin.register(PlannedPrice)
class PlannedPriceAdmin(admin.ModelAdmin):
    """A planned price is taken back before its moment (that is what deleting does here), never changed."""

    form = PlannedPriceForm
    list_display = ["starts_at", "product", "price", "state", "by"]
    list_select_related = ["product"]
    list_filter = ["starts_at", ("applied_at", admin.EmptyFieldListFilter)]
    list_per_page = 50
    search_fields = ["product__sku"]
    autocomplete_fields = ["product"]
    fields = ["product", "price", "starts_at"]

    @admin.display(description=_("state"))
    def state(self, planned: PlannedPrice) -> str:
        if planned.applied_at:
            return str(_("in force"))
        return str(_("taken back") if planned.taken_back_at else _("to come"))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PlannedPrice | None = None) -> bool:
        ended = obj is not None and (obj.applied_at or obj.taken_back_at)
        return not ended and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: PlannedPrice, form: Any, change: bool) -> None:
        by = cast("UUID", request.user.pk)
        sku = Sku(obj.product_id)
        obj.pk = catalog.plan_price(sku=sku, price=obj.price, starts_at=obj.starts_at, now=clock.now(), by=by)

    def delete_model(self, request: HttpRequest, obj: PlannedPrice) -> None:
        by = cast("UUID", request.user.pk)
        try:
            catalog.take_back_price(planned=PlannedPriceId(obj.pk), now=clock.now(), by=by)
        except DomainError as error:
            messages.error(request, error.text(language()))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PlannedPrice]) -> None:
        for planned in queryset:
            self.delete_model(request, planned)
