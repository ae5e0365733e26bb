"""Around the pages: what a domain's no looks like where the view had no better place for it, and compression."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

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


class CompressedPages(GZipMiddleware):
    """Pages travel compressed, also where no proxy stands in front; the API's answers are left to the proxy.

    Django adds a random length to each, so that what it shrinks to tells nothing about the form's token (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
