"""The catalogue over GraphQL."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from graphql import get_introspection_query
from pydantic import BaseModel

from grocery.catalog import public as catalog
from grocery.catalog.api import schemas
from grocery.kernel.graphql import limits
from grocery.kernel.graphql.types import camel
from tests.catalog.conftest import Shop

NAUGHTY = Path(__file__).parents[3] / "shared/data/naughty_strings/blns_first_half.json"


def members(schema: type[BaseModel]) -> str:
    """Every member of what the HTTP API answers, as GraphQL asks for it."""
    words = []
    for name, field in schema.model_fields.items():
        found = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type)]
        inner = next((one for one in found if issubclass(one, BaseModel)), None)
        words.append(f"{camel(name)} {{ {members(inner)} }}" if inner else camel(name))
    return " ".join(words)


#: Every member of a product that its card holds.
CARD = members(schemas.ProductSchema)


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
        description_en="Dark and curly.",
        storage=catalog.Storage.CHILLED,
        origin_country="VN",
        nutrition=catalog.nutrition_told(per="g", values=dict.fromkeys(catalog.NUTRITION_VALUES, Decimal(0))),
    )
    shop.product(
        "egg",
        "Trứng gà",
        name_en="Eggs",
        perishable=True,
        min_freshness_days=14,
        dietary=("vegetarian",),
        price=35_000,
    )
    return shop


def ask(client: Client, query: str, *, path: str = "/graphql?lang=en", **variables: Any) -> Any:
    """The whole answer to a POST, as JSON."""
    return client.post(path, {"query": query, "variables": variables}, content_type="application/json").json()


def data(client: Client, query: str, **variables: Any) -> Any:
    answer = ask(client, query, **variables)
    assert "errors" not in answer, answer
    return answer["data"]


def fault(client: Client, query: str, **variables: Any) -> Any:
    [error] = ask(client, query, **variables)["errors"]
    return error["extensions"]


# --- the same as over the rest of the API -------------------------------------------------------------------------


def spelled(body: Any) -> Any:
    """An answer of the HTTP API with GraphQL's spelling."""
    if isinstance(body, list):
        return [spelled(one) for one in body]
    if not isinstance(body, dict):
        return body
    enums = {"storage", "per", "unit", "tint", "net_unit", "unit_price_per"}
    return {
        (first := name.split("_"))[0] + "".join(word.title() for word in first[1:]): (
            value.upper() if name in enums and value else spelled(value)
        )
        for name, value in body.items()
    }


@pytest.mark.parametrize(
    "query",
    ["", "search=trung", "category=leafy", "is_perishable=true", "dietary=vegetarian", "min_price=20000", "limit=1"],
)
def test_a_list_says_what_the_http_api_says(client: Client, open_shop: Shop, query: str):
    parts = dict(part.split("=") for part in query.split("&") if part)
    written = {
        "search": 'search: "{}"',
        "category": 'category: "{}"',
        "is_perishable": "isPerishable: {}",
        "dietary": "dietary: [VEGETARIAN]",
        "min_price": "minPrice: {}",
        "limit": "limit: {}",
    }
    arguments = ", ".join(written[name].format(value) for name, value in parts.items())
    found = data(
        client,
        f"{{ products{f'({arguments})' if arguments else ''}"
        f" {{ total limit offset nextCursor didYouMean products {{ {CARD} }} }} }}",
    )
    assert found["products"] == spelled(client.get(f"/api/v1/products?lang=en&{query}").json())


def test_a_product_says_what_the_http_api_says(client: Client, open_shop: Shop):
    rest = spelled(client.get("/api/v1/products/kale?lang=en").json())
    query = f'{{ product(sku: "kale") {{ {members(schemas.ProductDetailSchema)} }} }}'
    assert data(client, query)["product"] == rest


def test_the_packs_of_a_product_can_be_asked_on_from(client: Client, open_shop: Shop):
    for sku in ("milk", "more-milk"):
        open_shop.product(sku, family="milk", description_en=sku)
    found = data(client, '{ product(sku: "milk") { sizes { sku description similar { sku } } } }')
    listed = data(client, "{ products { products { sku sizes { sku description } } } }")["products"]["products"]
    assert (found["product"]["sizes"], {one["sku"]: one["sizes"] for one in listed}["more-milk"]) == (
        [{"sku": "more-milk", "description": "more-milk", "similar": []}],
        [{"sku": "milk", "description": "milk"}],
    )


def test_suggestions_say_what_the_http_api_says(client: Client, open_shop: Shop):
    rest = spelled(client.get("/api/v1/products/suggest?lang=en&search=k").json())
    query = f"""{{ suggest(search: "k") {{ didYouMean phrases categories {{ slug name names {{ en vi }} products }}
      products {{ {CARD} }} }} }}"""
    assert data(client, query)["suggest"] == rest


def test_stores_categories_and_what_is_popular_are_there(client: Client, open_shop: Shop):
    found = data(
        client,
        '{ stores { code } categories { slug products children { name } } category(slug: "leafy") { name }'
        " popular(limit: 1) { sku } }",
    )
    assert found == {
        "stores": [{"code": "ben-thanh"}],
        "categories": [{"slug": "vegetables", "products": 2, "children": [{"name": "Leafy greens"}]}],
        "category": {"name": "Leafy greens"},
        "popular": [{"sku": "kale"}],
    }


def test_a_product_leads_on(client: Client, open_shop: Shop):
    open_shop.product("chard", "Cải cầu vồng", category="leafy", allergens=())
    found = data(
        client,
        "query Of($sku: String!) { product(sku: $sku) { category { slug } trail { slug } similar(limit: 1)"
        " { sku description category { name } } } }",
        sku="kale",
    )
    assert found["product"] == {
        "category": {"slug": "leafy"},
        "trail": [{"slug": "vegetables"}, {"slug": "leafy"}],
        "similar": [{"sku": "chard", "description": "", "category": {"name": "Leafy greens"}}],
    }


@pytest.mark.parametrize(
    ("path", "accepts", "name"),
    [
        ("?lang=en", "vi", "Kale"),
        ("", "en-GB,en;q=0.9", "Kale"),
        ("", "fr", "Cải xoăn"),
        ("?lang=vi", "en", "Cải xoăn"),
    ],
)
def test_names_are_in_the_language_asked_for(client: Client, open_shop: Shop, path: str, accepts: str, name: str):
    answer = client.post(
        f"/graphql{path}",
        {"query": '{ product(sku: "kale") { name } }'},
        content_type="application/json",
        headers={"Accept-Language": accepts},
    )
    assert answer.json()["data"] == {"product": {"name": name}}


# --- what it costs --------------------------------------------------------------------------------------------

NESTED = """products { sku name description category { name } trail { name }
 similar(limit: 2) { sku description similar(limit: 1) { sku } } }"""
STATEMENTS = {
    "{ stores { name } categories { name children { name } } }": 0,
    "{ products(limit: 100) { total products { sku name price } } }": 1,
    "{ products(limit: 100) { products { sku category { name } trail { name } } } }": 1,
    "{ products(limit: 100) { products { sku description gtin } } }": 2,
    "{ products(limit: 100) { products { sku similar(limit: 2) { sku name } } } }": 2,
    '{ suggest(search: "món", limit: 9) { products { sku description } } }': 2,
    '{ product(sku: "p0") { name description category { name } } }': 1,
    '{ product(sku: "p0") { similar { sku description similar(limit: 1) { description } } } }': 5,
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [1, 24, 99])
def test_a_query_costs_so_many_statements_however_many_rows(client: Client, shop: Shop, rows: int):
    for number in range(rows):
        shop.product(f"p{number}", allergens=())
    shop.product("p", allergens=())
    catalog.categories()
    catalog.stores()
    for query in STATEMENTS:
        statements(client, query)  # what goes on from a query is remembered
    assert {query: statements(client, query) for query in STATEMENTS} == STATEMENTS


def statements(client: Client, query: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        data(client, query)
    return len(captured)


# --- limits -----------------------------------------------------------------------------------------------------

MUCH = "similar(limit: 100) { sku name price }"


@pytest.mark.parametrize(
    "query",
    [
        f"{{ products(limit: 100) {{ products {{ {MUCH} }} }} }}",
        "{ products { products { similar { similar { similar { similar { sku } } } } } } }",
        "{" + " ".join(f"a{n}: products(limit: 1) {{ total }}" for n in range(30)) + "}",
        "{ products(limit: 100) { ...a } } fragment a on Products { products { ...b } }"
        f" fragment b on Product {{ {MUCH} }}",
        "{ products(limit: 100) { products { ... on Product { ... { " + MUCH + " } } } } }",
        "{" + " ".join(f"a{n}: __schema {{ ...whole }}" for n in range(9)) + "} fragment whole on __Schema"
        " { types { fields { args { type { name } } type { ofType { name } fields { name args { name } } } } } }",
    ],
)
def test_a_query_that_would_cost_too_much_is_refused_before_anything_is_asked(
    client: Client, open_shop: Shop, query: str
):
    with CaptureQueriesContext(connection) as captured:
        found = fault(client, query)
    assert (found["code"], found["most"], found["cost"] > limits.MOST_COST, len(captured)) == (
        "graphql_too_costly",
        limits.MOST_COST,
        True,
        0,
    )


def test_a_limit_is_counted_also_when_a_variable_says_it(client: Client, open_shop: Shop):
    query = f"query Q($n: Int! = 100) {{ products(limit: $n) {{ products {{ {MUCH} }} }} }}"
    assert fault(client, query)["code"] == "graphql_too_costly"
    assert fault(client, query, n=90)["code"] == "graphql_too_costly"
    assert "errors" not in ask(client, query, n=5)


def test_only_the_operation_that_is_meant_is_counted(client: Client, open_shop: Shop):
    body = {
        "query": "query Small { stores { code } }"
        f" query Big {{ products(limit: 100) {{ products {{ {MUCH} }} }} }}",
        "operationName": "Small",
    }
    answer = client.post("/graphql", body, content_type="application/json").json()
    assert answer["data"] == {"stores": [{"code": "ben-thanh"}]}
    assert answer["extensions"]["cost"] == {"asked": 1 + limits.ASSUMED, "most": limits.MOST_COST}


def test_what_is_nested_too_deeply_is_refused(client: Client, open_shop: Shop):
    query = "{ categories " + "{ children " * 16 + "{ slug }" + " }" * 17
    assert fault(client, query)["code"] == "graphql_too_deep"


@pytest.mark.parametrize(
    "query",
    [
        "{ stores " + "{ stores " * 240 + "}" * 241,
        "{ stores {" + "id " * 1_000 + "} }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ nonsense }",
        "{",
        "mutation { buy }",
        "subscription { prices }",
        "query A { stores { id } } query B { stores { id } }",
        "{ products(limit: 99999999999999999999) { total } }",
        "query Q($n: Int!) { products(limit: $n) { total } }",
        "{ products(limit: null) { total } }",
        "{ products(sort: RANDOM) { total } }",
        "{ products { products } }",
        "{ __schema { types { fields { type { fields { type { fields { name args { name } } } } } } } } }",
    ],
)
def test_what_is_no_query_of_ours_is_a_fault_of_the_caller(client: Client, open_shop: Shop, query: str):
    answer = client.post("/graphql?lang=en", {"query": query}, content_type="application/json")
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "graphql_not_valid")
    assert set(error["extensions"]["messages"]) == {"en", "vi"}


def test_the_whole_schema_may_be_asked_for(client: Client):
    answer = ask(client, get_introspection_query(input_value_deprecation=True))
    assert "Product" in {kind["name"] for kind in answer["data"]["__schema"]["types"]}
    assert answer["extensions"]["cost"]["asked"] < limits.MOST_COST


# --- errors ---------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_told_as_everywhere_and_the_rest_is_answered(client: Client, open_shop: Shop):
    answer = ask(client, '{ product(sku: "nothing") { name } stores { code } }', path="/graphql?lang=vi")
    assert answer["data"] == {"product": None, "stores": [{"code": "ben-thanh"}]}
    assert answer["errors"] == [
        {
            "message": "Không có product nothing.",
            "locations": [{"line": 1, "column": 3}],
            "path": ["product"],
            "extensions": {
                "what": "product",
                "key": "nothing",
                "code": "not_found",
                "status": 404,
                "field": None,
                "messages": {"en": "There is no product nothing.", "vi": "Không có product nothing."},
            },
        }
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ products(limit: 0) { total } }", "limit"),
        ("{ products(limit: 101) { total } }", "limit"),
        ("{ products(offset: -1) { total } }", "offset"),
        ("{ products(minPrice: -1) { total } }", "minPrice"),
        ('{ products(store: "1") { total } }', "store"),
        ('{ products(category: "no such") { total } }', "category"),
        ('{ product(sku: "") { sku } }', "sku"),
        (f'{{ suggest(search: "{"x" * 301}") {{ phrases }} }}', "search"),
    ],
)
def test_an_argument_is_bounded_as_over_the_rest_of_the_api(client: Client, open_shop: Shop, query: str, field: str):
    found = fault(client, query)
    assert (found["code"], found["status"], found["field"]) == ("invalid", 422, field)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed_json"),
        ('{"query": "\\ud800"}', 400, "malformed_json"),
        ("[]", 422, "invalid"),
        ('[{"query": "{ stores { id } }"}]', 422, "invalid"),
        ('{"query": ""}', 422, "invalid"),
        ('{"query": "{ stores { id } }", "variables": []}', 422, "invalid"),
        ('{"query": "{ stores { id } }", "more": 1}', 422, "invalid"),
        (json.dumps({"query": " " * 10_001}), 422, "invalid"),
        (json.dumps({"query": "{ stores { id } }", "variables": {"a": "x" * 100_000}}), 413, "too_large"),
        ("[" * 2_000, 400, "malformed_json"),
    ],
)
def test_what_is_no_question_is_a_problem(client: Client, shop: Shop, body: str, status: int, code: str):
    answer = client.post("/graphql", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        status,
        "application/problem+json",
        code,
    )


def test_another_method_is_a_problem(client: Client, shop: Shop):
    assert client.delete("/graphql").json()["code"] == "method_not_allowed"


def test_trouble_with_the_database_is_not_a_fault_of_the_query(client: Client, shop: Shop):
    def away(*_arguments: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(away):
        answer = client.post("/graphql", {"query": "{ products { total } }"}, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "5", "unavailable")


def test_who_asks_with_a_bad_token_is_told(client: Client, shop: Shop):
    answer = client.get("/graphql?query={stores{id}}", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401


@pytest.mark.skipif(not NAUGHTY.exists(), reason="needs the naughty strings beside the checkout")
def test_no_naughty_string_is_our_mistake(client: Client, open_shop: Shop):
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    query = """query Q($s: String!, $id: ID!) {
      products(search: $s) { total } narrowed: products(tags: [$s], category: $s) { total }
      suggest(search: $s) { phrases } product(sku: $s) { sku } category(slug: $s) { slug }
      popular(store: $id) { sku } }"""
    for text in strings:
        answer = client.post(
            "/graphql", {"query": query, "variables": {"s": text, "id": text}}, content_type="application/json"
        )
        assert answer.status_code == 200, text
        faults = {error["extensions"]["code"] for error in answer.json()["errors"]}
        assert faults <= {"invalid", "not_found"}, text
        assert client.get("/graphql", {"query": text}).status_code in {400, 422}, text


# --- answers that are kept ----------------------------------------------------------------------------------------


def test_an_answer_to_get_is_kept_and_not_sent_again(client: Client, open_shop: Shop):
    asked = {"query": "query Q($n: Int!) { products(limit: $n) { total } }", "variables": '{"n": 1}', "lang": "en"}
    first = client.get("/graphql", asked)
    assert first.json()["data"] == {"products": {"total": 2}}
    again = client.get("/graphql", asked, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "public, max-age=15")


@pytest.mark.parametrize("asked", ['{ product(sku: "none") { sku } }', "{ nothing }"])
def test_an_answer_with_errors_is_not_kept(client: Client, open_shop: Shop, asked: str):
    assert client.get("/graphql", {"query": asked})["Cache-Control"] == "no-store"


def test_whoever_wants_graphqls_own_media_type_gets_it(client: Client, shop: Shop):
    answer = client.get("/graphql?query={stores{id}}", headers={"Accept": "application/graphql-response+json"})
    assert answer["Content-Type"] == "application/graphql-response+json; charset=utf-8"
