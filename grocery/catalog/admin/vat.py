"""VAT as finance keeps it: groups, their dated rates, and who changed what."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.admin.rules import ChecksByRule
from grocery.catalog.models import VatGroup, VatRate, VatRateChange
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language

#: Who answers for the tax.
FINANCE: Final = frozenset({"manager", "admin"})


def _may_write(request: HttpRequest) -> bool:
    return request.user.is_superuser or not FINANCE.isdisjoint(getattr(request.user, "roles", ()))


class Rates(ReadOnly, admin.TabularInline):
    model = VatRate
    fields = ["starts_on", "rate"]
    extra = 0


class Changes(ReadOnly, admin.TabularInline):
    model = VatRateChange
    fields = ["at", "starts_on", "old", "new", "by"]
    extra = 0


@admin.register(VatGroup)
class VatGroupAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["called", "code"]
    inlines = [Rates, Changes]

    @admin.display(description=_("VAT group"))
    def called(self, group: VatGroup) -> str:
        return group.name_en if language() == "en" else group.name_vi


class VatRateForm(ChecksByRule):
    def judge(self, fields: dict[str, Any]) -> None:
        catalog.check_vat_rate(starts_on=fields["starts_on"], rate=fields["rate"], now=clock.now())


@admin.register(VatRate)
class VatRateAdmin(admin.ModelAdmin):
    """A rate is written down before its day and may be taken back until then."""

    form = VatRateForm
    list_display = ["group", "starts_on", "shown"]
    list_filter = ["group"]
    list_select_related = ["group"]

    @admin.display(description=_("VAT"), ordering="rate")
    def shown(self, rate: VatRate) -> str:
        return f"{plain(rate.rate)} %"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and _may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_write(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.DecimalField):
            field.widget.attrs["inputmode"] = "decimal"
        return field

    def save_model(self, request: HttpRequest, obj: VatRate, form: Any, change: bool) -> None:
        by = cast("UUID", request.user.pk)
        catalog.set_vat_rate(group=obj.group_id, starts_on=obj.starts_on, rate=obj.rate, now=clock.now(), by=by)
        obj.pk = VatRate.objects.of(obj.group_id, obj.starts_on).get().pk

    def delete_model(self, request: HttpRequest, obj: VatRate) -> None:
        by = cast("UUID", request.user.pk)
        try:
            catalog.set_vat_rate(group=obj.group_id, starts_on=obj.starts_on, rate=None, now=clock.now(), by=by)
        except DomainError as error:
            messages.error(request, error.text(language()))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[VatRate]) -> None:
        for rate in queryset:
            self.delete_model(request, rate)
