"""Work in the store: pages made for one task and one hand, at `/admin/inventory/stockitem/tasks/`.

A task page is a view behind `task(...)`, which lets the right roles in and says who works where; by `page(...)` it
shows a template that extends `inventory/task.html`. `route(...)` gives it its address, `tile(...)` a place on the
first page, where other domains put theirs too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse, translate_url
from django.views.decorators.http import require_POST

from grocery.accounts import public as accounts
from grocery.inventory.admin.lists import language, store_names
from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.tiles import Tile, tile, tiles_for

__all__ = ["DECIDERS", "HANDS", "TaskView", "Tile", "Worker", "page", "route", "routes", "said", "task", "tile"]

#: Who works with goods: they receive, waste, count and carry.
HANDS: Final = frozenset({"picker", "buyer", "manager", "admin"})
#: Who decides about them: undoes what is booked, marks down, approves.
DECIDERS: Final = frozenset({"buyer", "manager", "admin"})

_STORE: Final = "work_store"


@dataclass(frozen=True, slots=True)
class Worker:
    """Who is at work, and in which store. `stores`: those where they may work, with their names."""

    id: UUID
    roles: frozenset[str]
    store: UUID
    stores: dict[UUID, str]

    @property
    def store_name(self) -> str:
        return self.stores[self.store]

    @property
    def decides(self) -> bool:
        """Whether they may do what only those who answer for the goods may."""
        return not self.roles.isdisjoint(DECIDERS)

    def at_home(self, location: UUID) -> bool:
        """Whether goods of that store are theirs to handle."""
        return location in self.stores


type TaskView = Callable[..., HttpResponseBase]

_routes: list[URLPattern] = []


def task(roles: Iterable[str] = HANDS) -> Callable[[TaskView], TaskView]:
    """A view of staff with one of these roles, called as `view(request, worker, …)`; 403 for everybody else."""
    allowed = frozenset(roles)

    def wrap(view: TaskView) -> TaskView:
        @functools.wraps(view)
        def guarded(request: HttpRequest, **where: Any) -> HttpResponseBase:
            asker = accounts.principal_of_session(request.user)
            stores = {store: name for store, name in store_names().items() if asker.store_id in {None, store}}
            if asker.id is None or asker.roles.isdisjoint(allowed) or not stores:
                raise PermissionDenied
            return view(request, Worker(asker.id, asker.roles, _chosen(request, stores), stores), **where)

        return guarded

    return wrap


def route(address: str, view: TaskView, *, name: str) -> None:
    """Give a task page its address below `work/`; it is `admin:NAME`."""
    _routes.append(path(f"tasks/{address}", admin.site.admin_view(view), name=name))


def routes() -> list[URLPattern]:
    """All task pages, for the admin that they hang on."""
    return list(_routes)


def page(request: HttpRequest, worker: Worker, template: str, **context: Any) -> HttpResponse:
    """A task page. `title` is shown in the bar; `back` is the address of its arrow, without it the first page."""
    other = "en" if language() == "vi" else "vi"
    common = {
        "worker": worker,
        "back": reverse("admin:inventory_work"),
        "other_language": other,
        "in_other_language": translate_url(request.get_full_path(), other),
        "form_key": new_id().hex,
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


@task()
def first_page(request: HttpRequest, worker: Worker) -> HttpResponse:
    """What there is to do, and where."""
    shown = [(tile, tile.count(worker) if tile.count else "") for tile in tiles_for(worker.roles)]
    return page(request, worker, "inventory/work.html", tiles=shown, back=reverse("admin:index"))


@task()
def choose_store(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Work in another store from now on."""
    if request.POST.get("store") in {str(store) for store in worker.stores}:
        request.session[_STORE] = request.POST["store"]
    return redirect("admin:inventory_work")


route("", first_page, name="inventory_work")
route("store/", require_POST(choose_store), name="inventory_work_store")
admin.site.index_template = "inventory/admin_index.html"
