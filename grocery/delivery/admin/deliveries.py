"""What is on the road."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grocery.delivery import public as delivery
from grocery.delivery.admin.stores import ByStore, OfStores
from grocery.delivery.models import Delivery, DeliveryStep
from grocery.kernel import clock, phones
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.reader import language


class NoteForm(ActionForm):
    note = forms.CharField(label=_("Driver, proof or reason:"), required=False, max_length=200)


class StepInline(ReadOnly, admin.TabularInline):
    model = DeliveryStep
    fields = ["at", "state", "by", "note"]
    extra = 0


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, OfStores):
    """Nothing is edited: what happens to a delivery is a step, and steps are actions."""

    list_display = ["window", "recipient", "phone_", "where", "store", "mode", "state", "driver", "order_id"]
    list_filter = ["state", ByStore, "mode", "day"]
    list_select_related = ["pickup_point"]
    search_fields = ["recipient", "phone", "=order_id"]
    date_hierarchy = "day"
    inlines = [StepInline]
    action_form = NoteForm
    actions = ["dispatch_chosen", "complete_chosen", "fail_chosen"]

    @admin.display(description=_("window"), ordering="starts_at")
    def window(self, row: Delivery) -> str:
        zone = ZoneInfo(row.zone)
        starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        return f"{starts:%d/%m %H:%M}–{ends:%H:%M}"

    @admin.display(description=_("phone"), ordering="phone")
    def phone_(self, row: Delivery) -> SafeString:
        return phones.link(row.phone)

    @admin.display(description=_("address"))
    def where(self, row: Delivery) -> str:
        return str(row.pickup_point) if row.pickup_point else f"{row.street}, {row.ward}"

    @admin.action(description=_("Out for delivery"), permissions=["deliver"])
    def dispatch_chosen(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        self._each(request, chosen, lambda order_id, by, note: delivery.dispatch(
            order_id=order_id, now=clock.now(), by=by, driver=note
        ))  # fmt: skip

    @admin.action(description=_("Delivered"), permissions=["deliver"])
    def complete_chosen(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        self._each(request, chosen, lambda order_id, by, note: delivery.complete(
            order_id=order_id, now=clock.now(), by=by, proof_note=note
        ))  # fmt: skip

    @admin.action(description=_("Could not be delivered"), permissions=["deliver"])
    def fail_chosen(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        self._each(request, chosen, lambda order_id, by, note: delivery.fail(
            order_id=order_id, now=clock.now(), by=by, reason=note
        ))  # fmt: skip

    def has_deliver_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("delivery.change_delivery")

    def _each(self, request: HttpRequest, chosen: QuerySet[Delivery], step: Callable[[UUID, Any, str], None]) -> None:
        """Do the step for each that allows it, and say which did not."""
        note, done = request.POST.get("note", "").strip()[:200], 0
        for row in chosen:
            try:
                step(row.order_id, request.user.pk, note)
                done += 1
            except DomainError as refusal:
                messages.error(request, f"{row}: {refusal.text(language())}")
        if done:
            messages.success(request, ngettext("%d delivery noted.", "%d deliveries noted.", done) % done)
