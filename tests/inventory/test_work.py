"""Work in the store: who may, where, and what the first page offers."""

from __future__ import annotations

from typing import Any

import pytest

from grocery.accounts.public import Role
from tests.inventory.conftest import Shop
from tests.inventory.staff import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
WORK = "/en/admin/inventory/stockitem/tasks/"


@pytest.mark.parametrize("role", [Role.PICKER, Role.BUYER, Role.MANAGER, Role.ADMIN])
def test_who_handles_goods_sees_the_tasks(shop: Shop, role: Role):
    assert signed_in(role).get(WORK).status_code == 200


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.DISPATCHER])
def test_who_works_with_orders_finds_their_desk_and_no_goods(shop: Shop, role: Role):
    page = text(signed_in(role).get(WORK))
    assert ("/ordering/order/tasks/desk/" in page, f"{WORK}receive/" in page) == (True, False)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.DISPATCHER])
def test_who_does_not_handle_goods_is_kept_from_them(shop: Shop, role: Role):
    assert signed_in(role).get(f"{WORK}receive/").status_code == 403


def test_the_admins_first_page_leads_there(shop: Shop):
    assert WORK in text(signed_in(Role.PICKER).get("/en/admin/"))


@pytest.mark.parametrize(("path", "title"), [("/en", "Work in the store"), ("", "Việc tại cửa hàng")])
def test_it_speaks_the_readers_language(shop: Shop, path: str, title: str):
    page = signed_in(Role.PICKER).get(f"{path}/admin/inventory/stockitem/tasks/")
    assert f"<h1>{title}</h1>" in text(page)


def working_in(answer: Any) -> str:
    return str(answer.context["worker"].store)


def test_staff_of_one_store_work_there_and_cannot_go_elsewhere(shop: Shop):
    other, client = Shop(), signed_in(Role.PICKER, store_id=shop.location)
    client.post(f"{WORK}store/", {"store": str(other.location)})
    page = client.get(WORK)
    assert [working_in(page), 'name="store"' in text(page)] == [str(shop.location), False]


def test_staff_of_all_stores_choose_one_and_stay_there(shop: Shop):
    other, client = Shop(), signed_in(Role.PICKER)
    client.post(f"{WORK}store/", {"store": str(other.location)})
    assert [working_in(client.get(WORK)) for _ in range(2)] == [str(other.location)] * 2
