"""What every view may ask of its request."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from grocery.kernel.errors import LANGUAGES
from grocery.kernel.principal import GUEST, Principal


def asker(request: HttpRequest) -> Principal:
    """Who is asking: put there by the authenticator of the API; a guest where nobody signed in.

    `language` is the one to answer in, see `language`.
    """
    principal = cast("Principal | None", getattr(request, "auth", None))
    if not isinstance(principal, Principal):
        return _guest(language(request))
    wanted = language(request)
    return principal if principal.language == wanted else replace(principal, language=wanted)


def language(request: HttpRequest) -> str:
    """ "en" or "vi": `?lang=` first, then what a signed-in person chose, then Accept-Language, then Vietnamese."""
    if (named := request.GET.get("lang")) in LANGUAGES:
        return named
    principal = getattr(request, "auth", None)
    if isinstance(principal, Principal) and principal.id is not None:
        return principal.language
    for tag, _quality in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "").lower()):
        if (primary := tag.partition("-")[0]) in LANGUAGES:
            return primary
    return settings.LANGUAGE_CODE


def prefers_minimal(request: HttpRequest) -> bool:
    """Whether the caller wants no more than what changed: `Prefer: return=minimal` (RFC 7240).

    An answer in short says so: `Preference-Applied: return=minimal`.
    """
    for preference in request.META.get("HTTP_PREFER", "").split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "return":
            return bool(value.strip().strip('"').lower() == "minimal")
    return False


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, which is answered with problem documents, or a person, who gets pages."""
    return request.path.startswith("/api/") or request.path == "/graphql"


def request_id(request: HttpRequest) -> str:
    """The id under which this request stands in the log; empty where the middleware did not run."""
    return cast("str", getattr(request, "request_id", ""))


@cache
def _guest(language: str) -> Principal:
    return replace(GUEST, language=language)
