"""Access tokens: signed JWTs that anyone can check by the published key set (RFC 7519, 7517, 9068)."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from grocery.accounts.contracts import TokenExpired, TokenInvalid
from grocery.accounts.models import User
from grocery.accounts.services.profile import principal_of_user
from grocery.kernel.principal import Principal

AUDIENCE: Final = "grocery-api"
_TYPE: Final = "at+jwt"  # RFC 9068: what is signed for another purpose is no access token
_CLAIMS: Final = ["iss", "aud", "sub", "iat", "exp", "roles", "lang"]
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)

type PublicKey = EllipticCurvePublicKey | RSAPublicKey


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key under its name; only its own algorithm is ever tried with it."""

    kid: str
    algorithm: str
    key: PublicKey
    jwk: dict[str, str]


def sign_access_token(principal: Principal, *, now: datetime) -> str:
    """A token that says who this is for the next `settings.ACCESS_TOKEN_MINUTES`."""
    private, public = _signing_key(settings.JWT_PRIVATE_KEY)
    claims = {
        "iss": settings.PUBLIC_URL,
        "aud": AUDIENCE,
        "sub": str(principal.id),
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)).timestamp()),
        "roles": sorted(principal.roles),
        "store": str(principal.store_id) if principal.store_id else None,
        "lang": principal.language,
    }
    return jwt.encode(claims, private, algorithm=public.algorithm, headers={"kid": public.kid, "typ": _TYPE})


def principal_of_token(*, access_token: str, now: datetime) -> Principal:
    """Who holds it: a customer by the token's word; staff are looked up, so that a lost role is gone."""
    principal, expires = _holder(
        access_token, settings.PUBLIC_URL, settings.JWT_PRIVATE_KEY, settings.JWT_PREVIOUS_PUBLIC_KEYS
    )
    if expires <= now.timestamp():
        raise TokenExpired
    if principal.kind == "customer":
        return principal
    user = User.objects.known_as(principal.signed_in()).active().first()
    if user is None:
        raise TokenInvalid
    return principal_of_user(user)


def key_set() -> dict[str, list[dict[str, str]]]:
    """The public keys that our tokens can be checked with, newest first (RFC 7517)."""
    return {"keys": [{**key.jwk, "use": "sig", "alg": key.algorithm, "kid": kid} for kid, key in _keys().items()]}


@lru_cache(maxsize=4096)
def _holder(token: str, issuer: str, private_pem: str, previous_pems: str) -> tuple[Principal, float]:
    """Whom we gave it, and when it ends. Raises TokenInvalid, which is not kept.

    A customer shows the same token many times: as long as keys and issuer are the same, it is verified once.
    """
    try:
        header = jwt.get_unverified_header(token)
        key = _verifying_keys(private_pem, previous_pems)[header["kid"]]
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            audience=AUDIENCE,
            issuer=issuer,
            # Times are compared by the caller, with the clock that was passed in.
            options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.InvalidTokenError, KeyError, UnicodeError):
        raise TokenInvalid from None
    if header.get("typ") != _TYPE:
        raise TokenInvalid
    return _principal(claims), claims["exp"]


def _principal(claims: dict[str, Any]) -> Principal:
    roles = frozenset(claims["roles"])
    return Principal(
        kind="staff" if roles else "customer",
        id=UUID(claims["sub"]),
        roles=roles,
        store_id=UUID(claims["store"]) if claims.get("store") else None,
        language=claims["lang"],
    )


def _keys() -> dict[str, VerifyingKey]:
    return _verifying_keys(settings.JWT_PRIVATE_KEY, settings.JWT_PREVIOUS_PUBLIC_KEYS)


@lru_cache(maxsize=4)
def _signing_key(pem: str) -> tuple[EllipticCurvePrivateKey | RSAPrivateKey, VerifyingKey]:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is locked with a password
        key = None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise ImproperlyConfigured("JWT_PRIVATE_KEY: not a private key of RSA or P-256 in PEM")
    return key, _verifying_key(key.public_key(), "JWT_PRIVATE_KEY")


@lru_cache(maxsize=4)
def _verifying_keys(private_pem: str, previous_pems: str) -> dict[str, VerifyingKey]:
    keys = [_signing_key(private_pem)[1], *map(_previous_key, _PEM.findall(previous_pems))]
    return {key.kid: key for key in keys}


def _previous_key(pem: str) -> VerifyingKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return _verifying_key(None, "JWT_PREVIOUS_PUBLIC_KEYS")
    return _verifying_key(key, "JWT_PREVIOUS_PUBLIC_KEYS")


def _verifying_key(key: object, setting: str) -> VerifyingKey:
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        jwk = ECAlgorithm.to_jwk(key, as_dict=True)
        return VerifyingKey(
            _thumbprint(jwk, "crv", "kty", "x", "y"), "ES256", key, _only(jwk, "crv", "kty", "x", "y")
        )
    if isinstance(key, RSAPublicKey) and key.key_size >= 2048:
        jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
        return VerifyingKey(_thumbprint(jwk, "e", "kty", "n"), "RS256", key, _only(jwk, "e", "kty", "n"))
    raise ImproperlyConfigured(f"{setting}: only P-256 and RSA of 2048 bits or more are accepted")


def _only(jwk: dict[str, Any], *members: str) -> dict[str, str]:
    return {member: jwk[member] for member in members}


def _thumbprint(jwk: dict[str, Any], *members: str) -> str:
    """RFC 7638: SHA-256 over the required members, sorted, without blanks."""
    canonical = json.dumps(_only(jwk, *members), separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(sha256(canonical.encode()).digest()).rstrip(b"=").decode()
