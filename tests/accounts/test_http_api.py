"""The routes of accounts under /api/v1, as a client sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from grocery.accounts import public as accounts
from grocery.accounts.api import router
from grocery.accounts.models import RefreshFamily, User
from grocery.config.auth import BearerOrGuest
from grocery.config.http_api import api
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from tests.accounts.people import BEN_THANH, PASSWORD, at_home, bearer, mai, nam, signed_in, staff, statements

#: An id that nothing has; written out, so that every parallel worker names its tests alike.
NOBODYS = "01990000-0000-7000-8000-00000000dead"

pytestmark = pytest.mark.django_db

MAI = {"email": "mai@example.com", "password": PASSWORD, "name": "Nguyễn Thị Mai"}
HOME = {
    "recipient": "Nguyễn Thị Mai",
    "phone": "0901 234 567",
    "province_code": "79",
    "ward_code": BEN_THANH,
    "street": "12 Lê Lợi",
}


def call(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    arguments: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return client.generic(method, f"/api/v1/{path}", **arguments, headers=headers)


def problem(answer: Any) -> tuple[int, str, str | None]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"], answer.json()["field"]


# --- signing in ------------------------------------------------------------------------------------------------
def test_registering_signs_in(client: Client):
    answer = call(client, "POST", "auth/register", MAI | {"phone": "0901 234 567", "language": "en"})
    told = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert told["profile"] == {
        "id": told["profile"]["id"],
        "email": "mai@example.com",
        "name": "Nguyễn Thị Mai",
        "phone": "+84901234567",
        "language": "en",
        "roles": [],
        "store_id": None,
    }
    me = call(client, "GET", "me", **bearer(told["access_token"]))
    assert me.json() == told["profile"]


def test_the_whole_life_of_a_sign_in(client: Client):
    mai()
    first = call(client, "POST", "auth/login", {"email": "MAI@example.com", "password": PASSWORD})
    assert (first.status_code, first["Cache-Control"], first.json()["token_type"], first.json()["expires_in"]) == (
        200,
        "no-store",
        "Bearer",
        600,
    )
    second = call(client, "POST", "auth/refresh", {"refresh_token": first.json()["refresh_token"]})
    assert second.status_code == 200
    out = call(client, "POST", "auth/logout", {"refresh_token": second.json()["refresh_token"]})
    assert (out.status_code, out.content) == (204, b"")
    after = call(client, "POST", "auth/refresh", {"refresh_token": second.json()["refresh_token"]})
    assert problem(after) == (401, "refresh_token_invalid", None)


def test_an_expired_access_token_does_not_keep_anyone_from_refreshing(client: Client):
    customer = mai()
    old = accounts.issue_tokens(customer_id=customer.id, now=clock.now() - timedelta(hours=1))
    answer = call(client, "POST", "auth/refresh", {"refresh_token": old.refresh_token}, **bearer(old.access_token))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("mai@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("x", "x")]
)
def test_wrong_credentials_read_the_same(email: str, password: str, client: Client):
    mai()
    answer = call(client, "POST", "auth/login?lang=en", {"email": email, "password": password})
    assert problem(answer) == (401, "wrong_credentials", None)
    assert answer.json()["detail"] == "E-mail or password is wrong."


def test_a_taken_email_is_a_conflict(client: Client):
    mai()
    assert problem(call(client, "POST", "auth/register", MAI)) == (409, "email_taken", "email")


def test_a_weak_password_is_explained_in_the_readers_language(client: Client):
    vi = call(client, "POST", "auth/register", MAI | {"password": "password12"})
    en = call(client, "POST", "auth/register", MAI | {"password": "password12"}, **{"Accept-Language": "en-GB"})
    assert problem(vi) == problem(en) == (422, "weak_password", "password")
    assert vi.json()["detail"] == "Mật khẩu này quá phổ biến."
    assert en.json()["detail"] == "This password is too common."


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "mai"}, "email"),
        ({"email": None}, "email"),
        ({"email": "x" * 1001}, "email"),
        ({"phone": "12"}, "phone"),
        ({"name": ""}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"language": "fr"}, "language"),
        ({"password": ""}, "password"),
        ({"password": 12345678901}, "password"),
        ({"is_staff": True}, "is_staff"),
        ({"roles": ["admin"]}, "roles"),
    ],
    ids=str,
)
def test_what_is_wrong_in_a_registration_is_named(change: dict[str, Any], field: str, client: Client):
    status, _code, named = problem(call(client, "POST", "auth/register", MAI | change))
    assert (status, named, User.objects.count()) == (422, field, 0)


def test_malformed_json_is_a_bad_request(client: Client):
    answer = client.post("/api/v1/auth/login", data=b"{", content_type="application/json")
    assert problem(answer) == (400, "malformed_json", None)


# --- me --------------------------------------------------------------------------------------------------------
def test_a_profile_changes_only_where_told():
    client = signed_in(mai())
    answer = call(client, "PATCH", "me", {"language": "en", "name": None})
    assert (answer.status_code, answer.json()["name"], answer.json()["language"]) == (200, "Nguyễn Thị Mai", "en")
    assert call(client, "GET", "me").json() == answer.json()


def test_a_changed_password_ends_every_device(client: Client):
    customer = mai()
    tokens = accounts.issue_tokens(customer_id=customer.id, now=clock.now())
    mine = signed_in(customer)
    wrong = call(mine, "PUT", "me/password", {"current": "wrong", "new": "chín con trâu ăn cỏ"})
    assert problem(wrong) == (401, "wrong_credentials", None)
    right = call(mine, "PUT", "me/password", {"current": PASSWORD, "new": "chín con trâu ăn cỏ"})
    assert right.status_code == 204
    again = call(client, "POST", "auth/refresh", {"refresh_token": tokens.refresh_token})
    assert problem(again) == (401, "refresh_token_invalid", None)


def test_addresses_are_added_replaced_and_removed():
    client = signed_in(mai())
    added = call(client, "POST", "me/addresses", HOME)
    assert (added.status_code, added.json()["phone"], added.json()["is_default"]) == (201, "+84901234567", True)
    path = f"me/addresses/{added.json()['id']}"
    replaced = call(client, "PUT", path, HOME | {"street": "1 Công xã Paris"})
    assert (replaced.status_code, replaced.json()["street"]) == (200, "1 Công xã Paris")
    assert call(client, "GET", path).json() == replaced.json()
    assert call(client, "GET", "me/addresses").json() == [replaced.json()]
    assert call(client, "DELETE", path).status_code == 204
    assert call(client, "GET", "me/addresses").json() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_anothers_address_is_as_missing_as_one_that_never_was(method: str):
    hers, client = at_home(mai()), signed_in(nam())
    body = HOME if method == "PUT" else None
    for address_id in (hers.id, new_id()):
        assert problem(call(client, method, f"me/addresses/{address_id}", body)) == (404, "not_found", None)
    assert problem(call(client, method, "me/addresses/7", body))[0] == 422
    assert accounts.addresses(customer_id=accounts.check_credentials(email="mai@example.com", password=PASSWORD).id)


def test_a_full_address_book_is_a_conflict():
    customer = mai()
    for _ in range(accounts.ADDRESS_LIMIT):
        at_home(customer)
    answer = call(signed_in(customer), "POST", "me/addresses?lang=en", HOME)
    assert problem(answer) == (409, "address_book_full", None)
    assert answer.json()["detail"] == "You can keep 20 addresses. Remove one first."


@pytest.mark.parametrize(
    ("change", "field"),
    [({"ward_code": "99999"}, "ward_code"), ({"province_code": "01"}, "ward_code"), ({"phone": "1"}, "phone")],
)
def test_what_is_wrong_in_an_address_is_named(change: dict[str, str], field: str):
    answer = call(signed_in(mai()), "POST", "me/addresses", HOME | change)
    assert problem(answer) == (422, "invalid", field)


# --- who may what ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "me", None),
        ("PATCH", "me", {}),
        ("PUT", "me/password", {"current": "x", "new": "y"}),
        ("GET", "me/addresses", None),
        ("POST", "me/addresses", HOME),
        ("GET", f"me/addresses/{NOBODYS}", None),
        ("PUT", f"me/addresses/{NOBODYS}", HOME),
        ("DELETE", f"me/addresses/{NOBODYS}", None),
        ("GET", f"users/{NOBODYS}", None),
    ],
    ids=str,
)
def test_a_guest_signs_in_first(method: str, path: str, body: Any, client: Client):
    answer = call(client, method, path, body)
    assert problem(answer) == (401, "sign_in_required", None)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 403),
        (accounts.Role.PICKER, 403),
        (accounts.Role.DISPATCHER, 403),
        (accounts.Role.BUYER, 403),
        (accounts.Role.SUPPORT, 200),
        (accounts.Role.MANAGER, 200),
        (accounts.Role.ADMIN, 200),
    ],
)
def test_somebodys_profile_is_for_those_who_help_them(role: accounts.Role | None, status: int):
    customer = mai()
    client = signed_in(staff(role) if role else nam())
    answer = call(client, "GET", f"users/{customer.id}")
    assert answer.status_code == status
    assert ("mai@example.com" in answer.content.decode()) == (status == 200)


def test_nobody_is_not_found():
    assert problem(call(signed_in(staff(accounts.Role.SUPPORT)), "GET", f"users/{new_id()}")) == (
        404,
        "not_found",
        None,
    )


def test_a_role_taken_away_is_gone_at_the_next_call():
    support = staff(accounts.Role.SUPPORT)
    client = signed_in(support)
    assert call(client, "GET", f"users/{support.id}").status_code == 200
    accounts.update_staff(user_id=support.id, roles=[accounts.Role.PICKER], store_id=None)
    assert problem(call(client, "GET", f"users/{support.id}")) == (403, "forbidden", None)


# --- the bearer token ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic bWFpOng=", "x", " "])
def test_what_is_no_token_of_ours_is_refused_even_where_guests_may_look(header: str, client: Client):
    assert call(client, "GET", "provinces").status_code == 200
    assert problem(call(client, "GET", "provinces", Authorization=header)) == (401, "token_invalid", None)


def test_an_expired_token_says_so(client: Client):
    old = accounts.issue_tokens(customer_id=mai().id, now=clock.now() - timedelta(minutes=11))
    assert problem(call(client, "GET", "me", **bearer(old.access_token))) == (401, "token_expired", None)


def test_the_scheme_is_read_in_any_case(client: Client):
    token = accounts.issue_tokens(customer_id=mai().id, now=clock.now()).access_token
    assert call(client, "GET", "me", Authorization=f"bearer  {token}").status_code == 200


def test_a_cookie_says_nothing(client: Client):
    root = staff(is_superuser=True)
    assert client.login(username=root.email, password=PASSWORD)
    assert problem(call(client, "GET", "me")) == (401, "sign_in_required", None)


def test_every_route_is_behind_the_bearer_token_or_about_getting_one():
    open_routes = {
        path
        for path, view in router.path_operations.items()
        for operation in view.operations
        if operation.auth_param is None
    }
    assert open_routes == {"/auth/register", "/auth/login", "/auth/refresh", "/auth/logout"}
    assert isinstance(api.auth, Sequence)
    assert [type(check) for check in api.auth] == [BearerOrGuest]


def test_the_documentation_shows_the_bearer_token_and_an_example_of_each_body():
    schema: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    assert schema["components"]["securitySchemes"] == {"BearerOrGuest": {"type": "http", "scheme": "bearer"}}
    mine = [
        name for name in schema["components"]["schemas"] if name in {"RegisterInput", "AddressInput", "TokensSchema"}
    ]
    assert all(schema["components"]["schemas"][name]["examples"] for name in mine)
    assert len(mine) == 3


# --- places ----------------------------------------------------------------------------------------------------
def test_anyone_may_look_up_provinces_and_wards(client: Client):
    provinces = call(client, "GET", "provinces").json()
    assert len(provinces) == 34
    assert {"code": "79", "name": "Thành phố Hồ Chí Minh", "name_en": "Ho Chi Minh City"} in provinces
    assert call(client, "GET", "provinces/79/wards?search=ben thanh").json() == [
        {
            "code": "26743",
            "name": "Phường Bến Thành",
            "name_en": "Ben Thanh Ward",
            "province_code": "79",
            "province": "Thành phố Hồ Chí Minh",
            "province_en": "Ho Chi Minh City",
        }
    ]
    assert problem(call(client, "GET", "provinces/00/wards")) == (404, "not_found", None)


# --- what each costs -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "body", "cost"),
    [
        ("POST", "auth/login", {"email": "mai@example.com", "password": PASSWORD}, 2),
        ("POST", "auth/register", MAI | {"email": "new@example.com"}, 3),
        ("GET", "me", None, 1),
        ("PATCH", "me", {"language": "en"}, 2),
        ("GET", "me/addresses", None, 1),
        ("POST", "me/addresses", HOME, 4),
        ("GET", "provinces", None, 1),
        ("GET", "provinces/79/wards", None, 2),
    ],
    ids=str,
)
def test_a_route_takes_so_many_statements(method: str, path: str, body: Any, cost: int):
    client = signed_in(mai())
    with statements() as said:
        assert call(client, method, path, body).status_code < 300
    ours = [sql for sql in said if "kernel_" not in sql and "outbox_tell" not in sql]
    assert len(ours) == cost, said  # who hears of it is not our cost


def test_refreshing_takes_two_statements(client: Client):
    tokens = accounts.issue_tokens(customer_id=mai().id, now=clock.now())
    with statements() as said:
        call(client, "POST", "auth/refresh", {"refresh_token": tokens.refresh_token})
    assert len(said) == 2
    assert RefreshFamily.objects.get().rotations == 1
