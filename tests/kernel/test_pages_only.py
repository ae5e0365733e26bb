"""A call of the HTTP API goes past what is there for people's browsers, and is in a language all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.utils.translation import activate, get_language
from ninja import Router

from tests.kernel.apis import served

router = Router()


@router.get("/seen")
def seen(request: HttpRequest) -> Any:
    return {"has": [name for name in ("session", "user", "htmx") if hasattr(request, name)], "in": get_language()}


@pytest.fixture
def client() -> Iterator[Client]:
    with served(router):
        yield Client()


def test_a_call_has_no_session_and_a_page_has(client: Client, db: None):
    client.cookies[settings.SESSION_COOKIE_NAME] = "0123456789abcdef0123456789abcdef"
    assert client.get("/api/v1/seen").json()["has"] == []
    page = client.get("/p/nothing/").wsgi_request
    assert all(hasattr(page, name) for name in ("session", "user", "htmx"))


@pytest.mark.parametrize(
    ("query", "header", "spoken"), [("", "", "vi"), ("", "en-GB,en", "en"), ("?lang=en", "vi", "en")]
)
def test_a_call_is_answered_in_its_callers_language_whoever_came_before(
    client: Client, query: str, header: str, spoken: str
):
    activate("vi" if spoken == "en" else "en")
    answer = client.get(f"/api/v1/seen{query}", headers={"Accept-Language": header})
    assert [answer.json()["in"], answer["Content-Language"], answer["Vary"]] == [spoken, spoken, "Accept-Language"]
