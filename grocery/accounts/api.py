"""Storefront HTTP routes of accounts: mapping only.

Tokens are answered with `Cache-Control: no-store`. The routes under `auth/` take no access token: an expired one in
the header must not keep anybody from refreshing it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id, Input, LongText, Query, Secret, Text

router = Router(tags=["accounts"])

_CREDENTIALS = {"email": "mai@example.com", "password": "tám hạt mưa rơi"}
_TOKENS = {
    "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiIsInR5cCI6ImF0K2p3dCJ9...",
    "refresh_token": "01a1fd810dde72edad8ac136e3d401c5.Zk3v...",
    "token_type": "Bearer",
    "expires_in": 600,
}
_PROFILE: dict[str, Any] = {
    "id": "01a1fd81-0dde-72ed-ad8a-c136e3d401c5",
    "email": "mai@example.com",
    "name": "Nguyễn Thị Mai",
    "phone": "+84901234567",
    "language": "vi",
    "roles": [],
    "store_id": None,
}
_ADDRESS_FIELDS = {
    "recipient": "Nguyễn Thị Mai",
    "phone": "0901 234 567",
    "province_code": "79",
    "ward_code": "26743",
    "street": "12 Lê Lợi",
    "note": "Gọi trước khi giao",
    "is_default": True,
}
_WARD = {
    "code": "26743",
    "name": "Phường Bến Thành",
    "name_en": "Ben Thanh Ward",
    "province_code": "79",
    "province": "Thành phố Hồ Chí Minh",
    "province_en": "Ho Chi Minh City",
}


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class RegisterInput(Input):
    email: LongText
    password: Secret
    name: Text
    phone: LongText = ""
    language: Code = "vi"

    model_config = _example(**_CREDENTIALS, name="Nguyễn Thị Mai", phone="0901 234 567", language="vi")


class LoginInput(Input):
    email: LongText
    password: Secret

    model_config = _example(**_CREDENTIALS)


class RefreshInput(Input):
    refresh_token: Secret

    model_config = _example(refresh_token=_TOKENS["refresh_token"])


class ProfileInput(Input):
    """What to change; what is absent or null stays as it is."""

    name: Text | None = None
    phone: LongText | None = None
    language: Code | None = None

    model_config = _example(phone="0912 345 678", language="en")


class PasswordInput(Input):
    current: Secret
    new: Secret

    model_config = _example(current="tám hạt mưa rơi", new="chín con trâu ăn cỏ")


class AddressInput(Input):
    recipient: Text
    phone: LongText
    province_code: Code
    ward_code: Code
    street: Text
    note: LongText = ""
    is_default: bool = False

    model_config = _example(**_ADDRESS_FIELDS)


class TokensSchema(Schema):
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int

    model_config = _example(**_TOKENS)


class ProfileSchema(Schema):
    id: UUID
    email: str
    name: str
    phone: str
    language: str
    roles: list[str]
    store_id: UUID | None

    model_config = _example(**_PROFILE)

    @staticmethod
    def resolve_roles(profile: accounts.Profile) -> list[str]:
        return sorted(profile.roles)


class RegisteredSchema(TokensSchema):
    profile: ProfileSchema

    model_config = _example(**_TOKENS, profile=_PROFILE)


class AddressSchema(Schema):
    id: UUID
    recipient: str
    phone: str
    province_code: str
    province: str
    province_en: str
    ward_code: str
    ward: str
    ward_en: str
    street: str
    note: str
    is_default: bool

    model_config = _example(
        **_ADDRESS_FIELDS
        | {
            "id": "01a1fd81-2c4e-7d10-9d3e-6f0a52c1b7e4",
            "phone": "+84901234567",
            "province": _WARD["province"],
            "province_en": _WARD["province_en"],
            "ward": _WARD["name"],
            "ward_en": _WARD["name_en"],
        }
    )


class ProvinceSchema(Schema):
    code: str
    name: str
    name_en: str

    model_config = _example(code="79", name=_WARD["province"], name_en=_WARD["province_en"])


class WardSchema(ProvinceSchema):
    province_code: str
    province: str
    province_en: str

    model_config = _example(**_WARD)


# --- signing in ------------------------------------------------------------------------------------------------
@router.post("/auth/register", auth=None, response={201: RegisteredSchema}, summary="Become a customer")
def register(request: HttpRequest, response: HttpResponse, body: RegisterInput) -> Status[dict[str, Any]]:
    """A new account and its first tokens. 409 `email_taken`, 422 `weak_password` or `invalid` with the field."""
    now = clock.now()
    profile = accounts.register(**body.dict(), address=accounts.address_of(request), now=now)
    tokens = accounts.issue_tokens(customer_id=profile.id, now=now)
    return Status(201, {**_tokens(response, tokens), "profile": profile})


@router.post("/auth/login", auth=None, response=TokensSchema, summary="Sign in")
def login(request: HttpRequest, response: HttpResponse, body: LoginInput) -> dict[str, Any]:
    """Tokens for a new device. 401 `wrong_credentials`, whatever of the two was wrong."""
    address = accounts.address_of(request)
    return _tokens(response, accounts.sign_in(**body.dict(), address=address, now=clock.now()))


@router.post("/auth/refresh", auth=None, response=TokensSchema, summary="Get the next tokens")
def refresh(request: HttpRequest, response: HttpResponse, body: RefreshInput) -> dict[str, Any]:
    """Each refresh token works once; using one again signs that device out. 401 `refresh_token_invalid`."""
    return _tokens(response, accounts.refresh(**body.dict(), now=clock.now()))


@router.post("/auth/logout", auth=None, response={204: None}, summary="Sign out")
def logout(request: HttpRequest, body: RefreshInput) -> Status[None]:
    """End this device's refresh tokens. Its access token runs out by itself, within minutes."""
    accounts.sign_out(**body.dict(), now=clock.now())
    return Status(204, None)


def _tokens(response: HttpResponse, tokens: accounts.TokenPair) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    return asdict(tokens)


# --- me --------------------------------------------------------------------------------------------------------
@router.get("/me", response=ProfileSchema, summary="My profile")
def me(request: HttpRequest) -> accounts.Profile:
    """Who the access token belongs to."""
    return accounts.profile(customer_id=asker(request).signed_in())


@router.patch("/me", response=ProfileSchema, summary="Change my profile")
def change_me(request: HttpRequest, body: ProfileInput) -> accounts.Profile:
    """What is absent stays. An empty phone removes it. The language shows in tokens from the next refresh on."""
    return accounts.update_profile(customer_id=asker(request).signed_in(), **body.dict())


@router.put("/me/password", response={204: None}, summary="Change my password")
def change_my_password(request: HttpRequest, body: PasswordInput) -> Status[None]:
    """Every device has to sign in again. 401 `wrong_credentials` if `current` is wrong, 422 `weak_password`."""
    accounts.change_password(customer_id=asker(request).signed_in(), **body.dict(), now=clock.now())
    return Status(204, None)


@router.get("/me/addresses", response=list[AddressSchema], summary="My addresses")
def my_addresses(request: HttpRequest) -> list[accounts.Address]:
    """The default first, then the newest; at most 20."""
    return accounts.addresses(customer_id=asker(request).signed_in())


@router.post("/me/addresses", response={201: AddressSchema}, summary="Add an address")
def add_address(request: HttpRequest, body: AddressInput) -> Status[accounts.Address]:
    """The first becomes the default. 409 `address_book_full`; 422 if the ward is not one of the province."""
    return Status(201, accounts.save_address(customer_id=asker(request).signed_in(), **body.dict()))


@router.get("/me/addresses/{address_id}", response=AddressSchema, summary="One of my addresses")
def my_address(request: HttpRequest, address_id: Id) -> accounts.Address:
    """404 for what is not mine."""
    return accounts.address(customer_id=asker(request).signed_in(), address_id=address_id)


@router.put("/me/addresses/{address_id}", response=AddressSchema, summary="Replace an address")
def replace_address(request: HttpRequest, address_id: Id, body: AddressInput) -> accounts.Address:
    """All of it; orders that were placed keep the address that they were placed with."""
    me = asker(request).signed_in()
    return accounts.save_address(customer_id=me, address_id=address_id, **body.dict())


@router.delete("/me/addresses/{address_id}", response={204: None}, summary="Remove an address")
def remove_address(request: HttpRequest, address_id: Id) -> Status[None]:
    """If it was the default, the newest that is left becomes it."""
    accounts.delete_address(customer_id=asker(request).signed_in(), address_id=address_id)
    return Status(204, None)


# --- staff -----------------------------------------------------------------------------------------------------
@router.get("/users/{user_id}", response=ProfileSchema, summary="Somebody's profile (staff)")
def user(request: HttpRequest, user_id: Id) -> accounts.Profile:
    """For support, managers and administrators."""
    asker(request).require(accounts.Role.SUPPORT, accounts.Role.MANAGER, accounts.Role.ADMIN)
    return accounts.profile(customer_id=user_id)


# --- places ----------------------------------------------------------------------------------------------------
@router.get("/provinces", response=list[ProvinceSchema], summary="Provinces and cities")
def provinces(request: HttpRequest) -> list[accounts.Province]:
    """The 34 of 1 July 2025, by name. There are no districts."""
    return accounts.provinces()


@router.get("/provinces/{province_code}/wards", response=list[WardSchema], summary="Wards of a province")
def wards(request: HttpRequest, province_code: Code, search: Query = "") -> list[accounts.Ward]:
    """By name; `search` finds "Bến Thành" by "ben thanh". 404 if there is no such province."""
    return accounts.wards(province_code=province_code, called=search)
