"""What staff see of stock: items with their lots, movements, reservations; and the form by which they change it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.admin import hot_items, work
from grocery.inventory.admin.lists import NamedStores, StoreFilter, amount_text, store_name, store_names
from grocery.inventory.admin.thresholds import low_at
from grocery.inventory.models import Allocation, Lot, Reservation, StockItem
from grocery.inventory.models.stock import StockItemQuerySet
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import LARGEST, Quantity
from grocery.kernel.reader import language

NOTHING = "–"
KINDS = {
    inventory.ChangeKind.RECEIVE: _("Receive: goods came in"),
    inventory.ChangeKind.COUNT: _("Count: this much is there"),
    inventory.ChangeKind.WASTE: _("Waste: goods are thrown away"),
    inventory.ChangeKind.ADJUST: _("Correct: more, or (with a minus) less"),
}


class LowFilter(admin.SimpleListFilter):
    title = cast("str", _("level"))
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("low", _("low"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return cast("StockItemQuerySet", queryset).low() if self.value() == "low" else queryset


class LotInline(ReadOnly, admin.TabularInline):
    model = Lot
    fields = readonly_fields = ("lot_code", "expires_on", "on_hand", "reserved")
    ordering = ("expires_on", "id")
    extra = 0
    verbose_name_plural = _("lots on the shelf")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lot]:
        return super().get_queryset(request).filter(on_hand__gt=0)


class NamedItems(NamedStores):
    """And the products'."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        products = catalog.products_on_sale(skus=[catalog.Sku(item.sku) for item in self.result_list])
        for item in self.result_list:
            product = products.get(catalog.Sku(item.sku))
            item.product_name = product.name(language()) if product else NOTHING


class ChangeStockForm(forms.Form):
    """One change of one lot."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    store = forms.TypedChoiceField(label=_("store"), coerce=UUID)
    sku = forms.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", label=_("SKU"))
    kind = forms.TypedChoiceField(label=_("what happened"), coerce=inventory.ChangeKind, choices=list(KINDS.items()))
    quantity = forms.DecimalField(
        label=_("quantity"), max_digits=12, decimal_places=3, min_value=-LARGEST, max_value=LARGEST
    )
    lot_code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
        label=_("lot"),
        required=False,
        help_text=_("Lot and expiry may be left out where only one lot fits."),
    )
    expires_on = forms.DateField(
        label=_("expires on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("reason"), max_length=200, required=False, help_text=_("Needed for waste and corrections.")
    )

    def __init__(self, *args: Any, stores: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["store"]).choices = list(stores.items())

    def change(self) -> inventory.StockChange:
        said = self.cleaned_data
        return inventory.StockChange(
            kind=said["kind"],
            sku=said["sku"],
            quantity=Quantity(said["quantity"]),
            lot_code=said["lot_code"],
            expires_on=said["expires_on"],
            reason=said["reason"],
        )

    def refuse(self, error: DomainError) -> None:
        """Show why in the reader's language."""
        vietnamese = language() == "vi"
        if isinstance(error, inventory.ChangesRefused):
            for line in error.lines:
                self.add_error(None, line.vi if vietnamese else line.en)
        else:
            self.add_error(None, error.text(language()))


@admin.register(StockItem)
class StockItemAdmin(hot_items.MaySwitch, ReadOnly, admin.ModelAdmin):
    actions = hot_items.ACTIONS
    list_display = ("sku", "product", "store", "stock", "promised", "available", "expiry", "low_at")
    list_filter = (StoreFilter, LowFilter, "hot")
    search_fields = ("sku__startswith",)
    search_help_text = _("the beginning of a SKU")
    ordering = ("sku", "location")
    list_per_page = 50
    show_full_result_count = False
    fields = readonly_fields = (
        "sku",
        "store",
        "stock",
        "promised",
        "available",
        "low_at",
        "hot_rule",
        "hot",
        "version",
    )
    inlines = (LotInline,)
    change_list_template = "inventory/stock_items.html"
    change_form_template = "inventory/stock_item.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockItem]:
        return cast("StockItemQuerySet", super().get_queryset(request)).with_totals()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedItems

    def get_urls(self) -> list[URLPattern]:
        change = path("change-stock/", self.admin_site.admin_view(self.change_stock), name="inventory_change_stock")
        low = path("<uuid:item>/low-at/", self.admin_site.admin_view(low_at), name="inventory_low_at")
        return [change, low, *work.routes(), *super().get_urls()]

    def change_stock(self, request: HttpRequest) -> HttpResponse:
        """Receive, count, waste or correct one lot."""
        if not request.user.has_perm("inventory.change_stockitem"):
            raise PermissionDenied
        asker = accounts.principal_of_session(request.user)
        stores = {store: name for store, name in store_names().items() if asker.store_id in {None, store}}
        form = ChangeStockForm(request.POST or None, initial=_first_guess(request), stores=stores)
        if request.method == "POST" and form.is_valid():
            try:
                return once(
                    scope=f"staff:{asker.id} change-stock",
                    key=form.cleaned_data["key"],
                    fingerprint=fingerprint_of(repr(sorted(form.cleaned_data.items()))),
                    run=lambda: self._apply(request, form, by=asker.id),
                )
            except DomainError as error:
                form.refuse(error)
        page = {"form": form, "opts": self.opts, "title": _("Change stock")}
        context = self.admin_site.each_context(request) | page
        return TemplateResponse(request, "inventory/change_stock.html", context)

    def _apply(self, request: HttpRequest, form: ChangeStockForm, *, by: UUID | None) -> HttpResponse:
        change, location = form.change(), form.cleaned_data["store"]
        inventory.change_stock(location=location, changes=[change], now=clock.now(), by=by, catalogued=True)
        messages.success(request, _("Done: %(sku)s.") % {"sku": change.sku})
        return HttpResponseRedirect(f"{reverse('admin:inventory_stockitem_changelist')}?q={change.sku}")

    @admin.display(description=_("product"))
    def product(self, item: StockItem) -> str:
        return cast("str", getattr(item, "product_name", NOTHING))

    @admin.display(description=_("store"), ordering="location")
    def store(self, item: StockItem) -> str:
        return store_name(item)

    @admin.display(description=_("on hand"), ordering="on_hand")
    def stock(self, item: Any) -> str:
        return amount_text(item.on_hand)

    @admin.display(description=_("reserved"), ordering="reserved")
    def promised(self, item: Any) -> str:
        return amount_text(item.reserved)

    @admin.display(description=_("free"), ordering="free")
    def available(self, item: Any) -> str:
        return amount_text(item.free)

    @admin.display(description=_("next expiry"), ordering="next_expiry")
    def expiry(self, item: Any) -> str:
        return item.next_expiry.isoformat() if item.next_expiry else NOTHING

    @admin.display(description=_("low at"), ordering="low_stock_threshold")
    def low_at(self, item: StockItem) -> str:
        return amount_text(item.low_stock_threshold)


work.tile(
    work.Tile(
        "admin:inventory_stockitem_changelist",
        _("Stock"),
        "box",
        _("What is there, in which lots, promised to whom"),
        rank=90,
    )
)


def _first_guess(request: HttpRequest) -> dict[str, Any]:
    """What the link says, and a fresh key, so that a form sent twice is done once."""
    return {"key": new_id().hex, **{name: request.GET[name] for name in ("sku", "store") if name in request.GET}}


class AllocationInline(ReadOnly, admin.TabularInline):
    model = Allocation
    fields = readonly_fields = ("sku", "lot", "quantity")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Allocation]:
        return super().get_queryset(request).select_related("lot__stock_item")

    @admin.display(description=_("SKU"))
    def sku(self, allocation: Allocation) -> str:
        return allocation.lot.stock_item.sku


@admin.register(Reservation)
class ReservationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("holder", "store", "state", "until", "made_at", "ended_at")
    list_filter = ("state", StoreFilter, ("made_at", admin.DateFieldListFilter))
    search_fields = ("holder",)
    search_help_text = _("cart or order")
    ordering = ("-made_at", "-id")
    list_per_page = 50
    show_full_result_count = False
    inlines = (AllocationInline,)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedStores

    @admin.display(description=_("store"), ordering="location")
    def store(self, reservation: Reservation) -> str:
        return store_name(reservation)
