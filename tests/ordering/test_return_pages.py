"""Returns over HTTP, and the pages on which staff see to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.returning import SUPPORT, ask, on_the_road, reject, states
from tests.ordering.staff import at_work, text
from tests.ordering.test_api import signed_in
from tests.shop import Customer, Shop

TASKS = "/en/admin/ordering/order/tasks"


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Three milks and two eggs, delivered and paid in cash."""
    shop.stock(milk=10, eggs=10)
    return shop.delivered_order(lan, milk=3, eggs=2).id


# --- over HTTP ------------------------------------------------------------------------------------------------------
def test_a_customer_asks_looks_and_keeps_it_after_all(lan: Customer, order: UUID):
    api, key = signed_in(lan), str(uuid4())
    body = {"lines": [{"sku": "milk", "quantity": 2, "reason": "damaged", "note": "leaks"}]}
    made = [api("POST", f"orders/{order}/returns", body, Idempotency_Key=key) for _ in range(2)]
    assert [(answer.status_code, answer.json()["state"]) for answer in made] == [(201, "requested")] * 2
    seen = api("GET", f"orders/{order}/returns").json()
    assert [(line["sku"], line["left"], line["amount"]) for line in seen["returnable"]] == [
        ("milk", 1, 38_500),
        ("eggs", 2, 72_000),
    ]
    (line,) = seen["returns"][0]["lines"]
    assert (line["amount"], line["accepted"], line["note"]) == (77_000, None, "leaks")
    again = api("POST", f"orders/{order}/returns", body, Idempotency_Key=str(uuid4()))
    assert (again.status_code, again.json()["code"]) == (409, "return_open")
    kept = api("POST", f"orders/{order}/returns/{made[0].json()['id']}/withdraw", {})
    assert (kept.status_code, kept.json()["state"]) == (200, "withdrawn")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ({"sku": "milk", "quantity": 9, "reason": "damaged"}, 409),
        ({"sku": "milk", "quantity": 0, "reason": "damaged"}, 422),
        ({"sku": "milk", "quantity": 1, "reason": "bored"}, 422),
        ({"sku": "milk", "quantity": 1, "reason": "other"}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(lan: Customer, order: UUID, line: dict[str, Any], status: int):
    api = signed_in(lan)
    answer = api("POST", f"orders/{order}/returns", {"lines": [line]}, Idempotency_Key=str(uuid4()))
    assert (answer.status_code, states(order)) == (status, [])


# --- staff ----------------------------------------------------------------------------------------------------------
def test_a_request_is_decided_line_by_line_and_undone(shop: Shop, lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=2, eggs=1)
    support = at_work(shop.store.id, Role.SUPPORT)
    page = text(support.get(f"{TASKS}/returns/{found}/"))
    lot = next(lot for lot in ordering.return_work(return_id=found, store_id=None).lots if lot.sku == "milk")
    answers = {"answer-milk": f"shelf:{lot.lot_id}", "answer-eggs": "refuse"}
    assert answers["answer-milk"] in page
    refused = text(support.post(f"{TASKS}/returns/{found}/", answers))
    assert "Say why it is refused." in refused
    support.post(f"{TASKS}/returns/{found}/", answers | {"note-eggs": "they were whole"})
    assert (states(order), shop.available("milk")) == ([("decided", 77_000)], quantity(9))
    assert "Can be undone until 12:05." in text(support.get(f"{TASKS}/returns/"))
    support.post(f"{TASKS}/returns/{found}/undo/")
    assert (states(order), shop.available("milk")) == ([("requested", 0)], quantity(7))


def test_what_is_refused_at_the_door_is_noted_once_for_each_form(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    order = on_the_road(shop, lan, milk=3, eggs=2)
    driver = at_work(shop.store.id, Role.DISPATCHER)
    assert "Refused at the door" in text(driver.get(f"/en/admin/ordering/order/{order}/change/"))
    form = {"key": "k1", "quantity-milk": "1", "reason-milk": "damaged", "quantity-eggs": "0"}
    for _ in range(2):
        driver.post(f"{TASKS}/orders/{order}/refused/", form)
    assert states(order) == [("decided", 38_500)]
    (row,) = ordering.return_queues(store_id=shop.store.id).coming
    driver.post(f"{TASKS}/returns/{row.id}/goods/", {"answer-milk": "waste"})
    assert ordering.returns_waiting(store_id=shop.store.id) == 0


@pytest.mark.parametrize("much", ["x", "-1", "NaN", "1e400", "9"])
def test_what_cannot_be_refused_at_the_door_is_said_and_changes_nothing(shop: Shop, lan: Customer, much: str):
    shop.stock(milk=10)
    order = on_the_road(shop, lan, milk=3)
    driver = at_work(shop.store.id, Role.DISPATCHER)
    form = {"key": "k1", "quantity-milk": much, "reason-milk": "damaged"}
    answer = driver.post(f"{TASKS}/orders/{order}/refused/", form)
    assert (answer.status_code, states(order)) == (200, [])


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("0", "Say how much is given back"),
        ("0,2", "Whole grams"),
        ("501", "shrimp (500 g)"),
        ("1.200", "shrimp (500 g)"),
    ],
)
def test_a_part_of_a_weight_is_typed_in_grams_at_the_door(shop: Shop, lan: Customer, part: str, said: str):
    shop.stock(shrimp=5, milk=10)
    order = on_the_road(shop, lan, shrimp="0.5", milk=1)
    page, driver = f"{TASKS}/orders/{order}/refused/", at_work(shop.store.id, Role.DISPATCHER)
    shown = text(driver.get(page))
    assert ("in g (of 500)" in shown, 'name="part-milk"' in shown) == (True, False)
    form = {"key": "k1", "quantity-shrimp": "part", "part-shrimp": part, "reason-shrimp": "damaged"}
    refused = text(driver.post(page, form))
    assert (said in refused, f'value="{part}"' in refused, states(order)) == (True, True, [])
    driver.post(page, form | {"part-shrimp": "120"})
    assert states(order) == [("decided", 26_280)]


def test_an_order_that_came_back_goes_on(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = on_the_road(shop, lan, milk=3)
    driver, manager = at_work(shop.store.id, Role.DISPATCHER), at_work(shop.store.id, Role.MANAGER)
    page = f"{TASKS}/orders/{order}/came-back/"
    driver.post(page, {"do": "fail", "note": "gate closed"})
    assert "gate closed" in text(driver.get(f"{TASKS}/returns/"))
    driver.post(page, {"do": "end"})
    assert shop.state(order) == "undelivered"  # a driver does not give up
    driver.post(page, {"do": "slot", "slot": str(shop.slot(hours_ahead=24))})
    assert shop.state(order) == "packed"
    ordering.dispatch(order_id=order, by=shop.picker, now=NOON)
    ordering.not_delivered(order_id=order, reason="again", by=SUPPORT, now=NOON)
    manager.post(page, {"do": "end"})
    assert shop.state(order) == "cancelled"


def test_pickers_do_not_decide_and_other_stores_find_nothing(shop: Shop, lan: Customer, order: UUID):
    found = ask(order, lan.principal, milk=1)
    stranger = at_work(UUID(int=9), Role.MANAGER)
    assert at_work(shop.store.id, Role.PICKER).get(f"{TASKS}/returns/{found}/").status_code == 403
    assert stranger.get(f"{TASKS}/returns/{found}/").status_code in {403, 404}


@pytest.mark.parametrize("many", [1, 3])
def test_the_queue_takes_as_many_statements_for_one_as_for_three(shop: Shop, lan: Customer, many: int):
    shop.stock(milk=100, eggs=50)
    for _ in range(many):
        ask(shop.delivered_order(lan, milk=3).id, lan.principal, milk=1)
        reject(on_the_road(shop, lan, milk=2, eggs=1), milk=1)
    client = at_work(shop.store.id, Role.MANAGER)
    client.get(f"{TASKS}/returns/")
    with CaptureQueriesContext(connection) as counted:
        client.get(f"{TASKS}/returns/")
    assert len(counted) == 14
