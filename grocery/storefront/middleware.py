"""What a page answers when a domain says no and the view had no better place to say it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from grocery.kernel.errors import DomainError, NotFound, SignInRequired
from grocery.storefront.shopper import to_sign_in
from grocery.storefront.views import errors


class DomainErrorsAsPages:
    """For the shop's own pages only; the HTTP API answers with problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(exception, DomainError) or match is None or match.app_name != "storefront":
            return None
        if isinstance(exception, SignInRequired):
            return to_sign_in(request)
        if isinstance(exception, NotFound):
            return errors.not_found(request)
        return errors.refused(request, exception)
