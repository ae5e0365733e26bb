"""The order desk changes an order for a customer who calls: told first, done once, with why and by whom."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from grocery.accounts.public import Role
from grocery.kernel.errors import Invalid
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.staff import at_work, text, worker
from tests.ordering.test_editing import lines
from tests.shop import Shop


@pytest.fixture
def order(shop: Shop) -> UUID:
    shop.stock(milk=10, eggs=10)
    return shop.confirmed_order(milk=2).id


def address(order: UUID) -> str:
    return f"/en/admin/ordering/order/tasks/orders/{order}/edit/"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_the_desk_sees_what_it_comes_to_and_does_it_once(shop: Shop, order: UUID):
    desk, other = at_work(shop.store.id, Role.SUPPORT), str(shop.slot(hours_ahead=24))
    wanted = {"qty-milk": "3", "qty-eggs": "1", "slot": other, "note": "Asked by phone"}
    seen = text(desk.post(address(order), {**wanted, "what": "preview"}))
    assert ("166.500" in seen, "2 → 3" in seen, lines(order)) == (True, True, {"milk": "2"})
    sent = {**wanted, "what": "apply"} | {name: hidden(seen, name) for name in ("key", "expected_total")}
    for _twice in range(2):
        assert desk.post(address(order), sent).status_code == 302
    (change,) = ordering.order(order_id=order).changes
    assert (change.by, change.note, change.moved is not None, lines(order)) == (
        "staff",
        "Asked by phone",
        True,
        {"milk": "3", "eggs": "1"},
    )
    assert models.OrderChange.objects.get().actor_id is not None


def test_something_is_found_and_put_in(shop: Shop, order: UUID):
    page = text(at_work(shop.store.id, Role.SUPPORT).post(address(order), {"what": "search", "q": "trung"}))
    assert 'name="qty-eggs"' in page


@pytest.mark.parametrize("role", [Role.PICKER, Role.BUYER])
def test_others_change_nothing(shop: Shop, order: UUID, role: Role):
    assert at_work(shop.store.id, role).get(address(order)).status_code == 403


def test_another_stores_order_is_not_there(shop: Shop, order: UUID):
    assert at_work(new_id(), Role.SUPPORT).get(address(order)).status_code in {403, 404}


def test_too_late_leads_back_to_the_order(shop: Shop, order: UUID):
    ordering.start_picking(order_id=order, by=shop.picker, now=NOON)
    answer = at_work(shop.store.id, Role.SUPPORT).get(address(order))
    assert answer["Location"].endswith(f"/ordering/order/{order}/change/")


@pytest.mark.parametrize("amount", ["x", "-1", "1e999", "0.5"])
def test_what_is_no_quantity_is_said(shop: Shop, order: UUID, amount: str):
    page = at_work(shop.store.id, Role.SUPPORT).post(address(order), {"what": "preview", "qty-milk": amount})
    assert (page.status_code, 'role="alert"' in text(page)) == (200, True)


@pytest.mark.parametrize("note", ["", "  "])
def test_staff_say_why(shop: Shop, order: UUID, note: str):
    with pytest.raises(Invalid):
        ordering.edit(
            order_id=order, quantities={"milk": quantity(3)}, by=worker(shop, "support"), note=note, now=NOON
        )
