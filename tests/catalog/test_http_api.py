"""The catalogue over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ninja import Schema

from grocery.catalog import public as catalog
from grocery.catalog.api import schemas
from grocery.catalog.models import searching
from grocery.catalog.services import terms, versions
from grocery.config.http_api import api as whole
from tests.catalog.conftest import TODAY, Shop

#: An id that nothing has; written out, so that every parallel worker names its tests alike.
NOBODYS = "01990000-0000-7000-8000-00000000dead"


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    shop.category("leafy", parent="vegetables", name_en="Leafy greens", name_vi="Rau lá")
    shop.product(
        "kale",
        "Cải xoăn",
        name_en="Kale",
        category="leafy",
        net_content=Decimal(500),
        net_unit=catalog.NetUnit.G,
        popularity=9,
    )
    shop.product(
        "shrimp", "Tôm thẻ", name_en="Shrimp", unit=catalog.Unit.KG, step=Decimal("0.3"), price=219_000, tags=("asc",)
    )
    shop.product(
        "egg",
        "Trứng gà",
        name_en="Eggs",
        perishable=True,
        min_freshness_days=14,
        dietary=("vegetarian",),
        allergens=("eggs",),
    )
    shop.stock("kale", expiry=TODAY)
    return shop


def get(client: Client, path: str, **headers: str) -> Any:
    return client.get(f"/api/v1/{path}", headers=headers)


def names(client: Client, path: str) -> list[str]:
    return [product["name"] for product in get(client, path).json()["products"]]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("stores", schemas.StoresSchema),
        ("categories", schemas.CategoriesSchema),
        ("products", schemas.ProductsSchema),
        ("products?search=ca%20xaon", schemas.ProductsSchema),
        ("products/facets", schemas.FacetsSchema),
        ("products/popular", schemas.PopularSchema),
        ("products/suggest?search=c%E1%BA%A3i", schemas.SuggestionsSchema),
        ("products/kale", schemas.ProductDetailSchema),
        ("products/shrimp", schemas.ProductDetailSchema),
    ],
)
def test_an_answer_is_what_its_schema_says(client: Client, open_shop: Shop, path: str, schema: type[Any]):
    body = get(client, path).json()
    assert schema.model_validate(body, extra="forbid").model_dump(mode="json", exclude_unset=True) == _decimals(body)


def _decimals(body: Any) -> Any:
    """Pydantic writes decimals as text; the wire has numbers."""
    if isinstance(body, list):
        return [_decimals(one) for one in body]
    if isinstance(body, dict):
        exact = {"step", "net_content", "vat_rate", "max_per_order"}
        return {k: str(v) if k in exact and v is not None else _decimals(v) for k, v in body.items()}
    return body


def test_every_schema_is_shown_by_an_example_that_it_accepts():
    ours = [one for one in vars(schemas).values() if isinstance(one, type) and issubclass(one, Schema)]
    examples = [(schema, schema.model_config.get("json_schema_extra")) for schema in ours]
    shown = [schema.model_validate(extra["examples"][0], extra="forbid") for schema, extra in examples if extra]  # type: ignore[index]  # it is a mapping
    assert len(shown) == 17


def test_the_documentation_knows_the_routes():
    paths = whole.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    ours = {f"/api/v1/{path}" for path in ("stores", "categories", "products", "products/popular", "products/{sku}")}
    assert ours <= set(paths)


def test_prices_and_quantities_are_exact_numbers(client: Client, open_shop: Shop):
    shrimp = get(client, "products/shrimp").json()
    assert (shrimp["price"], shrimp["step"], shrimp["unit_price"], shrimp["unit_price_per"]) == (
        219_000,
        0.3,
        219_000,
        "kg",
    )


def test_a_pack_says_what_a_kilogram_comes_to(client: Client, open_shop: Shop):
    kale = get(client, "products/kale").json()
    assert (kale["net_content"], kale["net_unit"], kale["unit_price"]) == (500, "g", 20_000)


@pytest.mark.parametrize(
    ("query", "accepts", "name"),
    [("", "vi", "Cải xoăn"), ("", "en-GB,en;q=0.9", "Kale"), ("?lang=vi", "en", "Cải xoăn"), ("", "fr", "Cải xoăn")],
)
def test_names_are_in_the_language_asked_for(client: Client, open_shop: Shop, query: str, accepts: str, name: str):
    answer = get(client, f"products/kale{query}", **{"Accept-Language": accepts})
    assert (answer.json()["name"], answer.json()["names"]) == (name, {"en": "Kale", "vi": "Cải xoăn"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Kale", "Eggs", "Shrimp"]),
        ("category=leafy", ["Kale"]),
        ("is_perishable=true", ["Eggs"]),
        ("dietary=vegetarian", ["Eggs"]),
        ("tags=asc", ["Shrimp"]),
        ("tags=asc,vietgap", []),
        ("expires_soon=true", ["Kale"]),
        ("in_stock=false", ["Eggs", "Shrimp"]),
        ("search=tom", ["Shrimp"]),
        ("search=trứng", ["Eggs"]),
        ("sort=-price&limit=1", ["Shrimp"]),
        ("limit=1&offset=1", ["Eggs"]),
        ("min_price=200000", ["Shrimp"]),
        ("allergen_free=milk,peanuts", ["Eggs"]),
        ("allergen_free=eggs", []),
        ("on_offer=true", []),
        ("sort=unit_price", ["Kale", "Shrimp", "Eggs"]),
        ("sort=fresh", ["Kale", "Eggs", "Shrimp"]),
        ("sort=relevance", ["Kale", "Eggs", "Shrimp"]),
    ],
)
def test_a_list_is_narrowed_by(client: Client, open_shop: Shop, query: str, found: list[str]):
    assert names(client, f"products?lang=en&{query}") == found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sort=random", 422),
        ("limit=0", 422),
        ("limit=1000", 422),
        ("limit=x", 422),
        ("offset=-1", 422),
        ("dietary=carnivore", 422),
        ("tags=" + "x" * 65, 422),
        ("min_price=-1", 422),
        ("min_price=2&max_price=1", 422),
        ("allergen_free=gold", 422),
        ("on_offer=maybe", 422),
        ("cursor=x", 422),
        ("cursor=%00", 422),
        ("cursor=", 422),
        ("is_perishable=maybe", 422),
        ("search=" + "x" * 301, 422),
        ("search=%00", 422),
        ("store=1", 422),
        ("lang=fr", 422),
        ("category=toys", 404),
        (f"store={NOBODYS}", 404),
    ],
)
def test_a_bad_filter_is_a_problem(client: Client, open_shop: Shop, query: str, status: int):
    answer = get(client, f"products?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    [
        "products/nothing",
        f"products/suggest?search=x&store={NOBODYS}",
        "products/popular?category=toys",
        f"products/kale?store={NOBODYS}",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, open_shop: Shop, path: str):
    assert get(client, path).json()["code"] == "not_found"


def test_a_slip_is_forgiven_and_said(client: Client, open_shop: Shop):
    body = get(client, "products?search=shrmip&lang=en").json()
    assert (body["did_you_mean"], [product["name"] for product in body["products"]]) == ("shrimp", ["Shrimp"])


def test_the_tree_nests(client: Client, open_shop: Shop):
    (root,) = get(client, "categories?lang=en").json()["categories"]
    assert (root["slug"], root["products"], [child["name"] for child in root["children"]]) == (
        "vegetables",
        3,
        ["Leafy greens"],
    )


def test_an_answer_that_has_not_changed_is_not_sent_again(client: Client, open_shop: Shop):
    first = get(client, "products")
    again = get(client, "products", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "public, max-age=15")


def test_an_answer_that_has_changed_is_sent_again(client: Client, open_shop: Shop):
    first = get(client, "products")
    open_shop.product("leek")
    assert get(client, "products", **{"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", ["products?", "products/popular?", "products/suggest?search=c%E1%BA%A3i&"])
def test_only_the_fields_asked_for_are_sent(client: Client, open_shop: Shop, path: str):
    whole = get(client, path).json()["products"][0]
    sparse = get(client, f"{path}fields=sku,price,name").json()["products"][0]
    assert sparse == {name: whole[name] for name in ("sku", "price", "name")}


def test_of_a_product_only_the_fields_asked_for_are_sent(client: Client, open_shop: Shop):
    assert get(client, "products/kale?fields=sku,gtin").json() == {"sku": "kale", "gtin": ""}


@pytest.mark.parametrize(
    "path",
    [
        "products?fields=sku,cost",
        "products/popular?fields=gtin",
        "products/suggest?search=x&fields=x",
        "products/kale?fields=x",
    ],
)
def test_an_unknown_field_is_answered_with_those_that_are_known(client: Client, open_shop: Shop, path: str):
    problem = get(client, f"{path}&lang=vi").json()
    [fault] = problem["errors"]
    known = fault["detail"].startswith("Phải là một trong: sku, name, ")
    assert (problem["status"], fault["field"], known) == (422, "fields", True)


#: With 1, with 24 and with 100 products. They are counted only where there are more than are shown. What answers a
#: query or goes on from it is remembered: who asks it next reads the cards.
STATEMENTS = {
    "products?limit=1": (1, 2, 2),
    "products?limit=24": (1, 1, 2),
    "products?limit=100": (1, 1, 1),
    "products?sort=fresh&limit=24": (1, 1, 2),
    "products?sort=unit_price&limit=24": (1, 1, 2),
    "products?allergen_free=milk&limit=24": (1, 1, 1),
    "products?on_offer=true&limit=24": (1, 1, 1),
    "products?search=món&limit=24": (3, 3, 3),
    "products?search=món&limit=23": (1, 1, 1),
    "products/facets": (2, 2, 2),
    "products/facets?search=món&in_stock=false&min_price=1": (2, 2, 2),
    "products/p0": (1, 1, 1),
    "products/popular": (1, 1, 1),
    "products/suggest?search=món": (4, 4, 3),
    "products/suggest?lang=vi&search=món": (1, 1, 1),
    "categories": (0, 0, 0),
    "stores": (0, 0, 0),
}


@pytest.mark.django_db(transaction=True)
def test_a_read_costs_so_many_statements_however_many_rows(client: Client, shop: Shop):
    counted: dict[str, tuple[int, ...]] = dict.fromkeys(STATEMENTS, ())
    for rows in (range(1), range(1, 24), range(24, 100)):
        for number in rows:
            shop.product(f"p{number}")
        warm()
        for path in STATEMENTS:
            counted[path] += (statements(client, path),)
    assert counted == STATEMENTS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sort", ["popular", "fresh", "unit_price", "name", "relevance&search=món"])
def test_a_page_that_a_cursor_led_to_costs_one_statement(client: Client, shop: Shop, sort: str):
    for number in range(3):
        shop.product(f"p{number}")
    warm()
    cursor = get(client, f"products?limit=1&sort={sort}").json()["next_cursor"]
    assert statements(client, f"products?limit=1&sort={sort}&cursor={cursor}") == 1


def warm() -> None:
    """What processes keep, and what is asked once per word."""
    catalog.categories()
    catalog.stores()
    searching.typed("món")
    terms.dictionary()


def statements(client: Client, path: str) -> int:
    """With nothing counted before."""
    versions._shared._kept.clear()
    cache.delete_pattern("catalog:shared:*")  # type: ignore[attr-defined]  # of Valkey's
    with CaptureQueriesContext(connection) as captured:
        assert get(client, path).status_code == 200
    return len(captured)
