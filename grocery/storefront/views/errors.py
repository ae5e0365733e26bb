"""The pages for when something is not as it should be: what happened, what did not, what next.

They read nothing from the database, so that they can be shown when it is the database that is gone. Django hands
them the exception or the reason, which is for the log and not for the visitor.
"""

# ruff: noqa: ARG001 - Django checks that its handlers take these

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grocery.kernel.errors import DomainError


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("Nothing was changed. Please go back and try again.")
    return _page(request, 400, _("We did not understand that"), text)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, _("This is not for you"), _("Your account may not see this page."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old: cookies are off, or the page stood open for very long."""
    text = _("Nothing was changed. Please go back, load the page again and repeat. Cookies must be allowed.")
    return _page(request, 403, _("This page was open for too long"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, _("There is nothing here"), _("The address is wrong, or what was here is gone."))


def server_error(request: HttpRequest) -> HttpResponse:
    text = _("Something is wrong on our side. Your cart is safe. Please try again in a moment.")
    return _page(request, 500, _("That did not work"), text)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A domain said no where the page had no better place to say so."""
    return _page(request, error.status, _("That is not possible"), error.text(get_language() or "vi"))


def _page(request: HttpRequest, status: int, heading: str, text: str) -> HttpResponse:
    return render(request, "storefront/error.html", {"heading": heading, "text": text}, status=status)
