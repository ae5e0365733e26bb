"""Django's middleware for people's browsers, from which calls of the HTTP API are spared.

The API reads no cookies, so it has no session, no user of Django's and no messages; and no address of it names a
language. Going through all of these cost a call about a fifth of its CPU.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django_htmx.middleware import HtmxMiddleware
from waffle.middleware import WaffleMiddleware

from grocery.kernel.http import is_api, language


class _PagesOnly(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_api(request) else super().__call__(request)


class Sessions(_PagesOnly, SessionMiddleware):
    pass


class Authentication(_PagesOnly, AuthenticationMiddleware):
    pass


class Messages(_PagesOnly, MessageMiddleware):
    pass


class Flags(_PagesOnly, WaffleMiddleware):
    pass


class Htmx(HtmxMiddleware):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_api(request) else super().__call__(request)


class Language(LocaleMiddleware):
    """Pages are in the language of their address; the API answers in the one that its caller asks for."""

    def __call__(self, request: HttpRequest) -> Any:
        if not is_api(request):
            return super().__call__(request)
        translation.activate(wanted := language(request))
        return _said(self.get_response(request), wanted)


def _said(response: Any, language: str) -> HttpResponseBase:
    """What `LocaleMiddleware` says of its answers, without parsing headers that we wrote ourselves."""
    headers: MutableMapping[str, str] = response.headers
    headers.setdefault("Content-Language", language)
    if "Accept-Language" not in (varies := headers.get("Vary", "")):
        headers["Vary"] = f"{varies}, Accept-Language" if varies else "Accept-Language"
    answer: HttpResponseBase = response
    return answer
