"""The books are checked."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from tests.inventory.conftest import NOON, Shop


def found() -> list[tuple[str, str, str]]:
    return [(one.what, str(one.recorded), str(one.proven)) for one in inventory.check_stock()]


def test_books_that_agree_have_no_differences(shop: Shop):
    shop.receive("milk", 5, expires=3)
    shop.reserve("order:a", milk=3)
    shop.reserve("cart:b", milk=1)
    inventory.release(holder="cart:b", now=NOON)
    inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)
    assert found() == []


def test_a_lot_that_is_not_the_sum_of_its_movements_is_named(shop: Shop):
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    Lot.objects.filter(stock_item__sku="milk").update(on_hand=F("on_hand") + 1)
    assert found() == [("on hand", "6.000", "5.000")]


def test_a_lot_that_promises_what_nobody_holds_is_named(shop: Shop):
    shop.receive("milk", 5)
    shop.reserve("order:a", milk=2)
    Lot.objects.update(reserved=4)
    assert found() == [("reserved", "4.000", "2.000")]


def test_the_command_says_that_all_is_well(shop: Shop):
    shop.receive("milk", 5)
    said = StringIO()
    call_command("stock_check", stdout=said)
    assert said.getvalue() == (
        "Every lot is the sum of its movements, and reserved is what open reservations hold.\n"
    )


def test_the_command_names_what_differs_and_fails(shop: Shop):
    shop.receive("milk", 5)
    Lot.objects.update(on_hand=7)
    said = StringIO()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("stock_check", stdout=said)
    assert said.getvalue() == (
        f"milk in store {shop.location}, lot {Lot.objects.get().id}: "
        "on hand is recorded as 7, the books add up to 5\n"
    )
