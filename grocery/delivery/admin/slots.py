"""A store's week, the slots opened from it, and who keeps a place."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grocery.delivery import public as delivery
from grocery.delivery.admin.stores import ByStore, OfStores, StoreField
from grocery.delivery.models import Slot, SlotHold, SlotPlan
from grocery.delivery.models.words import WEEKDAYS
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.money import dong


class SlotPlanForm(forms.ModelForm):
    store_id = StoreField()
    weekdays = forms.TypedMultipleChoiceField(
        label=_("weekdays"), coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = SlotPlan
        fields = ["store_id", "pickup_point", "starts", "ends", "capacity", "surcharge", "cutoff_minutes"]


@admin.register(SlotPlan)
class SlotPlanAdmin(OfStores):
    """Store, place, day and start say which window it is; the rest can be changed."""

    which = ["store", "pickup_point", "weekday", "starts"]
    what = ["ends", "capacity", "surcharge", "cutoff_minutes"]
    list_display = ["__str__", "store", "mode", "pickup_point", "capacity", "surcharge_text", "cutoff_minutes"]
    list_filter = [ByStore, "mode", "weekday"]
    list_select_related = ["pickup_point"]
    list_per_page = 200

    def get_fields(self, request: HttpRequest, obj: SlotPlan | None = None) -> Any:
        return [*self.which, *self.what] if obj else ["store_id", "pickup_point", "weekdays", "starts", *self.what]

    def get_readonly_fields(self, request: HttpRequest, obj: SlotPlan | None = None) -> list[str]:
        return self.which if obj else []

    def get_form(self, request: HttpRequest, obj: SlotPlan | None = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = forms.ModelForm if obj else SlotPlanForm
        return super().get_form(request, obj, change=change, **kwargs)

    @admin.display(description=_("surcharge"), ordering="surcharge")
    def surcharge_text(self, plan: SlotPlan) -> str:
        return str(dong(plan.surcharge))

    def save_model(self, request: HttpRequest, obj: SlotPlan, form: Any, change: bool) -> None:
        ids = delivery.save_slot_plan(
            store_id=obj.store_id,
            pickup_point_id=obj.pickup_point_id,
            weekdays=[obj.weekday] if change else form.cleaned_data["weekdays"],
            starts=obj.starts,
            ends=obj.ends,
            capacity=obj.capacity,
            surcharge=dong(obj.surcharge),
            cutoff_minutes=obj.cutoff_minutes,
        )
        obj.pk = ids[0]

    def delete_model(self, request: HttpRequest, obj: SlotPlan) -> None:
        delivery.delete_slot_plan(plan_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SlotPlan]) -> None:
        for plan in queryset:
            delivery.delete_slot_plan(plan_id=plan.pk)


class HoldInline(ReadOnly, admin.TabularInline):
    model = SlotHold
    fields = ["holder", "until"]
    extra = 0


_SLOT = ("day", "window", "store", "mode", "pickup_point", "filled", "surcharge_text", "cutoff")


@admin.register(Slot)
class SlotAdmin(OfStores):
    """How full a slot is. Its capacity can be changed; slots are opened from plans."""

    list_display = _SLOT
    list_filter = [ByStore, "mode", "day"]
    list_select_related = ["pickup_point"]
    date_hierarchy = "day"
    fields = (*_SLOT, "capacity")
    readonly_fields = _SLOT
    inlines = [HoldInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slot]:
        return Slot.objects.counting_live(clock.now()).by_day_and_start()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("window"), ordering="starts_at")
    def window(self, slot: Slot) -> str:
        zone = ZoneInfo(slot.zone)
        return f"{slot.starts_at.astimezone(zone):%H:%M}–{slot.ends_at.astimezone(zone):%H:%M}"

    @admin.display(description=_("cut-off"), ordering="cutoff_at")
    def cutoff(self, slot: Slot) -> str:
        return f"{slot.cutoff_at.astimezone(ZoneInfo(slot.zone)):%d/%m %H:%M}"

    @admin.display(description=_("taken of"), ordering="taken")
    def filled(self, slot: Any) -> str:
        return f"{slot.live_taken} / {slot.capacity}"

    @admin.display(description=_("surcharge"), ordering="surcharge")
    def surcharge_text(self, slot: Slot) -> str:
        return str(dong(slot.surcharge))

    def save_model(self, request: HttpRequest, obj: Slot, form: Any, change: bool) -> None:
        delivery.resize_slot(slot_id=obj.pk, capacity=obj.capacity, now=clock.now())


@admin.register(SlotHold)
class SlotHoldAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["holder", "slot", "until"]
    list_select_related = ["slot"]
    search_fields = ["holder"]
    ordering = ["until"]
    actions = ["let_go"]

    @admin.action(description=_("Let go of the chosen holds"), permissions=["let_go"])
    def let_go(self, request: HttpRequest, chosen: QuerySet[SlotHold]) -> None:
        holders = [hold.holder for hold in chosen]
        for holder in holders:
            delivery.let_go(holder=holder)
        text = ngettext("%d place is free again.", "%d places are free again.", len(holders))
        messages.success(request, text % len(holders))

    def has_let_go_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("delivery.change_slothold")
