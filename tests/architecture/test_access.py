"""Who may call what: every route × guest, somebody else, staff of another store, the one it belongs to.

A route that is missing from the table fails the build. Another's object looks exactly like a missing one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.config.http_api import api
from grocery.kernel import clock
from grocery.ordering.models import OrderReturn
from grocery.payments.models import KeptCard
from tests.shop import PASSWORD, Shop

OPEN, SIGNED_IN, OWN, STAFF = "open", "signed in", "own", "staff"
#: What a route is for: everybody, whoever is signed in (each with their own things), one's own object, or staff.
TABLE = {
    "POST /auth/register": OPEN,
    "POST /auth/login": OPEN,
    "POST /auth/refresh": OPEN,
    "POST /auth/logout": OPEN,
    "GET /me": SIGNED_IN,
    "PATCH /me": SIGNED_IN,
    "PUT /me/password": SIGNED_IN,
    "GET /me/addresses": SIGNED_IN,
    "POST /me/addresses": SIGNED_IN,
    "GET /me/addresses/{address_id}": OWN,
    "PUT /me/addresses/{address_id}": OWN,
    "DELETE /me/addresses/{address_id}": OWN,
    "GET /users/{user_id}": STAFF,
    "GET /provinces": OPEN,
    "GET /provinces/{province_code}/wards": OPEN,
    "GET /stores": OPEN,
    "GET /payment-methods": OPEN,
    "GET /me/credit": SIGNED_IN,
    "GET /categories": OPEN,
    "GET /products": OPEN,
    "GET /products/facets": OPEN,
    "GET /products/popular": OPEN,
    "GET /products/suggest": OPEN,
    "GET /products/{sku}": OPEN,
    "GET /exports/products": STAFF,
    "POST /imports": STAFF,
    "GET /imports": STAFF,
    "GET /imports/{import_id}": STAFF,
    "POST /imports/{import_id}/continue": STAFF,
    "POST /imports/{import_id}/stop": STAFF,
    "GET /imports/{import_id}/differences": STAFF,
    "GET /imports/{import_id}/rejects": STAFF,
    "GET /stock/batch": OPEN,
    "GET /stock/{sku}": OPEN,
    "GET /stock/{sku}/locations/{store_id}": OPEN,
    "POST /stock/batch": STAFF,
    "GET /orders/{order_id}/returns": OWN,
    "POST /orders/{order_id}/returns": OWN,
    "POST /orders/{order_id}/returns/{return_id}/withdraw": OWN,
    "GET /slots": OPEN,
    "GET /pickup-points": OPEN,
    "GET /cart": OPEN,
    "DELETE /cart": OPEN,
    "POST /cart/items": OPEN,
    "PUT /cart/items/{sku}": OPEN,
    "DELETE /cart/items/{sku}": OPEN,
    "POST /cart/changes/seen": OPEN,
    "PUT /cart/substitution": OPEN,
    "PUT /cart/day": OPEN,
    "PUT /cart/items/{sku}/substitution": OPEN,
    "PUT /cart/items/{sku}/note": OPEN,
    "GET /cart/items/{sku}/alternatives": OPEN,
    "POST /cart/coupons": OPEN,
    "DELETE /cart/coupons/{code}": OPEN,
    "PUT /cart/slot": OPEN,
    "DELETE /cart/slot": OPEN,
    "POST /cart/merge": SIGNED_IN,
    "POST /checkout": SIGNED_IN,
    "GET /orders": SIGNED_IN,
    "GET /orders/{order_id}": OWN,
    "POST /orders/{order_id}/pay": OWN,
    "POST /orders/{order_id}/tender": OWN,
    "GET /orders/{order_id}/invoice": OWN,
    "GET /me/company": SIGNED_IN,
    "PUT /orders/{order_id}/invoice": OWN,
    "DELETE /orders/{order_id}/invoice": OWN,
    "POST /orders/{order_id}/cancel": OWN,
    "GET /orders/{order_id}/substitutions": OWN,
    "GET /orders/{order_id}/weights": OWN,
    "POST /orders/{order_id}/lines/{sku}/answer": OWN,
    "POST /orders/{order_id}/lines/{sku}/weight": OWN,
    "GET /orders/{order_id}/lines/{sku}/substitutes": STAFF,
    "POST /orders/{order_id}/lines/{sku}/substitute": STAFF,
    "POST /orders/{order_id}/lines/{sku}/leave-out": STAFF,
    "PATCH /orders/{order_id}": OWN,
    "GET /orders/{order_id}/slots": OWN,
    "POST /orders/{order_id}/cancel/preview": OWN,
    "POST /orders/{order_id}/reorder": OWN,
    "POST /orders/{order_id}/pick": STAFF,
    "POST /orders/{order_id}/pack": STAFF,
    "POST /orders/{order_id}/dispatch": STAFF,
    "POST /orders/{order_id}/deliver": STAFF,
    "GET /deliveries/{order_id}": OWN,
    "GET /payments/{order_id}": OWN,
    "PUT /payments/{order_id}/keep-card": OWN,
    "GET /cards": SIGNED_IN,
    "DELETE /cards/{card_id}": OWN,
    "POST /webhooks/{provider}": OPEN,
}
SCHEMA: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=""), default=str))


@dataclass
class Scene:
    """A shop with one order of Lan's, and people who would like to see it."""

    ids: dict[str, str]
    tokens: dict[str, str]

    def ask(self, who: str, route: str, **instead: str) -> int:
        """The status that `who` gets; the body is the documented example."""
        method, path = route.split(" ")
        headers = {"Idempotency-Key": str(uuid4()), "Cart-Token": str(uuid4())}
        if who in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        url = "/api/v1" + path.format(**{**self.ids, **instead})
        body = json.dumps(_example(route)).encode()
        client = Client(raise_request_exception=False)
        return client.generic(method, url, body, content_type="application/json", headers=headers).status_code

    def ask_and_forget(self, who: str, route: str) -> int:
        """The same, but nothing that it changes is there for the next question."""
        with transaction.atomic():
            status = self.ask(who, route)
            transaction.set_rollback(True)
        return status


def _example(route: str) -> Any:
    method, path = route.split(" ")
    body = SCHEMA["paths"][path][method.lower()].get("requestBody")
    if not body or "application/json" not in body["content"]:
        return None
    schema = body["content"]["application/json"]["schema"]
    name = schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else ""
    return SCHEMA["components"]["schemas"][name]["examples"][0] if name else {}


@pytest.fixture
def scene(db: None) -> Scene:
    shop = Shop()
    shop.stock(milk=10)
    lan, hoa = shop.customer("lan"), shop.customer("hoa")
    order = shop.order(lan, method="card", milk=1)
    asked = OrderReturn.objects.create(
        order_id=order.id, kind="after", state="requested", asked_at=clock.now(), actor="customer", actor_id=lan.id
    )
    card = KeptCard.objects.create(
        payer_id=lan.id,
        provider="stripe",
        reference="pm_1",
        last4="4242",
        exp_month=12,
        exp_year=2030,
        saved_at=clock.now(),
    )
    other = catalog.save_store(code="cho-lon", name_en="Chợ Lớn", name_vi="Chợ Lớn")
    manager = accounts.create_staff(
        email="m@example.com", password=PASSWORD, name="M", roles=[accounts.Role.MANAGER], store_id=other.id
    )
    people = {"owner": lan.id, "another customer": hoa.id, "manager of another store": manager.id}
    now = clock.now()
    return Scene(
        ids={
            "address_id": str(lan.address_id),
            "order_id": str(order.id),
            "return_id": str(asked.id),
            "card_id": str(card.id),
            "import_id": str(uuid4()),
            "user_id": str(lan.id),
            "store_id": str(shop.store.id),
            "sku": "milk",
            "code": "TET-2027",
            "province_code": "79",
            "provider": "stripe",
        },
        tokens={
            name: accounts.issue_tokens(customer_id=accounts.CustomerId(person), now=now).access_token
            for name, person in people.items()
        },
    )


def routes(kind: str) -> list[str]:
    return [route for route, belongs_to in TABLE.items() if belongs_to == kind]


def test_every_route_is_in_the_table_and_every_line_of_it_is_a_route():
    there = {f"{method.upper()} {path}" for path, methods in SCHEMA["paths"].items() for method in methods}
    assert there == set(TABLE)


def test_a_guest_is_asked_to_sign_in(scene: Scene):
    closed = routes(SIGNED_IN) + routes(OWN) + routes(STAFF)
    assert {route: scene.ask("guest", route) for route in closed} == dict.fromkeys(closed, 401)


def test_what_is_open_does_not_ask_who_is_there(scene: Scene):
    answers = {route: scene.ask("guest", route) for route in routes(OPEN)}
    assert {route: status for route, status in answers.items() if status in {403, 500}} == {}


@pytest.mark.parametrize("who", ["another customer", "manager of another store"])
def test_what_belongs_to_another_looks_missing(scene: Scene, who: str):
    unknown = {"address_id": str(uuid4()), "order_id": str(uuid4()), "card_id": str(uuid4())}
    answers = {route: (scene.ask(who, route), scene.ask(who, route, **unknown)) for route in routes(OWN)}
    assert answers == dict.fromkeys(routes(OWN), (404, 404))


def test_ones_own_is_there(scene: Scene):
    # Paying talks to the provider, which needs a real transaction: the journeys do it.
    mine = [route for route in routes(OWN) if not route.endswith("/pay")]
    answers = {route: scene.ask_and_forget("owner", route) for route in mine}
    assert {route: status for route, status in answers.items() if status in {401, 403, 404, 500}} == {}


def test_a_customer_has_no_business_with_what_staff_do(scene: Scene):
    answers = {route: scene.ask("owner", route) for route in routes(STAFF)}
    assert {route: status for route, status in answers.items() if status not in {403, 404}} == {}


def test_staff_of_another_store_find_nothing(scene: Scene):
    theirs = [route for route in routes(STAFF) if "order_id" in route]
    assert {route: scene.ask("manager of another store", route) for route in theirs} == dict.fromkeys(theirs, 404)


def test_the_api_never_reads_a_cookie(scene: Scene, client: Client):
    client.login(username="lan@example.com", password=PASSWORD)
    assert client.get("/api/v1/me").status_code == 401
