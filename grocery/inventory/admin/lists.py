"""What the lists of stock share: reading only, stores by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language


def amount_text(amount: Decimal | None) -> str:
    return plain(amount) if amount is not None else "0"


def store_names() -> dict[UUID, str]:
    return {store.id: store.name(language()) for store in catalog.stores()}


def store_name(row: Any) -> str:
    return getattr(row, "store_name", None) or store_names().get(row.location) or str(row.location)


class StoreFilter(admin.SimpleListFilter):
    title = cast("str", _("store"))
    parameter_name = "store"
    field = "location"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(store), name) for store, name in store_names().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = dict(self.lookup_choices)
        return queryset.filter(**{self.field: self.value()}) if self.value() in known else queryset


class MovementStoreFilter(StoreFilter):
    field = "lot__stock_item__location"


class NamedStores(ChangeList):
    """Knows the stores' names: asked of the catalogue once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = store_names()
        for row in self.result_list:
            row.store_name = names.get(row.location)
