"""Staff say which items many may buy of at once."""

from __future__ import annotations

import pytest
from django.test import Client

from grocery.accounts.public import Role
from grocery.inventory.models import StockItem
from tests.inventory.conftest import Shop
from tests.inventory.staff import signed_in, text
from tests.inventory.test_admin import ITEMS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]


def choose(client: Client, action: str, *items: StockItem) -> str:
    form = {"action": action, "_selected_action": [str(item.id) for item in items]}
    return text(client.post(ITEMS, form, follow=True))


def rules() -> set[tuple[str, str, bool]]:
    return {(item.sku, item.hot_rule, item.hot) for item in StockItem.objects.all()}


def test_a_buyer_switches_chosen_items_on_and_back(shop: Shop):
    for sku in ("milk", "rice"):
        shop.receive(sku, 9)
    buyer, milk = signed_in(Role.BUYER), StockItem.objects.get(sku="milk")
    assert "Flash sale: 1 items set." in choose(buyer, "flash_sale_on", milk)
    assert rules() == {("milk", "on", True), ("rice", "auto", False)}
    choose(buyer, "flash_sale_off", milk)
    assert rules() == {("milk", "off", False), ("rice", "auto", False)}


def test_staff_of_one_store_do_not_switch_another_stores_items(shop: Shop):
    shop.receive("milk", 9)
    choose(signed_in(Role.BUYER, store_id=Shop().location), "flash_sale_on", StockItem.objects.get())
    assert rules() == {("milk", "auto", False)}


def test_who_may_only_look_is_not_offered_it(shop: Shop):
    shop.receive("milk", 9)
    picker = signed_in(Role.PICKER)
    choose(picker, "flash_sale_on", StockItem.objects.get())
    assert ["flash_sale_on" in text(picker.get(ITEMS)), rules()] == [False, {("milk", "auto", False)}]


def test_an_items_page_says_whether_it_is_hot(shop: Shop):
    shop.receive("milk", 9)
    buyer, milk = signed_in(Role.BUYER), StockItem.objects.get()
    choose(buyer, "flash_sale_on", milk)
    page = text(buyer.get(f"{ITEMS}{milk.id}/change/"))
    assert ["always" in page, "Hot" in page] == [True, True]
