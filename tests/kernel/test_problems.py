"""Every failure reads the same: application/problem+json, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.test import Client
from ninja import Field, Router
from ninja.errors import HttpError
from redis.exceptions import ConnectionError as RedisConnectionError

from grocery.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooManyRequests
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Input, PositiveQuantity, Text
from grocery.kernel.money import Money, dong
from grocery.kernel.principal import Principal
from tests.kernel.apis import served

router = Router()


class Shortage(DomainError):
    code = "shortage_of_a_test"
    status = 409
    en = "Only {left} left at {price}."
    vi = "Chỉ còn {left} với giá {price}."

    def __init__(self, left: Decimal, price: Money) -> None:
        self.left, self.price = left, price


class Line(Input):
    sku: Code
    quantity: PositiveQuantity


class Order(Input):
    name: Text
    lines: list[Line] = Field(min_length=1)


FAILURES: dict[str, Exception] = {
    "shortage": Shortage(Decimal("0.500"), dong(12_000)),
    "missing": NotFound("order", 7),
    "foreign": Forbidden(),
    "invalid": Invalid("phone", "Not a phone number.", "Không phải số điện thoại."),
    "conflict": Conflict(),
    "busy": TooManyRequests(17),
    "nothing": Http404(),
    "gone": HttpError(410, "gone"),
    "odd": SuspiciousOperation(),
    "database": OperationalError("the password is hunter2"),
    "cache": RedisConnectionError("the password is hunter2"),
    "bug": ZeroDivisionError("the password is hunter2"),
}


@router.get("/fail/{kind}", auth=None)
def fail(request: HttpRequest, kind: str) -> None:
    raise FAILURES[kind]


@router.post("/orders", auth=None)
def place(request: HttpRequest, order: Order) -> Any:
    return order.dict()


@router.get("/orders/{order_id}", auth=None)
def show(request: HttpRequest, order_id: UUID, limit: int = 10) -> Any:
    return {"id": order_id}


@router.get("/mine")
def mine(request: HttpRequest) -> Any:
    return {"language": asker(request).language}


def sign_in(request: HttpRequest) -> Principal | None:
    name = request.headers.get("Authorization")
    return Principal(kind="customer", id=UUID(int=1), language=name) if name else None


@pytest.fixture
def client() -> Iterator[Client]:
    with served(router, auth=sign_in):
        yield Client(raise_request_exception=False)


def problem_of(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    return document


def test_a_domain_error_tells_its_code_text_and_facts(client: Client):
    response = client.get("/api/v1/fail/shortage?lang=en")
    assert problem_of(response) == {
        "type": "http://testserver/problems/shortage_of_a_test",
        "title": "Conflict",
        "status": 409,
        "detail": "Only 0.500 left at 12.000\N{NO-BREAK SPACE}₫.",
        "code": "shortage_of_a_test",
        "field": None,
        "request_id": problem_of(response)["request_id"],
        "left": 0.5,
        "price": 12000,
    }


def test_the_status_is_also_that_of_the_answer(client: Client):
    assert client.get("/api/v1/fail/shortage").status_code == 409


def test_a_problem_is_never_cached(client: Client):
    assert client.get("/api/v1/fail/missing")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("missing", 404, "not_found"),
        ("foreign", 403, "forbidden"),
        ("invalid", 422, "invalid"),
        ("conflict", 409, "conflict"),
        ("busy", 429, "too_many_requests"),
        ("nothing", 404, "not_found"),
        ("gone", 410, "bad_request"),
        ("odd", 400, "bad_request"),
        ("database", 503, "unavailable"),
        ("cache", 503, "unavailable"),
        ("bug", 500, "internal_error"),
    ],
)
def test_each_failure_has_its_status_and_code(client: Client, kind: str, status: int, code: str):
    problem = problem_of(client.get(f"/api/v1/fail/{kind}"))
    assert (problem["status"], problem["code"]) == (status, code)


@pytest.mark.parametrize("kind", ["database", "cache", "bug"])
def test_our_own_faults_tell_nothing_of_the_inside(client: Client, kind: str):
    assert b"hunter2" not in client.get(f"/api/v1/fail/{kind}").content


def test_a_bug_shows_itself_to_whoever_tests():
    with served(router, auth=sign_in), pytest.raises(ZeroDivisionError):
        Client().get("/api/v1/fail/bug")


@pytest.mark.parametrize(("kind", "seconds"), [("busy", "17"), ("database", "5")])
def test_one_is_told_when_to_come_back(client: Client, kind: str, seconds: str):
    assert client.get(f"/api/v1/fail/{kind}")["Retry-After"] == seconds


@pytest.mark.parametrize(
    ("query", "header", "signed_in_as", "expected"),
    [
        ("", "", "", "vi"),
        ("", "en-GB,vi;q=0.5", "", "en"),
        ("", "fr, vi;q=0.3, en;q=0.2", "", "vi"),
        ("", "xx", "", "vi"),
        ("?lang=en", "vi", "", "en"),
        ("?lang=fr", "en", "", "en"),
        ("", "vi", "en", "en"),
        ("?lang=vi", "", "en", "vi"),
    ],
)
def test_the_language_is_asked_for_chosen_or_accepted(
    client: Client, query: str, header: str, signed_in_as: str, expected: str
):
    headers = {"Accept-Language": header} | ({"Authorization": signed_in_as} if signed_in_as else {})
    if signed_in_as:
        assert client.get(f"/api/v1/mine{query}", headers=headers).json() == {"language": expected}
    else:
        assert client.get(f"/api/v1/fail/nothing{query}", headers=headers)["Content-Language"] == expected


def test_who_is_not_signed_in_is_told_how(client: Client):
    response = client.get("/api/v1/mine")
    assert (problem_of(response)["code"], response["WWW-Authenticate"]) == ("sign_in_required", "Bearer")


def post(client: Client, body: str | bytes, language: str = "en") -> Any:
    return client.post(f"/api/v1/orders?lang={language}", body, content_type="application/json")


def test_each_wrong_field_is_named_by_its_path(client: Client):
    body = '{"name": "", "lines": [{"sku": "milk", "quantity": 1}, {"sku": "a b", "quantity": 0}], "x": 1}'
    assert problem_of(post(client, body))["errors"] == [
        {
            "field": "name",
            "in": "body",
            "code": "string_too_short",
            "detail": "String should have at least 1 character",
        },
        {
            "field": "lines.1.sku",
            "in": "body",
            "code": "string_pattern_mismatch",
            "detail": "String should match pattern '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'",
        },
        {
            "field": "lines.1.quantity",
            "in": "body",
            "code": "greater_than",
            "detail": "Input should be greater than 0",
        },
        {"field": "x", "in": "body", "code": "extra_forbidden", "detail": "Extra inputs are not permitted"},
    ]


def test_wrong_fields_are_told_in_vietnamese_too(client: Client):
    body = '{"name": "Lan", "lines": [{"sku": "milk", "quantity": 0.1234}]}'
    assert problem_of(post(client, body, "vi"))["detail"] == ("lines.0.quantity: Không được quá 3 chữ số thập phân")


def test_an_address_of_the_wrong_form_names_its_part(client: Client):
    problem = problem_of(client.get("/api/v1/orders/7?limit=ten&lang=en"))
    assert [(fault["in"], fault["field"]) for fault in problem["errors"]] == [
        ("path", "order_id"),
        ("query", "limit"),
    ]


@pytest.mark.parametrize(
    "body", ["{", "NaN", '{"name": Infinity}', "\xff", "[" * 100_000, '{"a": 1' + "0" * 5000 + "}"]
)
def test_what_is_not_json_is_called_that(client: Client, body: str):
    assert problem_of(post(client, body.encode("latin-1")))["code"] == "malformed_json"


@pytest.mark.parametrize(
    "body", ["", "[]", "1", '"x"', "null", '{"name": "\\ud800", "lines": []}', '{"name": "\\u0000"}']
)
def test_json_of_another_shape_is_invalid(client: Client, body: str):
    assert problem_of(post(client, body))["code"] == "invalid"


def test_a_body_beyond_all_measure_is_too_large(client: Client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert problem_of(post(client, '{"name": "more than ten bytes"}'))["code"] == "too_large"


def test_decimals_come_back_as_they_were_sent(client: Client):
    body = (
        '{"name": "Lan", "lines": [{"sku": "milk", "quantity": 123456789.123}, {"sku": "eggs", "quantity": "2.500"}]}'
    )
    assert b'"quantity":123456789.123' in post(client, body).content
    assert b'"quantity":2.5}' in post(client, body).content
