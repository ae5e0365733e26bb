"""Zones with their wards, and pickup points."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.delivery import public as delivery
from grocery.delivery.admin.stores import ByStore, OfStores, StoreField
from grocery.delivery.models import DeliveryZone, PickupPoint
from grocery.kernel.money import dong
from grocery.kernel.reader import language


def _wards() -> list[tuple[str, list[tuple[str, str]]]]:
    grouped = delivery.ward_names(language=language())
    return [(province, list(wards.items())) for province, wards in grouped.items()]


class ZoneForm(forms.ModelForm):
    store_id = StoreField()
    ward_codes = forms.MultipleChoiceField(
        label=_("wards"),
        required=False,
        choices=_wards,
        widget=FilteredSelectMultiple(_("wards"), is_stacked=False),
        help_text=_("A ward belongs to one zone of a store: choosing it here takes it out of the other."),
    )

    class Meta:
        model = DeliveryZone
        fields = ["store_id", "name_vi", "name_en", "fee", "free_from"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["ward_codes"] = [ward.ward_code for ward in self.instance.wards.all()]


@admin.register(DeliveryZone)
class ZoneAdmin(OfStores):
    form = ZoneForm
    fields = ["store_id", "name_vi", "name_en", "fee", "free_from", "ward_codes"]
    list_display = ["name_vi", "name_en", "store", "fee_text", "free_from_text", "ward_count"]
    list_filter = [ByStore]
    search_fields = ["name_vi", "name_en", "wards__ward_code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return DeliveryZone.objects.annotate(ward_count=Count("wards"))

    @admin.display(description=_("wards"), ordering="ward_count")
    def ward_count(self, zone: Any) -> int:
        return int(zone.ward_count)

    @admin.display(description=_("fee"), ordering="fee")
    def fee_text(self, zone: DeliveryZone) -> str:
        return str(dong(zone.fee))

    @admin.display(description=_("free from"), ordering="free_from")
    def free_from_text(self, zone: DeliveryZone) -> str:
        return "" if zone.free_from is None else str(dong(zone.free_from))

    def save_model(self, request: HttpRequest, obj: DeliveryZone, form: Any, change: bool) -> None:
        obj.pk = delivery.save_zone(
            zone_id=obj.pk if change else None,
            store_id=obj.store_id,
            name_en=obj.name_en,
            name_vi=obj.name_vi,
            fee=dong(obj.fee),
            free_from=None if obj.free_from is None else dong(obj.free_from),
            ward_codes=form.cleaned_data["ward_codes"],
        )

    def delete_model(self, request: HttpRequest, obj: DeliveryZone) -> None:
        delivery.delete_zone(zone_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DeliveryZone]) -> None:
        for zone in queryset:
            delivery.delete_zone(zone_id=zone.pk)


_POINT = ("store_id", "name_vi", "name_en", "address", "hours_vi", "hours_en")


class PickupPointForm(forms.ModelForm):
    store_id = StoreField()

    class Meta:
        model = PickupPoint
        fields = _POINT


@admin.register(PickupPoint)
class PickupPointAdmin(OfStores):
    form = PickupPointForm
    fields = _POINT
    list_display = ["name_vi", "name_en", "store", "address", "hours_vi"]
    list_filter = [ByStore]
    search_fields = ["name_vi", "name_en", "address"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PickupPoint, form: Any, change: bool) -> None:
        obj.pk = delivery.save_pickup_point(
            pickup_point_id=obj.pk if change else None,
            **{name: getattr(obj, name) for name in _POINT},
        )
