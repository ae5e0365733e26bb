"""Work in the store, at `/admin/inventory/stockitem/tasks/`: the first page, where other domains put their ways too.

See `kernel.task_pages`; `tile(...)` gives a page a place on the first one.
"""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from grocery.accounts import public as accounts
from grocery.inventory.admin.lists import store_names
from grocery.kernel.principal import Principal
from grocery.kernel.task_pages import STORE, TaskPages, Worker, said
from grocery.kernel.tiles import Tile, tile, tiles_for, ways_of

__all__ = ["DECIDERS", "HANDS", "Tile", "Worker", "page", "route", "routes", "said", "task", "tile"]

#: Who works with goods: they receive, waste, count and carry.
HANDS: Final = frozenset({"picker", "buyer", "manager", "admin"})
#: Who decides about them: undoes what is booked, marks down, approves.
DECIDERS: Final = frozenset({"buyer", "manager", "admin"})


#: Who has other work here: orders, deliveries, customers on the phone.
VISITORS: Final = frozenset({"dispatcher", "support"})


def _asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


_pages = TaskPages(who=_asker, stores=store_names, hands=HANDS, deciders=DECIDERS, home="admin:inventory_work")
task, page, route, routes = _pages.task, _pages.page, _pages.route, _pages.routes


@task(HANDS | VISITORS)
def first_page(request: HttpRequest, worker: Worker) -> HttpResponse:
    """What there is to do, and where; ways that say nothing of who may go them are for those who handle goods."""
    ways = tiles_for(worker.roles) if worker.roles & HANDS else ways_of(worker.roles)
    shown = [(tile, tile.count(worker) if tile.count else "") for tile in ways]
    return page(request, worker, "inventory/work.html", tiles=shown, back=reverse("admin:index"))


@task(HANDS | VISITORS)
def choose_store(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Work in another store from now on."""
    if request.POST.get("store") in {str(store) for store in worker.stores}:
        request.session[STORE] = request.POST["store"]
    return redirect("admin:inventory_work")


route("", first_page, name="inventory_work")
route("store/", require_POST(choose_store), name="inventory_work_store")
admin.site.index_template = "inventory/admin_index.html"
