"""Task pages for orders, at `/admin/ordering/order/tasks/`; see `kernel.task_pages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.kernel.reader import language
from grocery.kernel.task_pages import TaskPages, TaskView, Worker, said
from grocery.ordering.admin.asking import asker

__all__ = ["DESK", "PICKERS", "TaskView", "Worker", "page", "route", "routes", "said", "task"]

#: Who fetches goods.
PICKERS: Final = frozenset({"picker", "manager", "admin"})
#: Who takes work out of other people's hands.
DECIDERS: Final = frozenset({"manager", "admin"})
#: Who works with orders at a desk.
DESK: Final = frozenset({"picker", "dispatcher", "support", "manager", "admin"})


def _stores() -> Mapping[UUID, str]:
    return {UUID(str(store.id)): store.name(language()) for store in catalog.stores()}


_pages = TaskPages(who=asker, stores=_stores, hands=PICKERS, deciders=DECIDERS, home="admin:inventory_work")
task, page, route, routes = _pages.task, _pages.page, _pages.route, _pages.routes
