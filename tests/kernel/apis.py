"""A small API of the tests' own, behind a real Django URL configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import ModuleType

from django.http import HttpRequest
from django.test import override_settings
from django.urls import clear_url_caches, path
from ninja import NinjaAPI, Router

from grocery.kernel import problems

_numbers = count()


@contextmanager
def served(*routers: Router, auth: Callable[[HttpRequest], object] | None = None) -> Iterator[NinjaAPI]:
    """Mount `routers` at /api/v1/ for as long as this lasts."""
    api = NinjaAPI(urls_namespace=f"test-{next(_numbers)}", auth=auth)
    problems.install(api)
    for router in routers:
        api.add_router("", router)
    module = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("api/v1/", api.urls)]  # type: ignore[attr-defined]  # a module made by hand
    with override_settings(ROOT_URLCONF=module):
        clear_url_caches()
        yield api
    clear_url_caches()
