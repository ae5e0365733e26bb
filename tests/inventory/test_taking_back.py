"""A posted change is undone by its opposite; nothing is ever deleted."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from grocery.accounts.public import Role
from grocery.inventory import public as inventory
from grocery.inventory.models import Movement, MovementKind, Posting
from grocery.inventory.public import ChangeKind
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import plain, quantity
from tests.inventory.conftest import NOON, Facts, Shop
from tests.inventory.crowds import all_at_once
from tests.inventory.staff import signed_in, text

pytestmark = pytest.mark.django_db
HOA = new_id()


def last() -> Movement:
    return Movement.objects.order_by("id").reverse()[0]


def take_back(movement: Movement, reason: str = "wrong product") -> None:
    inventory.take_back(movement=movement.id, reason=reason, now=NOON, by=HOA)


@pytest.mark.parametrize(
    ("kind", "amount", "left"),
    [(ChangeKind.RECEIVE, 4, 10), (ChangeKind.WASTE, 4, 10), (ChangeKind.COUNT, 4, 10), (ChangeKind.ADJUST, -4, 10)],
)
def test_a_change_taken_back_leaves_what_was_there_before(shop: Shop, kind: ChangeKind, amount: int, left: int):
    shop.receive("milk", 10, expires=4)
    shop.change(kind, "milk", amount, expires=4)
    take_back(last())
    assert [shop.on_hand("milk"), inventory.check_stock()] == [left, []]


def test_the_opposite_says_what_it_takes_back_who_and_why(shop: Shop, facts: Facts):
    shop.receive("milk", 10)
    first = last()
    facts.forget()
    take_back(first)
    back = last()
    assert [back.takes_back_id, back.kind, plain(back.quantity), back.reason, back.by] == [
        first.id,
        "adjusted",
        "-10",
        "wrong product",
        HOA,
    ]
    assert facts.told() == ["StockChanged milk v2 0/0"]


def test_it_is_taken_back_once(shop: Shop):
    shop.receive("milk", 10)
    first = last()
    take_back(first)
    shop.receive("milk", 10)
    with pytest.raises(inventory.TakenBackAlready):
        take_back(first)
    assert shop.on_hand("milk") == 10


def test_the_database_refuses_to_take_back_twice(shop: Shop):
    shop.receive("milk", 10)
    first = last()
    take_back(first)
    again = Posting(first.lot_id, MovementKind.ADJUSTED, quantity(1), takes_back=first.id)
    with pytest.raises(IntegrityError, match="movement_is_taken_back_once"), transaction.atomic():
        Movement.objects.post([again], by=None, reference="", at=NOON)


@pytest.mark.parametrize(("promised", "sold", "code"), [(8, False, "reserved"), (8, True, "not_there")])
def test_goods_that_are_promised_or_gone_are_not_taken_back(shop: Shop, promised: int, sold: bool, code: str):
    shop.receive("milk", 10)
    first = last()
    shop.reserve("order:a", milk=promised)
    if sold:
        inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)
    with pytest.raises(inventory.ChangesRefused) as why:
        take_back(first)
    assert [line.code for line in why.value.lines] == [code]


def test_what_is_undone_elsewhere_is_not_taken_back_here(shop: Shop):
    shop.receive("milk", 10)
    take_back(last())
    undone = [last()]
    shop.receive("milk", 10)
    shop.reserve("order:a", milk=1)
    inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)
    undone.append(last())
    items = [inventory.TransferItem("milk", quantity(1))]
    inventory.start_transfer(
        source=shop.location, destination=Shop().location, items=items, now=NOON, by=None, send_now=True
    )
    undone.append(last())
    shop.change(ChangeKind.WASTE, "milk", 1)
    inventory.change_stock(
        location=shop.location,
        changes=[inventory.StockChange(ChangeKind.RECEIVE, "milk", quantity(1))],
        now=NOON,
        by=None,
        reference=f"receipt:{new_id()}",
    )
    undone.append(last())
    for movement in undone:
        with pytest.raises(inventory.NotTakenBackSo):
            take_back(movement)


def test_it_needs_a_reason_and_a_movement(shop: Shop):
    shop.receive("milk", 10)
    with pytest.raises(Invalid):
        take_back(last(), reason=" ")
    with pytest.raises(NotFound):
        inventory.take_back(movement=new_id(), reason="why", now=NOON, by=HOA)


@pytest.mark.django_db(transaction=True)
def test_taken_back_by_many_at_once_it_is_taken_back_once():
    shop = Shop()
    shop.receive("milk", 10)
    shop.receive("milk", 10)
    assert all_at_once(*[partial(take_back, last())] * 4) == {"done": 1, "TakenBackAlready": 3}
    assert shop.on_hand("milk") == 10


# --- in the admin -----------------------------------------------------------------------------------------------


def page(movement: Movement, language: str = "/en") -> str:
    return f"{language}/admin/inventory/movement/{movement.id}/take-back/"


@pytest.mark.usefixtures("at_the_counter")
def test_a_buyer_takes_back_with_a_reason(shop: Shop):
    shop.receive("milk", 10)
    client, first = signed_in(Role.BUYER), last()
    shown = text(client.get(f"/en/admin/inventory/movement/{first.id}/change/"))
    assert [page(first) in shown, client.post(page(first), {"reason": ""}).status_code] == [True, 200]
    assert client.post(page(first), {"reason": "wrong product"}).status_code == 302
    assert shop.on_hand("milk") == 0


@pytest.mark.usefixtures("at_the_counter")
@pytest.mark.parametrize(("language", "why"), [("/en", "reserved for customers"), ("", "đã được giữ cho khách")])
def test_why_it_is_refused_is_said_in_the_readers_language(shop: Shop, language: str, why: str):
    shop.receive("milk", 10)
    first = last()
    shop.reserve("order:a", milk=8)
    answer: Any = signed_in(Role.MANAGER).post(page(first, language), {"reason": "wrong"})
    assert [answer.status_code, why in text(answer)] == [200, True]


@pytest.mark.usefixtures("at_the_counter")
def test_others_do_not_take_back(shop: Shop):
    shop.receive("milk", 10)
    clients = [signed_in(Role.PICKER), signed_in(Role.SUPPORT), signed_in(Role.BUYER, store_id=Shop().location)]
    assert [client.post(page(last()), {"reason": "why"}).status_code for client in clients] == [403, 403, 404]
    assert shop.on_hand("milk") == 10
