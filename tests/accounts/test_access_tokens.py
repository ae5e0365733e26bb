"""Access tokens: what they say, who can check them, and what is no access token."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from grocery.accounts import public as accounts
from grocery.accounts.services import access_tokens
from grocery.kernel.ids import new_id
from tests.accounts.people import NOON, PASSWORD, mai, staff, statements

pytestmark = pytest.mark.django_db
type Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def private_pem(key: Any) -> str:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def public_pem(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def token_for(customer: accounts.Profile) -> str:
    return accounts.issue_tokens(customer_id=customer.id, now=NOON).access_token


def read(token: str, **later: float) -> Any:
    return accounts.principal_of_token(access_token=token, now=NOON + timedelta(**later))


def part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded


def resigned(token: str, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """The same token with other claims or headers, signed by our own key."""
    private, _ = access_tokens._signing_key(django_settings.JWT_PRIVATE_KEY)
    wanted = {name: value for name, value in (part(token, 1) | claims).items() if value != "absent"}
    return jwt.encode(wanted, private, algorithm="ES256", headers=part(token, 0) | (header or {}))


def test_a_token_says_who_where_and_in_which_language():
    customer = mai(language="en")
    token = token_for(customer)
    assert part(token, 1) == {
        "iss": "http://testserver",
        "aud": "grocery-api",
        "sub": str(customer.id),
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 600,
        "roles": [],
        "store": None,
        "lang": "en",
    }
    assert part(token, 0) == {"alg": "ES256", "typ": "at+jwt", "kid": accounts.key_set()["keys"][0]["kid"]}


def test_a_customers_token_costs_no_query():
    customer = mai(language="en")
    token = token_for(customer)
    with statements() as said:
        principal = read(token)
    assert said == []
    assert (principal.kind, principal.id, principal.roles, principal.language) == (
        "customer",
        customer.id,
        set(),
        "en",
    )


def test_a_staff_token_is_checked_against_the_roles_of_this_moment():
    picker, store = staff(accounts.Role.PICKER), new_id()
    token = token_for(picker)
    accounts.update_staff(user_id=picker.id, roles=[accounts.Role.SUPPORT], store_id=store)
    with statements() as said:
        principal = read(token)
    assert len(said) == 1
    assert (principal.kind, principal.roles, principal.store_id) == ("staff", {"support"}, store)


def test_a_staff_token_ends_with_the_account():
    picker = staff(accounts.Role.PICKER)
    token = token_for(picker)
    accounts.set_active(user_id=picker.id, active=False, now=NOON)
    with pytest.raises(accounts.TokenInvalid):
        read(token)


def test_a_superuser_is_an_administrator():
    assert read(token_for(staff(is_superuser=True))).roles == {"admin"}


def test_a_token_is_good_until_its_last_second():
    token = token_for(mai())
    assert read(token, seconds=599.9).kind == "customer"
    with pytest.raises(accounts.TokenExpired):
        read(token, seconds=600)


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-api"},
        {"aud": "absent"},
        {"iss": "https://elsewhere.example"},
        {"iss": "absent"},
        {"exp": "absent"},
        {"iat": "absent"},
        {"sub": "absent"},
        {"roles": "absent"},
        {"header": {"typ": "JWT"}},
        {"header": {"kid": "unknown"}},
        {"header": {"kid": 7}},
        {"header": {"kid": None}},
    ],
    ids=str,
)
def test_a_token_made_for_anything_else_is_refused(change: dict[str, Any]):
    token = token_for(mai())
    assert read(resigned(token)).kind == "customer"
    try:
        other = resigned(token, **change)
    except jwt.InvalidTokenError:  # PyJWT does not even write it: write it by hand
        head = base64.urlsafe_b64encode(json.dumps(part(token, 0) | change["header"]).encode()).rstrip(b"=").decode()
        other = ".".join([head, *token.split(".")[1:]])
    with pytest.raises(accounts.TokenInvalid):
        read(other)


def test_a_token_without_signature_is_refused():
    token = token_for(mai())
    kid = part(token, 0)["kid"]
    unsigned = jwt.encode(part(token, 1), "", algorithm="none", headers={"kid": kid, "typ": "at+jwt"})
    with pytest.raises(accounts.TokenInvalid):
        read(unsigned)


def test_the_public_key_is_no_shared_secret():
    """Algorithm confusion: HS256 with the published key as the secret, which PyJWT itself refuses to write."""
    import hashlib
    import hmac

    token = token_for(mai())
    private, _ = access_tokens._signing_key(django_settings.JWT_PRIVATE_KEY)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode()
        for p in (part(token, 0) | {"alg": "HS256"}, part(token, 1))
    )
    mac = hmac.new(public_pem(private).encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    with pytest.raises(accounts.TokenInvalid):
        read(f"{head}.{body}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode())


def test_a_changed_claim_breaks_the_signature():
    token = token_for(mai())
    claims = (
        base64.urlsafe_b64encode(json.dumps(part(token, 1) | {"roles": ["admin"]}).encode()).rstrip(b"=").decode()
    )
    head, _, signature = token.split(".")
    with pytest.raises(accounts.TokenInvalid):
        read(f"{head}.{claims}.{signature}")


def test_another_key_under_our_name_is_refused():
    token = token_for(mai())
    stranger = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(accounts.TokenInvalid):
        read(jwt.encode(part(token, 1), stranger, algorithm="ES256", headers=part(token, 0)))


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "null", "é", "eyJhbGciOiJFUzI1NiJ9", "\ud800", "x" * 10_000]
)
def test_rubbish_is_refused(token: str):
    with pytest.raises(accounts.TokenInvalid):
        read(token)


def test_a_refresh_token_is_no_access_token():
    tokens = accounts.sign_in(email=mai().email, password=PASSWORD, now=NOON)
    with pytest.raises(accounts.TokenInvalid):
        read(tokens.refresh_token)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(ec.generate_private_key(ec.SECP256R1()), "ES256"), (rsa.generate_private_key(65537, 2048), "RS256")],
    ids=["P-256", "RSA"],
)
def test_anyone_can_check_a_token_by_the_key_set(key: Key, algorithm: str, settings: Any):
    settings.JWT_PRIVATE_KEY = private_pem(key)
    customer = mai()
    token = token_for(customer)
    keys = jwt.PyJWKSet.from_dict(json.loads(json.dumps(accounts.key_set())))
    named = keys[part(token, 0)["kid"]]
    claims = jwt.decode(token, named, audience="grocery-api", options={"verify_exp": False, "verify_iat": False})
    assert (part(token, 0)["alg"], UUID(claims["sub"])) == (algorithm, customer.id)
    assert read(token).id == customer.id


def test_nothing_private_is_published(settings: Any):
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        settings.JWT_PRIVATE_KEY = private_pem(key)
        members = {frozenset(published) for published in accounts.key_set()["keys"]}
        assert members <= {
            frozenset({"kty", "crv", "x", "y", "use", "alg", "kid"}),
            frozenset({"kty", "n", "e", "use", "alg", "kid"}),
        }


def test_tokens_of_the_previous_key_are_good_until_they_expire(settings: Any):
    token = token_for(mai())
    old, _ = access_tokens._signing_key(settings.JWT_PRIVATE_KEY)
    older = rsa.generate_private_key(65537, 2048)
    settings.JWT_PRIVATE_KEY = private_pem(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(accounts.TokenInvalid):
        read(token)
    settings.JWT_PREVIOUS_PUBLIC_KEYS = public_pem(old) + "\n" + public_pem(older)
    assert read(token).kind == "customer"
    assert [key["alg"] for key in accounts.key_set()["keys"]] == ["ES256", "ES256", "RS256"]


def test_a_key_is_named_by_its_thumbprint():
    """The example of RFC 7638, section 3.1."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn"
        "jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qM"
        "QvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJz"
        "KnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert access_tokens._thumbprint(jwk, "e", "kty", "n") == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "pem",
    [
        "none",
        private_pem(ec.generate_private_key(ec.SECP384R1())),
        private_pem(rsa.generate_private_key(65537, 1024)),
        private_pem(ed25519.Ed25519PrivateKey.generate()),
    ],
    ids=["no key", "P-384", "RSA-1024", "Ed25519"],
)
def test_a_key_that_we_do_not_sign_with_is_named_as_the_setting_it_is(pem: str, settings: Any):
    settings.JWT_PRIVATE_KEY = pem
    with pytest.raises(ImproperlyConfigured, match="JWT_PRIVATE_KEY"):
        accounts.key_set()
    with pytest.raises(SystemCheckError, match="JWT_PRIVATE_KEY"):
        call_command("check", deploy=True, tags=["security"])


def test_a_broken_previous_key_is_named_too(settings: Any):
    settings.JWT_PREVIOUS_PUBLIC_KEYS = "-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----"
    with pytest.raises(ImproperlyConfigured, match="JWT_PREVIOUS_PUBLIC_KEYS"):
        accounts.key_set()
