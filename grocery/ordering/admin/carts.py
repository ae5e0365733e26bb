"""Carts as staff see them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.kernel.admin import ReadOnly
from grocery.ordering.admin.asking import asker
from grocery.ordering.models import Cart, CartLine


class CartLineInline(ReadOnly, admin.TabularInline):
    model = CartLine
    fields = ("sku", "quantity", "price_seen", "note", "substitution", "substitute_sku", "touched_at")
    readonly_fields = fields
    extra = 0


@admin.register(Cart)
class CartAdmin(ReadOnly, admin.ModelAdmin):
    """A guest's token opens the cart, so it is not shown."""

    list_display = ["id", "customer_id", "size", "created_at"]
    fields = ["customer_id", "store_id", "substitution", "wanted_day", "created_at"]

    search_fields = ["=id", "=customer_id"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-created_at"]
    inlines = [CartLineInline]

    @admin.display(description=_("products"))
    def size(self, cart: Cart) -> int:
        return cart.size  # type: ignore[attr-defined, no-any-return]  # annotated

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        return Cart.objects.with_size().of_store(asker(request).store_id)
