"""A request asks once which version of the catalogue is the current one; the next request asks again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from django.test import Client

from grocery.catalog import public as catalog
from grocery.catalog.services import versions
from grocery.kernel import once
from tests.catalog.conftest import Shop


def named(client: Client) -> list[str]:
    """The categories, as the API tells them in English."""
    return [category["name"] for category in client.get("/api/v1/categories?lang=en").json()["categories"]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions that Valkey was asked for."""
    found: list[str] = []
    ask = versions._ask

    def note(names: Collection[str]) -> dict[str, str]:
        found.extend(names)
        return ask(names)

    monkeypatch.setattr(versions, "_ask", note)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_request_asks_for_each_version_once(client: Client, shop: Shop, asked: list[str]):
    for number in range(3):
        shop.product(f"p{number}")
    assert client.get("/api/v1/products?category=vegetables&limit=2&in_stock=false").status_code == 200
    assert sorted(asked) == sorted({versions.CATALOG, versions.TERMS, versions.stock_of(shop.store.id)})


@pytest.mark.django_db(transaction=True)
def test_the_next_request_sees_what_has_changed(client: Client, shop: Shop):
    assert named(client) == ["Vegetables"]
    shop.category("vegetables", name_en="Greens")
    assert named(client) == ["Greens"]


@pytest.mark.django_db(transaction=True)
def test_a_request_sees_what_it_has_changed_itself(shop: Shop):
    with once.per_request():
        assert [node.name_en for node in catalog.categories()] == ["Vegetables"]
        shop.category("vegetables", name_en="Greens")
        assert [node.name_en for node in catalog.categories()] == ["Greens"]


@pytest.mark.django_db(transaction=True)
def test_outside_of_requests_each_look_asks_anew(shop: Shop, asked: list[str]):
    catalog.stores()
    catalog.stores()
    assert asked.count(versions.CATALOG) == 2


def test_what_a_request_kept_is_forgotten_with_it():
    def look(name: str) -> Any:
        return once.kept().get(name)

    with once.per_request():
        once.kept()["a"] = "1"
        assert look("a") == "1"
    with once.per_request():
        assert look("a") is None
    once.kept()["a"] = "1"
    assert look("a") is None
