"""Strings that break carelessly written programs: refused with a reason, or kept exactly in NFC."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from django.test import Client

from grocery.accounts import public as accounts
from tests.accounts.people import mai, signed_in
from tests.accounts.test_http_api import HOME, MAI, call

pytestmark = pytest.mark.django_db


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def test_a_name_is_refused_or_kept_exactly(naughty_strings: list[str]):
    client = signed_in(mai())
    for text in naughty_strings:
        answer = call(client, "PATCH", "me", {"name": text})
        assert (answer.status_code, answer.json().get("name", nfc(text))) in {(200, nfc(text)), (422, nfc(text))}, (
            text
        )
        if answer.status_code == 200:
            assert call(client, "GET", "me").json()["name"] == nfc(text)


@pytest.mark.parametrize("field", ["recipient", "street", "note"])
def test_an_address_is_refused_or_kept_exactly(field: str, naughty_strings: list[str]):
    customer = mai()
    client = signed_in(customer)
    address_id = call(client, "POST", "me/addresses", HOME).json()["id"]
    for text in naughty_strings:
        answer = call(client, "PUT", f"me/addresses/{address_id}", HOME | {field: text})
        assert answer.status_code in {200, 422}, text
        if answer.status_code == 200:
            kept = accounts.addresses(customer_id=customer.id)[0]
            assert getattr(kept, field) == nfc(text).replace("\r\n", "\n")


@pytest.mark.parametrize("field", ["email", "phone", "language", "password"])
def test_a_registration_is_never_our_mistake(field: str, naughty_strings: list[str], client: Client):
    for number, text in enumerate(naughty_strings):
        body: dict[str, Any] = MAI | {"email": f"mai{number}@example.com", field: text}
        assert call(client, "POST", "auth/register", body).status_code in {201, 422}, text


@pytest.mark.parametrize("path", ["auth/login", "auth/refresh", "auth/logout"])
def test_signing_in_is_never_our_mistake(path: str, naughty_strings: list[str], client: Client):
    for text in naughty_strings:
        body = {"email": text, "password": text} if path == "auth/login" else {"refresh_token": text}
        assert call(client, "POST", path, body).status_code in {204, 401, 422}, text


def test_a_bearer_token_is_never_our_mistake(naughty_strings: list[str], client: Client):
    for text in naughty_strings:
        header = "Bearer " + text.encode().decode("latin-1").replace("\r", "").replace("\n", "")
        assert call(client, "GET", "me", Authorization=header).status_code == 401, text


@pytest.mark.parametrize("escape", ["\\ud800", "\\u0000", "\\udfff\\ud800"])
def test_half_characters_and_nul_are_refused(escape: str):
    client = signed_in(mai())
    answer = client.patch("/api/v1/me", data=f'{{"name": "Mai{escape}"}}', content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "invalid")
