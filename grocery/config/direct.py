"""Webhooks come in by the hundred a second, and go past all that is for browsers and for callers who are somebody.

No language, no session, no headers for pages, no looking through the addresses: the signature is what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import ResolverMatch

from grocery.kernel import problems
from grocery.kernel.errors import DomainError
from grocery.payments.api import webhook

_ADDRESS: Final = "/api/v1/webhooks/"
_MATCH: Final = ResolverMatch(webhook, (), {}, route="api/v1/webhooks/<provider>")


def webhooks(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer a webhook as its route does; everything else goes on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path.startswith(_ADDRESS):
            return get_response(request)
        request.resolver_match = _MATCH
        try:
            return webhook(request, request.path.removeprefix(_ADDRESS))
        except (DomainError, SuspiciousOperation, UnreadablePostError, *problems.OUTAGES) as error:
            return problems.problem_response(request, error)

    return middleware
