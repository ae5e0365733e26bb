"""What every page of delivery in the admin has in common: stores have names, and a refusal is said in words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from grocery.delivery import public as delivery
from grocery.kernel.errors import DomainError
from grocery.kernel.reader import language


class StoreField(forms.TypedChoiceField):
    """A store by its name."""

    def __init__(self) -> None:
        super().__init__(coerce=UUID, choices=_stores, label=_("store"))


def _stores() -> list[tuple[UUID, str]]:
    return list(delivery.store_names(language=language()).items())


class ByStore(admin.SimpleListFilter):
    title = _("store")
    parameter_name = "store"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(store_id), name) for store_id, name in _stores()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {str(store_id) for store_id, _name in _stores()}
        return queryset.filter(store_id=self.value()) if self.value() in known else queryset


class OfStores(admin.ModelAdmin):
    """Rows of stores: "store" in `list_display` shows the store's name, looked up once for the whole list."""

    def get_list_display(self, request: HttpRequest) -> Any:
        names = delivery.store_names(language=language())

        @admin.display(description=_("store"), ordering="store_id")
        def named(row: Any) -> str:
            return names.get(row.store_id, str(row.store_id))

        return [named if column == "store" else column for column in self.list_display]

    @admin.display(description=_("store"))
    def store(self, row: Any) -> str:
        return delivery.store_names(language=language()).get(row.store_id, str(row.store_id))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal of the domain is shown, not raised; nothing has been saved then."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, refusal.text(language()))
            return HttpResponseRedirect(request.get_full_path())
