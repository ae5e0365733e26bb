"""How many SQL statements buying takes over HTTP, as the access log counts them: savepoints and NOTIFY included."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from grocery.kernel.middleware import Statements
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.test_api import checkout_body, signed_in
from tests.shop import Customer, Shop

pytestmark = pytest.mark.django_db(transaction=True)

#: A checkout may take 25. What it takes is said exactly, so that nothing is added unnoticed.
LINES = pytest.mark.parametrize("lines", [3, 60])


def filled(shop: Shop, lan: Customer, lines: int) -> None:
    """So many lines in Lan's cart, and twice as much on the shelf."""
    basket = {f"sku{number}": 2 for number in range(lines)}
    shop.stock(**dict.fromkeys(basket, 4))
    shop.put(lan.owner, **basket)


def sent(lan: Customer, path: str, body: dict[str, Any], **headers: str) -> tuple[int, int]:
    """The status and the statements of a request to a process that has answered before."""
    api, counted = signed_in(lan), Statements()
    api("GET", "cart")
    with connection.execute_wrapper(counted):
        answer = api("POST", path, body, **headers)
    return answer.status_code, counted.number


@LINES
@pytest.mark.parametrize("method", ["card", "cash_on_delivery"])
def test_checkout(shop: Shop, lan: Customer, lines: int, method: str):
    filled(shop, lan, lines)
    body = checkout_body(shop, lan, method=method)
    assert sent(lan, "checkout", body, Idempotency_Key=str(uuid4())) == (201, 22)


@LINES
def test_checkout_with_a_slot_that_was_held(shop: Shop, lan: Customer, lines: int):
    filled(shop, lan, lines)
    ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, now=NOON)
    assert sent(lan, "checkout", checkout_body(shop, lan), Idempotency_Key=str(uuid4())) == (201, 20)


@LINES
def test_add_to_cart(shop: Shop, lan: Customer, lines: int):
    filled(shop, lan, lines)
    assert sent(lan, "cart/items", {"sku": "sku1", "quantity": 1}) == (200, 6)
