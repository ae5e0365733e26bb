"""Stores, categories and products, as staff see them. What changes, changes through the face."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.admin.exports import exported
from grocery.catalog.admin.pictures import PictureInline, save_pictures
from grocery.catalog.admin.product_form import ProductForm, draft_of
from grocery.catalog.admin.rules import ChecksByRule, NeverDeleted
from grocery.catalog.models import Category, Picture, PlannedPrice, PriceChange, Product, Store
from grocery.kernel import clock, phones
from grocery.kernel.admin import ReadOnly
from grocery.kernel.money import dong


@admin.register(Store)
class StoreAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ["name_vi", "name_en", "code", "zone", "phone_", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code", "name_vi", "name_en"]

    @admin.display(description=_("phone"), ordering="phone")
    def phone_(self, store: Store) -> SafeString:
        return phones.link(store.phone)

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> list[str]:
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Store, form: Any, change: bool) -> None:
        saved = catalog.save_store(
            code=obj.code,
            name_en=obj.name_en,
            name_vi=obj.name_vi,
            zone=obj.zone,
            address=obj.address,
            phone=obj.phone,
            position=obj.position,
            active=obj.is_active,
        )
        obj.pk = saved.id


class CategoryForm(ChecksByRule):
    def judge(self, fields: dict[str, Any]) -> None:
        parent, slug = fields.get("parent"), self.instance.slug
        if parent and slug:
            catalog.check_move(slug=slug, parent=parent.slug)


@admin.register(Category)
class CategoryAdmin(NeverDeleted, admin.ModelAdmin):
    form = CategoryForm
    list_display = ["name_vi", "name_en", "slug", "parent", "position", "tint"]
    list_filter = ["tint", ("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["slug", "name_vi", "name_en"]
    ordering = ["parent__position", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        return ["slug"] if obj else []

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        saved = catalog.save_category(
            slug=obj.slug,
            name_en=obj.name_en,
            name_vi=obj.name_vi,
            parent=obj.parent.slug if obj.parent else None,
            position=obj.position,
            tint=obj.tint,
            image=obj.image,
        )
        obj.pk = saved.id


class PriceHistory(ReadOnly, admin.TabularInline):
    model = PriceChange
    fields = ["at", "old", "new", "by"]
    extra = 0


class PlannedPrices(ReadOnly, admin.TabularInline):
    model = PlannedPrice
    fields = ["starts_at", "price", "applied_at", "taken_back_at"]
    readonly_fields = ["applied_at", "taken_back_at"]
    extra = 0


@admin.register(Product)
class ProductAdmin(NeverDeleted, admin.ModelAdmin):
    form = ProductForm
    list_display = ["sku", "name_vi", "name_en", "category", "shown_price", "unit", "gtin", "is_active", "popularity"]
    list_filter = [
        "is_active",
        "perishable",
        "storage",
        "untranslated",
        "unit",
        ("category", admin.RelatedOnlyFieldListFilter),
        ("brand", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["category"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["sku"]
    search_help_text = _("SKU, GTIN, or words of a name with or without marks")
    ordering = ["-popularity", "sku"]
    autocomplete_fields = ["category", "brand"]
    readonly_fields = ["packs", "sold_7d", "popularity", "created_at", "changed_at"]
    inlines = [PictureInline, PlannedPrices, PriceHistory]
    actions = ["export_csv", "export_xlsx"]
    fieldsets = [
        (
            None,
            {"fields": [("sku", "gtin"), ("name_vi", "name_en"), "untranslated", ("category", "brand"), "is_active"]},
        ),
        (
            _("Price"),
            {"fields": [("price", "vat_group"), ("unit", "step", "piece_weight"), ("net_content", "net_unit")]},
        ),
        (_("Freshness"), {"fields": [("perishable", "min_freshness_days"), "storage"]}),
        (_("What it promises"), {"fields": ["dietary", "allergens", "tags"]}),
        (_("Origin"), {"fields": [("origin_country", "origin_region_vi", "origin_region_en")]}),
        (
            _("Nutrition"),
            {
                "fields": [
                    ("nutrition_per", "energy_kj", "energy_kcal"),
                    ("fat", "saturates", "carbohydrate", "sugars"),
                    ("fibre", "protein", "salt", "sodium_mg"),
                ],
                "classes": ["collapse"],
            },
        ),
        (_("Packs"), {"fields": ["family", "packs"]}),
        (_("Looks"), {"fields": [("image", "tint"), "description_vi", "description_en"]}),
        (
            _("Selling"),
            {"fields": ["max_per_order", "base_popularity", ("sold_7d", "popularity"), ("created_at", "changed_at")]},
        ),
    ]

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponseBase:
        return exported(queryset, catalog.ExportForm.CSV)

    @admin.action(description=_("Export as .xlsx"), permissions=["view"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponseBase:
        return exported(queryset, catalog.ExportForm.XLSX)

    @admin.display(description=_("price"), ordering="price")
    def shown_price(self, product: Product) -> str:
        return "" if product.price is None else str(dong(product.price))

    @admin.display(description=_("other packs of the family"))
    def packs(self, product: Product) -> SafeString | str:
        beside = Product.objects.packs_beside(product) if product.family else Product.objects.none()
        links = ((reverse("admin:catalog_product_change", args=[one.sku]), one, one.is_active) for one in beside)
        rows = ((url, one, "" if active else f" · {_('not sold')}") for url, one, active in links)
        return format_html_join("", '<div><a href="{}">{}</a>{}</div>', rows) or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        typed = search_term.strip()
        if not typed:
            return queryset, False
        return queryset & Product.objects.meant_by(typed.replace("\x00", "")), False

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        return [*self.readonly_fields, "sku"] if obj else list(self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        by = cast("UUID", request.user.pk)
        catalog.save_product(draft=draft_of(obj), now=clock.now(), by=by)
        obj._state.adding = False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []  # told apart by nobody
        if formset.model is Picture:
            save_pictures(formset, sku=form.instance.sku, now=clock.now())


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "product", "old", "new", "by"]
    list_select_related = ["product"]
    list_filter = ["at"]
    search_fields = ["product__sku"]
    date_hierarchy = "at"
