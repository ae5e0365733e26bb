"""Orders and carts as staff see them. Nothing is typed over: an order moves by its next steps, through the face."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity, plain
from grocery.ordering import public as ordering
from grocery.ordering.contracts import OrderState
from grocery.ordering.models import Cart, CartLine, Order, OrderLine, OrderTransition


def _language() -> str:
    return "vi" if (get_language() or "vi").startswith("vi") else "en"


class LookOnly:
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


# --- steps ----------------------------------------------------------------------------------------
class Nothing(forms.Form):
    """A step that asks nothing."""


class WhyCancelled(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    )


class Weights(forms.Form):
    """One field per line that is weighed or measured, filled with what was ordered."""

    def __init__(self, *args: Any, order: ordering.OrderView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in order.lines:
            if line.unit != "piece":
                self.fields[line.sku] = forms.DecimalField(
                    label=f"{line.name(_language())} ({line.unit})",
                    max_digits=12,
                    decimal_places=3,
                    initial=plain(line.quantity),
                )


type Take = Callable[[UUID, Principal, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """A button on the order's page. `asks`: a page with a form comes first."""

    name: str
    label: Promise
    done: Promise
    starts_from: Set[OrderState]
    take: Take
    form: type[forms.Form] = Nothing

    @property
    def asks(self) -> bool:
        return self.form is not Nothing


def _just(move: Callable[..., None]) -> Take:
    """A step that needs nothing but the order."""

    def take(order_id: UUID, by: Principal, _answers: Mapping[str, Any]) -> None:
        move(order_id=order_id, by=by, now=clock.now())

    return take


def _pack(order_id: UUID, by: Principal, answers: Mapping[str, Any]) -> None:
    weights = {sku: Quantity(weight) for sku, weight in answers.items()}
    ordering.mark_packed(order_id=order_id, weights=weights, by=by, now=clock.now())


def _cancel(order_id: UUID, by: Principal, answers: Mapping[str, Any]) -> None:
    ordering.cancel(order_id=order_id, by=by, reason=answers["reason"], now=clock.now())


_S = OrderState
_STEPS = (
    Step("pick", _("Start picking"), _("Picking has started."), {_S.CONFIRMED}, _just(ordering.start_picking)),
    Step("pack", _("Packed"), _("The order is packed."), {_S.PICKING}, _pack, Weights),
    Step("dispatch", _("Out for delivery"), _("The order is on its way."), {_S.PACKED}, _just(ordering.dispatch)),
    Step("deliver", _("Delivered"), _("The order is delivered."), {_S.OUT_FOR_DELIVERY}, _just(ordering.deliver)),
    Step("hand-over", _("Fetched"), _("The order is delivered."), {_S.PACKED}, _just(ordering.deliver)),
    Step(
        "cancel",
        _("Cancel order"),
        _("The order is cancelled."),
        {_S.PLACED, _S.CONFIRMED, _S.PICKING},
        _cancel,
        WhyCancelled,
    ),
)
STEPS = {step.name: step for step in _STEPS}


def next_steps(order: Order) -> list[Step]:
    """What may be done with it now. What is fetched is handed over instead of driven."""
    leaving_out = {"dispatch", "deliver"} if order.mode == "pickup" else {"hand-over"}
    return [step for step in STEPS.values() if order.state in step.starts_from and step.name not in leaving_out]


# --- orders ---------------------------------------------------------------------------------------
class LineInline(LookOnly, admin.TabularInline):
    model = OrderLine
    fields = ["position", "sku", "name", "ordered", "price_", "amount_", "packed_", "vat"]
    readonly_fields = ["position", "sku", "name", "ordered", "price_", "amount_", "packed_", "vat"]
    extra = 0

    @admin.display(description=_("name"))
    def name(self, line: OrderLine) -> str:
        return line.name_vi if _language() == "vi" else line.name_en

    @admin.display(description=_("quantity"))
    def ordered(self, line: OrderLine) -> str:
        return f"{plain(line.quantity)} {line.get_unit_display()}"

    @admin.display(description=_("price"))
    def price_(self, line: OrderLine) -> str:
        return str(dong(line.price))

    @admin.display(description=_("amount"))
    def amount_(self, line: OrderLine) -> str:
        return str(dong(line.amount))

    @admin.display(description=_("packed"))
    def packed_(self, line: OrderLine) -> str:
        if line.packed is None or line.packed_amount is None:
            return "–"
        return f"{plain(line.packed)} {line.get_unit_display()} · {dong(line.packed_amount)}"

    @admin.display(description=_("VAT"))
    def vat(self, line: OrderLine) -> str:
        return f"{plain(line.vat_rate)} %"


class TimelineInline(LookOnly, admin.TabularInline):
    model = OrderTransition
    fields = ["when", "to_state", "actor", "reason", "actor_id"]
    readonly_fields = ["when", "to_state", "actor", "reason", "actor_id"]
    extra = 0

    @admin.display(description=_("at"))
    def when(self, step: OrderTransition) -> str:
        return step.order.on_its_clock(step.at)


@admin.register(Order)
class OrderAdmin(LookOnly, admin.ModelAdmin):
    change_form_template = "admin/ordering/order/change_form.html"
    list_display = ["number", "state", "window", "recipient", "phone", "total_"]
    list_filter = ["state", "mode", "method"]
    date_hierarchy = "slot_day"
    search_fields = ["number"]
    search_help_text = _("Number, name or phone")
    list_per_page = 50
    show_full_result_count = False
    inlines = [LineInline, TimelineInline]
    fieldsets = [
        (None, {"fields": ["number", "state", "method", "placed", "to_be_paid_by", "language"]}),
        (_("Delivery"), {"fields": ["mode", "window", "recipient", "phone", "address", "note"]}),
        (_("Money"), {"fields": ["subtotal_", "fee_", "total_", "charged_"]}),
    ]

    class Media:
        css = {"all": ["ordering/admin.css"]}

    @admin.display(description=_("placed"))
    def placed(self, order: Order) -> str:
        return order.on_its_clock(order.placed_at)

    @admin.display(description=_("to be paid by"))
    def to_be_paid_by(self, order: Order) -> str:
        return order.on_its_clock(order.pay_by) if order.pay_by else "–"

    @admin.display(description=_("slot"), ordering="slot_starts_at")
    def window(self, order: Order) -> str:
        return order.window()

    @admin.display(description=_("goods"))
    def subtotal_(self, order: Order) -> str:
        return str(dong(order.subtotal))

    @admin.display(description=_("delivery fee"))
    def fee_(self, order: Order) -> str:
        return str(dong(order.fee))

    @admin.display(description=_("total"), ordering="total")
    def total_(self, order: Order) -> str:
        return str(dong(order.total))

    @admin.display(description=_("to be charged"))
    def charged_(self, order: Order) -> str:
        return str(dong(order.charged)) if order.charged is not None else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Those of the store that the asker works for."""
        return Order.objects.newest_first().of_store(_asker(request).store_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        words = search_term.strip()
        return (queryset & Order.objects.mentioning(words) if words else queryset), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        steps = next_steps(order) if order and _may_act(request) else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<uuid:order_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="ordering_order_step",
        )
        return [step, *super().get_urls()]

    def step_view(self, request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
        """Ask what the step needs to know; take it; say what came of it."""
        if not _may_act(request):
            raise PermissionDenied
        by, step = _asker(request), STEPS.get(name)
        if step is None:
            raise Http404
        order = _order(order_id, by)
        form = _form(step, order, request)
        if form.is_valid():
            _take(request, step, order, by, form.cleaned_data)
            return redirect("admin:ordering_order_change", order_id)
        context = {
            **self.admin_site.each_context(request),
            "order": order,
            "step": step,
            "title": step.label,
            "form": form,
        }
        return render(request, "admin/ordering/order/step.html", context)


def _asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


def _may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("ordering.change_order")


def _order(order_id: UUID, by: Principal) -> ordering.OrderView:
    try:
        return ordering.order(order_id=order_id, store_id=by.store_id)
    except DomainError as error:
        raise Http404 from error


def _form(step: Step, order: ordering.OrderView, request: HttpRequest) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    return Weights(data, order=order) if step.form is Weights else step.form(data)


def _take(
    request: HttpRequest, step: Step, order: ordering.OrderView, by: Principal, answers: Mapping[str, Any]
) -> None:
    try:
        step.take(order.id, by, answers)
    except DomainError as error:
        messages.error(request, error.text(_language()))
    else:
        messages.success(request, str(step.done))


# --- carts ----------------------------------------------------------------------------------------
class CartLineInline(LookOnly, admin.TabularInline):
    model = CartLine
    fields = ["sku", "quantity", "price_seen", "touched_at"]
    readonly_fields = ["sku", "quantity", "price_seen", "touched_at"]
    extra = 0


@admin.register(Cart)
class CartAdmin(LookOnly, admin.ModelAdmin):
    """A guest's token opens the cart, so it is not shown."""

    list_display = ["id", "customer_id", "size", "created_at"]
    fields = ["customer_id", "store_id", "created_at"]

    search_fields = ["=id", "=customer_id"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-created_at"]
    inlines = [CartLineInline]

    @admin.display(description=_("products"))
    def size(self, cart: Cart) -> int:
        return cart.size  # type: ignore[attr-defined, no-any-return]  # annotated

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        return Cart.objects.with_size().of_store(_asker(request).store_id)
