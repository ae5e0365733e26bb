"""How often one may try a password, or register. Counted before hashing; without Valkey nobody gets in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from grocery.accounts.policies import network_of
from grocery.kernel.ratelimit import limit


def limit_tries(*, who: str, address: str) -> None:
    """Raises TooManyRequests.

    Someone at one address may try one account N times a minute; an address all accounts, and all addresses one
    account, ten times as often. A stranger who guesses does not lock the owner out, and guessing is slow.
    """
    often = settings.SIGN_IN_TRIES_PER_MINUTE
    if address:
        limit("sign-in from", address, per_minute=10 * often, fail_closed=True)
    limit("sign-in", f"{who} {address}", per_minute=often, fail_closed=True)
    limit("sign-in as", who, per_minute=10 * often, fail_closed=True)


def limit_registrations(*, address: str) -> None:
    """Raises TooManyRequests when a network address registers more than N times a minute."""
    if address:
        limit("register from", address, per_minute=settings.SIGN_IN_TRIES_PER_MINUTE, fail_closed=True)


def address_of(request: HttpRequest | None) -> str:
    """Where a request comes from; empty if nobody knows. A proxy's word counts where `TRUST_PROXY` says so."""
    if request is None:
        return ""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return network_of(forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))
