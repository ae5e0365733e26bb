"""Pages of the staff that are made for one task and one hand: a frame around views, the same in every domain.

A domain makes one `TaskPages`, saying who asks and which stores there are. A view behind its `task(...)` lets the
right roles in and is told who works where; by `page(...)` it shows a template; `route(...)` gives it its address.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse, translate_url

from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from grocery.kernel.reader import language

#: Where the session keeps the store that somebody without one of their own has chosen.
STORE: Final = "work_store"


@dataclass(frozen=True, slots=True)
class Worker:
    """Who is at work, and in which store. `stores`: those where they may work, with their names.

    `decides`: whether they may do what only those who answer for it may.
    """

    by: Principal
    id: UUID
    store: UUID
    stores: dict[UUID, str]
    decides: bool

    @property
    def roles(self) -> frozenset[str]:
        return self.by.roles

    @property
    def store_name(self) -> str:
        return self.stores[self.store]

    def at_home(self, location: UUID) -> bool:
        """Whether what belongs to that store is theirs to handle."""
        return location in self.stores


type TaskView = Callable[..., HttpResponseBase]


class TaskPages:
    """The task pages of one domain.

    `who` asks, `stores` names the stores in the reader's language, `hands` are the roles that work here unless a page
    says otherwise, `deciders` those that decide, and `home` is the name of the address that the bar's arrow leads to.
    """

    def __init__(
        self,
        *,
        who: Callable[[HttpRequest], Principal],
        stores: Callable[[], Mapping[UUID, str]],
        hands: frozenset[str],
        deciders: frozenset[str],
        home: str,
    ) -> None:
        self._who, self._stores, self._home = who, stores, home
        self._hands, self._deciders = hands, deciders
        self._routes: list[URLPattern] = []

    def task(self, roles: Iterable[str] | None = None) -> Callable[[TaskView], TaskView]:
        """A view of staff with one of these roles, called as `view(request, worker, …)`; 403 for everybody else.

        What is not there, or is another store's, is 404.
        """
        allowed = self._hands if roles is None else frozenset(roles)

        def wrap(view: TaskView) -> TaskView:
            @functools.wraps(view)
            def guarded(request: HttpRequest, **where: Any) -> HttpResponseBase:
                worker = self._worker(request, allowed)
                try:
                    return view(request, worker, **where)
                except NotFound as error:
                    raise Http404 from error

            return guarded

        return wrap

    def route(self, address: str, view: TaskView, *, name: str) -> None:
        """Give a task page its address below `tasks/`; it is `admin:NAME`."""
        self._routes.append(path(f"tasks/{address}", admin.site.admin_view(view), name=name))

    def routes(self) -> list[URLPattern]:
        """All task pages, for the admin that they hang on."""
        return list(self._routes)

    def page(self, request: HttpRequest, worker: Worker, template: str, **context: Any) -> HttpResponse:
        """A task page. `title` is shown in the bar; `back` is the address of its arrow, without it the home."""
        other = "en" if language() == "vi" else "vi"
        common = {
            "worker": worker,
            "back": reverse(self._home),
            "other_language": other,
            "in_other_language": translate_url(request.get_full_path(), other),
            "form_key": new_id().hex,
            "vietnamese": language() == "vi",
        }
        return TemplateResponse(request, template, common | context)

    def _worker(self, request: HttpRequest, allowed: frozenset[str]) -> Worker:
        by = self._who(request)
        stores = {store: name for store, name in self._stores().items() if by.store_id in {None, store}}
        if by.id is None or by.roles.isdisjoint(allowed) or not stores:
            raise PermissionDenied
        return Worker(by, by.id, _chosen(request, stores), stores, not by.roles.isdisjoint(self._deciders))


def said(error: DomainError) -> str:
    """Why something was refused, in the reader's language."""
    return error.text(language())


def _chosen(request: HttpRequest, stores: Mapping[UUID, str]) -> UUID:
    """The store that the worker has chosen, or else the first of theirs."""
    chosen = {str(store): store for store in stores}
    return chosen.get(request.session.get(STORE, ""), next(iter(stores)))
