"""What staff see of payments: everything, and nothing to change. Money moves by orders, drivers and providers."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.money import dong
from grocery.kernel.tiles import Tile, tile
from grocery.payments.admin.asking import routes
from grocery.payments.models import Payment, ProviderCall
from grocery.payments.models.payments import PaymentQuerySet
from grocery.payments.public import HOLDS_END_SOON, PaymentState, holds_ending, providers_away


class NeedsSomebody(admin.SimpleListFilter):
    """Where money is about to be lost unless a person does something."""

    title = cast("str", _("needs somebody"))
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("ending", _("hold ends within two days")),
            ("short", _("could not be charged")),
            ("again", _("customer has to pay again")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        payments = cast("PaymentQuerySet", queryset)
        if self.value() == "ending":
            return payments.ending_before(clock.now() + HOLDS_END_SOON)
        if self.value() == "again":
            return payments.waiting_for_renewal()
        return payments.falling_short() if self.value() == "short" else payments


class CallInline(ReadOnly, admin.TabularInline):
    model = ProviderCall
    fields = ("operation", "state", "attempts", "error", "request", "answer", "key", "intended_at", "decided_at")
    readonly_fields = fields
    ordering = ("id",)
    extra = 0
    verbose_name_plural = _("what we asked of the provider")


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = (
        "order_number",
        "state_with_doubt",
        "method",
        "money",
        "money_captured",
        "provider",
        "failure_code",
        "opened_at",
    )
    list_filter = (NeedsSomebody, "state", "method", "provider", ("opened_at", admin.DateFieldListFilter))
    search_fields = ("order_number", "order_id", "reference", "payer_id")
    search_help_text = _("order number, order id, provider's reference, payer's id")
    date_hierarchy = "opened_at"
    ordering = ("-opened_at",)
    list_per_page = 50
    inlines = (CallInline,)
    fieldsets = (
        (None, {"fields": ("order_number", "state_with_doubt", "money", "money_captured", "money_refunded")}),
        (
            _("Terms"),
            {
                "fields": (
                    "number",
                    "top_up_for",
                    "renews",
                    "standby",
                    "method",
                    "provider",
                    "reference",
                    "failure_code",
                    "capture_before",
                )
            },
        ),
        (
            _("History"),
            {
                "fields": (
                    "opened_at",
                    "pay_until",
                    "authorised_at",
                    "captured_at",
                    "cash_taken_by",
                    "cash_carrier",
                    "hand_in",
                    "cancel_requested_at",
                    "let_go",
                    "cancelled_at",
                    "look_at",
                )
            },
        ),
        (_("Ids"), {"fields": ("id", "order_id", "payer_id")}),
        (_("What the provider said"), {"fields": ("notices",)}),
    )
    readonly_fields = ("state_with_doubt", "money", "money_captured", "money_refunded", "notices")

    def get_urls(self) -> list[URLPattern]:
        return [*routes(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return super().get_queryset(request).prefetch_related("calls")

    @admin.display(description=_("state"), ordering="state")
    def state_with_doubt(self, payment: Payment) -> str:
        doubt = any(call.is_in_doubt() for call in payment.calls.all()) and not payment.is_final()
        return str(_("unknown")) if doubt else payment.get_state_display()

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, payment: Payment) -> str:
        return str(payment.total)

    @admin.display(description=_("captured"), ordering="captured")
    def money_captured(self, payment: Payment) -> str:
        return str(dong(payment.captured)) if payment.state == PaymentState.CAPTURED else "–"

    @admin.display(description=_("refunded"), ordering="refunded")
    def money_refunded(self, payment: Payment) -> str:
        """Given back, and promised to be."""
        if not payment.refunding:
            return str(dong(payment.refunded)) if payment.refunded else "–"
        return f"{dong(payment.refunded)} + {dong(payment.refunding)}"

    @admin.display(description=_("notices"))
    def notices(self, payment: Payment) -> SafeString | str:
        """The provider's webhooks about this payment, as a link to their list."""
        if not payment.reference:
            return "–"
        return format_html('<a href="../../../providernotice/?q={0}">{0}</a>', payment.reference)


@admin.register(ProviderCall)
class ProviderCallAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("key", "payment", "operation", "state", "attempts", "error", "intended_at", "decided_at")
    list_filter = ("state", "operation", ("intended_at", admin.DateFieldListFilter))
    list_select_related = ("payment",)
    search_fields = ("key", "payment__order_number", "payment__reference")
    ordering = ("-intended_at",)


def _ending(worker: Any) -> object:
    """How many holds of the worker's store end soon."""
    return holds_ending(store_id=worker.store, now=clock.now()) or ""


def _away(worker: Any) -> object:  # noqa: ARG001 - providers are away for all stores alike
    """Their names."""
    return ", ".join(providers_away())


tile(
    Tile(
        "admin:payments_providercall_changelist",
        _("Providers that do not answer"),
        "alert",
        _("Not offered to customers until they answer again; what was asked of them waits and is not lost"),
        count=_away,
        roles=frozenset({"support", "manager", "admin"}),
        rank=41,
        query="?state__exact=unknown",
    )
)
tile(
    Tile(
        "admin:payments_payment_changelist",
        _("Holds that end soon"),
        "clock",
        _("Charge them or have them paid anew before the bank lets go"),
        count=_ending,
        roles=frozenset({"support", "manager", "admin"}),
        rank=42,
        query="?needs=ending",
    )
)


def _pays_again(worker: Any) -> object:
    """How many customers of the worker's store have to pay again."""
    return Payment.objects.waiting_for_renewal().of_store(worker.store).count() or ""


tile(
    Tile(
        "admin:payments_payment_changelist",
        _("To be paid again"),
        "clock",
        _("The bank wants the customer, who was written to; the order ends unless they pay in time"),
        count=_pays_again,
        roles=frozenset({"support", "manager", "admin"}),
        rank=43,
        query="?needs=again",
    )
)
