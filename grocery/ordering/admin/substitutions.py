"""What was put in place of what ran out, to be looked at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.kernel.admin import ReadOnly
from grocery.kernel.money import dong
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.ordering.admin.asking import asker
from grocery.ordering.models import Substitution, WeightQuestion


@admin.register(Substitution)
class SubstitutionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["asked_at", "order", "original", "instead", "price_", "reason", "state", "answered_by"]
    list_filter = ["state", "reason", "default", "answered_by"]
    list_select_related = ["order"]
    date_hierarchy = "asked_at"
    search_fields = ["order__number", "sku", "with_sku"]
    search_help_text = _("Number of the order, or a SKU")
    ordering = ["-asked_at"]
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("product"))
    def original(self, row: Substitution) -> str:
        return f"{plain(row.quantity)} × {row.name_vi if language() == 'vi' else row.name_en}"

    @admin.display(description=_("substitute"))
    def instead(self, row: Substitution) -> str:
        return f"{plain(row.with_quantity)} × {row.with_name_vi if language() == 'vi' else row.with_name_en}"

    @admin.display(description=_("price per unit, ₫"))
    def price_(self, row: Substitution) -> str:
        return str(dong(row.with_price))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Substitution]:
        """Those of the store that the asker works for."""
        return Substitution.objects.of_store(asker(request).store_id)


@admin.register(WeightQuestion)
class WeightQuestionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["asked_at", "order", "sku", "ordered", "weighed", "state", "answered_by", "note"]
    list_filter = ["state", "answered_by"]
    list_select_related = ["order"]
    date_hierarchy = "asked_at"
    search_fields = ["order__number", "sku"]
    search_help_text = _("Number of the order, or a SKU")
    ordering = ["-asked_at"]
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[WeightQuestion]:
        """Those of the store that the asker works for."""
        return WeightQuestion.objects.of_store(asker(request).store_id)
