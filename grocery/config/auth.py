"""Who asks over the HTTP API: a bearer token alone says so. Cookies are never read, so no page can forge a call."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security.base import AuthBase

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.principal import GUEST, Principal


class BearerOrGuest(AuthBase):
    """A guest without `Authorization`; with it, its holder. Raises TokenExpired, TokenInvalid."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Principal:
        header = request.META.get("HTTP_AUTHORIZATION")
        return self.holder(header) if header is not None else GUEST

    @staticmethod
    def holder(header: str) -> Principal:
        scheme, _, token = header.strip().partition(" ")
        if scheme.lower() != "bearer":
            raise accounts.TokenInvalid
        return accounts.principal_of_token(access_token=token.strip(), now=clock.now())
