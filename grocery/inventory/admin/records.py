"""What the work in the store leaves to be read: receipts, bar codes, waste, markdowns, alerts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.inventory import public as inventory
from grocery.inventory.admin.lists import NamedStores, StoreFilter, store_name
from grocery.inventory.models import (
    Barcode,
    GoodsReceipt,
    GoodsReturn,
    GoodsReturnLine,
    Markdown,
    ReceiptLine,
    ShelfPlace,
    StockAlert,
    Wastage,
)
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import NotFound


class Record(ReadOnly, admin.ModelAdmin):
    """A list with stores by name."""

    list_per_page = 50
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedStores

    @admin.display(description=_("store"))
    def store(self, row: Any) -> str:
        return store_name(row)


class ReceiptLines(ReadOnly, admin.TabularInline):
    model = ReceiptLine
    fields = readonly_fields = (
        "sku",
        "quantity",
        "lot_code",
        "expires_on",
        "short_dated",
        "added_at",
        "added_by",
        "removed_at",
        "removed_by",
    )
    ordering = ("added_at", "id")
    extra = 0


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(Record):
    list_display = ("supplier", "reference", "store", "state", "opened_at", "booked_at")
    list_filter = ("state", StoreFilter, ("opened_at", admin.DateFieldListFilter))
    search_fields = ("supplier", "reference", "lines__sku__startswith")
    ordering = ("-opened_at", "-id")
    inlines = (ReceiptLines,)


class ReturnLines(ReadOnly, admin.TabularInline):
    model = GoodsReturnLine
    fields = readonly_fields = ("lot", "quantity", "wastage")
    ordering = ("id",)
    extra = 0


@admin.register(GoodsReturn)
class GoodsReturnAdmin(Record):
    list_display = ("at", "store", "holder", "undone_at")
    list_filter = (StoreFilter, ("at", admin.DateFieldListFilter))
    search_fields = ("holder__exact",)
    ordering = ("-at", "-id")
    inlines = (ReturnLines,)


@admin.register(ShelfPlace)
class ShelfPlaceAdmin(Record):
    list_display = ("sku", "store", "zone", "aisle", "shelf", "walk", "said_at")
    list_filter = ("zone", StoreFilter)
    search_fields = ("sku__startswith", "aisle__exact")
    ordering = ("walk", "aisle", "shelf", "sku")


@admin.register(Wastage)
class WastageAdmin(Record):
    list_display = ("at", "store", "sku", "quantity", "reason", "note", "undone_at")
    list_filter = ("reason", StoreFilter, ("at", admin.DateFieldListFilter))
    search_fields = ("sku__startswith",)
    ordering = ("-at", "-id")


@admin.register(Markdown)
class MarkdownAdmin(Record):
    list_display = ("made_at", "sku", "lot", "percent", "starts_on", "ended_at")
    list_filter = (("made_at", admin.DateFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("lot__stock_item",)
    search_fields = ("lot__stock_item__sku__startswith",)
    ordering = ("-made_at", "-id")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChangeList

    @admin.display(description=_("SKU"))
    def sku(self, row: Markdown) -> str:
        return row.lot.stock_item.sku


@admin.register(StockAlert)
class StockAlertAdmin(Record):
    list_display = ("raised_at", "kind", "sku", "store", "quantity", "expires_on", "acknowledged_at", "ended_at")
    list_filter = ("kind", StoreFilter, ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("sku__startswith",)
    ordering = ("-raised_at", "-id")


@admin.register(Barcode)
class BarcodeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("gtin", "sku", "pack_quantity", "learnt_at", "learnt_by")
    search_fields = ("gtin__contains", "sku__startswith")
    ordering = ("-learnt_at", "gtin")
    list_per_page = 50
    show_full_result_count = False
    actions = ("forget",)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.delete_barcode")

    @admin.action(description=_("Forget the chosen codes"), permissions=["decide"])
    def forget(self, request: HttpRequest, chosen: QuerySet[Barcode]) -> None:
        for barcode in chosen:
            try:
                inventory.forget_barcode(gtin=barcode.gtin)
            except NotFound:
                continue  # somebody was quicker
        self.message_user(request, _("Forgotten. They are asked for when they are scanned again."), messages.SUCCESS)
