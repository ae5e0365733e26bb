"""Carts, checkout and orders over HTTP, and what becomes of bad input."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from ninja import Schema

from grocery.accounts import public as accounts
from grocery.kernel import wire
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.api import schemas
from grocery.ordering.api.items import ChangedItem
from tests.ordering.conftest import NOON
from tests.shop import BEN_THANH, PASSWORD, Customer, Shop


class Caller:
    """Somebody who calls the API: a guest, or the holder of an access token."""

    def __init__(self, access_token: str | None = None) -> None:
        self._client = Client()
        self._headers = {"Accept-Language": "en"}
        if access_token:
            self._headers["Authorization"] = f"Bearer {access_token}"

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send `body` as JSON, or as it is if it is bytes; `Cart_Token` becomes the header Cart-Token."""
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else b"" if body is None else wire.dumps(body)
        return self._client.generic(method, f"/api/v1/{path}", content, content_type="application/json", headers=sent)


def signed_in(customer: Customer) -> Caller:
    return token_of(customer.id)


def token_of(person: UUID) -> Caller:
    return Caller(accounts.issue_tokens(customer_id=accounts.CustomerId(person), now=NOON).access_token)


def staff(*roles: accounts.Role, store_id: UUID) -> Caller:
    email = f"{new_id()}@example.com"
    made = accounts.create_staff(email=email, password=PASSWORD, name="Staff", roles=roles, store_id=store_id)
    return token_of(made.id)


@pytest.fixture
def guest() -> Caller:
    return Caller()


@pytest.fixture
def api(lan: Customer) -> Caller:
    """Lan, signed in."""
    return signed_in(lan)


@pytest.fixture
def placed(shop: Shop, lan: Customer) -> ordering.PlacedOrder:
    shop.stock(milk=10)
    return shop.order(lan, method="card", milk=2)


def checkout_body(shop: Shop, lan: Customer, **changes: object) -> dict[str, object]:
    body = {"slot_id": shop.slot_id, "address_id": lan.address_id, "method": "cash_on_delivery"}
    return {**body, **changes}


# --- carts ----------------------------------------------------------------------------------------
def test_a_guests_cart_travels_by_its_token(shop: Shop, guest: Caller):
    shop.stock(milk=10)
    begun = guest("POST", "cart/items", {"sku": "milk", "quantity": 2})
    again = guest("GET", "cart", Cart_Token=begun["Cart-Token"])
    assert again.json()["lines"][0]["quantity"] == 2


def test_without_its_token_the_cart_is_not_seen(shop: Shop, guest: Caller):
    shop.stock(milk=10)
    guest("POST", "cart/items", {"sku": "milk", "quantity": 2})
    assert guest("GET", "cart").json()["lines"] == []


@pytest.mark.parametrize("prefer", ["return=minimal", 'respond-async, Return="minimal"; x=1'])
def test_a_change_is_answered_without_the_rest_for_whoever_prefers_it(shop: Shop, guest: Caller, prefer: str):
    shop.stock(milk=10, eggs=10)
    begun = guest("POST", "cart/items", {"sku": "eggs", "quantity": 1}, Prefer=prefer)
    more = {"Cart_Token": begun["Cart-Token"], "Prefer": prefer}
    added = guest("POST", "cart/items", {"sku": "milk", "quantity": 2}, **more)
    cart = guest("GET", "cart", Cart_Token=begun["Cart-Token"]).json()
    assert added["Preference-Applied"] == "return=minimal"
    assert added.json() == {
        "cart_id": cart["id"],
        "token": begun["Cart-Token"],
        "version": cart["version"],
        "line_count": 2,
        "line": cart["lines"][1],
    }
    strictly(ChangedItem, added.json())
    assert guest("PUT", "cart/items/milk", {"quantity": 3}, **more).json()["line"]["quantity"] == 3
    assert guest("DELETE", "cart/items/milk", **more).json()["line"] is None


@pytest.mark.parametrize("prefer", ["", "return=representation", "return=representation, return=minimal", "minimal"])
def test_whoever_prefers_nothing_of_the_kind_gets_the_whole_cart(shop: Shop, guest: Caller, prefer: str):
    shop.stock(milk=10)
    whole = guest("POST", "cart/items", {"sku": "milk", "quantity": 2}, Prefer=prefer)
    assert ("Preference-Applied" in whole, len(whole.json()["lines"])) == (False, 1)


def test_a_short_answer_refuses_in_the_same_words(shop: Shop, api: Caller):
    shop.stock(milk=10)
    whole, short = (
        api("POST", "cart/items", {"sku": "milk", "quantity": 1.5}, **headers)
        for headers in ({}, {"Prefer": "return=minimal"})
    )
    assert (whole.status_code, whole.json()["code"]) == (short.status_code, short.json()["code"])


def test_putting_twice_is_putting_once(shop: Shop, api: Caller):
    shop.stock(milk=10)
    api("PUT", "cart/items/milk", {"quantity": 2})
    assert api("PUT", "cart/items/milk", {"quantity": 2}).json()["lines"][0]["quantity"] == 2


def test_a_line_can_be_taken_out(shop: Shop, api: Caller):
    shop.stock(milk=10)
    api("PUT", "cart/items/milk", {"quantity": 2})
    assert api("DELETE", "cart/items/milk").json()["lines"] == []


def test_a_cart_can_be_emptied(shop: Shop, api: Caller):
    shop.stock(milk=10)
    api("PUT", "cart/items/milk", {"quantity": 2})
    assert api("DELETE", "cart").json()["lines"] == []


def test_names_come_in_the_language_asked_for(shop: Shop, guest: Caller):
    shop.stock(milk=10)
    begun = guest("POST", "cart/items?lang=vi", {"sku": "milk", "quantity": 1})
    assert begun.json()["lines"][0]["name"] == "Sữa tươi"


def test_weights_are_exact_on_the_wire(shop: Shop, api: Caller):
    shop.stock(shrimp=2)
    assert b'"quantity":0.45,' in api("PUT", "cart/items/shrimp", {"quantity": 0.45}).content


def test_a_slot_is_held_for_the_cart(shop: Shop, api: Caller):
    shop.stock(milk=10)
    api("PUT", "cart/items/milk", {"quantity": 2})
    held = api("PUT", f"cart/slot?ward={BEN_THANH}", {"slot_id": shop.slot_id}).json()
    assert (held["slot"]["slot_id"], held["fee"]) == (str(shop.slot_id), 15_000)


def test_a_slot_can_be_let_go(shop: Shop, api: Caller):
    shop.stock(milk=10)
    api("PUT", "cart/items/milk", {"quantity": 2})
    api("PUT", "cart/slot", {"slot_id": shop.slot_id})
    assert (api("DELETE", "cart/slot").status_code, shop.places_taken()) == (204, 0)


def test_a_guest_who_signs_in_keeps_the_cart(shop: Shop, guest: Caller, api: Caller):
    shop.stock(milk=10)
    token = guest("POST", "cart/items", {"sku": "milk", "quantity": 2})["Cart-Token"]
    assert api("POST", "cart/merge", Cart_Token=token).json()["lines"][0]["quantity"] == 2


@pytest.mark.parametrize(
    ("quantity", "status"),
    [(0, 422), (-1, 422), (10**12, 422), ("many", 422), (True, 422), (None, 422), (0.0001, 422), (1000, 422)],
)
def test_absurd_quantities_are_refused(shop: Shop, api: Caller, quantity: object, status: int):
    shop.stock(milk=10)
    refused = api("POST", "cart/items", {"sku": "milk", "quantity": quantity})
    assert (refused.status_code, refused["Content-Type"], models.CartLine.objects.count()) == (
        status,
        "application/problem+json",
        0,
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sku": "caviar", "quantity": 1}, "product_not_sold"),
        ({"sku": "milk", "quantity": 1.5}, "quantity_not_in_steps"),
        ({"sku": "../milk", "quantity": 1}, "invalid"),
        ({"sku": "milk", "quantity": 1, "price": 1}, "invalid"),
        ({"quantity": 1}, "invalid"),
        (b'{"sku": "milk", "quantity": ', "malformed_json"),
        (b"[]", "invalid"),
        (b'{"sku": "milk", "quantity": NaN}', "malformed_json"),
    ],
)
def test_bad_items_are_refused(shop: Shop, api: Caller, body: object, code: str):
    shop.stock(milk=10)
    refused = api("POST", "cart/items", body)
    assert (refused.json()["code"], models.CartLine.objects.count()) == (code, 0)


@pytest.mark.parametrize("token", ["no token", "' OR 1=1 --", "00000000"])
def test_what_is_no_cart_token_is_refused(shop: Shop, guest: Caller, token: str):
    assert guest("GET", "cart", Cart_Token=token).status_code == 422


# --- checkout -------------------------------------------------------------------------------------
def test_an_order_is_placed(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    answer = api("POST", "checkout", checkout_body(shop, lan, expected_total=92_000), Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["total"], answer.json()["state"]) == (201, 92_000, "placed")


def test_an_order_is_placed_with_the_company_of_its_invoice_or_not_at_all(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    company = {"tax_code": "0301482886", "company": "Hoa Sen", "address": "12 Nguyễn Huệ", "email": "kt@hoasen.vn"}
    wrong = checkout_body(shop, lan, company=company | {"tax_code": "0301482887"})
    refused = api("POST", "checkout", wrong, Idempotency_Key="k1")
    assert (refused.status_code, models.Order.objects.count()) == (422, 0)
    placed = api("POST", "checkout", checkout_body(shop, lan, company=company), Idempotency_Key="k2").json()
    assert api("GET", f"orders/{placed['id']}/invoice").json()["buyer"] == company
    assert api("GET", "me/company").json() == {"company": company}


def test_the_same_key_gives_the_same_order(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    body = checkout_body(shop, lan)
    answers = [api("POST", "checkout", body, Idempotency_Key="k1").json()["id"] for _ in range(2)]
    assert (answers[0], models.Order.objects.count()) == (answers[1], 1)


def test_a_checkout_needs_a_key(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    refused = api("POST", "checkout", checkout_body(shop, lan))
    assert (refused.json()["code"], models.Order.objects.count()) == ("idempotency_key_required", 0)


def test_a_guest_signs_in_before_ordering(shop: Shop, lan: Customer, guest: Caller):
    assert guest("POST", "checkout", checkout_body(shop, lan), Idempotency_Key="k1").status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"slot_id": str(uuid4())}, 404, "not_found"),
        ({"slot_id": "soon"}, 422, "invalid"),
        ({"address_id": str(uuid4())}, 404, "not_found"),
        ({"address_id": None}, 422, "invalid"),
        ({"pickup_point_id": str(uuid4())}, 422, "invalid"),
        ({"method": "shells"}, 422, "invalid"),
        ({"expected_total": 1}, 409, "total_changed"),
        ({"expected_total": -1}, 422, "invalid"),
        ({"expected_total": 92_000.5}, 422, "invalid"),
        ({"total": 1}, 422, "invalid"),
        ({"note": "x" * 1001}, 422, "invalid"),
    ],
)
def test_a_bad_checkout_changes_nothing(
    shop: Shop, lan: Customer, api: Caller, changes: dict[str, object], status: int, code: str
):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    told = OutboxEvent.objects.count()
    refused = api("POST", "checkout", checkout_body(shop, lan, **changes), Idempotency_Key="k1")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (models.Order.objects.count(), shop.places_taken(), OutboxEvent.objects.count()) == (0, 0, told)


def test_what_is_short_is_named(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=12)
    problem = api("POST", "checkout", checkout_body(shop, lan), Idempotency_Key="k1").json()
    assert (problem["code"], {sku: float(n) for sku, n in problem["shortages"].items()}) == (
        "out_of_stock",
        {"milk": 2},
    )


def test_an_empty_cart_cannot_be_ordered(shop: Shop, lan: Customer, api: Caller):
    refused = api("POST", "checkout", checkout_body(shop, lan), Idempotency_Key="k1")
    assert refused.json()["code"] == "cart_empty"


# --- orders ---------------------------------------------------------------------------------------
def test_my_orders_are_listed(placed, api: Caller):
    assert [order["id"] for order in api("GET", "orders").json()["orders"]] == [str(placed.id)]


def test_anothers_orders_are_not_listed(shop: Shop, placed):
    assert signed_in(shop.customer("minh"))("GET", "orders").json() == {"total": 0, "orders": []}


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=1000000"])
def test_pages_are_bounded(api: Caller, query: str):
    assert api("GET", f"orders?{query}").status_code == 422


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/pay"), ("POST", "/cancel")])
def test_anothers_order_does_not_exist(shop: Shop, placed, method: str, path: str):
    stranger = signed_in(shop.customer("minh"))
    assert stranger(method, f"orders/{placed.id}{path}", {}, Idempotency_Key="k1").status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "orders"), ("GET", "orders/{}"), ("POST", "orders/{}/cancel")])
def test_guests_have_no_orders(placed, guest: Caller, method: str, path: str):
    assert guest(method, path.format(placed.id), {}, Idempotency_Key="k1").status_code == 401


def test_an_order_is_cancelled(placed, api: Caller):
    answer = api("POST", f"orders/{placed.id}/cancel", {"reason": "Ordered twice"}, Idempotency_Key="k1")
    assert (answer.json()["state"], answer.json()["timeline"][-1]["reason"]) == ("cancelled", "Ordered twice")


@pytest.mark.parametrize("step", ["pay", "cancel"])
def test_paying_and_cancelling_need_a_key(placed, api: Caller, step: str):
    assert api("POST", f"orders/{placed.id}/{step}", {}).json()["code"] == "idempotency_key_required"


def test_cash_on_delivery_needs_no_payment(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    assert api("POST", f"orders/{placed.id}/pay", Idempotency_Key="k1").json()["code"] == "nothing_to_pay"


def test_too_late_is_said_clearly(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    placed = shop.packed_order(lan, milk=2)
    refused = api("POST", f"orders/{placed.id}/cancel", {}, Idempotency_Key="k1")
    assert (refused.status_code, refused.json()["code"]) == (409, "order_not_cancellable")


# --- staff ----------------------------------------------------------------------------------------
def test_staff_walk_an_order_to_the_door(shop: Shop, lan: Customer):
    shop.stock(shrimp=2)
    placed = shop.confirmed_order(lan, shrimp="0.45")
    picker = staff(accounts.Role.PICKER, store_id=shop.store.id)
    weights = {"weights": [{"sku": "shrimp", "quantity": 0.438}]}
    bodies = {"pick": None, "pack": weights, "dispatch": None, "deliver": None}
    states = [picker("POST", f"orders/{placed.id}/{step}", body).json()["state"] for step, body in bodies.items()]
    assert states == ["picking", "packed", "out_for_delivery", "delivered"]


@pytest.mark.parametrize("step", ["pick", "pack", "dispatch", "deliver"])
def test_customers_take_no_staff_steps(placed, api: Caller, step: str):
    assert api("POST", f"orders/{placed.id}/{step}", {}).status_code == 403


@pytest.mark.parametrize("step", ["pick", "pack", "dispatch", "deliver"])
def test_buyers_take_no_pickers_steps(shop: Shop, placed, step: str):
    assert (
        staff(accounts.Role.BUYER, store_id=shop.store.id)("POST", f"orders/{placed.id}/{step}", {}).status_code
        == 403
    )


def test_pickers_do_not_cancel(shop: Shop, placed):
    picker = staff(accounts.Role.PICKER, store_id=shop.store.id)
    assert picker("POST", f"orders/{placed.id}/cancel", {}, Idempotency_Key="k1").status_code == 403


def test_staff_see_the_orders_of_their_store(shop: Shop, placed):
    assert staff(accounts.Role.SUPPORT, store_id=shop.store.id)("GET", "orders").json()["total"] == 1


def test_staff_of_another_store_see_none_of_it(shop: Shop, placed):
    caller = staff(accounts.Role.MANAGER, store_id=new_id())
    assert (caller("GET", "orders").json()["total"], caller("GET", f"orders/{placed.id}").status_code) == (0, 404)


# --- answers are as documented ----------------------------------------------------------------------
def strictly(schema: type[Schema], body: dict[str, Any]) -> None:
    """The body has the members of the schema, no other, and of their types."""
    schema.model_validate(body)
    assert body.keys() == schema.model_fields.keys()


def test_a_cart_is_as_documented(shop: Shop, api: Caller):
    shop.stock(milk=10)
    api("PUT", "cart/items/milk", {"quantity": 2})
    body = api("PUT", f"cart/slot?ward={BEN_THANH}", {"slot_id": shop.slot_id}).json()
    strictly(schemas.Cart, body)
    strictly(schemas.CartLine, body["lines"][0])
    strictly(schemas.HeldSlot, body["slot"])
    strictly(schemas.VatPart, body["vat"][0])


def test_a_placed_order_is_as_documented(shop: Shop, lan: Customer, api: Caller):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    strictly(schemas.PlacedOrder, api("POST", "checkout", checkout_body(shop, lan), Idempotency_Key="k1").json())


def test_an_order_is_as_documented(placed, api: Caller):
    body = api("GET", f"orders/{placed.id}").json()
    strictly(schemas.Order, body)
    strictly(schemas.OrderLine, body["lines"][0])
    strictly(schemas.TimelineEntry, body["timeline"][0])


def test_the_history_is_as_documented(placed, api: Caller):
    body = api("GET", "orders").json()
    strictly(schemas.OrderPage, body)
    strictly(schemas.OrderSummary, body["orders"][0])


def test_examples_fit_their_schemas():
    documented = [kind for kind in vars(schemas).values() if isinstance(kind, type) and issubclass(kind, Schema)]
    examples = [(kind, kind.model_json_schema().get("examples", [])) for kind in documented if kind is not Schema]
    checked = [kind.model_validate(example) for kind, of_kind in examples for example in of_kind]
    assert len(checked) >= len(documented) - 2  # Schema itself and Input have none
