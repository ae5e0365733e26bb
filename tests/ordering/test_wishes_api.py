"""What customers say about their cart, and what runs out, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from grocery.accounts.public import Role
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.api import schemas
from grocery.ordering.api.substitutions import Candidates, Substitution, Substitutions
from tests.ordering.conftest import NOON
from tests.ordering.test_api import Caller, checkout_body, signed_in, staff, strictly
from tests.shop import Customer, Shop


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    """Two cartons of milk, enough of what is like it."""
    shop.allergens = ()
    shop.stock(milk=2, oat=10)
    shop.sell("oat", price=45_000)
    return shop


@pytest.fixture
def api(lan: Customer) -> Caller:
    return signed_in(lan)


@pytest.fixture
def being_picked(dairy: Shop, lan: Customer) -> ordering.PlacedOrder:
    """Lan's order of two cartons, to be asked about when something runs out."""
    ordering.choose_substitution(owner=lan.owner, choice=ordering.SubstitutionChoice.ASK, now=NOON)
    return dairy.confirmed_order(lan, milk=2)


def test_a_guest_says_what_is_wanted_and_keeps_the_token(dairy: Shop):
    guest = Caller()
    begun = guest("PUT", "cart/substitution", {"choice": "ask"})
    seen = guest("GET", "cart", Cart_Token=begun.headers["Cart-Token"]).json()
    assert (begun.json()["substitution"], seen["substitution"]) == ("ask", "ask")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("note", {"note": "chai thủy tinh"}, {"note": "chai thủy tinh"}),
        ("substitution", {"choice": "none"}, {"substitution": "none", "substitute_sku": ""}),
        (
            "substitution",
            {"choice": "similar", "substitute_sku": "oat"},
            {"substitution": "similar", "substitute_sku": "oat"},
        ),
        ("substitution", {"choice": None}, {"substitution": None}),
    ],
)
def test_a_line_says(dairy: Shop, lan: Customer, api: Caller, path: str, body: dict[str, Any], said: dict[str, Any]):
    dairy.put(lan.owner, milk=1)
    answer = api("PUT", f"cart/items/milk/{path}", body).json()
    strictly(schemas.Cart, answer)
    (line,) = answer["lines"]
    assert {name: line[name] for name in said} == said


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("cart/items/milk/note", {"note": "x" * 201}, "invalid"),
        ("cart/items/oat/note", {"note": "x"}, "not_found"),
        ("cart/items/milk/substitution", {"choice": "perhaps"}, "invalid"),
        ("cart/items/milk/substitution", {"choice": "ask", "substitute_sku": "rice"}, "not_a_substitute"),
        ("cart/day", {"day": "2026-11-19"}, "invalid"),
        ("cart/day", {"day": "tomorrow"}, "invalid"),
    ],
)
def test_what_cannot_be_said(dairy: Shop, lan: Customer, api: Caller, path: str, body: dict[str, Any], code: str):
    dairy.put(lan.owner, milk=1)
    refused = api("PUT", path, body)
    assert (refused.status_code // 100, refused.json()["code"]) == (4, code)


def test_a_day_is_chosen_early(dairy: Shop, lan: Customer, api: Caller):
    dairy.put(lan.owner, milk=1)
    answer = api("PUT", "cart/day", {"day": "2026-11-22"}).json()
    assert (answer["day"], answer["wanted_day"], answer["day_passed"]) == ("2026-11-22", "2026-11-22", False)


def test_alternatives_are_offered(dairy: Shop, lan: Customer, api: Caller):
    dairy.put(lan.owner, milk=1)
    answer = api("GET", "cart/items/milk/alternatives").json()
    strictly(Candidates, answer)
    assert [(one["sku"], one["price"], one["list_price"]) for one in answer["candidates"]] == [
        ("oat", 38_500, 45_000)
    ]


def test_checkout_proposes_and_takes_the_answers(dairy: Shop, lan: Customer, api: Caller):
    dairy.put(lan.owner, milk=3)
    api("PUT", "cart/substitution", {"choice": "ask"})
    asked = api("POST", "checkout", checkout_body(dairy, lan), Idempotency_Key="first")
    (proposal,) = asked.json()["proposals"]
    assert (asked.status_code, asked.json()["code"], proposal["sku"], proposal["candidates"][0]["sku"]) == (
        409,
        "substitutes_proposed",
        "milk",
        "oat",
    )
    answers = [{"sku": "milk", "with_sku": "oat"}]
    placed = api("POST", "checkout", checkout_body(dairy, lan, answers=answers), Idempotency_Key="second")
    assert (placed.status_code, placed.json()["total"]) == (201, 3 * 38_500 + 15_000)


def test_a_picker_proposes_and_the_customer_answers(dairy: Shop, lan: Customer, being_picked: ordering.PlacedOrder):
    picker, api = staff(Role.PICKER, store_id=dairy.store.id), signed_in(lan)
    order = f"orders/{being_picked.id}"
    offered = picker("GET", f"{order}/lines/milk/substitutes?quantity=1").json()
    strictly(Candidates, offered)
    proposed = picker("POST", f"{order}/lines/milk/substitute", {"with_sku": "oat", "quantity": 1}).json()
    strictly(Substitution, proposed)
    answered = api("POST", f"{order}/lines/milk/answer", {"accept": True}).json()
    strictly(Substitutions, answered)
    assert ([one["state"] for one in answered["substitutions"]], proposed["state"]) == (["accepted"], "asked")
    line = next(line for line in api("GET", order).json()["lines"] if line["sku"] == "oat")
    assert (line["replaces"], line["amount"]) == ("milk", 38_500)


def test_a_picker_leaves_something_out(dairy: Shop, lan: Customer, being_picked: ordering.PlacedOrder):
    picker = staff(Role.PICKER, store_id=dairy.store.id)
    done = picker("POST", f"orders/{being_picked.id}/lines/milk/leave-out", {"quantity": 1})
    left = models.OrderLine.objects.get(order_id=being_picked.id, sku="milk").quantity
    assert (done.status_code, left) == (204, quantity(1))


def test_without_a_question_there_is_nothing_to_answer(lan: Customer, being_picked: ordering.PlacedOrder):
    refused = signed_in(lan)("POST", f"orders/{being_picked.id}/lines/milk/answer", {"accept": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_asked")


def test_support_does_not_pick(dairy: Shop, being_picked: ordering.PlacedOrder):
    support = staff(Role.SUPPORT, store_id=dairy.store.id)
    refused = support("POST", f"orders/{being_picked.id}/lines/milk/leave-out", {"quantity": 1})
    assert refused.status_code == 403
