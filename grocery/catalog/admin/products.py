"""Stores, categories and products, as staff see them. What changes, changes through the face."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.models import Category, PriceChange, Product, Store
from grocery.catalog.public import Allergen, Dietary, ProductDraft
from grocery.kernel import clock, phones
from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong


class NeverDeleted:
    """What others refer to by its id is taken off sale, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ChecksByRule(forms.ModelForm):
    """A form whose input the domain's own rules judge."""

    def judge(self, fields: dict[str, Any]) -> None:
        """Raise a DomainError for what is wrong with the cleaned fields."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.judge(fields)
            except DomainError as error:
                name = error.field if error.field in self.fields else None
                self.add_error(name, error.text((get_language() or "vi")[:2]))
        return fields


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


#: The tick that says: looked at, contains none.
_NONE = "none"


class ProductForm(ChecksByRule):
    dietary = forms.MultipleChoiceField(
        label=_("dietary"),
        required=False,
        choices=[(promise.value, promise.value) for promise in Dietary],
        widget=forms.CheckboxSelectMultiple,
    )

    allergens = forms.MultipleChoiceField(
        label=_("allergens"),
        required=False,
        help_text=_("Nothing ticked: not declared. Then it never stands in for what somebody can eat."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "vi")[:2]
        named = [(one.value, one.called(language)) for one in Allergen]
        self.fields["allergens"].choices = [(_NONE, _("none of them")), *named]  # type: ignore[attr-defined]  # a ChoiceField
        if self.instance.allergens == []:
            self.initial["allergens"] = [_NONE]

    def clean_allergens(self) -> list[str] | None:
        """None where nothing is ticked; none of them, or some."""
        ticked: list[str] = self.cleaned_data["allergens"]
        if _NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("Either none of them, or some."))
        return [one for one in ticked if one != _NONE] if ticked else None

    def judge(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self.instance, name, value)
        catalog.check_product(draft=_draft(self.instance))


def _draft(product: Product) -> ProductDraft:
    return ProductDraft(
        sku=product.sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        category=product.category.slug,
        price=product.price,
        unit=catalog.Unit(product.unit),
        step=product.step,
        net_content=product.net_content,
        net_unit=catalog.NetUnit(product.net_unit) if product.net_unit else None,
        vat_group=product.vat_group_id or "",
        perishable=product.perishable,
        min_freshness_days=product.min_freshness_days,
        dietary=tuple(product.dietary),
        allergens=None if product.allergens is None else tuple(product.allergens),
        max_per_order=product.max_per_order,
        piece_weight=product.piece_weight,
        tags=tuple(product.tags),
        gtin=product.gtin,
        brand=product.brand.name if product.brand else "",
        image=product.image,
        tint=product.tint,
        description_en=product.description_en,
        description_vi=product.description_vi,
        popularity=product.base_popularity,
        active=product.is_active,
        untranslated=product.untranslated,
    )


class LookOnly(NeverDeleted):
    """Nothing can be added or changed here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PriceHistory(LookOnly, admin.TabularInline):
    model = PriceChange
    fields = ["at", "old", "new", "by"]
    extra = 0


@admin.register(Product)
class ProductAdmin(NeverDeleted, admin.ModelAdmin):
    form = ProductForm
    list_display = ["sku", "name_vi", "name_en", "category", "shown_price", "unit", "gtin", "is_active", "popularity"]
    list_filter = [
        "is_active",
        "perishable",
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
    readonly_fields = ["sold_7d", "popularity", "created_at", "changed_at"]
    inlines = [PriceHistory]
    fieldsets = [
        (
            None,
            {"fields": [("sku", "gtin"), ("name_vi", "name_en"), "untranslated", ("category", "brand"), "is_active"]},
        ),
        (
            _("Price"),
            {"fields": [("price", "vat_group"), ("unit", "step", "piece_weight"), ("net_content", "net_unit")]},
        ),
        (_("Freshness"), {"fields": [("perishable", "min_freshness_days")]}),
        (_("What it promises"), {"fields": ["dietary", "allergens", "tags"]}),
        (_("Looks"), {"fields": [("image", "tint"), "description_vi", "description_en"]}),
        (
            _("Selling"),
            {"fields": ["max_per_order", "base_popularity", ("sold_7d", "popularity"), ("created_at", "changed_at")]},
        ),
    ]

    @admin.display(description=_("price"), ordering="price")
    def shown_price(self, product: Product) -> str:
        return "" if product.price is None else str(dong(product.price))

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
        catalog.save_product(draft=_draft(obj), now=clock.now(), by=by)
        obj._state.adding = False


@admin.register(PriceChange)
class PriceChangeAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["at", "product", "old", "new", "by"]
    list_select_related = ["product"]
    list_filter = ["at"]
    search_fields = ["product__sku"]
    date_hierarchy = "at"
