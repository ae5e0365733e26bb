"""Pages that belong to no domain."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

from grocery.accounts import public as accounts


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """A product's picture, where no store of files answers for itself; under its name it never changes."""
    return serve(request, name, document_root=settings.STORAGES["pictures"]["OPTIONS"]["location"])


@require_safe
@cache_control(public=True, max_age=300)
def key_set(_request: HttpRequest) -> JsonResponse:
    """The public keys of our access tokens (RFC 7517), for whoever checks them without asking us."""
    return JsonResponse(accounts.key_set())
