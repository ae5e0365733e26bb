"""Signing in over the API: families of refresh tokens, one token of each good at a time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter

from grocery.accounts.contracts import EndReason, RefreshRefused, TokenPair
from grocery.accounts.models import RefreshFamily, User
from grocery.accounts.services.access_tokens import sign_access_token
from grocery.accounts.services.passwords import credible_user
from grocery.accounts.services.profile import principal_of_user
from grocery.kernel.errors import NotFound

log = structlog.get_logger(__name__)
REUSES = Counter(
    "accounts_refresh_token_reuses", "Spent refresh tokens that were used again: theft, or a broken client"
)


def sign_in(*, email: str, password: str, address: str, now: datetime) -> TokenPair:
    """Start a family for who knows the password."""
    return _begin(credible_user(email=email, password=password, address=address), now)


def issue_tokens(*, customer_id: UUID, now: datetime) -> TokenPair:
    """Start a family for someone who has just proved who they are by other means."""
    user = User.objects.known_as(customer_id).active().first()
    if user is None:
        raise NotFound("customer", customer_id)
    return _begin(user, now)


def refresh(*, refresh_token: str, now: datetime) -> TokenPair:
    """Spend a refresh token for the next pair; a token that is not its family's newest ends the family."""
    family_id, digest = _parts(refresh_token)
    secret = _secret()
    with transaction.atomic(durable=True):  # the end of a family must outlive the refusal
        user = _turn(family_id, digest, successor=_digest(secret), now=now)
    if user is None:
        raise RefreshRefused
    return _pair(user, family_id, secret, now)


def sign_out(*, refresh_token: str, now: datetime) -> None:
    """End the family of this token, newest or not. What is no token of ours is as good as signed out."""
    try:
        family_id, _ = _parts(refresh_token)
    except RefreshRefused:
        return
    RefreshFamily.objects.known_as(family_id).end(EndReason.SIGNED_OUT, now=now)


@transaction.atomic
def end_sessions(*, user_id: UUID, now: datetime) -> None:
    """Sign someone out everywhere: families, and the sessions of shop and admin. Access tokens run out."""
    User.objects.known_as(user_id).sign_out_everywhere()
    RefreshFamily.objects.of(user_id).end(EndReason.ENDED_FOR_USER, now=now)


def _begin(user: User, now: datetime) -> TokenPair:
    secret = _secret()
    family = RefreshFamily.objects.create(
        user=user,
        digest=_digest(secret),
        fingerprint=user.fingerprint,
        epoch=settings.RESTORE_EPOCH,
        created_at=now,
        rotated_at=now,
        expires_at=_until(now),
    )
    return _pair(user, family.id, secret, now)


def _turn(family_id: UUID, digest: str, *, successor: str, now: datetime) -> User | None:
    """Claim the token and return its user; None: the family has ended, someone holds what they should not."""
    families = RefreshFamily.objects.known_as(family_id)
    live = families.open(epoch=settings.RESTORE_EPOCH, now=now)
    if not live.claim(digest, successor=successor, until=_until(now), now=now):
        if live.end(EndReason.REUSED, now=now):
            REUSES.inc()
            log.warning("refresh_token_used_again", family=str(family_id))
        return None
    family = families.select_related("user").get()
    if family.user.is_active and family.fingerprint == family.user.fingerprint:
        return family.user
    families.end(EndReason.PASSWORD_CHANGED if family.user.is_active else EndReason.ENDED_FOR_USER, now=now)
    return None


def _pair(user: User, family_id: UUID, secret: str, now: datetime) -> TokenPair:
    return TokenPair(
        access_token=sign_access_token(principal_of_user(user), now=now),
        refresh_token=f"{family_id.hex}.{secret}",
        expires_in=settings.ACCESS_TOKEN_MINUTES * 60,
    )


def _parts(refresh_token: str) -> tuple[UUID, str]:
    """The family that a token names, and the hash of the token. Raises RefreshRefused."""
    family, _, secret = refresh_token.partition(".")
    try:
        return UUID(hex=family), _digest(secret)
    except ValueError:
        raise RefreshRefused from None


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _until(now: datetime) -> datetime:
    return now + timedelta(days=settings.REFRESH_TOKEN_DAYS)
