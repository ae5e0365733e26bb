"""Strings that break carelessly written programs, through every text parameter: never our mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from tests.catalog.conftest import Shop

NAUGHTY = Path(__file__).parents[3] / "shared/data/naughty_strings/blns_first_half.json"

PARAMETERS = {
    "search": ("products", "products/suggest", "products/facets"),
    "category": ("products", "products/popular"),
    "tags": ("products",),
    "brand": ("products",),
    "cursor": ("products",),
    "fields": ("products",),
    "allergen_free": ("products",),
    "sort": ("products",),
    "store": ("products",),
    "lang": ("categories",),
}


@pytest.mark.skipif(not NAUGHTY.exists(), reason="needs the naughty strings beside the checkout")
@pytest.mark.parametrize("name", PARAMETERS)
def test_no_naughty_string_is_our_mistake(client: Client, shop: Shop, name: str):
    shop.product("kale", "Cải xoăn")
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        for path in PARAMETERS[name]:
            answer = client.get(f"/api/v1/{path}", {name: text})
            assert answer.status_code in {200, 404, 422}, (path, text)
            assert answer.status_code == 200 or answer.json()["code"], (path, text)
