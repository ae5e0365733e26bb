"""Task pages for orders: made for one task and one hand, at `/admin/ordering/order/tasks/`.

A task page is a view behind `task(...)`, which lets the right roles in and says who works where; by `page(...)` it
shows a template that extends the frame of all task pages. `route(...)` gives it its address.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse, translate_url

from grocery.catalog import public as catalog
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from grocery.ordering.admin.asking import asker, language

#: Who fetches goods.
PICKERS: Final = frozenset({"picker", "manager", "admin"})
#: Who takes work out of other people's hands.
DECIDERS: Final = frozenset({"manager", "admin"})
#: Who works with orders at a desk.
DESK: Final = frozenset({"picker", "dispatcher", "support", "manager", "admin"})

#: Where the session keeps the store that somebody without one of their own has chosen; the stockroom's pages too.
_STORE: Final = "work_store"

_routes: list[URLPattern] = []


@dataclass(frozen=True, slots=True)
class Worker:
    """Who is at work, and in which store. `stores`: those where they may work, with their names."""

    by: Principal
    id: UUID
    store: UUID
    stores: dict[UUID, str]

    @property
    def roles(self) -> frozenset[str]:
        return self.by.roles

    @property
    def store_name(self) -> str:
        return self.stores[self.store]

    @property
    def decides(self) -> bool:
        return not self.roles.isdisjoint(DECIDERS)


type TaskView = Callable[..., HttpResponseBase]


def task(roles: Iterable[str] = PICKERS) -> Callable[[TaskView], TaskView]:
    """A view of staff with one of these roles, called as `view(request, worker, …)`; 403 for everybody else.

    What is not there, or is another store's, is 404.
    """
    allowed = frozenset(roles)

    def wrap(view: TaskView) -> TaskView:
        @functools.wraps(view)
        def guarded(request: HttpRequest, **where: Any) -> HttpResponseBase:
            by = asker(request)
            names = {store.id: store.name(language()) for store in catalog.stores()}
            stores = {UUID(str(store)): name for store, name in names.items() if by.store_id in {None, store}}
            if by.id is None or by.roles.isdisjoint(allowed) or not stores:
                raise PermissionDenied
            try:
                return view(request, Worker(by, by.id, _chosen(request, stores), stores), **where)
            except NotFound as error:
                raise Http404 from error

        return guarded

    return wrap


def route(address: str, view: TaskView, *, name: str) -> None:
    """Give a task page its address; it is `admin:NAME`."""
    _routes.append(path(f"tasks/{address}", admin.site.admin_view(view), name=name))


def routes() -> list[URLPattern]:
    """All task pages, for the admin that they hang on."""
    return list(_routes)


def page(request: HttpRequest, worker: Worker, template: str, **context: Any) -> HttpResponse:
    """A task page. `title` is shown in the bar; `back` is the address of its arrow, without it the staff's first."""
    other = "en" if language() == "vi" else "vi"
    common = {
        "worker": worker,
        "back": reverse("admin:inventory_work"),
        "other_language": other,
        "in_other_language": translate_url(request.get_full_path(), other),
        "form_key": new_id(),
        "vietnamese": language() == "vi",
    }
    return TemplateResponse(request, template, common | context)


def said(error: DomainError) -> str:
    """Why something was refused, in the reader's language."""
    return error.text(language())


def _chosen(request: HttpRequest, stores: dict[UUID, str]) -> UUID:
    """The store that the worker has chosen, or else the first of theirs."""
    chosen = {str(store): store for store in stores}
    return chosen.get(request.session.get(_STORE, ""), next(iter(stores)))
