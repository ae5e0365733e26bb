"""Who is asking, and the task pages of money, at `/admin/payments/payment/tasks/`; see `kernel.task_pages`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.kernel.principal import Principal
from grocery.kernel.reader import language
from grocery.kernel.task_pages import TaskPages, Worker, said

__all__ = ["COUNTERS", "Amount", "Worker", "asker", "named", "page", "route", "routes", "said", "task", "zone_of"]

#: Who takes in the cash that drivers bring.
COUNTERS: Final = frozenset({"dispatcher", "manager", "admin"})
#: Who undoes that.
DECIDERS: Final = frozenset({"manager", "admin"})
#: The columns of money end far above.
_LARGEST: Final = 10**12


def asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


def _stores() -> Mapping[UUID, str]:
    return {UUID(str(store.id)): store.name(language()) for store in catalog.stores()}


_pages = TaskPages(who=asker, stores=_stores, hands=COUNTERS, deciders=DECIDERS, home="admin:inventory_work")
task, page, route, routes = _pages.task, _pages.page, _pages.route, _pages.routes


def zone_of(worker: Worker) -> ZoneInfo:
    """The clock of the store."""
    return ZoneInfo(catalog.store(store_id=catalog.StoreId(worker.store)).zone)


def named(people: Iterable[UUID | str]) -> dict[str, str]:
    """What each of these is called: people by their name, couriers by their own; in one statement."""
    ids = {}
    for person in people:
        with suppress(ValueError):
            ids[str(person)] = UUID(str(person))
    found = accounts.names(user_ids=list(ids.values()))
    return {word: found.get(key, word[:8]) for word, key in ids.items()}


class Why(forms.Form):
    why = forms.CharField(
        label=_("Why is it undone?"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class Amount(forms.IntegerField):
    """Whole đồng as people type them: 345000, 345.000, 345 000 ₫."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=_LARGEST,
            widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric", "autocomplete": "off"}),
            error_messages={"invalid": _("Type an amount in đồng, for example 345.000.")},
            **options,
        )

    def to_python(self, value: object) -> int | None:
        plain = str(value or "").replace("\N{NO-BREAK SPACE}", "").translate(str.maketrans("", "", " .,₫đ"))
        return super().to_python(plain)
