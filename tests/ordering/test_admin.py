"""What staff see of orders and carts, and what they can do there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.ordering import public as ordering
from grocery.payments.models import Dispute, Payment
from tests.ordering.counting import statements
from tests.shop import PASSWORD, Customer, Shop

LIST = "admin:ordering_order_changelist"


def desk(store_id: UUID | None, *roles: accounts.Role) -> Client:
    """Somebody of the staff at the admin, reading English."""
    made = accounts.create_staff(
        email=f"{new_id()}@example.com", password=PASSWORD, name="Hà", roles=roles, store_id=store_id
    )
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(id=made.id))
    return client


@pytest.fixture(autouse=True)
def _english_pages():
    with translation.override("en"):
        yield


@pytest.fixture
def manager(shop: Shop) -> Client:
    return desk(shop.store.id, accounts.Role.MANAGER)


def page(order_id: UUID) -> str:
    return reverse("admin:ordering_order_change", args=[order_id])


def take(client: Client, order_id: UUID, step: str, **answers: str) -> Any:
    return client.post(reverse("admin:ordering_order_step", args=[order_id, step]), answers, follow=True)


def test_orders_are_listed_with_what_the_desk_needs(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    seen = manager.get(reverse(LIST)).content.decode()
    needed = [placed.number, "20/11 16:00–18:00", "Nguyễn Thị Lan", "92.000"]
    assert [text for text in needed if text not in seen] == []


@pytest.mark.parametrize("words", ["G-", "Thị Lan", "thị lan", "0903 123 456", "+84903123456"])
def test_an_order_is_found_by_number_name_and_phone(shop: Shop, lan: Customer, manager: Client, words: str):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    assert placed.number in manager.get(reverse(LIST), {"q": words}).content.decode()


def test_what_was_not_meant_is_not_found(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    assert placed.number not in manager.get(reverse(LIST), {"q": "Nguyễn Thị Hoa"}).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_statements_for_one_as_for_many(
    shop: Shop, lan: Customer, manager: Client, number: int
):
    shop.stock(milk=10)
    for _ in range(number):
        shop.order(lan, milk=1)
    with statements() as sent:
        manager.get(reverse(LIST))
    assert len([sql for sql in sent if '"ordering_' in sql]) <= 6


def test_staff_see_their_own_store_only(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    elsewhere = desk(new_id(), accounts.Role.MANAGER)
    assert placed.number not in elsewhere.get(reverse(LIST)).content.decode()


def test_another_stores_order_cannot_be_stepped(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    assert take(desk(new_id(), accounts.Role.MANAGER), placed.id, "pick").status_code == 404


def test_the_page_offers_the_next_steps_only(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    steps = manager.get(page(placed.id)).context["steps"]
    assert [step.name for step in steps] == ["pick", "cancel-lines", "cancel"]


def test_nothing_can_be_typed_over(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    assert manager.post(page(placed.id), {"state": "delivered"}).status_code == 403


def test_an_order_is_walked_to_the_door(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    states = []
    for step in ("pick", "pack", "dispatch", "deliver"):
        take(manager, placed.id, step)
        states.append(shop.state(placed.id))
    assert states == ["picking", "packed", "out_for_delivery", "delivered"]


def test_weighed_goods_are_packed_as_weighed(shop: Shop, lan: Customer, manager: Client):
    shop.stock(shrimp=2)
    placed = shop.confirmed_order(lan, shrimp="0.45")
    take(manager, placed.id, "pick")
    take(manager, placed.id, "pack", shrimp="0.438")
    assert str(ordering.order(order_id=placed.id).lines[0].packed) == "0.438"


def test_what_the_scale_may_not_show_is_said(shop: Shop, lan: Customer, manager: Client):
    shop.stock(shrimp=2)
    placed = shop.confirmed_order(lan, shrimp="0.45")
    take(manager, placed.id, "pick")
    answer = take(manager, placed.id, "pack", shrimp="0.2").content.decode()
    assert (": 0.405 to 0.495 may be packed." in answer, shop.state(placed.id)) == (True, "picking")


def test_cancelling_asks_why(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    take(manager, placed.id, "cancel")
    assert shop.state(placed.id) == "confirmed"


def test_an_order_is_cancelled_with_a_reason(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    take(manager, placed.id, "cancel", motive="customer_asked", reason="Customer called")
    last = ordering.order(order_id=placed.id).timeline[-1]
    assert (last.motive, last.reason) == ("customer_asked", "Customer called")


def test_some_lines_are_cancelled_once_however_often_the_form_is_sent(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=3)
    form = {"less-milk": "1", "motive": "goods_missing", "key": new_id().hex}
    for _ in range(2):
        manager.post(reverse("admin:ordering_order_step", args=[placed.id, "cancel-lines"]), form)
    seen = ordering.order(order_id=placed.id)
    assert (str(seen.lines[0].quantity), [change.motive for change in seen.changes]) == ("2.000", ["goods_missing"])


def test_cancelling_lines_asks_which(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=3)
    answer = take(manager, placed.id, "cancel-lines", motive="other", key=new_id().hex)
    assert "Say of which line how much is to be cancelled." in answer.content.decode()


def test_what_was_cancelled_is_shown_on_the_orders_page(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=3)
    take(manager, placed.id, "cancel-lines", **{"less-milk": "1", "motive": "goods_missing", "key": new_id().hex})
    shown = manager.get(page(placed.id)).content.decode()
    assert [text for text in ("Milk: 3 → 2", "goods are missing") if text not in shown] == []


def test_a_step_that_came_too_late_is_said(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.packed_order(lan, milk=2)
    assert "cannot become picking" in take(manager, placed.id, "pick").content.decode()


def test_buyers_look_and_take_no_step(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    buyer = desk(shop.store.id, accounts.Role.BUYER)
    assert (buyer.get(page(placed.id)).context["steps"], take(buyer, placed.id, "pick").status_code) == ([], 403)


def test_an_unknown_step_does_not_exist(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    assert take(manager, placed.id, "eat").status_code == 404


def test_a_step_is_not_taken_by_following_a_link(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    manager.get(reverse("admin:ordering_order_step", args=[placed.id, "pick"]))
    assert shop.state(placed.id) == "confirmed"


def test_carts_are_shown_without_their_token(shop: Shop, manager: Client):
    shop.stock(milk=10)
    cart = shop.put(ordering.CartOwner(), milk=2)
    listed = manager.get(reverse("admin:ordering_cart_changelist")).content.decode()
    shown = manager.get(reverse("admin:ordering_cart_change", args=[cart.id])).content.decode()
    assert (str(cart.id) in listed, str(cart.owner.token) in listed + shown) == (True, False)


def test_the_desk_reads_vietnamese(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=2)
    with translation.override("vi"):
        url = page(placed.id)
    seen = manager.get(url, headers={"Accept-Language": "vi"}).content.decode()
    assert [text for text in ("Bắt đầu lấy hàng", "Sữa tươi", "người nhận") if text.lower() not in seen.lower()] == []


def test_a_dispute_is_told_on_the_orders_page(shop: Shop, lan: Customer, manager: Client):
    shop.stock(milk=10)
    order = shop.packed_order(lan, milk=2)
    payment = Payment.objects.get(order_id=order.id)
    now = clock.now()
    Dispute.objects.create(
        payment=payment, reference="dp_1", state="under_review", amount=92_000, opened_at=now, answer_by=now
    )
    shown = manager.get(page(order.id)).content.decode()
    assert f"{dong(92_000)} · the bank decides" in shown


def test_an_order_that_waits_for_its_card_is_paid_in_cash_and_the_desk_says_why(
    shop: Shop, lan: Customer, manager: Client
):
    shop.stock(milk=10)
    placed = shop.order(lan, method="card", milk=3)
    assert "This field is required" in take(manager, placed.id, "cash").content.decode()
    assert "card → cash on delivery" in take(manager, placed.id, "cash", note="called us").content.decode()
    assert shop.tell()
    assert shop.state(placed.id) == "confirmed"
