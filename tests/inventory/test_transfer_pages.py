"""The pages on which goods are sent to another store and received there, by HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.inventory import public as inventory
from grocery.inventory.models import Movement, Transfer, TransferLine
from grocery.kernel.ids import new_id
from tests.inventory.conftest import NOON, Shop, listed
from tests.inventory.staff import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
TRANSFERS = "/en/admin/inventory/stockitem/tasks/transfers/"


@pytest.fixture
def shop(db: None) -> Shop:
    listed("milk", "rice")
    shop = Shop()
    shop.receive("milk", 10, expires=4, lot="L1")
    shop.receive("milk", 5, expires=9, lot="L2")
    return shop


@pytest.fixture
def branch(shop: Shop) -> Shop:
    return Shop()


@pytest.fixture
def here(shop: Shop) -> Client:
    return signed_in(Role.PICKER, store_id=shop.location)


@pytest.fixture
def there(branch: Shop) -> Client:
    return signed_in(Role.PICKER, store_id=branch.location)


def begin(client: Client, branch: Shop) -> str:
    answer = client.post(TRANSFERS, {"key": new_id(), "destination": branch.location, "note": "for the weekend"})
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def add(client: Client, address: str, *amounts: str, sku: str = "milk", **more: Any) -> Any:
    """So much of each of a product's lots, in the order of the page."""
    said = {f"lot-{number}": amount for number, amount in enumerate(amounts)}
    return client.post(f"{address}?sku={sku}", {"key": new_id()} | said | more)


def sent(here: Client, branch: Shop) -> str:
    address = begin(here, branch)
    add(here, address, "4")
    here.post(f"{address}send/")
    return address


def arrive(client: Client, address: str, amount: str, why: str = "") -> Any:
    line = TransferLine.objects.get().id
    return client.post(address, {"key": new_id(), f"came-{line}": amount, f"why-{line}": why})


def test_lots_are_gathered_sent_and_received(here: Client, there: Client, shop: Shop, branch: Shop):
    address = begin(here, branch)
    page = text(here.get(f"{address}?sku=milk"))
    assert ["L1" in page, "10 free" in page, "5 free" in page] == [True] * 3
    assert add(here, address, "4", "2,5").status_code == 302
    assert "the goods are on their way" in text(here.post(f"{address}send/", follow=True))
    first, second = TransferLine.objects.order_by("expires_on")
    came = {f"came-{first.id}": "4", f"why-{first.id}": "", f"came-{second.id}": "2", f"why-{second.id}": "leaked"}
    assert there.post(address, {"key": new_id()} | came).status_code == 302
    assert [shop.on_hand("milk"), branch.on_hand("milk")] == [8.5, 6]
    assert "leaked" in text(here.get(address))


@pytest.mark.parametrize(("path", "words"), [("/en", "in no store until"), ("", "chưa thuộc cửa hàng nào")])
def test_who_has_sent_sees_that_the_goods_are_on_their_way(here: Client, branch: Shop, path: str, words: str):
    address = sent(here, branch).removeprefix("/en")
    assert words in text(here.get(f"{path}{address}"))


def test_more_of_a_lot_adds_up_and_a_line_is_taken_off(here: Client, branch: Shop):
    address = begin(here, branch)
    add(here, address, "4")
    add(here, address, "3")
    assert TransferLine.objects.get().quantity == 7
    here.post(f"{address}lines/{TransferLine.objects.get().id}/off/")
    assert TransferLine.objects.count() == 0


def test_a_form_sent_twice_adds_once(here: Client, branch: Shop):
    address, key = begin(here, branch), new_id()
    for _again in "12":
        add(here, address, "4", key=key)
    assert TransferLine.objects.get().quantity == 4


def test_more_than_is_free_is_refused_also_in_two_steps(here: Client, shop: Shop, branch: Shop):
    shop.reserve("order:a", milk=8)
    address = begin(here, branch)
    add(here, address, "2")
    answer = add(here, address, "1")
    assert [answer.status_code, "reserved for customers" in text(answer)] == [200, True]
    assert TransferLine.objects.get().quantity == 2


def test_a_difference_without_a_reason_is_asked_for(here: Client, there: Client, branch: Shop):
    address = sent(here, branch)
    answer = arrive(there, address, "3")
    assert [answer.status_code, "say why" in text(answer), Transfer.objects.get().state] == [200, True, "sent"]


def test_goods_are_brought_back_until_they_are_received(here: Client, there: Client, shop: Shop, branch: Shop):
    address = sent(here, branch)
    here.post(f"{address}cancel/")
    assert shop.on_hand("milk") == 15
    answer = arrive(there, address, "4")
    assert [answer.status_code, inventory.stock(sku="milk", now=NOON)[0].location] == [200, shop.location]


def test_an_empty_draft_is_not_sent(here: Client, branch: Shop):
    answer = here.post(f"{begin(here, branch)}send/", follow=True)
    assert ["nothing to send" in text(answer), Transfer.objects.get().state] == [True, "draft"]


def test_each_end_does_its_own_part(here: Client, there: Client, branch: Shop):
    address = begin(here, branch)
    add(here, address, "4")
    assert [there.post(f"{address}{step}/").status_code for step in ("send", "cancel")] == [404, 404]
    here.post(f"{address}send/")
    moved = Movement.objects.count()
    arrive(here, address, "4")
    assert Movement.objects.count() == moved


def test_a_third_store_sees_nothing_of_it(here: Client, branch: Shop):
    stranger = signed_in(Role.MANAGER, store_id=Shop().location)
    assert stranger.get(sent(here, branch)).status_code == 404


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.DISPATCHER])
def test_who_does_not_handle_goods_does_not_move_them(shop: Shop, role: Role):
    assert signed_in(role).get(TRANSFERS).status_code == 403


def test_the_destination_is_told_what_comes(here: Client, there: Client, branch: Shop):
    sent(here, branch)
    listed_there, first_page = there.get(TRANSFERS), there.get(TRANSFERS.removesuffix("transfers/"))
    assert [
        "From Riverside" in text(listed_there),
        '<span class="badge badge-expiry">1</span>' in text(first_page),
    ] == [
        True,
        True,
    ]


def test_goods_do_not_go_to_a_store_that_is_not_offered(here: Client, shop: Shop):
    answer = here.post(TRANSFERS, {"key": new_id(), "destination": shop.location})
    assert [answer.status_code, Transfer.objects.count()] == [200, 0]


def test_a_longer_transfer_costs_no_more_statements(here: Client, there: Client, shop: Shop, branch: Shop):
    def statements(*skus: str) -> int:
        address = begin(here, branch)
        for sku in skus:
            shop.receive(sku, 5)
            add(here, address, "1", sku=sku)
        here.post(f"{address}send/")
        with CaptureQueriesContext(connection) as ran:
            assert there.get(address).status_code == 200
        return len(ran)

    listed("eggs", "salt", "tofu")
    statements("rice")
    assert statements("rice") == statements("rice", "eggs", "salt", "tofu")
