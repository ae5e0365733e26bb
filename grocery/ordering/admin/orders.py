"""Orders as staff see them. Nothing is typed over: an order moves by its next steps, through the face."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grocery.kernel import phones
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.admin.asking import asker, may_act
from grocery.ordering.admin.desk_edit import SUPPORTERS
from grocery.ordering.admin.returns_taken import ways_back
from grocery.ordering.admin.steps import BY_LINE, STEPS, Step, next_steps
from grocery.ordering.admin.work import routes
from grocery.ordering.models import METHODS, MOTIVES, Order, OrderChange, OrderLine, OrderTransition


class LineInline(ReadOnly, admin.TabularInline):
    model = OrderLine
    fields = ["position", "sku", "name", "ordered", "price_", "amount_", "offers", "packed_", "vat"]
    readonly_fields = ["position", "sku", "name", "ordered", "price_", "amount_", "offers", "packed_", "vat"]
    extra = 0

    @admin.display(description=_("name"))
    def name(self, line: OrderLine) -> str:
        return line.name_vi if language() == "vi" else line.name_en

    @admin.display(description=_("quantity"))
    def ordered(self, line: OrderLine) -> str:
        weight = f"{plain(line.quantity)} {line.get_unit_display()}"
        pieces = ordering.pieces_of(line.quantity, line.piece_weight)
        return weight if pieces is None else f"{pieces} × {plain(line.piece_weight or line.quantity)} = {weight}"

    @admin.display(description=_("price"))
    def price_(self, line: OrderLine) -> str:
        return str(dong(line.price))

    @admin.display(description=_("amount"))
    def amount_(self, line: OrderLine) -> str:
        return str(dong(line.amount))

    @admin.display(description=_("offers"))
    def offers(self, line: OrderLine) -> str:
        return str(dong(-line.discount)) if line.discount else "–"

    @admin.display(description=_("packed"))
    def packed_(self, line: OrderLine) -> str:
        if line.packed is None or line.packed_amount is None:
            return "–"
        return f"{plain(line.packed)} {line.get_unit_display()} · {dong(line.packed_amount)}"

    @admin.display(description=_("VAT"))
    def vat(self, line: OrderLine) -> str:
        return f"{plain(line.vat_rate)} %"


class TimelineInline(ReadOnly, admin.TabularInline):
    model = OrderTransition
    fields = ["when", "to_state", "actor", "motive_", "reason", "actor_id"]
    readonly_fields = ["when", "to_state", "actor", "motive_", "reason", "actor_id"]
    extra = 0

    @admin.display(description=_("at"))
    def when(self, step: OrderTransition) -> str:
        return step.order.on_its_clock(step.at)

    @admin.display(description=_("why"))
    def motive_(self, step: OrderTransition) -> str:
        return str(dict(MOTIVES).get(step.motive, ""))


class ChangeInline(ReadOnly, admin.TabularInline):
    model = OrderChange
    verbose_name_plural = _("changes")
    fields = ["when", "kind", "what", "total_", "actor", "motive", "note", "actor_id"]
    readonly_fields = ["when", "kind", "what", "total_", "actor", "motive", "note", "actor_id"]
    extra = 0

    @admin.display(description=_("at"))
    def when(self, change: OrderChange) -> str:
        return change.order.on_its_clock(change.at)

    @admin.display(description=_("lines"))
    def what(self, change: OrderChange) -> str:
        lines = [
            f"{line.name(language())}: {plain(line.before)} → {plain(line.after)}" for line in change.line_changes()
        ]
        if move := change.slot_move():
            before, after = (change.order.on_its_clock(at) for at in (move.starts_before, move.starts_at))
            lines.append(f"{before} → {after}")
        if tender := change.tender_change():
            lines.append(f"{METHODS[tender.before]} → {METHODS[tender.after]}")
        return "; ".join(lines)

    @admin.display(description=_("total, ₫"))
    def total_(self, change: OrderChange) -> str:
        return f"{dong(change.total_before)} → {dong(change.total)}"


_DISPUTES: Final = {
    "inquiry": _("the bank asks"),
    "inquiry_review": _("the bank looks at our answer"),
    "needs_response": _("evidence needed"),
    "under_review": _("the bank decides"),
    "won": _("won"),
    "lost": _("lost"),
    "closed": _("closed"),
}


def _said(dispute: ordering.DisputeView, order: Order) -> str:
    until = f" → {order.on_its_clock(dispute.answer_by)}" if dispute.answer_by else ""
    return f"{dispute.amount} · {_DISPUTES[dispute.state]}{until}"


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    change_form_template = "admin/ordering/order/change_form.html"
    change_list_template = "admin/ordering/order/change_list.html"
    list_display = ["number", "state", "window", "recipient", "phone_", "total_"]
    list_filter = ["state", "mode", "method"]
    date_hierarchy = "slot_day"
    search_fields = ["number"]
    search_help_text = _("Number, name or phone")
    list_per_page = 50
    show_full_result_count = False
    inlines = [LineInline, ChangeInline, TimelineInline]
    fieldsets = [
        (None, {"fields": ["number", "state", "method", "placed", "to_be_paid_by", "language"]}),
        (_("Delivery"), {"fields": ["mode", "window", "recipient", "phone_", "address", "note"]}),
        (
            _("Money"),
            {
                "fields": [
                    "subtotal_",
                    "discount_",
                    "fee_",
                    "total_",
                    "ceiling_",
                    "charged_",
                    "given_back_",
                    "disputed_",
                ]
            },
        ),
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

    @admin.display(description=_("phone"), ordering="phone")
    def phone_(self, order: Order) -> SafeString:
        return phones.link(order.phone)

    @admin.display(description=_("disputed by the bank"))
    def disputed_(self, order: Order) -> str:
        """What stands against it, and until when it is to be answered; the queue of disputes says what to do."""
        return "; ".join(_said(one, order) for one in ordering.disputes(order_id=order.pk)) or "–"

    @admin.display(description=_("goods"))
    def subtotal_(self, order: Order) -> str:
        return str(dong(order.subtotal))

    @admin.display(description=_("offers"))
    def discount_(self, order: Order) -> str:
        return str(dong(-order.discount)) if order.discount else "–"

    @admin.display(description=_("delivery fee"))
    def fee_(self, order: Order) -> str:
        return str(dong(order.fee - order.fee_discount))

    @admin.display(description=_("total"), ordering="total")
    def total_(self, order: Order) -> str:
        return str(dong(order.total))

    @admin.display(description=_("at most"))
    def ceiling_(self, order: Order) -> str:
        return str(order.ceiling)

    @admin.display(description=_("to be charged"))
    def charged_(self, order: Order) -> str:
        return str(dong(order.charged)) if order.charged is not None else "–"

    @admin.display(description=_("given back"))
    def given_back_(self, order: Order) -> str:
        return str(dong(order.given_back)) if order.given_back else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Those of the store that the asker works for."""
        return Order.objects.newest_first().of_store(asker(request).store_id)

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
        steps = next_steps(order) if order and may_act(request) else []
        ways = ways_back(order) if order and may_act(request) else []
        shown = {"steps": steps, "ways": ways, "may_edit": _may_edit(request, order)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<uuid:order_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="ordering_order_step",
        )
        return [step, *routes(), *super().get_urls()]

    def step_view(self, request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
        """Ask what the step needs to know; take it; say what came of it."""
        if not may_act(request):
            raise PermissionDenied
        by, step = asker(request), STEPS.get(name)
        if step is None:
            raise Http404
        order = _order(order_id, by)
        form = _form(step, order, request)
        if form.is_valid() and (answer := _answer(request, step, order, by, form)):
            return answer
        context = {
            **self.admin_site.each_context(request),
            "order": order,
            "step": step,
            "title": step.label,
            "form": form,
            "key": new_id().hex,
        }
        return render(request, "admin/ordering/order/step.html", context)


def _may_edit(request: HttpRequest, order: Order | None) -> bool:
    """Whether the desk's page for changing it is offered; the page itself knows the cut-off."""
    if order is None or asker(request).roles.isdisjoint(SUPPORTERS):
        return False
    return order.state in {ordering.OrderState.PLACED, ordering.OrderState.CONFIRMED}


def _order(order_id: UUID, by: Principal) -> ordering.OrderView:
    try:
        return ordering.order(order_id=order_id, store_id=by.store_id)
    except DomainError as error:
        raise Http404 from error


def _form(step: Step, order: ordering.OrderView, request: HttpRequest) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    return step.form(data, order=order) if step.form in BY_LINE else step.form(data)


def _answer(
    request: HttpRequest, step: Step, order: ordering.OrderView, by: Principal, form: forms.Form
) -> HttpResponse | None:
    """Take the step and go back to the order; None: its form has to be filled in otherwise."""
    try:
        return _done(request, step, order, by, form.cleaned_data)
    except DomainError as error:
        if step.asks:
            form.add_error(None, error.text(language()))
            return None
        messages.error(request, error.text(language()))
    return redirect("admin:ordering_order_change", order.id)


def _done(
    request: HttpRequest, step: Step, order: ordering.OrderView, by: Principal, answers: Mapping[str, Any]
) -> HttpResponse:
    """What adds up is done once for each key."""

    def run() -> HttpResponse:
        said = step.take(order.id, by, answers)
        messages.success(request, str(said or step.done))
        return redirect("admin:ordering_order_change", order.id)

    if not step.adds_up:
        return run()
    fingerprint, key = fingerprint_of(repr(sorted(answers.items()))), request.POST.get("key", "")
    answers = {**answers, "key": key}
    return once(scope=f"staff:{by.id} {step.name} {order.id}", key=key, fingerprint=fingerprint, run=run)
