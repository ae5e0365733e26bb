"""Who is shopping: a customer who signed in, or a guest whose cart token lies in the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language

from grocery.accounts.public import CustomerId
from grocery.kernel.errors import SignInRequired
from grocery.kernel.idempotency import fingerprint_of
from grocery.ordering.public import CartOwner

_GUEST_CART: Final = "cart"


@dataclass(frozen=True, slots=True)
class Shopper:
    """The one behind a request; `language` is that of the page."""

    customer_id: CustomerId | None
    token: UUID | None
    language: str

    @property
    def owner(self) -> CartOwner:
        return CartOwner(customer_id=self.customer_id, token=self.token)

    def signed_in(self) -> CustomerId:
        """My id. Raises SignInRequired, which a page answers with the sign-in form."""
        if self.customer_id is None:
            raise SignInRequired
        return self.customer_id


def shopper(request: HttpRequest) -> Shopper:
    """Who is behind this request; read once."""
    found: Shopper | None = getattr(request, "_shopper", None)
    if found is None:
        found = Shopper(_customer(request), _token(request), get_language() or "vi")
        request._shopper = found  # type: ignore[attr-defined]  # kept for the length of the request
    return found


def _customer(request: HttpRequest) -> CustomerId | None:
    return CustomerId(cast("Any", request.user).pk) if request.user.is_authenticated else None


def _token(request: HttpRequest) -> UUID | None:
    token = request.session.get(_GUEST_CART)
    return UUID(token) if token else None


def keep_token(request: HttpRequest, owner: CartOwner) -> None:
    """Remember a guest's cart, which may have been made this moment."""
    if shopper(request).customer_id is None and owner.token and owner.token != _token(request):
        request.session[_GUEST_CART] = str(owner.token)
        request._shopper = None  # type: ignore[attr-defined]  # to be read again


def take_token(request: HttpRequest) -> UUID | None:
    """The guest's cart token, forgotten here: the cart is about to become a customer's."""
    token = request.session.pop(_GUEST_CART, None)
    request._shopper = None  # type: ignore[attr-defined]  # to be read again
    return UUID(token) if token else None


def safe_next(request: HttpRequest, default: str) -> str:
    """Where the form asks to go on, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if _ours(request, wanted) else reverse(default)


def came_from(request: HttpRequest, default: str) -> str:
    """The page that the form stood on, if it is one of ours."""
    page = request.headers.get("Referer", "")
    return page if _ours(request, page) else reverse(default)


def sent(request: HttpRequest) -> str:
    """A digest of the form that was sent, whatever its encoding, without the token that every page masks anew."""
    fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    return fingerprint_of(*(text for field in fields if field[0] != "csrfmiddlewaretoken" for text in field))


def _ours(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Off to the sign-in form, and back to this page afterwards."""
    here = request.get_full_path() if request.method == "GET" else came_from(request, "storefront:home")
    return redirect(f"{reverse('storefront:sign-in')}?{urlencode({'next': here})}")
