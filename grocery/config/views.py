"""Pages that belong to no domain."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from grocery.accounts import public as accounts


@require_safe
@cache_control(public=True, max_age=300)
def key_set(_request: HttpRequest) -> JsonResponse:
    """The public keys of our access tokens (RFC 7517), for whoever checks them without asking us."""
    return JsonResponse(accounts.key_set())
